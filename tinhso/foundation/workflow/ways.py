"""Where a case can go back to, and the usual way ahead of it: both read from the plan, with the same `step`."""

from collections.abc import Iterable, Sequence
from typing import Any

from tinhso.foundation.workflow.engine import Event, Plan, State, step
from tinhso.foundation.workflow.errors import EngineError

MOST_STEPS = 60


def return_targets(plan: Plan, node_id: str, visited: Iterable[str]) -> list[str]:
    """Steps the case may be sent back to from here: those `tt:returnTo` names, else earlier steps already done.

    A step inside a sub-process is offered as that sub-process when we stand outside of it.
    """
    nodes = plan["nodes"]
    if nodes[node_id].get("returns"):
        return list(nodes[node_id]["returns"])
    scopes = _scopes(plan, node_id)
    found = []
    for done in plan["order"]:
        if done not in visited or nodes[done]["kind"] != "user":
            continue
        target = done
        while nodes[target]["scope"] not in scopes:
            target = nodes[target]["scope"]
        here = _at_scope(plan, node_id, nodes[target]["scope"])
        if target != here and target not in found and here in _ahead(plan, target):
            found.append(target)
    return found


def _scopes(plan: Plan, node_id: str) -> list[str]:
    """The scope of a node and those around it, the case's own ("") last."""
    scope = plan["nodes"][node_id]["scope"]
    return [scope, *_scopes(plan, scope)] if scope else [""]


def _at_scope(plan: Plan, node_id: str, scope: str) -> str:
    """The node itself or the sub-process around it that stands in the scope."""
    while plan["nodes"][node_id]["scope"] != scope:
        node_id = plan["nodes"][node_id]["scope"]
    return node_id


def _ahead(plan: Plan, node_id: str) -> set[str]:
    found: set[str] = set()
    todo = [node_id]
    while todo:
        at = todo.pop()
        for flow in plan["nodes"][at]["out"]:
            if (target := plan["flows"][flow]["to"]) not in found:
                found.add(target)
                todo.append(target)
    return found


def title_of(plan: Plan, node_id: str) -> str:
    """A step as people call it; a sub-process by its first step where it has no name."""
    node = plan["nodes"][node_id]
    if node["name"] or node["kind"] != "sub":
        return str(node["name"] or node_id)
    inner = next((n for n in plan["order"] if plan["nodes"][n]["scope"] == node_id), node_id)
    return str(plan["nodes"][inner]["name"])


def way_ahead(plan: Plan, state: State) -> list[str]:
    """Steps still to come when everything goes the usual way: each answered with its first outcome."""
    coming: list[str] = []
    standing = {place[0] for place in state["tok"].values()}
    for _ in range(MOST_STEPS):
        event = _usual_event(plan, state)
        if event is None:
            break
        try:
            state, effects = step(plan, state, event)
        except EngineError:
            break
        for effect in effects:
            if effect[0] == "enter" and effect[1] in plan["order"] and effect[1] not in standing:
                if effect[1] in coming:
                    return coming
                coming.append(effect[1])
    return coming


def _usual_event(plan: Plan, state: State) -> Event | None:
    for token in sorted(state["tok"], key=int):
        node_id = state["tok"][token][0]
        node = plan["nodes"][node_id]
        if node["kind"] == "user":
            item = next(iter(state["mi"].get(token, {token: None})))
            outcomes: Sequence[Any] = node.get("outcomes") or [("", "")]
            return ("complete", item, outcomes[0][0])
        if node["kind"] == "call":
            return ("child", token, "", "")
        if node["kind"] in ("receive", "catch_message", "catch_timer", "event"):
            kind, armed = node["arms"][0]
            return ("timer" if kind == "timer" else "message", token, armed)
    return None
