"""What can be said of a process by looking at it, before it is explored: shape, conditions, references."""

from collections.abc import Mapping
from typing import Any

from tinhso.foundation.workflow.reading import Problems
from tinhso.foundation.workflow.vocabulary import ACTIVITIES

_SPLITS = frozenset({"xor", "or"})
_GATEWAYS = frozenset({"xor", "or", "and", "event"})
_ENDS = frozenset({"end", "terminate", "error"})


def title(plan: Mapping[str, Any], node_id: str) -> str:
    """A node as messages call it."""
    node = plan["nodes"].get(node_id)
    return f"{node['name']} ({node_id})" if node and node["name"] else node_id


def check_structure(plan: dict[str, Any], problems: Problems) -> None:
    for node_id, node in plan["nodes"].items():
        where = title(plan, node_id)
        _check_ways(node, where, problems)
        _check_default(plan, node, where, problems)
        if node["kind"] == "boundary":
            _check_boundary(plan, node, where, problems)
        if node["kind"] == "event":
            _check_event_gateway(plan, node, where, problems)
        for target in node.get("returns", ()):
            if plan["nodes"].get(target, {}).get("kind") not in ACTIVITIES:
                problems.add(where, f"tt:returnTo chỉ tới «{target}» không phải một bước.", "Ghi mã của một bước.")
    for flow_id, flow in plan["flows"].items():
        if "if" in flow and plan["nodes"][flow["from"]]["kind"] not in _SPLITS:
            problems.add(
                flow.get("name") or flow_id,
                f"Điều kiện đặt trên mũi tên rời «{title(plan, flow['from'])}» không phải cổng.",
                "Đặt một cổng rẽ nhánh (exclusiveGateway) rồi ghi điều kiện ở đó.",
            )


def _check_ways(node: dict[str, Any], where: str, problems: Problems) -> None:
    kind = node["kind"]
    if kind in _ENDS:
        if node["out"]:
            problems.add(where, "Điểm kết thúc có mũi tên đi ra.", "Xoá mũi tên đó.")
    elif not node["out"]:
        problems.add(where, "Ngõ cụt: không có mũi tên đi ra.", "Nối tới bước tiếp theo hoặc điểm kết thúc.")
    elif len(node["out"]) > 1 and kind not in _GATEWAYS:
        problems.add(
            where, f"Có {len(node['out'])} mũi tên đi ra.", "Đặt một cổng: rẽ nhánh (XOR) hoặc song song (AND)."
        )
    if kind in ("start", "boundary"):
        if node["in"]:
            problems.add(where, "Có mũi tên đi vào sự kiện này.", "Xoá mũi tên đó.")
    elif not node["in"]:
        problems.add(where, "Không thể tới: không có mũi tên đi vào.", "Nối từ bước trước hoặc xoá phần tử này.")


def _check_default(plan: dict[str, Any], node: dict[str, Any], where: str, problems: Problems) -> None:
    default = node.get("default")
    if default is not None and default not in node["out"]:
        problems.add(where, "Nhánh mặc định không đi ra từ cổng này.", "Chọn lại nhánh mặc định.")
    if node["kind"] not in _SPLITS or len(node["out"]) < 2:
        return
    bare = [flow for flow in node["out"] if "if" not in plan["flows"][flow] and flow != default]
    for flow in bare:
        name = plan["flows"][flow].get("name") or flow
        problems.lack(where, f"Nhánh «{name}» không có điều kiện.", "Ghi điều kiện hoặc chọn làm nhánh mặc định.")
    if default is None and not bare:
        wrong = "Không có nhánh mặc định: khi không điều kiện nào đúng thì hồ sơ đứng lại ở đây."
        problems.warn(where, wrong, "Chọn một nhánh làm mặc định.")


def _check_boundary(plan: dict[str, Any], node: dict[str, Any], where: str, problems: Problems) -> None:
    host = plan["nodes"].get(node["on"])
    if host is None or host["kind"] not in ACTIVITIES or host["scope"] != node["scope"]:
        problems.add(where, "Sự kiện biên không gắn vào bước nào cùng tầng.", "Kéo sự kiện vào viền của bước.")
    elif "code" in node and host["kind"] not in ("sub", "call"):
        problems.add(where, "Lỗi chỉ bắt được ở tiểu quy trình hoặc quy trình con.", "Gắn vào tiểu quy trình.")
    if "code" in node and not node["interrupts"]:
        problems.add(where, "Sự kiện lỗi phải dừng bước.", "Bỏ «cancelActivity=false».")


def _check_event_gateway(plan: dict[str, Any], node: dict[str, Any], where: str, problems: Problems) -> None:
    targets = [plan["flows"][flow]["to"] for flow in node["out"]]
    kinds = {plan["nodes"][target]["kind"] for target in targets}
    if len(targets) < 2 or not kinds <= {"catch_timer", "catch_message", "receive"}:
        problems.add(
            where, "Cổng chờ sự kiện phải dẫn tới ít nhất hai sự kiện chờ.", "Nối tới hẹn giờ hoặc thông điệp."
        )
    if any(len(plan["nodes"][target]["in"]) > 1 for target in targets):
        problems.add(where, "Sự kiện sau cổng chờ có thêm đường vào khác.", "Mỗi sự kiện chỉ một đường vào.")
