"""BPMN 2.0 subset → plan: plain JSON the machine walks on. What is outside the subset is refused by element name.

A plan::

    {"format": 1, "id", "name", "start": start event, "types": {variable: type}, "kept": [nodes whose outcome is kept],
     "flows": {id: {"from", "to", "if": FEEL tree}}, "nodes": {id: {"kind", "name", "scope", "in", "out", …}},
     "inclusive": {inclusive join: {incoming flow: [nodes from which a token can still come]}}, "order": [steps]}
"""

from typing import Any

from tinhso.foundation.workflow import checks, nodes
from tinhso.foundation.workflow.reading import (
    Element,
    Problem,
    Problems,
    Source,
    child,
    local,
    named,
    read,
    text_of,
    tt,
)
from tinhso.foundation.workflow.vocabulary import IGNORED, INSTEAD, NODES
from tinhso.lib import feel

FORMAT = 1

Plan = dict[str, Any]


def compile_process(bpmn: bytes) -> tuple[Plan | None, list[Problem]]:
    """The plan, and everything in the file that is refused; without a plan where nothing can be made of it."""
    problems = Problems()
    return compile_into(bpmn, problems), problems.found


def compile_into(bpmn: bytes, problems: Problems) -> Plan | None:
    """The same, noting problems and warnings where the caller wants them."""
    source = read(bpmn, problems)
    if source is None:
        return None
    plan = _Compiler(source, problems).compile()
    return plan if not problems.found else None


