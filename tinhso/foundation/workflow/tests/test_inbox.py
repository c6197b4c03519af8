"""The inbox: order, pages, filters, badges, and the indexes that keep it fast."""

from typing import Any

import pytest
from django.db import connection

from tinhso.foundation.organizations.tests.factories import make_official
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.models import WorkItem as Item
from tinhso.foundation.workflow.public import InboxFilter
from tinhso.foundation.workflow.tests.factories import (
    AT,
    Office,
    actor_of,
    bpmn,
    end,
    flow,
    flows,
    later,
    publish,
    receive,
    start,
    start_case,
    user,
    xor,
)

pytestmark = pytest.mark.django_db

ONE = bpmn(
    start(), user("a", stage="examination", outcomes="ok=Đạt;ask=Hỏi"), xor("x", "x_b"), receive("r"),
    user("b", role="leader", stage="approval", outcomes="sign=Ký"), end(), flows("start a x b end", "r a"),
    flow("x", "r", 'outcome = "ask"'),
)  # fmt: skip


def subjects(page: workflow.InboxPage) -> list[str]:
    return [item.subject for item in page.items]


def test_pages_follow_the_legal_deadline_without_gap_or_repeat() -> None:
    office = Office()
    version = publish(ONE)
    for number in range(7):
        start_case(version, office, subject=f"D{number}", due_at=later(days=(number * 3) % 7))
    start_case(version, office, subject="undated")
    actor = office.actor("specialist")
    seen: list[str] = []
    after = None
    while True:
        page = workflow.inbox(actor=actor, after=after, limit=3)
        seen += subjects(page)
        after = page.after
        if after is None:
            break
    assert seen == ["D0", "D5", "D3", "D1", "D6", "D4", "D2", "undated"]
    assert subjects(workflow.inbox(actor=actor, after="rubbish", limit=1)) == ["D0"]


def test_mine_is_what_i_answer_for_and_posts_is_what_my_posts_could_do() -> None:
    office, other = Office(), Office("UBND xã Khác")
    colleague = make_official(office.unit, "specialist", "Đồng nghiệp")
    version = publish(ONE)
    for number in range(4):
        start_case(version, office, subject=f"D{number}", due_at=later(days=number))
    start_case(version, other, subject="F")
    actor = actor_of(colleague.pk)
    assert len(workflow.inbox(actor=actor).items) == 2
    assert len(workflow.inbox(actor=actor, wanted=InboxFilter(whose="posts")).items) == 4
    assert workflow.inbox(actor=office.actor("clerk")).items == ()


def test_filters_narrow_the_list() -> None:
    office = Office()
    version = publish(ONE)
    for number in range(4):
        start_case(version, office, subject=f"D{number}", due_at=later(days=number))
    actor = office.actor("specialist")
    late = InboxFilter(overdue_at=later(days=1, hours=1))
    assert subjects(workflow.inbox(actor=actor, wanted=late)) == ["D0", "D1"]
    assert workflow.inbox(actor=actor, wanted=InboxFilter(stages=("approval",))).items == ()
    assert workflow.inbox(actor=actor, wanted=InboxFilter(kind="other")).items == ()


def test_badges_are_counts_up_to_a_cap() -> None:
    office = Office()
    version = publish(ONE)
    for number in range(5):
        start_case(version, office, subject=f"D{number}", due_at=later(days=number))
    actor = office.actor("specialist")
    assert workflow.badges(actor=actor, at=later(days=1, hours=1)) == {"mine": 5, "overdue": 2, "posts": 5}
    assert workflow.badges(actor=actor, at=AT, cap=3)["mine"] == 4


def test_the_way_of_a_case_tells_what_was_what_is_and_what_comes() -> None:
    office = Office()
    start_case(publish(ONE), office)
    (item,) = workflow.open_items(kind="test", subject="D1")
    specialist = office.actor("specialist")
    workflow.complete(item_id=item.id, actor=specialist, outcome="ask", at=later(1), note="Cần hỏi lại")
    steps = workflow.case_steps(kind="test", subject="D1")
    assert [(s.node, s.state) for s in steps] == [("a", "done"), ("r", "current"), ("a", "ahead"), ("b", "ahead")]
    assert (steps[0].who, steps[0].outcome_label, steps[0].note) == (specialist.name, "Hỏi", "Cần hỏi lại")
    workflow.send_message(name="answered", subject="D1", kind="test", variables={}, at=later(2), once="m")
    steps = workflow.case_steps(kind="test", subject="D1")
    assert [(s.node, s.state) for s in steps] == [("a", "done"), ("r", "done"), ("a", "current"), ("b", "ahead")]
    assert (steps[1].opened_at, steps[1].done_at) == (later(1), later(2))
    assert [s.state for s in workflow.case_steps(kind="test", subject="D1", with_ahead=False)][-1] == "current"
    assert workflow.case_steps(kind="test", subject="gone") == []


def many_open_items() -> Office:
    """A table large enough, and counted, that the planner's choice is one of size and not of chance."""
    office = Office()
    start_case(publish(ONE), office)
    item = Item.objects.get()
    values = {f.attname: getattr(item, f.attname) for f in Item._meta.concrete_fields if not f.primary_key}
    copies = [
        Item(**{**values, "token": f"x{n}", "assignee_id": 10**6 + n % 15, "unit_id": 10**6 + n % 11})
        for n in range(3000)
    ]
    Item.objects.bulk_create(copies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workflow_workitem")
    return office


def plan_of(sql: str, params: list[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_inbox_walks_the_partial_indexes_of_open_work() -> None:
    mine = "SELECT * FROM workflow_workitem WHERE state = 'open' AND assignee_id = %s ORDER BY sort_at, id LIMIT 20"
    queue = (
        "SELECT * FROM workflow_workitem WHERE state = 'open' AND unit_id = %s AND role = %s "
        "ORDER BY sort_at, id LIMIT 20"
    )
    many_open_items()
    for sql, params, index in ((mine, [10**6], "item_mine"), (queue, [10**6, "specialist"], "item_queue")):
        plan = plan_of(sql, params)
        assert index in plan
        assert "Sort" not in plan


def test_the_queries_of_the_inbox_are_those_the_indexes_serve() -> None:
    from tinhso.foundation.workflow.selectors import _page, _queries

    office = many_open_items()
    for wanted, index in ((InboxFilter(), "item_mine"), (InboxFilter(whose="posts"), "item_queue")):
        for query in _queries(office.actor("specialist"), wanted):
            _page(query, None, 20)
            sql, params = query.order_by("sort_at", "id")[:20].query.sql_with_params()
            plan = plan_of(sql, list(params))
            assert index in plan
            assert "Sort" not in plan
