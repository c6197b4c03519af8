"""Histories that were really lived, replayed on a draft: which cases would have ended elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinhso.foundation.workflow.engine import Event, Plan, State, new_state, step
from tinhso.foundation.workflow.errors import EngineError

MOST_EXTRA = 40


@dataclass(frozen=True, slots=True)
class Lived:
    """One case as it was: variables at its start, (kind, node, outcome) of what moved it, and its end."""

    subject: str
    variables: Mapping[str, Any]
    acts: Sequence[tuple[str, str, str]]
    end: str  # "" while it still runs


@dataclass(frozen=True, slots=True)
class Replayed:
    """same: ended as it did. elsewhere: at another end. stuck: the draft has no way for what was done."""

    subject: str
    verdict: str
    sentence: str
    end: str = ""


def replay(plan: Plan, histories: Iterable[Lived], node_map: Mapping[str, str] | None = None) -> list[Replayed]:
    return [_replay_one(plan, one, node_map or {}) for one in histories]


def _replay_one(plan: Plan, lived: Lived, node_map: Mapping[str, str]) -> Replayed:
    try:
        state = _go(plan, new_state(lived.variables), ("start",))
        for kind, node, outcome in lived.acts:
            if not state["tok"]:
                break
            state = _act(plan, state, kind, node_map.get(node, node), outcome)
        if lived.end and state["tok"]:
            state = _run_out(plan, state)
    except EngineError as error:
        return Replayed(lived.subject, "stuck", str(error))
    end = state.get("end", "") if not state["tok"] else ""
    if not lived.end or end == node_map.get(lived.end, lived.end):
        return Replayed(lived.subject, "same", "", end)
    if not end:
        at = ", ".join(f"«{_name(plan, place[0])}»" for place in state["tok"].values())
        return Replayed(lived.subject, "stuck", f"Đã xong trước đây, nhưng theo bản nháp còn đứng ở {at}.")
    was, now = _name(plan, lived.end), _name(plan, end)
    return Replayed(lived.subject, "elsewhere", f"Đã kết thúc ở «{was}», theo bản nháp kết thúc ở «{now}».", end)


def _act(plan: Plan, state: State, kind: str, node: str, outcome: str) -> State:
    """One act of the history; steps that only the draft has are answered as usual on the way to it."""
    if node not in plan["nodes"]:
        return state  # the draft has no such step: it is simply not asked any more
    for _ in range(MOST_EXTRA):
        event = _event(plan, state, kind, node, outcome)
        if event is not None:
            return _go(plan, state, event)
        extra = _usual(plan, state, avoid=node)
        if extra is None:
            break
        state = _go(plan, state, extra)
        if not state["tok"]:
            return state
    where = ", ".join(f"«{_name(plan, place[0])}»" for place in state["tok"].values())
    raise EngineError(f"Đến «{_name(plan, node)}» thì bản nháp đang đứng ở {where}.", node)


def _event(plan: Plan, state: State, kind: str, node: str, outcome: str) -> Event | None:
    for token, place in state["tok"].items():
        at = plan["nodes"][place[0]]
        if place[0] == node and kind in ("complete", "move") and at["kind"] == "user":
            return ("complete", next(iter(state["mi"].get(token, {token: 0}))), outcome)
        if place[0] == node and kind == "child":
            return ("child", token, outcome, "")
        if kind in ("timer", "message") and any(armed == node for _, armed in at.get("arms", ())):
            return (kind, token, node)
    return None


def _usual(plan: Plan, state: State, avoid: str) -> Event | None:
    """The usual answer of a waiting step that the history does not know."""
    for token, place in state["tok"].items():
        node = plan["nodes"][place[0]]
        if place[0] == avoid:
            continue
        if node["kind"] == "user":
            outcomes = node.get("outcomes") or [("", "")]
            return ("complete", next(iter(state["mi"].get(token, {token: 0}))), outcomes[0][0])
        if node["kind"] == "call":
            return ("child", token, "", "")
        for kind, armed in node.get("arms", ()):
            return ("timer" if kind == "timer" else "message", token, armed)
    return None


def _run_out(plan: Plan, state: State) -> State:
    """What the draft adds after the last act of the history."""
    for _ in range(MOST_EXTRA):
        event = _usual(plan, state, avoid="") if state["tok"] else None
        if event is None:
            break
        state = _go(plan, state, event)
    return state


def _go(plan: Plan, state: State, event: Event) -> State:
    return step(plan, state, event)[0]


def _name(plan: Plan, node_id: str) -> str:
    return str(plan["nodes"].get(node_id, {}).get("name") or node_id)
