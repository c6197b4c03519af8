"""Cases lived in memory and written in bulk: imports of running work, and a year of demonstration.

The same plans, the same `step`, the same planner as one case at a time; only the writing differs (COPY, at the end).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import cycle
from typing import Any

from django.db import connection

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow.engine import Event, State, new_state, step, with_variables
from tinhso.foundation.workflow.planning import Act, CaseFacts, Planner, Row, change_of
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.records import CaseChange

Json = dict[str, Any]


class Ids:
    """Ids taken from a sequence by the thousand."""

    def __init__(self, table: str, bite: int = 5000) -> None:
        self.table, self.bite = table, bite
        self.left: list[int] = []

    def next(self) -> int:
        if not self.left:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select array_agg(nextval(pg_get_serial_sequence(%s, 'id'))) from generate_series(1, %s)",
                    [self.table, self.bite],
                )
                self.left = sorted(cursor.fetchone()[0], reverse=True)
        return self.left.pop()


class Book:
    """Where cases of one bulk run take their ids."""

    def __init__(self) -> None:
        self.cases = Ids("workflow_caserun")
        self.items = Ids("workflow_workitem")
        self.turns: dict[tuple[str, int], Iterator[int]] = {}

    def turn(self, role: str, unit_id: int) -> int | None:
        """The next holder of a post in turn: counting everybody's open work for each step would cost too much here."""
        key = (role, unit_id)
        if key not in self.turns:
            self.turns[key] = cycle([person.id for person in organizations.holders(unit_id=unit_id, role=role)])
        return next(self.turns[key], None)


