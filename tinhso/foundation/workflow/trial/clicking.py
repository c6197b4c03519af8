"""A draft clicked through with a virtual clock: the clicks so far are the whole state, so going back is undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinhso.foundation.workflow.engine import Plan, State, new_state, step
from tinhso.foundation.workflow.errors import EngineError
from tinhso.foundation.workflow.trial.automaton import answers_of
from tinhso.foundation.workflow.trial.chance import timer_hours

MOST_CLICKS = 200


@dataclass(frozen=True, slots=True)
class Click:
    """Something that can be pressed: `code` is what is sent."""

    code: str
    label: str
    kind: str  # answer | timer | message | part


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that stands open."""

    node: str
    name: str
    role: str
    unit: str
    clock: str
    hours: str
    clicks: tuple[Click, ...]


@dataclass(frozen=True, slots=True)
class Walked:
    """Where the clicks lead: path (what happened), what waits, hours on the dossier's clock, variables, end."""

    path: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    hours: float
    visited: tuple[str, ...]
    variables: Mapping[str, Any]
    end: str
    problem: str = ""


def walk(plan: Plan, clicks: Sequence[str], variables: Mapping[str, Any]) -> Walked:
    """Play the clicks from the start. A click that no longer fits is told and ends the walk there."""
    path: list[str] = []
    visited: list[str] = []
    hours, problem = 0.0, ""
    state = new_state(variables)
    try:
        state, effects = step(plan, state, ("start",))
        visited += _visited(effects)
        for code in clicks[:MOST_CLICKS]:
            click = next((c for one in _waiting(plan, state) for c in one.clicks if c.code == code), None)
            if click is None:
                problem = "Bước vừa bấm không còn chờ ở đây; phần sau được bỏ qua."
                break
            hours += _hours(plan, code, click)
            state, effects = step(plan, state, tuple(_event(code)))
            visited += _visited(effects)
            path.append(click.label)
    except EngineError as error:
        problem = str(error)
    end = "" if state["tok"] else _name(plan, state.get("end", ""))
    return Walked(tuple(path), tuple(_waiting(plan, state)), hours, tuple(dict.fromkeys(visited)), state["vars"], end,
                  problem)  # fmt: skip


def _event(code: str) -> list[str]:
    kind, token, *rest = code.split("|")
    return [kind, token, *rest] if kind != "child" else [kind, token, rest[0], ""]


def _waiting(plan: Plan, state: State) -> list[Waiting]:
    found = []
    for token, place in state["tok"].items():
        node = plan["nodes"][place[0]]
        if node["kind"] not in ("user", "call", "receive", "event", "catch_message", "catch_timer"):
            continue
        name = _name(plan, place[0])
        item = next(iter(state["mi"].get(token, {token: 0})))
        clicks = []
        if node["kind"] == "user":
            for key, label in node.get("outcomes") or [("", "Xong")]:
                clicks.append(Click(f"complete|{item}|{key}", f"{name}: {label}", "answer"))
        elif node["kind"] == "call":
            for end in answers_of(plan, place[0]):
                said = f"{name}: xong{f' ({end})' if end else ''}"
                clicks.append(Click(f"child|{token}|{end}", said, "part"))
        for kind, armed in node.get("arms", ()):
            of_timer = kind == "timer"
            about = plan["nodes"][armed]
            said = f"hết {about['after']}" if of_timer else f"nhận «{about['message']}»"
            code = f"{'timer' if of_timer else 'message'}|{token}|{armed}"
            clicks.append(Click(code, f"{name}: {said}", "timer" if of_timer else "message"))
        found.append(
            Waiting(place[0], name, node.get("role", ""), node.get("unit", ""), node.get("clock", "running"),
                    str(node.get("hours") or ""), tuple(clicks))
        )  # fmt: skip
    return found


def _hours(plan: Plan, code: str, click: Click) -> float:
    """Working hours a click takes on the dossier's clock, as planned."""
    if click.kind == "timer":
        return 0.0 if _paused(plan, code) else timer_hours(plan["nodes"][code.split("|")[2]])
    return 0.0


def _paused(plan: Plan, code: str) -> bool:
    node = plan["nodes"][code.split("|")[2]]
    on = plan["nodes"].get(node.get("on", ""), node)
    return bool(on.get("clock", "running") != "running")


def _visited(effects: Sequence[tuple[Any, ...]]) -> list[str]:
    return [effect[1] for effect in effects if effect[0] in ("enter", "publish", "fire")]


def _name(plan: Plan, node_id: str) -> str:
    return str(plan["nodes"].get(node_id, {}).get("name") or node_id)
