"""The process files of the province: sound, in the shared words, walked from end to end."""

import random
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.compiler import compile_process
from tinhso.foundation.workflow.engine import new_state, step
from tinhso.foundation.workflow.models import CaseRun, Subscription
from tinhso.foundation.workflow.models import WorkItem as Item
from tinhso.foundation.workflow.soundness import check_soundness
from tinhso.foundation.workflow.tests.factories import AT, Office, later

FILES = sorted((Path(settings.BASE_DIR) / "packs" / "tay_ninh" / "processes").glob("*.bpmn"))
STAGES = {
    "intake", "assignment", "examination", "drafting", "checking", "approval", "numbering", "supplement",
    "financial_duty", "return", "consultation",
}  # fmt: skip
ENDS = {"returned", "refused", "closed_by_rule"}
ON_THE_WAY = {
    "standard_commune": ["intake", "examine", "draft", "approve", "number", "deliver"],
    "standard_department": ["intake", "assign", "examine", "draft", "check", "approve", "number", "deliver"],
    "same_day": ["intake", "draft", "approve", "number", "deliver"],
}


def plan_of(file: Path) -> dict[str, Any]:
    plan, problems = compile_process(file.read_bytes())
    assert plan is not None, problems
    return plan


def test_there_are_process_files() -> None:
    assert {f.stem for f in FILES} >= {*ON_THE_WAY, "interlinked_birth", "part_civil_status", "part_residence"}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_process_file_is_sound_and_speaks_the_shared_words(file: Path) -> None:
    assert workflow.process_problems(file.read_bytes()) == []
    plan = plan_of(file)
    assert plan["id"] == file.stem
    for name in plan["order"]:
        node = plan["nodes"][name]
        assert node["name"], name
        assert node["stage"] in STAGES, name
        if node["kind"] == "user":
            assert node["outcomes"], name
            assert node["unit"] in {"desk", "handling", "agency"}, name
    assert check_soundness(plan).finals == ENDS


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_an_unanswered_supplement_ends_by_rule_after_fifteen_calendar_days(file: Path) -> None:
    nodes = plan_of(file)["nodes"]
    waits = {k for k, n in nodes.items() if n.get("message") == "supplement_completed"}
    timers = {n["on"]: n for n in nodes.values() if n["kind"] == "boundary" and "after" in n}
    assert waits
    for name in waits:
        assert (timers[name]["after"], timers[name]["calendar"], timers[name]["interrupts"]) == ("P15D", "civil", True)
        assert (nodes[name]["clock"], nodes[name]["stage"]) == ("citizen", "supplement")


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_random_walks_always_end_and_never_stand_without_a_next_event(file: Path) -> None:
    plan = plan_of(file)
    for number in range(60):
        chance = random.Random(number)
        state, _ = step(plan, new_state(), ("start",))
        for turn in range(400):
            events = list(possible(plan, state))
            assert bool(events) == bool(state["tok"])
            if not events:
                break
            event = events[0] if turn > 200 else chance.choice(events)
            if event[0] == "message" and plan["nodes"][event[2]].get("message") == "consultation_asked":
                state["vars"]["consulted"] = [1] * chance.randint(0, 3)
            state, _ = step(plan, state, event)
        assert state["end"] in ENDS


def possible(plan: Any, state: Any) -> Any:
    for token, (name, _, _) in state["tok"].items():
        node = plan["nodes"][name]
        for item in state["mi"].get(token, [token]) if node["kind"] == "user" else ():
            yield from (("complete", item, key) for key, _ in node["outcomes"])
        if node["kind"] == "call":
            yield from (("child", token, end, "") for end in sorted(ENDS))
        for kind, armed in node.get("arms", ()):
            yield ("timer" if kind == "timer" else "message", token, armed)


def publish_all() -> dict[str, int]:
    return {
        file.stem: workflow.publish_process(key=file.stem, name=file.stem, bpmn=file.read_bytes(), at=AT)
        for file in FILES
    }


class Desk:
    """An agency with a dossier in one of the processes."""

    def __init__(self, process: str) -> None:
        self.versions = publish_all()
        self.office, self.police, self.insurance = Office(), Office("Công an phường Mẫu"), Office("BHXH Mẫu")
        self.offices = {o.unit.pk: o for o in (self.office, self.police, self.insurance)}
        units = {**self.office.units, "police": self.police.unit.pk, "insurance": self.insurance.unit.pk}
        self.hours = 0
        workflow.start_case(
            kind="test", subject="7", version_id=self.versions[process], units=units, variables={}, title="Mẫu",
            topic="Mẫu", due_at=None, at=AT,
        )  # fmt: skip

    def open(self) -> list[workflow.WorkItem]:
        return workflow.open_items(kind="test", subject="7", with_parts=True)

    def done(self, node: str, outcome: str = "", subject: str = "") -> workflow.CaseChange:
        item = next(i for i in self.open() if i.node == node and subject in ("", i.subject))
        self.hours += 1
        actor = self.offices[item.unit_id].actor(item.role)
        usual = item.outcomes[0][0]
        return workflow.complete(item_id=item.id, actor=actor, outcome=outcome or usual, at=later(self.hours))

    def told(self, name: str, subject: str = "7", **variables: Any) -> workflow.CaseChange | None:
        self.hours += 1
        return workflow.send_message(
            name=name, subject=subject, kind="test", variables=variables, at=later(self.hours), once=f"m{self.hours}"
        )

    def stands(self) -> list[tuple[str, str]]:
        return [(i.subject, i.node) for i in self.open()]

    def case(self, subject: str = "7") -> CaseRun:
        return CaseRun.objects.get(subject=subject)