class LivedCase:
    """One case and the parts it called. Every event returns the changes it made, its own first."""

    def __init__(
        self,
        book: Book,
        facts: CaseFacts,
        *,
        variables: Mapping[str, Any],
        at: datetime,
        above: "LivedCase | None" = None,
        token: str = "",
    ) -> None:
        self.book, self.facts, self.above, self.token = book, facts, above, token
        self.id = book.cases.next()
        self.root_id: int = above.root_id if above else self.id
        self.state: State = new_state(variables)
        self.started_at, self.ended_at = at, None
        self.stage, self.ended, self.rev = "", "", 0
        self.items: dict[str, Json] = {}  # every item by token, done ones too
        self.timers: dict[tuple[str, str], Json] = {}
        self.waits: dict[tuple[str, str], Json] = {}
        self.events: list[tuple[Any, ...]] = []
        self.parts: dict[str, LivedCase] = {}
        self.changes = self._apply(("start",), Act("start"), at, self.state)

    # -- what may happen ------------------------------------------------------------------------------------------

    def complete(
        self, item: Json, outcome: str, at: datetime, *, person_id: int | None, name: str, actor: str, note: str = "",
        variables: Mapping[str, Any] | None = None,
    ) -> list[CaseChange]:  # fmt: skip
        act = Act("complete", item["node"], outcome, actor, name, person_id, note, data={"item": item["id"]})
        return self._apply(("complete", item["token"], outcome), act, at, with_variables(self.state, variables))

    def message(self, name: str, at: datetime, variables: Mapping[str, Any] | None = None) -> list[CaseChange]:
        """Nothing where nobody waits for it."""
        wait = next((w for w in self.waits.values() if w["message"] == name), None)
        if wait is None:
            return []
        act = Act("message", node=wait["node"], data={"token": wait["token"], "message": name})
        return self._apply(("message", wait["token"], wait["node"]), act, at, with_variables(self.state, variables))

    def next_timer(self) -> Json | None:
        return min(self.timers.values(), key=lambda t: t["fire_at"], default=None)

    def fire(self, timer: Json, at: datetime) -> list[CaseChange]:
        act = Act(
            "timer", node=timer["node"], actor="job:timers", actor_name="Hẹn giờ của quy trình",
            data={"token": timer["token"]},
        )  # fmt: skip
        return self._apply(("timer", timer["token"], timer["node"]), act, at, self.state)

    def end(self, reason: str, at: datetime, *, actor: str, name: str) -> list[CaseChange]:
        return self._apply(
            ("cancel", reason), Act("cancel", outcome=reason, actor=actor, actor_name=name), at, self.state
        )

    def open_items(self) -> list[Json]:
        return [item for item in self.items.values() if item["state"] == "open"]

    def family(self) -> Iterable["LivedCase"]:
        yield self
        for part in self.parts.values():
            yield from part.family()

    # -- as the services do it ------------------------------------------------------------------------------------

    def _apply(self, event: Event, act: Act, at: datetime, before: State) -> list[CaseChange]:
        after, effects = step(plan_of(self.facts.version_id), before, event)
        planner = Planner(self.facts, after, act, at, self._memory)
        change = planner.write(effects)
        opened, closed = self._write(change, at)
        result = change_of(
            self.facts, change, {"case_id": self.id, "opened": opened, "closed": closed}, at, planner.published
        )
        changes = [result]
        for token in planner.uncalled:
            part = self.parts.get(token)
            if part is not None and not part.ended_at:
                changes += part._apply(("cancel", self.ended or "stopped"), replace(act, kind="cancel"), at, part.state)
        for child in change.get("children", ()):
            changes += self._begin(child, at)
        if self.ended_at and self.above is not None and self.token in self.above.state["tok"]:
            changes += self.above._child_ended(self, at)
        return changes

    def _memory(self, role: str, unit_id: int) -> Sequence[int | None]:
        done = [i for i in self.items.values() if i["state"] != "open" and i["role"] == role and i["unit"] == unit_id]
        return [*[item["assignee"] for item in reversed(done)][:5], self.book.turn(role, unit_id)]

    def _begin(self, child: Row, at: datetime) -> list[CaseChange]:
        case = child["case"]
        facts = CaseFacts(
            kind=case["kind"],
            version_id=case["version_id"],
            units=case["units"],
            title=case["title"],
            topic=case["topic"],
            priority=case["priority"],
            part=child["part"],
            subject=f"{self.facts.subject}/{child['part']}",
            parent_subject=self.facts.subject,
        )
        token = child["parent_token"]
        part = LivedCase(self.book, facts, variables=self.state["vars"], at=at, above=self, token=token)
        self.parts[token] = part
        return part.changes

    def _child_ended(self, part: "LivedCase", at: datetime) -> list[CaseChange]:
        end = plan_of(part.facts.version_id)["nodes"].get(part.ended, {})
        event = ("child", part.token, part.ended, end.get("code", "") if end.get("kind") == "error" else "")
        node = self.state["tok"][part.token][0]
        act = Act("child", node=node, outcome=part.ended, data={"part": part.facts.subject})
        return self._apply(event, act, at, self.state)

    def _write(self, change: Row, at: datetime) -> tuple[list[int], list[int]]:
        closed: list[int] = []
        for done in change.get("done", ()):
            item = self.items[done["token"]]
            item.update(
                state="done", outcome=done["outcome"], done_at=at, done_by=done["person"], done_by_name=done["name"],
                note=done["note"],
            )  # fmt: skip
            closed.append(item["id"])
        for token in change.get("closed", ()):
            cancelled = self.items.get(token)
            if cancelled is not None and cancelled["state"] == "open":
                cancelled.update(state="cancelled", done_at=at)
                closed.append(cancelled["id"])
        gone = set(change.get("disarm", ()))
        for kept in (self.timers, self.waits):
            for key in [key for key in kept if key[0] in gone]:
                del kept[key]
        if "fired" in change:
            self.timers.pop(tuple(change["fired"]), None)
        opened = []
        for row in change.get("items", ()):
            item = {**row, "id": self.book.items.next(), "state": "open", "opened_at": at, "outcome": "", "note": ""}
            item.update(done_at=None, done_by=None, done_by_name="")
            self.items[row["token"]] = item
            opened.append(item["id"])
        for row in change.get("timers", ()):
            self.timers[row["token"], row["node"]] = row
        for row in change.get("waits", ()):
            self.waits[row["token"], row["node"]] = row
        self.state, self.stage = change["state"], change["stage"]
        self.rev += 1
        if change["status"] == "ended":
            self.ended, self.ended_at = change["ended"], at  # type: ignore[assignment]
        event = change["event"]
        data = {**event["data"], "opened": opened, "closed": closed}
        self.events.append(
            (self.id, self.rev, at, event["kind"], event["node"], event["actor"], event["actor_name"], "", data)
        )
        return opened, closed


