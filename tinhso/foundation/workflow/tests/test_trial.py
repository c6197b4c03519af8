"""A process tried before it is published: by clicks, by histories that were lived, and by chance."""

from pathlib import Path

import pytest
from django.conf import settings

from tinhso.foundation.workflow import mining
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.compiler import compile_process
from tinhso.foundation.workflow.models import WorkItem
from tinhso.foundation.workflow.tests.factories import (
    AT,
    Office,
    both,
    bpmn,
    end,
    flow,
    flows,
    later,
    plan_of,
    publish,
    start,
    start_case,
    timer,
    user,
    xor,
)
from tinhso.foundation.workflow.trial.chance import Profile, simulate
from tinhso.foundation.workflow.trial.clicking import walk
from tinhso.foundation.workflow.trial.replay import Lived, replay

PACK = sorted((settings.BASE_DIR / "packs/tay_ninh/processes").glob("*.bpmn"))
CHOICE = (
    start(), user("a", outcomes="ok=Đạt;no=Không đạt"), xor("x", "x_b"), user("b"), end(), end("refused"),
    flows("start a x b end"), flow("x", "refused", 'outcome = "no"'),
)  # fmt: skip


@pytest.mark.parametrize("file", PACK, ids=lambda file: file.stem)
def test_every_simulated_case_of_the_pack_ends(file: Path) -> None:
    plan, _ = compile_process(file.read_bytes())
    assert plan is not None
    found = simulate(plan, Profile(), cases=500, limit_hours=1000)
    assert found.unfinished == 0
    assert found.late_share == 0
    assert sum(found.ends.values()) == pytest.approx(1)
    assert sum(count for _, count in found.histogram) == 500


def test_chance_follows_what_was_measured() -> None:
    profile = Profile({"a": [2.0], "b": [3.0]}, {"a": {"ok": 3, "no": 1}})
    found = simulate(plan_of(*CHOICE), profile, cases=4000, limit_hours=4)
    assert found.ends["refused"] == pytest.approx(0.25, abs=0.03)
    assert found.late_share == pytest.approx(0.75, abs=0.03)  # five hours where it goes on
    assert found.mean == pytest.approx(2 + 0.75 * 3, abs=0.1)
    assert {step.node: step.is_measured for step in found.steps} == {"a": True, "b": True}


def test_parallel_branches_run_beside_each_other_and_paused_steps_cost_no_time() -> None:
    plan = plan_of(start(), both("f"), user("a"), user("b"), both("j"), user("w", clock="citizen"), end(),
                   flows("start f a j w end", "f b j"))  # fmt: skip
    found = simulate(plan, Profile({"a": [2.0], "b": [5.0], "w": [40.0]}), cases=50)
    assert found.mean == pytest.approx(5.0)


def test_a_timer_that_comes_first_takes_its_way() -> None:
    plan = plan_of(start(), user("a"), timer("late", "a", "P2D"), end("gone"), end(), flows("start a end", "late gone"))
    found = simulate(plan, Profile({"a": [1.0, 100.0]}), cases=2000)
    assert found.ends["gone"] == pytest.approx(0.5, abs=0.05)


def test_clicks_walk_the_draft_and_one_less_is_undo() -> None:
    plan = plan_of(*CHOICE)
    begun = walk(plan, [], {})
    (waits,) = begun.waiting
    assert [click.label for click in waits.clicks] == ["Bước a: Đạt", "Bước a: Không đạt"]
    no = walk(plan, [waits.clicks[1].code], {})
    assert (no.end, no.path) == ("refused", ("Bước a: Không đạt",))
    assert walk(plan, [waits.clicks[0].code, "complete|999|x"], {}).problem
    assert walk(plan, [], {}).waiting == begun.waiting


