"""The process machine as a pure function: `step(plan, state, event) -> (state, effects)`.

State is small plain JSON and does not grow with history::

    {"tok": {id: [node, flow, parent token or ""]}, "seq": n, "mi": {id: {item key: element}}, "vars": {…},
     "out": {node: outcome kept}, "end": end event reached while other tokens go on}

Events: `("start",)`, `("complete", item, outcome)`, `("message", token, node)`, `("timer", token, node)`,
`("child", token, end, error)`, `("move", token, target, cancel others)`, `("cancel", end)`; variables that come with an
event are merged by `with_variables` beforehand.

Effects, in order: `("open", item, node, element)`, `("close", item)`, `("done", item)`, `("timer", token, node)`,
`("wait", token, node)`, `("disarm", token)`, `("call", token, node)`, `("uncall", token)`, `("publish", node)`,
`("enter", node)`, `("leave", node)`, `("cancelled", node)`, `("fire", node)`, `("sink", flow, parent token)` where a
token ends, `("end", node)`.

Joins take one token per incoming flow; further tokens wait for the next round. An inclusive join waits while a live
token can still reach one of its empty flows.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tinhso.foundation.workflow.arrivals import ARRIVALS
from tinhso.foundation.workflow.errors import EngineError
from tinhso.lib import feel

Plan = Mapping[str, Any]
State = dict[str, Any]
Event = tuple[Any, ...]
Effect = tuple[Any, ...]
Decide = Callable[["Run", str], list[str]]

MAX_HOPS = 1000

WAITING = frozenset({"user", "receive", "catch_message", "catch_timer", "event", "call"})


def new_state(variables: Mapping[str, Any] | None = None) -> State:
    return {"tok": {}, "seq": 0, "mi": {}, "vars": dict(variables or {}), "out": {}}


def with_variables(state: State, variables: Mapping[str, Any] | None) -> State:
    """The state with variables of an event merged in."""
    return {**state, "vars": {**state["vars"], **variables}} if variables else state


def by_rules(run: "Run", gateway: str) -> list[str]:
    """Flows of a gateway whose condition is exactly TRUE: the first of an exclusive one, all of an inclusive one."""
    node = run.plan["nodes"][gateway]
    flows = run.plan["flows"]
    taken = []
    for flow in node["out"]:
        condition = flows[flow].get("if")
        if flow == node.get("default") or (condition is not None and not _holds(run, condition, gateway)):
            continue
        taken.append(flow)
        if node["kind"] == "xor":
            break
    if not taken and node.get("default"):
        taken = [node["default"]]
    return taken


def _holds(run: "Run", condition: list[Any], gateway: str) -> bool:
    try:
        return feel.is_true(condition, run.context(), run.plan.get("types"))
    except feel.FeelError as error:
        raise EngineError(error.sentence, gateway) from error


def step(plan: Plan, state: State, event: Event, decide: Decide = by_rules) -> tuple[State, list[Effect]]:
    """What one event makes of a state. The state given is not changed. Raises EngineError."""
    run = Run(plan, state, decide)
    _EVENTS[event[0]](run, *event[1:])
    run.settle()
    return run.state(), run.effects


class Run:
    """One step under way."""

    __slots__ = ("decide", "effects", "ended", "hops", "mi", "out", "outcome", "plan", "queue", "seq", "tok", "vars")

    def __init__(self, plan: Plan, state: State, decide: Decide) -> None:
        self.plan = plan
        self.tok: dict[str, list[str]] = dict(state["tok"])
        self.mi: dict[str, dict[str, Any]] = {k: dict(v) for k, v in state["mi"].items()}
        self.vars: dict[str, Any] = state["vars"]
        self.out: dict[str, str] = dict(state["out"])
        self.seq: int = state["seq"]
        self.decide = decide
        self.effects: list[Effect] = []
        self.queue: deque[tuple[str, str]] = deque()
        self.outcome: str | None = None
        self.ended: str = state.get("end", "")
        self.hops = 0

    def state(self) -> State:
        state = {"tok": self.tok, "seq": self.seq, "mi": self.mi, "vars": self.vars, "out": self.out}
        return {**state, "end": self.ended} if self.ended else state

    def end(self, node_id: str) -> None:
        """Note an end of the case; one beside the main line (`tt:lead="false"`) does not name the ending."""
        if self.plan["nodes"][node_id].get("lead", True) or not self.ended:
            self.ended = node_id

    def context(self) -> dict[str, Any]:
        """What conditions see: the variables, the outcome of the step just completed, kept outcomes by node."""
        return {**self.vars, "outcome": self.outcome, "outcomes": self.out}

    def node(self, token: str) -> dict[str, Any]:
        return self.plan["nodes"][self.tok[token][0]]  # type: ignore[no-any-return]

    # -- tokens ------------------------------------------------------------------------------------------------

    def add(self, node: str, flow: str, parent: str) -> str:
        self.seq += 1
        token = str(self.seq)
        self.tok[token] = [node, flow, parent]
        return token

    def remove(self, token: str) -> str:
        """Take a token off its node and its timers and subscriptions off it; its scope."""
        node, _, parent = self.tok.pop(token)
        self.mi.pop(token, None)
        if self.plan["nodes"][node].get("arms"):
            self.effects.append(("disarm", token))
        return parent

    def send(self, node: str, parent: str) -> None:
        self.queue.extend((flow, parent) for flow in self.plan["nodes"][node]["out"])

    def leave(self, token: str, through: str = "") -> None:
        """Go on from the node of a token, or from a boundary or a catch event of it."""
        node = self.tok[token][0]
        parent = self.remove(token)
        self.effects.append(("leave", node))
        self.send(through or node, parent)

    def cancel(self, token: str) -> None:
        """Withdraw a token with all that stands on it."""
        node_id = self.tok[token][0]
        node = self.plan["nodes"][node_id]
        for child in [t for t, place in self.tok.items() if place[2] == token]:
            self.cancel(child)
        if node["kind"] == "user":
            self.effects.extend(("close", item) for item in self.items(token))
        elif node["kind"] == "call":
            self.effects.append(("uncall", token))
        if node["kind"] in WAITING or node["kind"] == "sub":
            self.effects.append(("cancelled", node_id))
        self.remove(token)

    def cancel_scope(self, parent: str) -> None:
        for token in [t for t, place in self.tok.items() if place[2] == parent]:
            if token in self.tok:
                self.cancel(token)
        self.queue = deque(entry for entry in self.queue if entry[1] != parent)

    def items(self, token: str) -> list[str]:
        return list(self.mi[token]) if token in self.mi else [token]

    # -- moving ------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Move every token as far as it goes, then joins and sub-processes that became ready, to a fixpoint."""
        while True:
            while self.queue:
                self.hops += 1
                if self.hops > MAX_HOPS:
                    raise EngineError("Quy trình quay vòng mà không qua bước nào phải chờ.", self.queue[0][0])
                self.arrive(*self.queue.popleft())
            if not (self.fire_inclusive() or self.finish_subprocess()):
                break
        if not self.tok:
            self.effects.append(("end", self.ended))

    def arrive(self, flow: str, parent: str) -> None:
        if parent and parent not in self.tok:
            return  # its sub-process was cancelled meanwhile
        node_id = self.plan["flows"][flow]["to"]
        kind = self.plan["nodes"][node_id]["kind"]
        ARRIVALS[kind](self, node_id, flow, parent)

    def wait(self, node_id: str, flow: str, parent: str) -> str:
        token = self.add(node_id, flow, parent)
        self.effects.append(("enter", node_id))
        for kind, armed in self.plan["nodes"][node_id].get("arms", ()):
            self.effects.append((kind, token, armed))
        return token

    def choose(self, node_id: str, parent: str) -> None:
        taken = self.decide(self, node_id)
        if not taken:
            name = self.plan["nodes"][node_id]["name"] or node_id
            raise EngineError(f"Tại «{name}» không nhánh nào thoả điều kiện.", node_id)
        self.queue.extend((flow, parent) for flow in taken)

    def waiting_flows(self, node_id: str, parent: str) -> dict[str, str]:
        """Incoming flow → its oldest waiting token."""
        found: dict[str, str] = {}
        for token, (at, flow, scope) in self.tok.items():
            if at == node_id and scope == parent:
                found.setdefault(flow, token)
        return found

    def fire_inclusive(self) -> bool:
        for node_id, upstream in self.plan["inclusive"].items():
            scopes = {place[2] for place in self.tok.values() if place[0] == node_id}
            for parent in sorted(scopes):
                waiting = self.waiting_flows(node_id, parent)
                others = {p[0] for p in self.tok.values() if p[2] == parent and p[0] != node_id}
                if all(flow in waiting or others.isdisjoint(upstream[flow]) for flow in upstream):
                    for token in waiting.values():
                        del self.tok[token]
                    self.split_inclusive(node_id, parent)
                    return True
        return False

    def split_inclusive(self, node_id: str, parent: str) -> None:
        if len(self.plan["nodes"][node_id]["out"]) > 1:
            self.choose(node_id, parent)
        else:
            self.send(node_id, parent)

    def finish_subprocess(self) -> bool:
        parents = {place[2] for place in self.tok.values()}
        for token, (node_id, _, _) in self.tok.items():
            if token not in parents and self.plan["nodes"][node_id]["kind"] == "sub":
                self.leave(token)
                return True
        return False

    def throw(self, code: str, parent: str, node_id: str) -> None:
        """An error ends its sub-process and goes to the nearest boundary that catches it, or ends the case."""
        scope = parent
        while scope:
            boundary = self.catcher(self.tok[scope][0], code)
            outer = self.tok[scope][2]
            if boundary:
                self.effects.append(("fire", boundary))
                self.cancel(scope)
                self.send(boundary, outer)
                return
            scope = outer
        self.cancel_scope("")
        self.queue.clear()
        self.ended = node_id

    def catcher(self, node_id: str, code: str) -> str:
        errors = self.plan["nodes"][node_id].get("errors", {})
        return str(errors.get(code) or errors.get("") or "")