class _Compiler:
    def __init__(self, source: Source, problems: Problems) -> None:
        self.source = source
        self.problems = problems
        process = source.process
        self.plan: Plan = {
            "format": FORMAT,
            "id": str(process.get("id") or ""),
            "name": " ".join((process.get("name") or "").split()),
            "start": "",
            "types": self.types(process),
            "kept": [],
            "flows": {},
            "nodes": {},
            "inclusive": {},
            "order": [],
        }
        self.lanes: dict[str, Element] = {}

    def compile(self) -> Plan:
        self.read_scope(self.source.process, "")
        for name, element in self.flow_elements:
            self.add_flow(name, element)
        self.connect()
        checks.check_structure(self.plan, self.problems)
        if not self.problems.found:
            self.finish()
        return self.plan

    def types(self, process: Element) -> dict[str, str]:
        """`tt:types="amount=number;born=date"`: types conditions coerce variables to."""
        pairs = [pair.split("=", 1) for pair in tt(process, "types").split(";") if "=" in pair]
        return {name.strip(): kind.strip() for name, kind in pairs}

    # -- elements ----------------------------------------------------------------------------------------------

    flow_elements: list[tuple[str, Element]]

    def read_scope(self, scope_element: Element, scope: str) -> None:
        if not scope:
            self.flow_elements = []
        for lane in scope_element.iter("{*}lane"):
            for reference in lane.iter("{*}flowNodeRef"):
                self.lanes[text_of(reference)] = lane
        for element in scope_element:
            self.read_element(element, scope)

    def read_element(self, element: Element, scope: str) -> None:
        name = local(element)
        if name == "sequenceFlow":
            self.flow_elements.append((scope, element))
        elif name in NODES:
            self.add_node(name, element, scope)
        elif name in INSTEAD:
            self.problems.add(named(element), f"Phần tử «{name}» không được dùng.", INSTEAD[name])
        elif name and name not in IGNORED:
            self.problems.add(named(element), f"Phần tử «{name}» không được dùng.", "Thay bằng bước nghiệp vụ.")

    def add_node(self, name: str, element: Element, scope: str) -> None:
        node_id = str(element.get("id") or "")
        if not node_id or node_id in self.plan["nodes"]:
            self.problems.add(named(element), "Phần tử thiếu mã hoặc trùng mã.", "Đặt cho mỗi phần tử một mã riêng.")
            return
        node = nodes.build(name, element, nodes.Surroundings(self.source, self.problems, self.lanes.get(node_id)))
        node.update(scope=scope)
        node["in"], node["out"] = [], []
        self.plan["nodes"][node_id] = node
        if node["kind"] == "sub":
            self.read_scope(element, node_id)

    def add_flow(self, scope: str, element: Element) -> None:
        flow_id, source, target = (str(element.get(key) or "") for key in ("id", "sourceRef", "targetRef"))
        known = self.plan["nodes"]
        if not flow_id or source not in known or target not in known:
            self.problems.add(named(element), "Mũi tên không nối hai phần tử có thật.", "Nối lại mũi tên.")
            return
        if known[source]["scope"] != scope or known[target]["scope"] != scope:
            self.problems.add(
                named(element), "Mũi tên đi xuyên qua biên của tiểu quy trình.", "Nối từ biên tiểu quy trình."
            )
            return
        flow: dict[str, Any] = {"from": source, "to": target}
        if element.get("name"):
            flow["name"] = " ".join(str(element.get("name")).split())
        if (condition := child(element, "conditionExpression")) is not None:
            flow["if"] = self.condition(text_of(condition), named(element))
        self.plan["flows"][flow_id] = flow
        known[source]["out"].append(flow_id)
        known[target]["in"].append(flow_id)

    def condition(self, text: str, element: str) -> Any:
        try:
            return feel.parse(text.removeprefix("="))
        except feel.FeelError as error:
            self.problems.add(element, f"Điều kiện «{text}»: {error}", "Viết lại điều kiện bằng FEEL.")
            return ["lit", None]

    # -- what follows from the whole ---------------------------------------------------------------------------

    def connect(self) -> None:
        """Starts of scopes; what each waiting node arms: its own wait, its boundaries, its event branches."""
        known = self.plan["nodes"]
        for node_id, node in known.items():
            if node["kind"] == "start":
                if node["scope"] and node["scope"] in known:
                    known[node["scope"]].setdefault("starts", []).append(node_id)
                elif not node["scope"]:
                    self.plan.setdefault("starts", []).append(node_id)
        self.plan["start"] = self.only_start("quy trình", self.plan.pop("starts", []))
        for node_id, node in known.items():
            if node["kind"] == "sub":
                node["start"] = self.only_start(node["name"] or node_id, node.pop("starts", []))
            if arms := self.arms(node_id, node):
                node["arms"] = arms

    def only_start(self, where: str, starts: list[str]) -> str:
        if len(starts) != 1:
            self.problems.add(where, f"Có {len(starts)} điểm bắt đầu, cần đúng 1.", "Giữ một điểm bắt đầu.")
        return starts[0] if starts else ""

    def arms(self, node_id: str, node: dict[str, Any]) -> list[list[str]]:
        known = self.plan["nodes"]
        if node["kind"] == "event":
            targets = [self.plan["flows"][flow]["to"] for flow in node["out"]]
            return [[nodes.arm_of(known[target]), target] for target in targets if nodes.arm_of(known[target])]
        found = [[nodes.arm_of(node), node_id]] if nodes.arm_of(node) and node["kind"] != "boundary" else []
        for boundary_id, boundary in known.items():
            if boundary["kind"] != "boundary" or boundary["on"] != node_id:
                continue
            if "code" in boundary:
                node.setdefault("errors", {})[boundary["code"]] = boundary_id
            elif nodes.arm_of(boundary):
                found.append([nodes.arm_of(boundary), boundary_id])
        return found

    def finish(self) -> None:
        self.plan["kept"] = sorted(self.kept())
        for node_id, node in self.plan["nodes"].items():
            if node["kind"] == "or" and len(node["in"]) > 1:
                self.plan["inclusive"][node_id] = {flow: self.upstream(node_id, flow) for flow in node["in"]}
        self.plan["order"] = self.order()

    def kept(self) -> set[str]:
        """Nodes whose outcome a later condition reads as `outcomes.<node>`."""
        found: set[str] = set()

        def search(ast: Any) -> None:
            if isinstance(ast, list):
                if len(ast) == 3 and ast[0] == "path" and ast[1] == ["name", "outcomes"]:
                    found.add(ast[2])
                for part in ast:
                    search(part)

        for flow in self.plan["flows"].values():
            search(flow.get("if"))
        for node in self.plan["nodes"].values():
            search(node.get("value"))
        for node_id in found - set(self.plan["nodes"]):
            self.problems.add(node_id, f"Điều kiện đọc kết quả của bước «{node_id}» không có.", "Sửa tên bước.")
        return found

    def upstream(self, join: str, flow: str) -> list[str]:
        """Nodes from which a token can still reach this incoming flow without passing the join."""
        known, flows = self.plan["nodes"], self.plan["flows"]
        found: set[str] = set()
        ahead = [flows[flow]["from"]]
        while ahead:
            node_id = ahead.pop()
            if node_id in found or node_id == join:
                continue
            found.add(node_id)
            ahead.extend(flows[incoming]["from"] for incoming in known[node_id]["in"])
            if known[node_id]["kind"] == "boundary":
                ahead.append(known[node_id]["on"])
        return sorted(found)

    def order(self) -> list[str]:
        """Steps in the order a reader meets them from the start: later ones never before what leads to them."""
        known, flows = self.plan["nodes"], self.plan["flows"]
        seen: list[str] = []

        def visit(node_id: str) -> None:
            if node_id in seen:
                return
            seen.append(node_id)
            node = known[node_id]
            if node["kind"] == "sub":
                visit(node["start"])
            for flow in node["out"]:
                visit(flows[flow]["to"])
            for boundary_id, boundary in known.items():
                if boundary["kind"] == "boundary" and boundary["on"] == node_id:
                    visit(boundary_id)

        visit(self.plan["start"])
        return [node_id for node_id in seen if known[node_id]["kind"] in ("user", "receive", "call")]
