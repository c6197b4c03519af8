"""Many cases by chance (Monte Carlo): measured step times on a virtual clock of working hours → expected lateness."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from tinhso.foundation.workflow.engine import Plan
from tinhso.foundation.workflow.trial.automaton import Automaton, Passage, answers_of
from tinhso.lib.feel.values import Months, to_duration

MOST_EVENTS = 400
HOURS_A_DAY = 8.0
_UNKNOWN = (4.0, 8.0, 16.0)  # hours of a step of which nothing is known


@dataclass(frozen=True, slots=True)
class Profile:
    """What was measured, by step: working hours (a sample or quantiles), and how often each outcome was given."""

    hours: Mapping[str, Sequence[float]] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepFigures:
    """visits: times the step came up per case; hours: mean per visit; share: of the running time of all cases."""

    node: str
    name: str
    visits: float
    hours: float
    share: float
    is_measured: bool


@dataclass(frozen=True, slots=True)
class Simulated:
    """hours are working hours on the dossier's clock (running steps only)."""

    cases: int
    late_share: float | None  # None without a limit
    mean: float
    median: float
    p90: float
    ends: Mapping[str, float]  # end event → share
    steps: tuple[StepFigures, ...]
    histogram: tuple[tuple[float, int], ...]  # upper bound of hours, cases
    unfinished: int  # cases that went round beyond all measure


def simulate(
    plan: Plan, profile: Profile, *, cases: int = 10_000, limit_hours: float | None = None, seed: int = 1
) -> Simulated:
    """Live many cases. limit_hours: the legal time. Raises TooLargeError."""
    runner = _Runner(plan, profile, random.Random(seed))  # noqa: S311 - chance for figures, not for secrets
    for _ in range(cases):
        runner.live()
    return runner.figures(cases, limit_hours)


class _Runner:
    def __init__(self, plan: Plan, profile: Profile, chance: random.Random) -> None:
        self.plan = plan
        self.chance = chance
        self.automaton = Automaton(plan)
        self.profile = profile
        self.draws = {
            node_id: _sample(node_id, node, profile)
            for node_id, node in plan["nodes"].items()
            if node["kind"] in ("user", "receive", "call", "catch_message", "catch_timer", "event")
        }
        self.outcomes = {node_id: _weights(node_id, answers_of(plan, node_id), profile) for node_id in plan["nodes"]}
        self.running = {node_id for node_id, node in plan["nodes"].items() if node.get("clock", "running") == "running"}
        self.totals: list[float] = []
        self.ends: dict[str, int] = {}
        self.visits: dict[str, int] = {}
        self.spent: dict[str, float] = {}
        self.unfinished = 0
        self.waits: dict[int, list[tuple[str, str]]] = {}

    def live(self) -> None:
        """One case from its start to its end."""
        chance, automaton = self.chance, self.automaton
        passage = _chosen(automaton.starts, chance)
        due: dict[str, tuple[float, Any]] = {}
        now = clock = 0.0
        for _ in range(MOST_EVENTS):
            marking = passage.marking
            waits = self.waits.get(marking)
            if waits is None:
                waits = self.waits[marking] = automaton.waits(marking)
            if not waits:
                self.totals.append(clock)
                self.ends[passage.end] = self.ends.get(passage.end, 0) + 1
                return
            due = {new: due[old] for new, old in passage.stays if old in due}
            runs = False
            for token, node in waits:
                if token not in due:
                    due[token] = self.draw(node, now)
                runs = runs or node in self.running
            first = min(due, key=due.__getitem__) if len(due) > 1 else next(iter(due))
            at, (kind, suffix, *rest) = due.pop(first)
            event = (kind, first + suffix, *rest)  # tokens are numbered anew in each marking
            if runs:
                clock += at - now
            now = at
            passages = automaton.after(marking, event)
            if not passages:
                break
            passage = passages[0] if len(passages) == 1 else _chosen(passages, chance)
        self.unfinished += 1

    def draw(self, node_id: str, now: float) -> tuple[float, Any]:
        """When and how what waits here goes on: its own end, or a timer on it that comes first.

        How: the event without its token, (kind, what follows the token, …).
        """
        node = self.plan["nodes"][node_id]
        sample = self.draws[node_id]
        hours = sample[int(self.chance.random() * len(sample))]
        event: Any = None
        for kind, armed in node.get("arms", ()):
            if kind == "timer":
                after = timer_hours(self.plan["nodes"][armed])
                is_first = after < hours or (event is None and node["kind"] in ("catch_timer", "event"))
                if is_first and self.plan["nodes"][armed].get("interrupts", True):
                    hours, event = after, ("timer", "", armed)
            elif node["kind"] != "user" and event is None:
                event = ("message", "", armed)
        if event is None:
            event = self.done(node_id, node["kind"])
        self.visits[node_id] = self.visits.get(node_id, 0) + 1
        self.spent[node_id] = self.spent.get(node_id, 0.0) + hours
        return now + hours, event

    def done(self, node_id: str, kind: str) -> Any:
        names, weights = self.outcomes[node_id]
        outcome = names[0] if len(names) == 1 else self.chance.choices(names, weights)[0]
        if kind == "call":
            return ("child", "", outcome, "")
        return ("complete", ".1" if "each" in self.plan["nodes"][node_id] else "", outcome)

    def figures(self, cases: int, limit: float | None) -> Simulated:
        totals = sorted(self.totals) or [0.0]
        cuts = quantiles(totals, n=10) if len(totals) > 1 else [totals[0]] * 9
        all_hours = sum(hours for node, hours in self.spent.items() if node in self.running) or 1.0
        nodes = self.plan["nodes"]
        steps = tuple(
            StepFigures(
                node, nodes[node]["name"] or node, count / cases, self.spent[node] / count,
                self.spent[node] / all_hours if node in self.running else 0.0, node in self.profile.hours,
            )
            for node, count in sorted(self.visits.items(), key=lambda one: -self.spent[one[0]])
        )  # fmt: skip
        done = len(self.totals)
        return Simulated(
            cases=cases,
            late_share=sum(total > limit for total in totals) / max(done, 1) if limit is not None else None,
            mean=sum(totals) / len(totals),
            median=cuts[4],
            p90=cuts[8],
            ends={end: count / max(done, 1) for end, count in sorted(self.ends.items(), key=lambda one: -one[1])},
            steps=steps,
            histogram=_histogram(totals, limit),
            unfinished=self.unfinished,
        )