# -- events ----------------------------------------------------------------------------------------------------


def _started(run: Run) -> None:
    run.send(run.plan["start"], "")


def _completed(run: Run, item: str, outcome: str) -> None:
    token = item.split(".")[0]
    if token not in run.tok or run.node(token)["kind"] != "user" or item not in run.items(token):
        raise EngineError("Việc này không còn mở.")
    node_id = run.tok[token][0]
    outcomes = run.plan["nodes"][node_id].get("outcomes")
    if outcomes and outcome not in {key for key, _ in outcomes}:
        raise EngineError("Kết quả không có trong các kết quả của bước này.", node_id)
    run.outcome = outcome
    if node_id in run.plan["kept"]:
        run.out[node_id] = outcome
    run.effects.append(("done", item))
    if token in run.mi:
        del run.mi[token][item]
        if run.mi[token]:
            return
    run.leave(token)


def _fired(run: Run, token: str, node_id: str) -> None:
    """A timer or a message reaches the token, at its own node, a boundary of it or a branch of its event gateway."""
    armed = run.node(token).get("arms", ()) if token in run.tok else ()
    if all(node_id != at for _, at in armed):
        raise EngineError("Quy trình không còn chờ ở đây.", node_id)
    run.effects.append(("fire", node_id))
    at = run.plan["nodes"][node_id]
    if at["kind"] != "boundary" or not at["interrupts"]:
        if at["kind"] == "boundary":
            run.send(node_id, run.tok[token][2])
        else:
            run.leave(token, through=node_id)
        return
    parent = run.tok[token][2]
    run.cancel(token)
    run.send(node_id, parent)