def test_clicks_move_a_virtual_clock_of_planned_hours() -> None:
    plan = plan_of(start(), both("f"), user("a", hours="4"), user("b", hours="6"), both("j"),
                   user("w", hours="16", clock="citizen"), timer("late", "w", "PT40H"), end("gone"), end(),
                   flows("start f a j w end", "f b j", "late gone"))  # fmt: skip

    def press(clicks: list[str], kind: str, node: str) -> list[str]:
        waits = next(one for one in walk(plan, clicks, {}).waiting if one.node == node)
        return [*clicks, next(click.code for click in waits.clicks if click.kind == kind)]

    joined = press(press([], "answer", "b"), "answer", "a")  # beside each other: the longer one counts
    assert (walk(plan, joined, {}).hours, walk(plan, joined, {}).at) == (6.0, (6.0, 6.0))
    answered = walk(plan, press(joined, "answer", "w"), {})
    assert (answered.hours, answered.now) == (6.0, 22.0)  # the clock stands while the citizen is awaited
    late = walk(plan, press(joined, "timer", "w"), {})
    assert (late.end, late.hours) == ("gone", 6.0)
    assert late.now == pytest.approx(6 + 40 / 24 * 8 * 5 / 7)  # forty hours of the civil clock, in working hours


def test_a_history_that_the_draft_ends_elsewhere_is_named() -> None:
    asked = user("a", outcomes="ok=Đạt;no=Không đạt")
    draft = plan_of(start(), asked, user("b"), end(), end("refused"), xor("x", "x_end"),
                    flows("start a b x end"), flow("x", "refused", "false = true"))  # fmt: skip
    lived = [
        Lived("D1", {}, [("complete", "a", "no")], "refused"),
        Lived("D2", {}, [("complete", "a", "ok"), ("complete", "b", "")], "end"),
    ]
    found = {one.subject: one for one in replay(draft, lived)}
    assert found["D1"].verdict == "elsewhere"
    assert "«refused»" in found["D1"].sentence
    assert found["D2"].verdict == "same"


def test_a_step_that_only_the_draft_has_is_answered_as_usual() -> None:
    longer = plan_of(start(), user("a"), user("new", outcomes="on=Tiếp;back=Trả"), user("b"), end(),
                     flows("start a new b end"))  # fmt: skip
    (found,) = replay(longer, [Lived("D1", {}, [("complete", "a", ""), ("complete", "b", "")], "end")])
    assert found.verdict == "same"
    (renamed,) = replay(
        longer, [Lived("D1", {}, [("complete", "old", ""), ("complete", "b", "")], "end")], {"old": "a"}
    )
    assert renamed.verdict == "same"


@pytest.mark.django_db
def test_mining_says_where_time_goes_and_which_way_cases_went() -> None:
    office = Office()
    version = publish(bpmn(*CHOICE))
    for number, answers in enumerate(("ok", "ok", "no")):
        start_case(version, office, subject=f"D{number}")
        (item,) = workflow.open_items(kind="test", subject=f"D{number}")
        workflow.claim(item_id=item.id, actor=office.actor("specialist"), at=later(1))
        workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome=answers, at=later(3))
        for item in workflow.open_items(kind="test", subject=f"D{number}"):
            workflow.complete(item_id=item.id, actor=office.actor("specialist"), outcome="", at=later(4))
    steps = {one.key: one for one in mining.times(process_key="p", by="step", since=AT)}
    assert (steps["a"].visits, steps["a"].waiting, steps["a"].working) == (3, 1.0, 2.0)
    assert steps["a"].share == pytest.approx(9 / 11)
    (by_unit,) = mining.times(process_key="p", by="unit", since=AT)
    assert (by_unit.key, by_unit.visits) == (str(office.unit.pk), 5)
    assert [(one.nodes, one.count) for one in mining.variants(process_key="p", since=AT)] == [
        (("a", "b"), 2),
        (("a",), 1),
    ]
    (pair,) = mining.followed(process_key="p", since=AT)
    assert (pair.source, pair.target, pair.count, pair.is_drawn) == ("a", "b", 2, True)
    measured = mining.profile(process_key="p", since=AT)
    assert sum(measured.outcomes["a"].values()) == 3
    assert measured.hours["a"] == [2.5, 2.5, 2.5]  # from nine to twelve; the office closes at half past eleven
    lived = mining.histories(process_key="p", since=AT)
    assert {one.verdict for one in replay(plan_of(*CHOICE), lived)} == {"same"}
    assert WorkItem.objects.filter(state="open").count() == 0
