"""From what the machine says to what the tables need: people, dates, messages, parts. Reads, and writes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.workflow import assignment
from tinhso.foundation.workflow.engine import Effect, Plan, State, new_state, step
from tinhso.foundation.workflow.plans import latest_version, plan_of
from tinhso.foundation.workflow.records import CaseChange, PlannedStart, WorkItem, WrongOutcomeError
from tinhso.lib import decisions
from tinhso.lib.feel.values import VIETNAM, Months, add_months, to_duration
from tinhso.lib.working_time import Event as ClockEvent
from tinhso.lib.working_time import Limit, Rule

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What planning needs of a case row."""

    kind: str
    version_id: int
    units: Mapping[str, int]
    title: str = ""
    topic: str = ""
    due_at: datetime | None = None
    priority: int = 0
    part: str = ""
    subject: str = ""
    parent_subject: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Who or what moved the case, as its history keeps it."""

    kind: str
    node: str = ""
    outcome: str = ""
    actor: str = ""
    actor_name: str = ""
    person_id: int | None = None
    note: str = ""
    once: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


Memory = Callable[[str, int], Sequence[int | None]]  # role, unit → people who did such steps of the case before


def nobody(role: str, unit_id: int) -> Sequence[int | None]:
    return ()


def step_due(unit_id: int, hours: str | None, at: datetime) -> datetime | None:
    """When a step must be done: its working hours from `at` in the calendar of its unit."""
    if not hours:
        return None
    rule = Rule(limit=Limit(Decimal(hours), "working_hours"))
    return calendars.reckon(unit_id=unit_id, rule=rule, events=[ClockEvent(at, "received")], at=at).due_at


def timer_at(node: Mapping[str, Any], unit_id: int | None, at: datetime) -> datetime:
    """When a timer goes off: calendar time, or (`tt:calendar="work"`) days and hours of work of the unit."""
    length = to_duration(node["after"])
    if isinstance(length, Months):
        return add_months(at.astimezone(VIETNAM), length.count)  # type: ignore[no-any-return]
    assert length is not None  # noqa: S101 - checked when the process was compiled
    if node.get("calendar") != "work" or unit_id is None:
        return at + length
    whole = length % timedelta(days=1) == timedelta(0)
    limit = (
        Limit(Decimal(length // timedelta(days=1)), "working_days")
        if whole
        else Limit(Decimal(length // timedelta(minutes=1)) / 60, "working_hours")
    )
    due = calendars.reckon(unit_id=unit_id, rule=Rule(limit=limit), events=[ClockEvent(at, "received")], at=at).due_at
    return due or at + length


def unit_for(units: Mapping[str, int], role: str) -> int:
    """The unit that plays a role in the case. Raises WrongOutcomeError where the case has no such unit."""
    unit_id = units.get(role, units.get("handling"))
    if unit_id is None:
        raise WrongOutcomeError(f"Hồ sơ chưa có đơn vị cho vai «{role}».")
    return int(unit_id)


def lead_node(plan: Plan, state: State) -> Mapping[str, Any] | None:
    """The step the case stands at: the newest leading one."""
    found = None
    for token in sorted(state["tok"], key=int):
        node = plan["nodes"][state["tok"][token][0]]
        if node["kind"] in ("user", "receive", "call", "event", "catch_message", "catch_timer") and (
            node.get("lead", True) or found is None
        ):
            found = node
    return found


def waiting_for(plan: Plan, state: State) -> tuple[str, ...]:
    """Messages tokens wait for now."""
    nodes = plan["nodes"]
    return tuple(
        dict.fromkeys(
            nodes[armed]["message"]
            for place in state["tok"].values()
            for kind, armed in nodes[place[0]].get("arms", ())
            if kind == "wait"
        )
    )


class Planner:
    """Turns the effects of one step into the rows `workflow_apply` writes."""

    def __init__(self, case: CaseFacts, state: State, act: Act, at: datetime, memory: Memory = nobody) -> None:
        self.case = case
        self.plan = plan_of(case.version_id)
        self.state = state
        self.act = act
        self.at = at
        self.memory = memory
        self.rows: dict[str, list[Any]] = {}
        self.published: list[str] = []
        self.uncalled: list[str] = []
        self.passed: dict[str, list[str]] = {}

    def write(self, effects: Sequence[Effect]) -> Row:
        for effect in effects:
            rule = _RULES.get(effect[0])
            if rule is not None:
                rule(self, *effect[1:])
        lead = lead_node(self.plan, self.state)
        over = not self.state["tok"]
        change = {
            "at": self.at.isoformat(),
            "state": self.state,
            "status": "ended" if over else "open",
            "stage": "" if over or lead is None else lead.get("stage", ""),
            "ended": self.state.get("end", "") if over else "",
            "event": {
                "kind": self.act.kind,
                "node": self.act.node,
                "actor": self.act.actor,
                "actor_name": self.act.actor_name,
                "once": self.act.once,
                "data": {**self.act.data, **self.passed, **({"outcome": self.act.outcome} if self.act.outcome else {})},
            },
            **self.rows,
        }
        if self.act.kind in ("timer", "message"):
            change["fired"] = [self.act.data.get("token", ""), self.act.node]
        return change

    def add(self, kind: str, row: Any) -> None:
        self.rows.setdefault(kind, []).append(row)

    def on_open(self, item: str, node_id: str, element: Any) -> None:
        node = self.plan["nodes"][node_id]
        today = self.at.astimezone(VIETNAM).date()
        unit_id = assignment.unit_now(self.unit_of(node, element), today)
        role = (element.get("role") if isinstance(element, Mapping) else None) or node["role"]
        people = assignment.candidates(unit_id, role, today)
        named = self.state["vars"].get(node["assignee"]) if "assignee" in node else None
        preferred = [named, *self.memory(role, unit_id)] if len(people) > 1 else ()
        self.add(
            "items",
            {
                "token": item,
                "node": node_id,
                "name": node["name"],
                "stage": node.get("stage", ""),
                "clock": node.get("clock", "running"),
                "role": role,
                "unit": unit_id,
                "assignee": assignment.choose(people, preferred),
                "lead": node.get("lead", True),
                "due": self.due_of(node, element, unit_id),
            },
        )

    def unit_of(self, node: Mapping[str, Any], element: Any) -> int:
        """A step for each element: a unit's id, a role of a unit, or a row with `unit` (and `role`, `due`)."""
        if isinstance(element, Mapping):
            element = element.get("unit")
        if isinstance(element, str) and not element.isdigit():
            return unit_for(self.case.units, element)
        return int(element) if element is not None else unit_for(self.case.units, node["unit"])

    def due_of(self, node: Mapping[str, Any], element: Any, unit_id: int) -> str | None:
        """The date asked for, where the element names one; else the working hours of the step."""
        if isinstance(element, Mapping) and element.get("due"):
            return str(element["due"])
        return _iso(step_due(unit_id, self.hours_of(node), self.at))

    def hours_of(self, node: Mapping[str, Any]) -> str | None:
        """Working hours of a step: written in it, or by its decision table over what the case knows."""
        if "hours_by_table" not in node:
            return node.get("hours")
        try:
            found = decisions.decide(node["hours_by_table"], self.state["vars"], self.plan.get("types"), at=self.at)
        except decisions.DecisionError as error:
            raise WrongOutcomeError(str(error)) from error
        hours = next(iter(found.outputs.values()))
        return str(hours) if isinstance(hours, Decimal) and hours > 0 else None

    def on_done(self, item: str) -> None:
        self.add(
            "done",
            {
                "token": item,
                "outcome": self.act.outcome,
                "person": self.act.person_id,
                "name": self.act.actor_name,
                "note": self.act.note,
            },
        )

    def on_close(self, item: str) -> None:
        if self.withdraw("items", item):
            return
        if self.act.kind == "move" and item == self.act.data.get("token"):
            self.on_done(item)  # whoever sends back has done the step, with that answer
        else:
            self.add("closed", item)

    def withdraw(self, kind: str, token: str) -> bool:
        """Drop what was opened earlier in this same step; whether there was such."""
        rows = self.rows.get(kind, [])
        kept = [row for row in rows if row.get("token", row.get("parent_token")) != token]
        if len(kept) == len(rows):
            return False
        self.rows[kind] = kept
        return True

    def on_disarm(self, token: str) -> None:
        self.add("disarm", token)
        for kind in ("timers", "waits"):
            self.withdraw(kind, token)

    def on_timer(self, token: str, node_id: str) -> None:
        node = self.plan["nodes"][node_id]
        fire_at = timer_at(node, self.case.units.get("handling"), self.at)
        self.add("timers", {"token": token, "node": node_id, "fire_at": fire_at.isoformat()})

    def on_wait(self, token: str, node_id: str) -> None:
        self.add("waits", {"token": token, "node": node_id, "message": self.plan["nodes"][node_id]["message"]})

    def on_call(self, token: str, node_id: str) -> None:
        node = self.plan["nodes"][node_id]
        case = self.case
        child = CaseFacts(
            kind=case.kind,
            version_id=latest_version(node["process"]),
            units=self.units_of_part(node["unit"]),
            title=case.title,
            topic=case.topic,
            due_at=None,
            priority=case.priority,
            part=node["part"],
            parent_subject=case.subject,
        )
        payload = plan_payload(child, self.state["vars"], self.at)
        self.add("children", {**payload, "part": node["part"], "parent_token": token})

    def units_of_part(self, role: str) -> dict[str, int]:
        """A part is handled, approved and numbered by its own agency."""
        if role == "handling":
            return dict(self.case.units)
        own = unit_for(self.case.units, role)
        return {**self.case.units, "handling": own, "agency": own}

    def on_uncall(self, token: str) -> None:
        if not self.withdraw("children", token):
            self.uncalled.append(token)

    def on_enter(self, node_id: str) -> None:
        self.note("entered", node_id)

    def on_leave(self, node_id: str) -> None:
        self.note("left", node_id)

    def note(self, word: str, node_id: str) -> None:
        """Steps without a work item are told by the history alone."""
        if self.plan["nodes"][node_id]["kind"] in ("receive", "call", "event", "catch_message", "catch_timer"):
            self.passed.setdefault(word, []).append(node_id)

    def on_publish(self, node_id: str) -> None:
        self.published.append(self.plan["nodes"][node_id]["topic"])


