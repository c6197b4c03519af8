"""Whether the marking of a running case has a counterpart in another version of its process (chuyển phiên bản)."""

import json
from collections.abc import Mapping
from functools import lru_cache

from tinhso.foundation.workflow.checks import title
from tinhso.foundation.workflow.engine import Plan, State
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.soundness import can_finish


class CannotMigrateError(Exception):
    """Where a case stands has no counterpart in the other version; a Vietnamese sentence."""


def moved_marking(old: Plan, new: Plan, state: State, node_map: Mapping[str, str]) -> State:
    """The marking in the other version: by node, renamed where the map says so; kinds and joins must agree.

    Tokens waiting in a join keep their place in it, so the arrow they came by must be there too. Whether the case can
    still end is not proved here. Raises CannotMigrateError.
    """
    tokens: dict[str, list[str]] = {}
    for token, (node_id, flow, parent) in state["tok"].items():
        target = node_map.get(node_id, node_id)
        node, before = new["nodes"].get(target), old["nodes"][node_id]
        if node is None:
            raise CannotMigrateError(f"Bước «{title(old, node_id)}» không còn; hãy chỉ bước thay thế.")
        if node["kind"] != before["kind"] or bool(node.get("each")) != bool(before.get("each")):
            raise CannotMigrateError(f"Bước «{title(old, node_id)}» đổi loại, không chuyển được.")
        around = tokens[parent][0] if parent else ""
        if node["scope"] != around:
            raise CannotMigrateError(f"Bước «{title(new, target)}» đã sang tiểu quy trình khác.")
        if node["kind"] in ("and", "or") and flow not in node["in"]:
            raise CannotMigrateError(f"Cổng «{title(old, node_id)}» không còn nhánh «{flow}» đang chờ.")
        tokens[token] = [target, flow, parent]
    kept = {node_map.get(n, n): outcome for n, outcome in state["out"].items() if node_map.get(n, n) in new["kept"]}
    return {**state, "tok": tokens, "out": kept}


class Carrier:
    """Markings of one version judged for another; each shape of marking is proved once, however many cases stand so."""

    def __init__(self, from_version: int, to_version: int, node_map: Mapping[str, str]) -> None:
        self.old, self.new = plan_of(from_version), plan_of(to_version)
        self.to_version = to_version
        self.node_map = dict(node_map)

    def after(self, state: State) -> State:
        """Raises CannotMigrateError."""
        after = moved_marking(self.old, self.new, state, self.node_map)
        if problem := _first_problem(self.to_version, _shape(after)):
            raise CannotMigrateError(problem)
        return after

    def problem(self, state: State) -> str:
        try:
            self.after(state)
        except CannotMigrateError as error:
            return str(error)
        return ""


def _shape(state: State) -> str:
    """What decides whether a case can end: where its tokens stand, not which case it is."""
    return json.dumps([state["tok"], state["mi"], state["out"], state.get("end", "")], sort_keys=True)


@lru_cache(4096)
def _first_problem(version_id: int, shape: str) -> str:
    tokens, items, outcomes, end = json.loads(shape)
    state: State = {"tok": tokens, "seq": 10**6, "mi": items, "vars": {}, "out": outcomes}
    problems = can_finish(plan_of(version_id), {**state, "end": end} if end else state)
    return f"Từ chỗ đang đứng không đi tới cuối được: {problems[0][0]}: {problems[0][1]}" if problems else ""


def automatic_map(old: Plan, new: Plan) -> tuple[dict[str, str], list[str]]:
    """Steps found again under another key by kind and name, and steps with no counterpart: to be mapped by hand."""
    there = {(node["kind"], node["name"]): node_id for node_id, node in new["nodes"].items() if node["name"]}
    found, lost = {}, []
    for node_id, node in old["nodes"].items():
        if node_id in new["nodes"] or node["kind"] not in ("user", "receive", "call", "sub", "event"):
            continue
        same = there.get((node["kind"], node["name"]))
        if same is not None and same not in old["nodes"]:
            found[node_id] = same
        else:
            lost.append(node_id)
    return found, lost
