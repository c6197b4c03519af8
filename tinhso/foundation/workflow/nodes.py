"""One BPMN element → one node of the plan, with our own attributes read and checked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tinhso.foundation.workflow.reading import Element, Problems, Source, child, children, local, named, text_of, tt
from tinhso.foundation.workflow.vocabulary import CALENDARS, CLOCKS, NODES, ROLES
from tinhso.lib import feel
from tinhso.lib.feel.values import to_duration

Node = dict[str, Any]

_WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reading one element needs of the file."""

    source: Source
    problems: Problems
    lane: Element | None


def build(name: str, element: Element, around: Surroundings) -> Node:
    kind = NODES[name]
    node: Node = {"kind": kind, "name": " ".join((element.get("name") or "").split())}
    if element.get("default"):
        node["default"] = str(element.get("default"))
    if tt(element, "lead") == "false":
        node["lead"] = False
    _words(node, element, around)
    _DETAILS.get(kind, _nothing)(node, element, around)
    if child(element, "standardLoopCharacteristics") is not None:
        around.problems.add(named(element), "Vòng lặp trong bước không được dùng.", "Vẽ mũi tên quay lại.")
    loop = child(element, "multiInstanceLoopCharacteristics")
    if loop is not None:
        _multiple(node, element, loop, around)
    return node


def arm_of(node: Node) -> str:
    """`timer`, `wait` (for a message) or nothing: what a token standing here sets going."""
    if "after" in node:
        return "timer"
    return "wait" if "message" in node else ""


def _nothing(node: Node, element: Element, around: Surroundings) -> None:
    return None


def _words(node: Node, element: Element, around: Surroundings) -> None:
    """Attributes any step may carry: unit, stage, clock."""
    for key in ("unit", "stage", "clock", "calendar", "part"):
        value = tt(element, key) or (tt(around.lane, key) if around.lane is not None and key == "unit" else "")
        if not value:
            continue
        if not _WORD.fullmatch(value):
            around.problems.add(named(element), f"tt:{key}=«{value}» sai.", "Dùng chữ thường không dấu, số và «_».")
        node[key] = value
    if node.get("clock", "running") not in CLOCKS:
        around.problems.add(named(element), f"tt:clock=«{node['clock']}» không có.", "running, paused hoặc citizen.")
    if node.get("calendar", "civil") not in CALENDARS:
        around.problems.add(named(element), f"tt:calendar=«{node['calendar']}» không có.", "work hoặc civil.")


def _user(node: Node, element: Element, around: Surroundings) -> None:
    lane_role = tt(around.lane, "role") if around.lane is not None else ""
    node["role"] = tt(element, "role") or lane_role
    node.setdefault("unit", "handling")
    if node["role"] not in ROLES:
        wrong = f"Vai trò «{node['role']}» không có." if node["role"] else "Bước chưa có vai trò (tt:role)."
        remedy = "Chọn một trong: " + ", ".join(sorted(ROLES)) + "."
        (around.problems.add if node["role"] else around.problems.lack)(named(element), wrong, remedy)
    if not node["name"]:
        around.problems.lack(named(element), "Bước chưa có tên.", "Đặt tên để người nhận việc hiểu phải làm gì.")
    if table := tt(element, "hoursBy"):
        node["hours_by"] = table
    elif hours := tt(element, "hours"):
        node["hours"] = _hours(hours, element, around.problems)
    elif node.get("clock", "running") == "running":
        around.problems.warn(named(element), "Bước chưa có giờ làm việc (tt:hours).", "Ghi số giờ, ví dụ 8.")
    if outcomes := tt(element, "outcomes"):
        node["outcomes"] = _outcomes(outcomes, element, around.problems)
    if targets := tt(element, "returnTo"):
        node["returns"] = targets.split()
    if variable := tt(element, "assignee"):
        node["assignee"] = variable