_RULES: dict[str, Callable[..., None]] = {
    "open": Planner.on_open,
    "done": Planner.on_done,
    "close": Planner.on_close,
    "disarm": Planner.on_disarm,
    "timer": Planner.on_timer,
    "wait": Planner.on_wait,
    "call": Planner.on_call,
    "uncall": Planner.on_uncall,
    "publish": Planner.on_publish,
    "enter": Planner.on_enter,
    "leave": Planner.on_leave,
    "cancelled": Planner.on_leave,
}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def plan_payload(case: CaseFacts, variables: Mapping[str, Any], at: datetime, act: Act | None = None) -> Row:
    """The start of a case as `workflow_begin` takes it."""
    state, effects = step(plan_of(case.version_id), new_state(variables), ("start",))
    change = Planner(case, state, act or Act("start"), at).write(effects)
    row = {
        "kind": case.kind,
        "version_id": case.version_id,
        "units": dict(case.units),
        "title": case.title[:300],
        "topic": case.topic,
        "due_at": _iso(case.due_at),
        "priority": case.priority,
    }
    return {"case": row, "change": change}


def plan_start(case: CaseFacts, variables: Mapping[str, Any], at: datetime) -> PlannedStart:
    payload = plan_payload(case, variables, at)
    return PlannedStart(payload, change_of(case, payload["change"], {"case_id": 0}, at))