def _child_ended(run: Run, token: str, end: str, error: str) -> None:
    if token not in run.tok or run.node(token)["kind"] != "call":
        raise EngineError("Quy trình không còn chờ phần việc này.")
    run.outcome = end
    node_id, _, parent = run.tok[token]
    if node_id in run.plan["kept"]:
        run.out[node_id] = end
    boundary = run.catcher(node_id, error) if error else ""
    if boundary:
        run.effects.append(("fire", boundary))
        run.remove(token)
        run.send(boundary, parent)
    else:
        run.leave(token)


def _moved(run: Run, token: str, target: str, cancel_others: bool) -> None:
    """Take a token to another step; of its scope or, cancelling sub-processes on the way, of an outer one."""
    wanted = run.plan["nodes"][target]["scope"]
    token = token.split(".")[0]
    while token in run.tok and run.node(token)["scope"] != wanted:
        token = run.tok[token][2]
    if token not in run.tok or run.plan["nodes"][target]["kind"] not in WAITING | {"sub"}:
        raise EngineError("Không chuyển được tới bước này.", target)
    parent = run.tok[token][2]
    run.cancel(token)
    if cancel_others:
        run.cancel_scope(parent)
    ARRIVALS[run.plan["nodes"][target]["kind"]](run, target, "", parent)


def _cancelled(run: Run, end: str) -> None:
    run.cancel_scope("")
    run.ended = end


_EVENTS: dict[str, Callable[..., None]] = {
    "start": _started,
    "complete": _completed,
    "message": _fired,
    "timer": _fired,
    "child": _child_ended,
    "move": _moved,
    "cancel": _cancelled,
}