def _hours(text: str, element: Element, problems: Problems) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not Decimal(0) < value <= Decimal(10_000):
        problems.add(named(element), f"tt:hours=«{text}» sai.", "Ghi số giờ làm việc lớn hơn 0, ví dụ 16.")
    return text


def _outcomes(text: str, element: Element, problems: Problems) -> list[list[str]]:
    """`accept=Tiếp nhận;refuse=Từ chối`, the usual one first."""
    pairs = [[part.strip() for part in pair.split("=", 1)] for pair in text.split(";") if pair.strip()]
    keys = [pair[0] for pair in pairs]
    if any(len(pair) != 2 or not _WORD.fullmatch(pair[0]) or not pair[1] for pair in pairs):
        problems.add(named(element), f"tt:outcomes=«{text}» sai.", "Viết như accept=Tiếp nhận;refuse=Từ chối.")
    elif len(set(keys)) != len(keys):
        problems.add(named(element), "Hai kết quả trùng mã.", "Mỗi kết quả một mã riêng.")
    return [pair for pair in pairs if len(pair) == 2]


def _multiple(node: Node, element: Element, loop: Element, around: Surroundings) -> None:
    """Parallel multi-instance user task: one item per element of the list variable `tt:forEach`."""
    if node["kind"] != "user" or loop.get("isSequential") == "true" or len(list(children(loop))):
        around.problems.add(
            named(element),
            "Chỉ dùng được bước của người làm song song, không điều kiện dừng.",
            "Bỏ isSequential và completionCondition.",
        )
    node["each"] = tt(loop, "forEach") or tt(element, "forEach")
    if not node["each"]:
        around.problems.lack(named(element), "Bước nhiều người chưa có tt:forEach.", "Ghi tên biến danh sách đơn vị.")
        node["each"] = str(element.get("id") or "")


def _event_of(element: Element, around: Surroundings) -> tuple[str, Element | None]:
    """The one event definition: timer, message, error; empty where there is none, refused where it is another."""
    found = [(name, e) for name, e in children(element) if name.endswith("EventDefinition")]
    if len(found) > 1:
        around.problems.add(named(element), "Sự kiện có nhiều định nghĩa.", "Giữ một định nghĩa.")
    for name, definition in found:
        kind = name.removesuffix("EventDefinition")
        if kind not in ("timer", "message", "error", "terminate"):
            around.problems.add(named(element), f"Phần tử «{name}» không được dùng.", "Dùng hẹn giờ hoặc thông điệp.")
            return "", None
        return kind, definition
    return "", None


def _start(node: Node, element: Element, around: Surroundings) -> None:
    kind, _ = _event_of(element, around)
    if kind in ("error", "terminate"):
        around.problems.add(named(element), "Điểm bắt đầu không thể là lỗi.", "Dùng điểm bắt đầu thường.")


def _end(node: Node, element: Element, around: Surroundings) -> None:
    kind, definition = _event_of(element, around)
    if kind == "error":
        node["kind"], node["code"] = "error", _code(definition, around)
    elif kind == "terminate":
        node["kind"] = "terminate"
    elif kind:
        around.problems.add(named(element), f"Điểm kết thúc kiểu «{kind}» không được dùng.", "Dùng kết thúc thường.")


def _code(definition: Element | None, around: Surroundings) -> str:
    reference = str(definition.get("errorRef") or "") if definition is not None else ""
    return around.source.errors.get(reference, reference)


def _catch(node: Node, element: Element, around: Surroundings) -> None:
    kind, definition = _event_of(element, around)
    if kind == "timer":
        node["kind"] = "catch_timer"
        _timer(node, element, definition, around)
    elif kind == "message":
        node["kind"] = "catch_message"
        _message(node, element, str(definition.get("messageRef") or "") if definition is not None else "", around)
    else:
        around.problems.add(named(element), "Sự kiện chờ phải là hẹn giờ hoặc thông điệp.", "Chọn loại sự kiện.")