def change_of(case: CaseFacts, change: Row, written: Row, at: datetime, published: Sequence[str] = ()) -> CaseChange:
    """What was written, as listeners are told it. written: ids as `workflow_apply` returned them."""
    plan = plan_of(case.version_id)
    state = change["state"]
    lead = lead_node(plan, state)
    ids = written.get("opened") or [0] * len(change.get("items", ()))
    items = [item_of(case, written["case_id"], row, i, at) for i, row in zip(ids, change.get("items", ()), strict=True)]
    return CaseChange(
        case_id=written["case_id"],
        kind=case.kind,
        subject=case.subject,
        at=at,
        opened=tuple(items),
        closed=tuple(written.get("closed", ())),
        waiting=waiting_for(plan, state),
        stage=change["stage"],
        ended=change["ended"] if change["status"] == "ended" else None,
        clock=lead.get("clock", "running") if lead else "running",
        event=change["event"]["kind"],
        node=change["event"]["node"],
        outcome=change["event"]["data"].get("outcome", ""),
        published=tuple(published),
        part=case.part,
        parent_subject=case.parent_subject,
        units=tuple(case.units.items()),
    )


def item_of(case: CaseFacts, case_id: int, row: Row, item_id: int, at: datetime) -> WorkItem:
    return WorkItem(
        id=item_id,
        case_id=case_id,
        subject=case.subject,
        node=row["node"],
        name=row["name"],
        role=row["role"],
        unit_id=row["unit"],
        assignee_id=row["assignee"],
        stage=row["stage"],
        clock=row["clock"],
        outcomes=outcomes_of(plan_of(case.version_id), row["node"]),
        opened_at=at,
        due_at=datetime.fromisoformat(row["due"]) if row["due"] else None,
        is_lead=row["lead"],
        token=row["token"],
        legal_due_at=case.due_at,
        title=case.title,
        topic=case.topic,
        priority=case.priority,
        kind=case.kind,
    )


def outcomes_of(plan: Plan, node_id: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, label) for key, label in plan["nodes"].get(node_id, {}).get("outcomes", ()))