def timer_hours(node: Mapping[str, Any]) -> float:
    """A timer on the clock of working hours: civil days are counted as five in seven."""
    length = to_duration(node["after"])
    if isinstance(length, Months):
        return length.count * 21 * HOURS_A_DAY
    if length is None:
        return HOURS_A_DAY
    days = length.total_seconds() / 86_400
    if node.get("calendar") == "work":
        whole = length.days
        return whole * HOURS_A_DAY + (length.total_seconds() - whole * 86_400) / 3600
    return days * HOURS_A_DAY * 5 / 7


def _sample(node_id: str, node: Mapping[str, Any], profile: Profile) -> Sequence[float]:
    measured = profile.hours.get(node_id)
    if measured:
        return list(measured)
    if "after" in node and node["kind"] == "catch_timer":
        return [timer_hours(node)]
    if node.get("hours"):
        planned = float(node["hours"])
        return [planned * share for share in (0.25, 0.5, 0.7, 0.9, 1.1)]
    return _UNKNOWN


def _weights(node_id: str, names: list[str], profile: Profile) -> tuple[list[str], list[float]]:
    measured = profile.outcomes.get(node_id, {})
    total = sum(measured.get(name, 0) for name in names)
    if total:
        return names, [measured.get(name, 0) / total for name in names]
    usual = [0.9] + [0.1 / max(len(names) - 1, 1)] * (len(names) - 1)
    return names, usual if len(names) > 1 else [1.0]


def _chosen(passages: Sequence[Passage], chance: random.Random) -> Passage:
    if len(passages) == 1:
        return passages[0]
    drawn = chance.random()
    for passage in passages:
        drawn -= passage.share
        if drawn < 0:
            return passage
    return passages[-1]


def _histogram(totals: Sequence[float], limit: float | None, bars: int = 16) -> tuple[tuple[float, int], ...]:
    top = max(totals[int(len(totals) * 0.99)], limit or 0, 1.0) * 1.05
    width = top / bars
    counts = [0] * bars
    for total in totals:
        counts[min(int(total / width), bars - 1)] += 1
    return tuple((round((number + 1) * width, 1), count) for number, count in enumerate(counts))
