"""Decision tables in processes: published, immutable, embedded, and explained to whoever reads the case."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.models import CaseRun, DecisionVersion, WorkItem
from tinhso.foundation.workflow.tests.factories import (
    AT,
    Office,
    bpmn,
    end,
    flow,
    flows,
    publish,
    start,
    start_case,
    user,
    xor,
)
from tinhso.lib.decisions import DecisionTable, Input, Output, Rule, write_dmn

pytestmark = pytest.mark.django_db

HOURS = DecisionTable(
    "check_hours", "Giờ thẩm tra", (Input("area", "Diện tích", "number"),), (Output("hours", "Giờ"),),
    (Rule(("<= 1000",), ("8",), "Quyết định 1"), Rule(("> 1000",), ("16",), "Quyết định 2")),
)  # fmt: skip
RULE = '<businessRuleTask id="r" name="Tính" tt:result="hours" tt:decision="check_hours"/>'


def decided() -> int:
    return workflow.publish_decision(dmn=write_dmn(HOURS), at=AT)


def test_a_rule_step_answers_with_its_row_and_legal_basis() -> None:
    decided()
    version = publish(bpmn(start(), RULE, xor("x", "x_a"), user("a"), user("b"), end(),
                           flows("start r x a end", "b end"), flow("x", "b", "hours > 8")))  # fmt: skip
    start_case(version, Office(), variables={"area": "1500"})
    held = CaseRun.objects.get().state["vars"]
    assert held["hours"] == 16
    assert "dòng 2" in held["hours_why"]
    assert "Quyết định 2" in held["hours_why"]
    assert WorkItem.objects.get().node == "b"


def test_the_hours_of_a_step_come_from_a_table() -> None:
    decided()
    office, ways = Office(), flows("start a end")
    by_table = publish(bpmn(start(), user("a", hoursBy="check_hours"), end(), ways))
    by_hand = publish(bpmn(start(), user("a", hours="8"), end(), ways))
    ours = start_case(by_table, office, subject="D1", variables={"area": 200}).opened[0]
    assert ours.due_at == start_case(by_hand, office, subject="D2").opened[0].due_at
    assert start_case(by_table, office, subject="D3", variables={"area": 2000}).opened[0].due_at > ours.due_at


def test_a_running_version_keeps_its_table_when_another_is_published() -> None:
    first = decided()
    version = publish(bpmn(start(), RULE, user("a"), end(), flows("start r a end")))
    changed = replace(HOURS, rules=(Rule(("-",), ("99",)),))
    second = workflow.publish_decision(dmn=write_dmn(changed), at=AT)
    assert workflow.latest_decision(key="check_hours") == second != first
    start_case(version, Office(), variables={"area": 1})
    assert CaseRun.objects.get().state["vars"]["hours"] == 8
    assert workflow.decide(version_id=second, facts={}).outputs == {"hours": 99}


def test_the_same_table_is_published_once_and_never_changed() -> None:
    first = decided()
    assert decided() == first
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionVersion.objects.update(dmn_xml="")


def test_a_process_whose_table_is_not_published_is_refused_by_name() -> None:
    with pytest.raises(workflow.ProcessRefusedError, match="check_hours"):
        publish(bpmn(start(), RULE, user("a"), end(), flows("start r a end")))


def test_a_table_whose_rows_meet_is_refused_and_a_gap_is_a_remark() -> None:
    overlapping = replace(HOURS, rules=(Rule(("<= 10",), ("1",)), Rule((">= 10",), ("2",))))
    wrong, _ = workflow.decision_problems(write_dmn(overlapping))
    assert "Dòng 1, 2 cùng đúng khi: Diện tích là 10." in wrong[0][1]
    with pytest.raises(workflow.ProcessRefusedError):
        workflow.publish_decision(dmn=write_dmn(overlapping), at=AT)
    wrong, doubts = workflow.decision_problems(write_dmn(replace(HOURS, rules=HOURS.rules[:1])))
    assert (wrong, len(doubts)) == ([], 1)


def test_facts_that_meet_two_rows_stop_the_step_with_a_sentence() -> None:
    unprovable = replace(HOURS, rules=(Rule(("> low",), ("1",)), Rule(("> 0",), ("2",))))
    workflow.publish_decision(dmn=write_dmn(unprovable), at=AT)
    version = publish(bpmn(start(), user("a"), RULE, user("b"), end(), flows("start a r b end")))
    office = Office()
    item = start_case(version, office, variables={"area": 5, "low": 1}).opened[0]
    with pytest.raises(workflow.WrongOutcomeError, match="cùng đúng"):
        workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome="", at=AT)
    assert WorkItem.objects.get().state == "open"
