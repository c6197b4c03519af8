"""A draft clicked through with a virtual clock: the clicks so far are the whole state, so going back is undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinhso.foundation.workflow.engine import Event, Plan, State, new_state, step
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
    """Where the clicks lead: path (what happened) and when, what waits, variables, end.

    Working hours since the start, as planned: at (of each click), now; hours: of these on the dossier's clock.
    """

    path: tuple[str, ...]
    at: tuple[float, ...]
    waiting: tuple[Waiting, ...]
    now: float
    hours: float
    visited: tuple[str, ...]
    variables: Mapping[str, Any]
    end: str
    problem: str = ""


def walk(plan: Plan, clicks: Sequence[str], variables: Mapping[str, Any]) -> Walked:
    """Play the clicks from the start. A click that no longer fits is told and ends the walk there."""
    path: list[str] = []
    visited: list[str] = []
    at: list[float] = []
    clock, problem = _Clock(plan), ""
    state = new_state(variables)
    try:
        state, effects = step(plan, state, ("start",))
        clock.look(state)
        visited += _visited(effects)
        for code in clicks[:MOST_CLICKS]:
            click = next((c for one in _waiting(plan, state) for c in one.clicks if c.code == code), None)
            if click is None:
                problem = "Bước vừa bấm không còn chờ ở đây; phần sau được bỏ qua."
                break
            event = _event(code)
            state, effects = step(plan, state, event)
            clock.pass_to(event)
            clock.look(state)
            at.append(clock.now)
            visited += _visited(effects)
            path.append(click.label)
    except EngineError as error:
        problem = str(error)
    end = "" if state["tok"] else _name(plan, state.get("end", ""))
    return Walked(tuple(path), tuple(at), tuple(_waiting(plan, state)), clock.now, clock.hours,
                  tuple(dict.fromkeys(visited)), state["vars"], end, problem)  # fmt: skip


class _Clock:
    """Virtual time: a step takes its planned hours, a timer its own, a message none; steps beside each other run at
    once. The dossier's clock runs while any step that waits lets it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.now = self.hours = 0.0
        self.since: dict[tuple[str, str], float] = {}  # (token, node) that waits → since when

    def look(self, state: State) -> None:
        here = [(token, place[0]) for token, place in state["tok"].items()]
        self.since = {one: self.since.get(one, self.now) for one in here}

    def pass_to(self, event: Event) -> None:
        """The moment at which what was clicked comes."""
        token = event[1].partition(".")[0]  # of a step of several people, one item
        node, since = next((node, since) for (one, node), since in self.since.items() if one == token)
        nodes = self.plan["nodes"]
        took = 0.0
        if event[0] == "complete":
            took = float(nodes[node].get("hours") or 0)
        elif event[0] == "timer":
            took = timer_hours(nodes[event[2]])
        moment = max(self.now, since + took)
        if any(nodes[node].get("clock", "running") == "running" for _, node in self.since):
            self.hours += moment - self.now
        self.now = moment


def _event(code: str) -> Event:
    kind, token, *rest = code.split("|")
    return (kind, token, rest[0], "") if kind == "child" else (kind, token, *rest)


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


def _visited(effects: Sequence[tuple[Any, ...]]) -> list[str]:
    return [effect[1] for effect in effects if effect[0] in ("enter", "publish", "fire")]


def _name(plan: Plan, node_id: str) -> str:
    return str(plan["nodes"].get(node_id, {}).get("name") or node_id)
