"""One dossier lived from its arrival to its end, or to now, by the real process and the real clock."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow.lived import Book, Ids, LivedCase
from tinhso.foundation.workflow.planning import CaseFacts
from tinhso.foundation.workflow.public import CaseChange, WorkItem
from tinhso.lib import working_time
from tinhso.lib.working_time import Event
from tinhso.systems.one_stop.demo.asking import ANSWER, GONE_ON, MESSAGE, QUESTION, Asking
from tinhso.systems.one_stop.demo.pace import after_working_hours, hours_of
from tinhso.systems.one_stop.demo.year import Fate
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.searching import search_text_of
from tinhso.systems.one_stop.services import clock
from tinhso.systems.one_stop.services.parts import OWNER, hold
from tinhso.systems.one_stop.services.passage import Life, pass_on, settle
from tinhso.systems.one_stop.states import IN_HAND, State
from tinhso.systems.procedures import public as procedures

Json = dict[str, Any]
MOST_STEPS = 60
SHARES = {
    "assignment": 0.08,
    "examination": 0.45,
    "drafting": 0.22,
    "checking": 0.08,
    "approval": 0.1,
    "numbering": 0.05,
}
FIRST_PART = "birth"  # its waits are the whole's
BACKWARDS = frozenset({"supplement", "refuse", "back", "return", "pay"})


@dataclass(slots=True)
class Line:
    """A line of history before it has ids."""

    at: datetime
    kind: str
    actor: str
    name: str
    unit_id: int | None
    note: str = ""
    data: Json = field(default_factory=dict)
    new_due: datetime | None = None


@dataclass(slots=True)
class Lived:
    """A dossier with its history; parts of an interlinked one beside it."""

    dossier: Dossier
    life: Life
    lines: list[Line] = field(default_factory=list)
    lead: WorkItem | None = None
    last_text: str = ""
    numbered_at: datetime | None = None
    changed_at: datetime | None = None


class Story:
    """The life of one dossier and its parts."""

    def __init__(
        self, book: Book, ids: Ids, dossier: Dossier, version_id: int, fate: Fate, chance: Random, now: datetime,
        variables: Mapping[str, Any], departments: Sequence[organizations.Unit] = (),
    ) -> None:  # fmt: skip
        self.ids = ids
        self.fate, self.chance, self.now = fate, chance, now
        self.lived: dict[str, Lived] = {"": Lived(dossier, Life(events=[]))}
        self.queue: list[tuple[datetime, int, str, LivedCase, Json]] = []
        self.order = 0
        self.asked = 0
        self.gave_back = fate.returned_once
        self.hours = hours_of(clock.rule_of(dossier))
        at = dossier.submitted_at
        who = dossier.applicant_name
        self._line("", Line(at, "submitted", f"account:{dossier.owner_account_id or 0}", who, None))
        facts = CaseFacts(
            "dossier", version_id, dossier.units, dossier.applicant_name, dossier.procedure_name, None, 0,
            subject=str(dossier.pk),
        )  # fmt: skip
        self.case = LivedCase(book, facts, variables=variables, at=at)
        self.asking = Asking(self.case, chance, departments)
        self._take(self.case.changes, "", "", None)

    # -- living ---------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Go on until everything waits for a moment after now."""
        self._plan(self.case, self.lived[""].dossier.submitted_at)
        for _ in range(MOST_STEPS):
            if not self.queue or self.queue[0][0] > self.now:
                break
            at, _order, what, case, thing = heapq.heappop(self.queue)
            self._happen(at, what, case, thing)
        self._settle(self.lived[""])

    def _happen(self, at: datetime, what: str, case: LivedCase, thing: Json) -> None:
        if self.case.ended_at:
            return
        if what == "step":
            if thing["state"] != "open" or thing["planned"] > at:
                return
            self._do(at, case, thing)
        elif what == "message":
            if not any(w["token"] == thing["token"] for w in case.waits.values()):
                return
            part = case.facts.part
            if thing["message"] == "fee_paid":
                self._line(part, Line(at, "paid", "", "", None))
            else:
                self._line(part, Line(at, "supplemented", "", self.lived[""].dossier.applicant_name, None))
            self._take(case.message(thing["message"], at), "", self.lived[""].dossier.applicant_name, None)
        elif what == "timer":
            if (thing["token"], thing["node"]) in case.timers:
                self._take(case.fire(thing, at), "job:timers", "Hẹn giờ của quy trình", None)
        elif what == "apology":
            self._apologise(at, thing["due"])
        elif what == "question":
            self._ask(at, thing["due"])
        elif what == "withdraw" and self._may_withdraw():
            name, text = self.lived[""].dossier.applicant_name, "Người nộp thay đổi nhu cầu"
            self._take(case.end("withdrawn", at, actor="", name=name), "", name, None, text)
        self._plan(self.case, at)

    def _may_withdraw(self) -> bool:
        return State(self.lived[""].dossier.state) in {State.EXAMINING, State.RECEIVED, State.SUBMITTED}

    def _do(self, at: datetime, case: LivedCase, item: Json) -> None:
        outcome, text, data = self._outcome(case, item)
        person_id = item["assignee"]
        name = organizations.person(person_id=person_id).name if person_id else ""
        lived = self.lived[case.facts.part]
        if item["stage"] == "numbering":
            lived.numbered_at = at
        if item["stage"] == "intake" and outcome == "accept":
            lived.dossier.receiving_unit_id = item["unit"]
        actor = f"person:{person_id}"
        if item["stage"] == "consultation":
            text = ANSWER
            lived.lines.append(Line(at, "consultation_answered", actor, name, item["unit"], text))
        elif item["stage"] == "examination" and outcome not in BACKWARDS:
            self._go_on_without(at, actor, name)
        changes = case.complete(item, outcome, at, person_id=person_id, name=name, actor=actor, note=text)
        self._take(changes, actor, name, item["unit"], text, data)

    def _outcome(self, case: LivedCase, item: Json) -> tuple[str, str, Json]:
        drawn = [key for key, _label in self._outcomes(case, item)]
        stage, fate = item["stage"], self.fate
        wants = fate.supplements > self.asked and fate.supplement_in_examination == (stage == "examination")
        if wants and "supplement" in drawn:
            self.asked += 1
            missing = self.chance.choice(MISSING)
            return "supplement", missing, {"items": [missing], "reason": REASON, "again": self.asked > 1}
        refuses = fate.refused_at_desk if stage == "intake" else fate.refused and stage == "examination"
        if refuses and "refuse" in drawn:
            reason = "Không thuộc thẩm quyền giải quyết" if stage == "intake" else "Không đủ điều kiện theo quy định"
            return "refuse", reason, {"reasons": [reason]}
        if stage == "examination" and fate.pays and "pay" in drawn and "paid" not in self._kinds(case):
            return "pay", "Nộp nghĩa vụ tài chính theo thông báo", {}
        if self.gave_back and stage in {"approval", "checking"} and "back" in drawn:
            self.gave_back = False
            return "back", "Chỉnh lại câu chữ của dự thảo", {}
        return next((key for key in drawn if key not in BACKWARDS), drawn[0] if drawn else ""), "", {}

    def _outcomes(self, case: LivedCase, item: Json) -> tuple[tuple[str, str], ...]:
        from tinhso.foundation.workflow.planning import outcomes_of
        from tinhso.foundation.workflow.plans import plan_of

        return outcomes_of(plan_of(case.facts.version_id), item["node"])

    def _kinds(self, case: LivedCase) -> set[str]:
        return {line.kind for line in self.lived[case.facts.part].lines}

    # -- what comes next ------------------------------------------------------------------------------------------

    def _plan(self, case: LivedCase, at: datetime) -> None:
        """Put what is new and waits into the queue, each with its moment."""
        for one in case.family():
            if one.ended_at:
                continue
            for item in one.open_items():
                if "planned" not in item:
                    item["planned"] = self._moment_of(one, item, at)
                    self._push(item["planned"], "step", one, item)
            for wait in one.waits.values():
                if "planned" not in wait and wait["message"] != MESSAGE:
                    wait["planned"] = True
                    if not (self.fate.unanswered and wait["message"] == "supplement_completed"):
                        days = self.chance.triangular(0.1, 12, 3)
                        self._push(at + timedelta(days=days), "message", one, wait)
            for timer in one.timers.values():
                if "planned" not in timer:
                    timer["planned"] = True
                    self._push(datetime.fromisoformat(timer["fire_at"]), "timer", one, timer)
        if self.fate.withdrawn and self.order and not any(what == "withdraw" for _, _, what, _, _ in self.queue):
            self._push(at + timedelta(days=self.chance.uniform(0.2, 2)), "withdraw", self.case, {})

    def _push(self, at: datetime, what: str, case: LivedCase, thing: Json) -> None:
        self.order += 1
        heapq.heappush(self.queue, (at, self.order, what, case, thing))

    def _moment_of(self, case: LivedCase, item: Json, at: datetime) -> datetime:
        stage = item["stage"]
        if stage == "intake":
            is_desk = self.lived[""].dossier.channel == "desk" and self.asked == 0
            hours = 0.0 if is_desk else self.chance.triangular(0.1, 7.5, 1.6)
        elif stage == "return":
            hours = self.chance.triangular(0.5, 30, 4)
        else:
            whole = hours_of(clock.rule_of(self.lived[case.facts.part].dossier))
            hours = whole * self.fate.pace * SHARES.get(stage, 0.2) * self.chance.uniform(0.7, 1.3)
        return after_working_hours(item["unit"], hours, at)

    # -- what it means for the row --------------------------------------------------------------------------------

    def _take(
        self,
        changes: list[CaseChange],
        actor: str,
        name: str,
        unit_id: int | None,
        text: str = "",
        data: Json | None = None,
    ) -> None:
        for change in changes:
            part = change.part
            if part not in self.lived:
                self._begin_part(change)
            lived = self.lived[part]
            passage = pass_on(lived.dossier, change, lived.life)
            for kind in passage.kinds:
                self._line(part, Line(change.at, kind, actor, name, unit_id, text, data or {}))
            if part == FIRST_PART:
                waits = [Event(at=change.at, kind=kind) for kind in passage.kinds if kind in clock.WAITING_KINDS]
                self.lived[""].life.events += waits
            if "received" in passage.kinds and not part and not self._is_interlinked():
                self._expect(lived, change.at)
            opened = next((item for item in change.opened if item.is_lead), None)
            gone = change.ended or lived.lead is None or lived.lead.id in change.closed
            lived.lead = opened or (None if gone else lived.lead)
            lived.last_text = text
            lived.changed_at = change.at

    def _is_interlinked(self) -> bool:
        return bool(procedures.get_binding(binding_id=self.lived[""].dossier.binding_id).children)

    def _expect(self, lived: Lived, at: datetime) -> None:
        """What may happen beside the process: an apology before the legal date, a question to another agency."""
        reckoning = clock.reckon(lived.dossier, at, lived.life.events, ())
        due = reckoning.due_at if reckoning else None
        if due is None:
            return
        if self.fate.apologised and due - at > timedelta(hours=30):
            self._push(due - timedelta(hours=26), "apology", self.case, {"due": due})
        if self.fate.consults and due - at > timedelta(days=3):
            asked_at = at + (due - at) * 0.05
            self._push(asked_at, "question", self.case, {"due": at + (due - at) * 0.6})

    def _apologise(self, at: datetime, due: datetime) -> None:
        lived = self.lived[""]
        if State(lived.dossier.state) not in IN_HAND or lived.dossier.supplement_count:
            return
        new_due = after_working_hours(lived.dossier.handling_unit_id, 24, due)
        lived.dossier.reappointed_at = at
        lived.life.events.append(Event(at=at, kind="reappointed", new_due=new_due))
        line = Line(at, "reappointed", "", "", lived.dossier.handling_unit_id, "Phải xác minh thêm", {}, new_due)
        lived.lines.append(line)

    def _ask(self, at: datetime, due: datetime) -> None:
        """One question to another agency, answered in time, late, or not yet."""
        lived = self.lived[""]
        if State(lived.dossier.state) not in IN_HAND:
            return
        changes = self.asking.ask(at, due)
        if not changes:
            return
        lived.lines.append(Line(at, "consultation_asked", "", "", lived.dossier.handling_unit_id, QUESTION))
        self._take(changes, "", "", None)
        answered_at, waits_until = self.asking.moments(self.asking.asked[-1])
        for item in self.case.open_items():
            moment = answered_at if item["stage"] == "consultation" else max(item["planned"], waits_until)
            item["planned"] = moment
            self._push(moment, "step", self.case, item)

    def _go_on_without(self, at: datetime, actor: str, name: str) -> None:
        if not self.asking.open():
            return
        line = Line(at, "consultation_given_up", actor, name, self.lived[""].dossier.handling_unit_id, GONE_ON)
        self.lived[""].lines.append(line)
        self._take(self.asking.give_up(at), actor, name, None)

    def _begin_part(self, change: CaseChange) -> None:
        parent = self.lived[""].dossier
        binding = procedures.get_binding(binding_id=parent.binding_id)
        child = next(c for c in binding.children if c.key == change.part)
        unit_id = int(parent.units.get(child.unit, parent.handling_unit_id))
        part = Dossier(
            id=self.ids.next(),
            part_key=change.part,
            procedure_code=child.procedure_code,
            procedure_name=child.name,
            procedure_version_id=parent.procedure_version_id,
            binding_id=parent.binding_id,
            form_version_id=parent.form_version_id,
            channel=parent.channel,
            return_channel=parent.return_channel,
            receiving_unit_id=parent.receiving_unit_id,
            handling_unit_id=unit_id,
            units={**parent.units, "handling": unit_id},
            state=State.SUBMITTED,
            submitted_at=change.at,
            data=parent.data,
            **{name: getattr(parent, name) for name in OWNER},
        )
        part.parent_id = parent.pk
        part.search_text = search_text_of(
            applicant_name=part.applicant_name,
            phone=part.phone,
            procedure_code=part.procedure_code,
            unit_ids=(part.receiving_unit_id, unit_id),
            submitted_at=change.at,
        )
        self.lived[change.part] = Lived(part, Life(events=[]))

    def _line(self, part: str, line: Line) -> None:
        self.lived[part].lines.append(line)

    def _settle(self, lived: Lived) -> None:
        """The rest of the row, once: dates, holder, reason; what a result carries."""
        dossier, last = lived.dossier, lived.changed_at or lived.dossier.submitted_at
        if not dossier.part_key and len(self.lived) > 1:
            lived.life.parts = self._children()
            for part in [one for key, one in self.lived.items() if key]:
                self._settle(part)
        settle(dossier, lived.lead, last, lived.life, text=lived.last_text)
        if lived.life.parts:
            hold(dossier, [p.dossier for key, p in self.lived.items() if key and p.dossier.supplement_count])
        if not dossier.part_key and dossier.is_open and lived.lead is None and len(self.lived) > 1:
            self._stand_on_parts(dossier)
        if lived.numbered_at:
            dossier.result_date = lived.numbered_at.date()
            dossier.result_number = f"{self.chance.randrange(1, 4000)}/{dossier.result_code[-3:] or 'KQ'}"

    def _children(self) -> list[working_time.Child]:
        binding = procedures.get_binding(binding_id=self.lived[""].dossier.binding_id)
        done = {key: lived.dossier.finished_at for key, lived in self.lived.items() if key}
        return [
            working_time.Child(
                id=child.key,
                rule=child.rule,
                after=child.after,
                events=(Event(at=at, kind="finished"),) if (at := done.get(child.key)) else (),
            )
            for child in binding.children
        ]

    def _stand_on_parts(self, parent: Dossier) -> None:
        under_way = [lived for key, lived in self.lived.items() if key and lived.dossier.is_open]
        if not under_way:
            return
        first = under_way[0].dossier
        if parent.state == State.RECEIVED and first.state != State.RECEIVED:
            parent.state = State.EXAMINING
        parent.visible_reason = " ".join(f"{p.dossier.procedure_name}: {p.dossier.visible_reason}" for p in under_way)
        parent.next_date = min(p.dossier.next_date for p in under_way if p.dossier.next_date)
        parent.responsible_person_id = first.responsible_person_id
        parent.responsible_unit_id, parent.responsible_role = first.responsible_unit_id, first.responsible_role


MISSING = (
    "Bản chụp giấy tờ tùy thân bị mờ, xin chụp lại rõ bốn góc",
    "Tờ khai chưa ghi nơi cư trú của người được khai",
    "Thiếu giấy tờ chứng minh quan hệ",
    "Thiếu văn bản uỷ quyền của người đứng tên",
    "Bản vẽ sơ đồ vị trí chưa có chữ ký",
)
REASON = "Hồ sơ chưa đủ thành phần theo quy định"