@pytest.mark.django_db
@pytest.mark.parametrize("process", ON_THE_WAY)
def test_the_usual_way_is_answered_by_first_outcomes(process: str) -> None:
    desk = Desk(process)
    ahead = [s.node for s in workflow.case_steps(kind="test", subject="7")]
    assert ahead == ON_THE_WAY[process]
    for node in ON_THE_WAY[process]:
        change = desk.done(node)
        if node == "approve":
            assert change.published == ("signature_requested",)
    assert desk.case().ended == "returned"


@pytest.mark.django_db
def test_supplement_payment_and_return_lead_back_to_the_same_specialist() -> None:
    desk = Desk("standard_commune")
    change = desk.done("intake")
    first = change.opened[0].assignee_id
    change = desk.done("examine", "supplement")
    assert (change.stage, change.clock, change.waiting) == ("supplement", "citizen", ("supplement_completed",))
    assert desk.told("supplement_completed").opened[0].assignee_id == first  # type: ignore[union-attr]
    change = desk.done("examine", "pay")
    assert (change.stage, change.clock, change.waiting) == ("financial_duty", "paused", ("fee_paid",))
    assert desk.told("fee_paid").opened[0].assignee_id == first  # type: ignore[union-attr]
    desk.done("examine")
    desk.done("draft")
    assert desk.done("approve", "back").opened[0].assignee_id == first
    item = desk.open()[0]
    desk.done("draft")
    leader = desk.open()[0]
    actor = desk.office.actor("leader")
    assert ("examination", "Thẩm định hồ sơ") in workflow.return_targets(item_id=leader.id)
    workflow.send_back(item_id=leader.id, node="examination", actor=actor, reason="Xem lại", at=later(9))
    assert desk.stands() == [("7", "examine")]
    assert item.node == "draft"


@pytest.mark.django_db
def test_a_department_drafts_only_after_every_agency_asked_has_answered() -> None:
    desk = Desk("standard_department")
    desk.done("intake")
    desk.done("assign")
    desk.told("consultation_asked", consulted=[desk.police.unit.pk, desk.insurance.unit.pk])
    assert desk.stands() == [("7", "examine"), ("7", "consult"), ("7", "consult")]
    desk.done("examine", "pass")
    desk.done("consult")
    assert desk.stands() == [("7", "consult")]
    desk.done("consult")
    assert desk.stands() == [("7", "draft")]


@pytest.mark.django_db
def test_asking_for_a_supplement_withdraws_questions_still_open() -> None:
    desk = Desk("standard_department")
    desk.done("intake")
    desk.done("assign")
    desk.told("consultation_asked", consulted=[desk.police.unit.pk])
    desk.done("examine", "supplement")
    assert desk.stands() == []
    assert Item.objects.filter(node="consult", state="cancelled").count() == 1
    desk.told("supplement_completed")
    assert desk.stands() == [("7", "examine")]
    assert set(Subscription.objects.values_list("message", flat=True)) == {"consultation_asked"}


@pytest.mark.django_db
def test_one_form_goes_to_three_agencies_and_comes_back_as_one_result() -> None:
    desk = Desk("interlinked_birth")
    desk.done("intake")
    assert desk.stands() == [("7/birth", "examine")]
    for node in ("examine", "approve", "number"):
        desk.done(node)
    assert desk.stands() == [("7/residence", "examine"), ("7/insurance", "examine")]
    assert {i.unit_id for i in desk.open()} == {desk.police.unit.pk, desk.insurance.unit.pk}
    desk.done("examine", subject="7/insurance")
    desk.done("approve", subject="7/insurance")
    desk.done("examine", "supplement", subject="7/residence")
    assert desk.case("7/residence").stage == "supplement"
    desk.told("supplement_completed", subject="7/residence")
    desk.done("examine", subject="7/residence")
    desk.done("approve", subject="7/residence")
    assert desk.stands() == [("7", "deliver")]
    desk.done("deliver")
    assert desk.case().ended == "returned"
    assert all(s.state == "done" for s in workflow.case_steps(kind="test", subject="7"))


@pytest.mark.django_db
def test_a_birth_that_is_refused_ends_the_whole() -> None:
    desk = Desk("interlinked_birth")
    desk.done("intake")
    desk.done("examine", "refuse")
    assert desk.case("7/birth").ended == desk.case().ended == "refused"


@pytest.mark.django_db
def test_a_birth_whose_supplement_stays_unanswered_closes_the_whole() -> None:
    desk = Desk("interlinked_birth")
    desk.done("intake")
    desk.done("examine", "supplement")
    assert workflow.fire_due_timers(at=later(days=16)) == 1
    assert desk.case("7/birth").ended == desk.case().ended == "closed_by_rule"


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("process", [*ON_THE_WAY, "interlinked_birth"])
def test_after_every_step_somebody_is_responsible_or_something_is_awaited(process: str, seed: int) -> None:
    desk = Desk(process)
    chance = random.Random(seed)
    for _ in range(40):
        items = desk.open()
        waits = list(Subscription.objects.exclude(message="consultation_asked").select_related("case").order_by("id"))
        assert bool(items or waits) == CaseRun.objects.filter(status="open").exists()
        assert all(i.assignee_id for i in items)
        if items and (not waits or chance.random() < 0.7):
            item = chance.choice(items)
            desk.done(item.node, chance.choice(item.outcomes)[0], item.subject)
        elif waits:
            wait = chance.choice(waits)
            desk.told(wait.message, subject=wait.case.subject)
        else:
            return