CASES = (
    "id", "kind", "subject", "version_id", "units", "state", "rev", "status", "stage", "ended", "title", "topic",
    "due_at", "priority", "root_id", "parent_id", "parent_token", "started_at", "ended_at",
)  # fmt: skip
ITEMS = (
    "id", "case_id", "token", "version_id", "kind", "subject", "node", "name", "stage", "clock", "role", "unit_id",
    "assignee_id", "is_lead", "state", "opened_at", "due_at", "legal_due_at", "sort_at", "priority", "title", "topic",
    "outcome", "done_at", "done_by_id", "done_by_name", "note",
)  # fmt: skip
EVENTS = ("case_id", "number", "at", "kind", "node", "actor", "actor_name", "once", "data")
LAST = "9999-01-01 00:00:00+00"


def write_cases(cases: Iterable[LivedCase], due: Mapping[str, datetime | None]) -> None:
    """COPY whole families into the tables. due: subject → legal due date of what is still open."""
    family = [one for case in cases for one in case.family()]
    _copy("workflow_caserun", CASES, (_case_row(case, due) for case in family))
    _copy("workflow_workitem", ITEMS, (_item_row(c, item, due) for c in family for item in c.items.values()))
    _copy("workflow_caseevent", EVENTS, ((*e[:-1], _json(e[-1])) for case in family for e in case.events))
    timers = ((c.id, t["token"], t["node"], t["fire_at"]) for c in family for t in c.timers.values())
    _copy("workflow_timer", ("case_id", "token", "node", "fire_at"), timers)
    waits = ((c.id, w["token"], w["node"], w["message"]) for c in family for w in c.waits.values())
    _copy("workflow_subscription", ("case_id", "token", "node", "message"), waits)


def _json(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()


def _case_row(case: LivedCase, due: Mapping[str, datetime | None]) -> tuple[Any, ...]:
    facts = case.facts
    return (
        case.id, facts.kind, facts.subject, facts.version_id, _json(facts.units), _json(case.state), case.rev,
        "ended" if case.ended_at else "open", case.stage, case.ended, facts.title[:300], facts.topic,
        due.get(facts.subject), facts.priority, case.root_id, case.above.id if case.above else None, case.token,
        case.started_at, case.ended_at,
    )  # fmt: skip


def _item_row(case: LivedCase, item: Json, due: Mapping[str, datetime | None]) -> tuple[Any, ...]:
    facts = case.facts
    legal = due.get(facts.subject) if item["state"] == "open" else None
    return (
        item["id"], case.id, item["token"], facts.version_id, facts.kind, facts.subject, item["node"], item["name"],
        item["stage"], item["clock"], item["role"], item["unit"], item["assignee"], item["lead"], item["state"],
        item["opened_at"], item["due"], legal, _sort_at(item, legal), facts.priority, facts.title[:300],
        facts.topic, item["outcome"], item["done_at"], item["done_by"], item["done_by_name"], item["note"],
    )  # fmt: skip


def _sort_at(item: Json, legal: datetime | None) -> Any:
    dates = (legal, item["due"]) if item["lead"] else (item["due"], legal)
    return dates[0] or dates[1] or LAST


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