def _boundary(node: Node, element: Element, around: Surroundings) -> None:
    node["on"] = str(element.get("attachedToRef") or "")
    node["interrupts"] = element.get("cancelActivity", "true") != "false"
    kind, definition = _event_of(element, around)
    if kind == "timer":
        _timer(node, element, definition, around)
    elif kind == "message":
        _message(node, element, str(definition.get("messageRef") or "") if definition is not None else "", around)
    elif kind == "error":
        node["code"] = _code(definition, around)
    else:
        around.problems.add(named(element), "Sự kiện biên phải là hẹn giờ, thông điệp hoặc lỗi.", "Chọn loại sự kiện.")


def _receive(node: Node, element: Element, around: Surroundings) -> None:
    _message(node, element, str(element.get("messageRef") or ""), around)


def _message(node: Node, element: Element, reference: str, around: Surroundings) -> None:
    node["message"] = around.source.messages.get(reference, "")
    if not node["message"]:
        around.problems.lack(named(element), "Chưa chọn thông điệp.", "Chọn một thông điệp có tên trong tệp.")
        node["message"] = str(element.get("id") or "")


def _timer(node: Node, element: Element, definition: Element | None, around: Surroundings) -> None:
    """Only a duration (`P15D`): moments come from clocks, never from a diagram."""
    found = child(definition, "timeDuration") if definition is not None else None
    node["after"] = text_of(found)
    if found is None or to_duration(node["after"]) is None:
        around.problems.lack(named(element), f"Hẹn giờ «{node['after']}» sai.", "Ghi timeDuration, ví dụ P15D, PT8H.")
        node["after"] = "P1D"


def _call(node: Node, element: Element, around: Surroundings) -> None:
    node["process"] = str(element.get("calledElement") or "")
    node.setdefault("unit", "handling")
    node.setdefault("part", str(element.get("id") or ""))
    if not node["process"]:
        around.problems.lack(named(element), "Chưa chọn quy trình được gọi.", "Ghi mã quy trình vào calledElement.")


def _rule(node: Node, element: Element, around: Surroundings) -> None:
    """`tt:result="fee" tt:value="…FEEL…"`: an expression worked out on the way."""
    node["result"] = tt(element, "result")
    if around.problems.flow_only:
        around.problems.warn(named(element), "Bước tính chưa có biểu thức hay bảng quyết định.", "Ghi tt:value.")
        node["result"], node["value"] = str(element.get("id") or ""), feel.parse("null")
        return
    if not _WORD.fullmatch(node["result"]):
        around.problems.add(named(element), "Bước tính chưa có tên kết quả (tt:result).", "Ghi tên biến nhận kết quả.")
    if table := tt(element, "decision"):
        node["decision"] = table
        return
    try:
        node["value"] = feel.parse(tt(element, "value"))
    except feel.FeelError as error:
        around.problems.add(named(element), f"Biểu thức (tt:value): {error}", "Viết lại biểu thức bằng FEEL.")


def _publish(node: Node, element: Element, around: Surroundings) -> None:
    node["topic"] = tt(element, "topic") or str(element.get("id") or "")
    if local(element) == "intermediateThrowEvent":
        kind, _ = _event_of(element, around)
        if kind not in ("", "message"):
            around.problems.add(named(element), "Sự kiện gửi đi phải là thông điệp.", "Chọn loại thông điệp.")


def _subprocess(node: Node, element: Element, around: Surroundings) -> None:
    if element.get("triggeredByEvent") == "true":
        around.problems.add(
            named(element), "Tiểu quy trình theo sự kiện (event subProcess) không được dùng.", "Dùng sự kiện biên."
        )
    if targets := tt(element, "returnTo"):
        node["returns"] = targets.split()


_DETAILS: dict[str, Callable[[Node, Element, Surroundings], None]] = {
    "user": _user,
    "start": _start,
    "end": _end,
    "catch": _catch,
    "boundary": _boundary,
    "receive": _receive,
    "call": _call,
    "rule": _rule,
    "publish": _publish,
    "sub": _subprocess,
}
