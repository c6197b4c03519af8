"""The process as a small automaton: every marking once, every event out of it worked out once, by the same `step`."""

from dataclasses import dataclass
from typing import Any

from tinhso.foundation.workflow.engine import WAITING, Event, Plan, Run, State, new_state, step
from tinhso.foundation.workflow.errors import EngineError
from tinhso.lib import feel

MAX_MARKINGS = 20_000
_KNOWN = frozenset({"outcome", "outcomes"})


class TooLargeError(Exception):
    """More markings than can be kept."""


class _ChoiceNeededError(Exception):
    def __init__(self, options: int) -> None:
        super().__init__()
        self.options = options


@dataclass(frozen=True, slots=True)
class Passage:
    """One way an event may turn out: how often, to which marking, and which tokens stood there before."""

    share: float
    marking: int
    stays: tuple[tuple[str, str], ...]  # (token now, token before)
    fresh: tuple[str, ...]  # tokens that arrived
    end: str


class Automaton:
    """Markings by number; 0 is where a case stands after its start (which may have several ways: see `starts`)."""

    def __init__(self, plan: Plan, each: int = 2) -> None:
        self.plan = plan
        self.each = each  # elements of a list whose content is not known
        self.states: list[State] = []
        self.numbers: dict[Any, int] = {}
        self.passages: dict[tuple[int, Event], list[Passage]] = {}
        lists = {node["each"]: ["*"] * each for node in plan["nodes"].values() if "each" in node}
        self.starts = self._follow(new_state(lists), ("start",))

    def after(self, marking: int, event: Event) -> list[Passage]:
        key = (marking, event)
        found = self.passages.get(key)
        if found is None:
            found = self.passages[key] = self._follow(self.states[marking], event)
        return found

    def waits(self, marking: int) -> list[tuple[str, str]]:
        """(token, node) of everything that waits in a marking."""
        nodes = self.plan["nodes"]
        return [
            (token, place[0])
            for token, place in self.states[marking]["tok"].items()
            if nodes[place[0]]["kind"] in WAITING
        ]

    def _follow(self, state: State, event: Event) -> list[Passage]:
        """Every way through the gateways; those whose conditions are known are not a matter of chance."""
        found: list[Passage] = []
        todo: list[tuple[list[int], float]] = [([], 1.0)]
        while todo:
            script, share = todo.pop()
            try:
                after, _ = step(self.plan, state, event, self._decider(script))
            except _ChoiceNeededError as needed:
                todo.extend(([*script, option], share / needed.options) for option in range(needed.options))
                continue
            except EngineError:
                continue  # no way for these facts: the person would be told, and nothing moves
            found.append(self._passage(state, after, share))
        total = sum(one.share for one in found)
        return [Passage(p.share / total, p.marking, p.stays, p.fresh, p.end) for p in found]

    def _passage(self, before: State, after: State, share: float) -> Passage:
        names = {token: str(number) for number, token in enumerate(sorted(after["tok"], key=int), 1)}
        plain: State = {
            "tok": {names[t]: [node, flow, names.get(parent, "")] for t, (node, flow, parent) in after["tok"].items()},
            "seq": len(names),
            "mi": {names[t]: {f"{names[t]}.{n}": e for n, e in enumerate(items.values(), 1)}
                   for t, items in after["mi"].items() if t in names},
            "vars": after["vars"],
            "out": after["out"],
        }  # fmt: skip
        key = (tuple((t, *place, len(plain["mi"].get(t, ()))) for t, place in plain["tok"].items()),
               tuple(sorted(plain["out"].items())))  # fmt: skip
        number = self.numbers.get(key)
        if number is None:
            if len(self.states) >= MAX_MARKINGS:
                raise TooLargeError
            number = self.numbers[key] = len(self.states)
            self.states.append(plain)
        stays = tuple((names[t], t) for t in after["tok"] if t in before["tok"] and after["tok"][t] == before["tok"][t])
        fresh = tuple(names[t] for t in after["tok"] if (names[t], t) not in stays)
        return Passage(share, number, stays, fresh, "" if after["tok"] else after.get("end", ""))

    def _decider(self, script: list[int]) -> Any:
        answers = iter(script)

        def decide(run: Run, gateway: str) -> list[str]:
            options = _options(run, gateway)
            if len(options) == 1:
                return options[0]
            chosen = next(answers, None)
            if chosen is None:
                raise _ChoiceNeededError(len(options))
            return options[chosen]

        return decide


def answers_of(plan: Plan, node_id: str) -> list[str]:
    """What a step can answer, the usual answer first; of a called process, the ends that the next gateway knows."""
    node = plan["nodes"][node_id]
    if node.get("outcomes"):
        return [key for key, _ in node["outcomes"]]
    if node["kind"] != "call":
        return [""]
    found: list[str] = []
    todo, seen = list(node["out"]), set()
    while todo:
        target = plan["flows"][todo.pop()]["to"]
        if target in seen or plan["nodes"][target]["kind"] not in ("xor", "or"):
            continue
        seen.add(target)
        for flow in plan["nodes"][target]["out"]:
            _compared(plan["flows"][flow].get("if"), found)
            todo.append(flow)
    return found or [""]


def _compared(tree: Any, found: list[str]) -> None:
    """Texts that a condition compares the outcome with."""
    if not isinstance(tree, list):
        return
    if tree[:2] == ["=", ["name", "outcome"]] and tree[2][0] == "lit" and tree[2][1] not in found:
        found.append(tree[2][1])
    for part in tree:
        _compared(part, found)


def _options(run: Run, gateway: str) -> list[list[str]]:
    """The ways a gateway may go: one where outcomes decide, each of them where data would."""
    node = run.plan["nodes"][gateway]
    default = node.get("default")
    open_ways: list[str] = []
    for flow in node["out"]:
        verdict = None if flow == default else _verdict(run, flow)
        if verdict is True and node["kind"] == "xor":
            return [[flow]] if not open_ways else [[one] for one in [*open_ways, flow]]
        if verdict is not False and flow != default:
            open_ways.append(flow)
    if node["kind"] == "or":
        return [open_ways, *([[default]] if default else [])] if open_ways else [[default] if default else []]
    return [[one] for one in [*open_ways, *([default] if default else [])]] or [[]]


def _verdict(run: Run, flow: str) -> bool | None:
    condition = run.plan["flows"][flow].get("if")
    if condition is None:
        return True
    if not set(feel.names(condition)) <= _KNOWN:
        return None
    return feel.is_true(condition, run.context())
