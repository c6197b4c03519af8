"""The machine alone: joins, returns, sub-processes, errors, events. Each of the first is a failure seen elsewhere."""

import json
from itertools import permutations
from typing import Any

import pytest

from tinhso.foundation.workflow.engine import Plan, State, new_state, step, with_variables
from tinhso.foundation.workflow.errors import EngineError
from tinhso.foundation.workflow.soundness import can_finish
from tinhso.foundation.workflow.tests.factories import (
    both,
    end,
    flow,
    flows,
    node,
    on_error,
    on_message,
    plan_of,
    receive,
    start,
    sub,
    timer,
    user,
    xor,
)


class Walk:
    """A case in memory, driven by the names of its steps."""

    def __init__(self, plan: Plan, **variables: Any) -> None:
        self.plan = plan
        self.effects: list[tuple[Any, ...]] = []
        self.state: State = new_state(variables)
        self.take(("start",))

    def take(self, event: tuple[Any, ...], **variables: Any) -> "Walk":
        self.state, effects = step(self.plan, with_variables(self.state, variables), event)
        self.effects += effects
        return self

    def tokens(self, name: str) -> list[str]:
        return [token for token, place in self.state["tok"].items() if place[0] == name]

    def done(self, name: str, outcome: str = "", **variables: Any) -> "Walk":
        token = self.tokens(name)[0]
        item = next(iter(self.state["mi"].get(token, {token: None})))
        return self.take(("complete", item, outcome), **variables)

    def told(self, boundary: str, at: str, **variables: Any) -> "Walk":
        return self.take(("message", self.tokens(at)[0], boundary), **variables)

    def move(self, name: str, target: str, *, cancel_others: bool = True) -> "Walk":
        return self.take(("move", self.tokens(name)[0], target, cancel_others))

    @property
    def open(self) -> list[str]:
        """Names of waiting steps, without tokens in joins and sub-processes around them."""
        quiet = ("and", "or", "sub")
        return sorted(p[0] for p in self.state["tok"].values() if self.plan["nodes"][p[0]]["kind"] not in quiet)

    @property
    def ended(self) -> str | None:
        return None if self.state["tok"] else self.state["end"]


CONSULTING = (
    start(),
    user("appraise"),
    both("fork"),
    user("t4"),
    user("t5"),
    both("join"),
    user("draft"),
    user("direct", outcomes="ok=Được;back=Làm lại"),
    xor("answer", "answer_end"),
    end(),
    flows("start appraise fork", "fork t4 join", "fork t5 join", "join draft direct answer end"),
    flow("answer", "appraise", 'outcome = "back"'),
)


@pytest.mark.parametrize("orders", [list(p) for p in permutations([("t4", "t5"), ("t5", "t4"), ("t4", "t5")], 3)])
def test_a_join_waits_for_both_consultations_in_every_round_and_order(orders: list[tuple[str, str]]) -> None:
    walk = Walk(plan_of(*CONSULTING))
    for number, (first, second) in enumerate(orders):
        walk.done("appraise")
        assert walk.open == ["t4", "t5"]
        walk.done(first)
        assert walk.open == [second], "the draft must wait for the consultation still open"
        walk.done(second)
        assert walk.open == ["draft"]
        walk.done("draft").done("direct", "back" if number < 2 else "ok")
    assert walk.ended == "end"


def test_returning_before_the_consultations_are_answered_leaves_nothing_behind() -> None:
    walk = Walk(plan_of(*CONSULTING)).done("appraise").done("t5")
    walk.move("t4", "appraise")  # the branch waiting in the join is cancelled with it
    assert walk.open == ["appraise"]
    walk.done("appraise").done("t5")
    assert walk.open == ["t4"]
    assert walk.done("t4").open == ["draft"]


def test_keeping_the_other_branches_of_a_return_is_seen_to_end_badly() -> None:
    plan = plan_of(*CONSULTING)
    walk = Walk(plan).done("appraise").done("t5").move("t4", "appraise", cancel_others=False)
    problems = can_finish(plan, walk.state)
    assert problems


def test_one_flow_arriving_twice_does_not_fire_the_join_and_stays_for_the_next_round() -> None:
    plan = plan_of(*CONSULTING)
    state = new_state()
    state["tok"] = {"1": ["join", "t5_join", ""], "2": ["t5", "fork_t5", ""], "3": ["t4", "fork_t4", ""]}
    state["seq"] = 3
    state, _ = step(plan, state, ("complete", "2", ""))
    assert sorted(place[0] for place in state["tok"].values()) == ["join", "join", "t4"]
    state, _ = step(plan, state, ("complete", "3", ""))
    assert sorted(place[0] for place in state["tok"].values()) == ["draft", "join"]


def test_fifty_returns_do_not_make_the_state_grow() -> None:
    walk = Walk(plan_of(*CONSULTING))
    sizes = []
    for _ in range(50):
        walk.done("appraise").done("t5").done("t4").done("draft").done("direct", "back")
        sizes.append(len(json.dumps(walk.state)))
    assert sizes[-1] - sizes[0] <= 8, "only the number of the next token has more digits"
    assert sizes[-1] < 120


INCLUSIVE = (
    start(),
    user("ask"),
    node("inclusiveGateway", "split", default="split_c"),
    user("a"),
    user("b"),
    user("c"),
    node("inclusiveGateway", "join"),
    user("write"),
    end(),
    flows("start ask split", "a join", "b join", "split c join write end"),
    flow("split", "a", "x > 1"),
    flow("split", "b", "x > 2"),
)


@pytest.mark.parametrize(("x", "opened"), [(3, ["a", "b"]), (2, ["a"]), (0, ["c"]), (None, ["c"])])
def test_an_inclusive_join_waits_for_exactly_the_branches_that_were_taken(x: Any, opened: list[str]) -> None:
    walk = Walk(plan_of(*INCLUSIVE)).done("ask", x=x)
    assert walk.open == opened
    for number, name in enumerate(opened, 1):
        walk.done(name)
        assert walk.open == (opened[number:] or ["write"])


def test_null_takes_no_flow_and_no_way_is_said_by_name() -> None:
    plan = plan_of(
        start(), user("a"), xor("x"), user("b"), user("c"), end(), flows("start a x", "b end", "c end"),
        flow("x", "b", "n > 1"), flow("x", "c", "n <= 1"),
    )  # fmt: skip
    assert Walk(plan).done("a", n=1).open == ["c"]
    for nothing in (None, "2", [], True):
        with pytest.raises(EngineError, match="Tại «x» không nhánh nào"):
            Walk(plan).done("a", n=nothing)


SUB = (
    start(),
    user("before"),
    sub(
        "s", start("s0"), user("in1", outcomes="pass=Được;stop=Dừng;fail=Lỗi"), on_message("asked", "in1",
        interrupts=False), user("consult", '<multiInstanceLoopCharacteristics tt:forEach="who"/>', lead="false"),
        end("told"), xor("s1", "s1_s2"), end("s2"), end("s3", "<terminateEventDefinition/>"),
        end("s4", '<errorEventDefinition errorRef="e1"/>'),
        flows("s0 in1 s1 s2", "asked consult told"),
        flow("s1", "s3", 'outcome = "stop"'), flow("s1", "s4", 'outcome = "fail"'),
    ),
    on_error("caught", "s", "e1"),
    timer("late", "s"),
    user("after"), user("mend"), end(), end("gone"),
    flows("start before s after end", "caught mend after", "late gone"),
)  # fmt: skip


def test_a_subprocess_waits_for_everything_in_it() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[7, 8])
    assert walk.open == ["consult", "in1"]
    assert walk.done("in1", "pass").open == ["consult"]
    walk.done("consult")
    assert walk.open == ["consult"]
    assert walk.done("consult").open == ["after"]


def test_agencies_can_be_asked_again_while_others_still_answer() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[7, 8]).told("asked", "in1", who=[9])
    opened = [e[3] for e in walk.effects if e[0] == "open" and e[2] == "consult"]
    assert opened == [7, 8, 9]
    for _ in range(3):
        walk.done("consult")
    assert walk.done("in1", "pass").open == ["after"]


def test_a_terminate_end_ends_only_its_subprocess_and_cancels_what_is_open_in_it() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[7])
    walk.done("in1", "stop")
    assert walk.open == ["after"]
    assert [e for e in walk.effects if e[0] == "close"]


def test_an_error_goes_to_the_boundary_that_catches_it() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[7]).done("in1", "fail")
    assert walk.open == ["mend"]


def test_an_interrupting_timer_cancels_the_subprocess() -> None:
    walk = Walk(plan_of(*SUB)).done("before")
    walk.take(("timer", walk.tokens("s")[0], "late"))
    assert walk.ended == "gone"


def test_nobody_to_ask_is_answered_at_once() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[])
    assert walk.open == ["in1"]


def test_moving_out_of_a_subprocess_cancels_it_and_moving_in_starts_it_anew() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[7]).move("in1", "before")
    assert walk.open == ["before"]
    walk.done("before").done("in1", "pass").move("after", "s")
    assert walk.open == ["in1"]


def test_an_event_gateway_goes_the_way_of_what_comes_first() -> None:
    plan = plan_of(
        start(), node("eventBasedGateway", "g"), receive("r", "m1"),
        node("intermediateCatchEvent", "t", "<timerEventDefinition><timeDuration>P1D</timeDuration>"
             "</timerEventDefinition>"),
        user("a"), user("b"), end(), flows("start g", "g r a end", "g t b end"),
    )  # fmt: skip
    walk = Walk(plan)
    assert [e for e in walk.effects if e[0] in ("wait", "timer")] == [("wait", "1", "r"), ("timer", "1", "t")]
    assert Walk(plan).take(("timer", "1", "t")).open == ["b"]
    walk.take(("message", "1", "r"))
    assert walk.open == ["a"]
    assert ("disarm", "1") in walk.effects
    with pytest.raises(EngineError):
        walk.take(("timer", "1", "t"))


def test_a_side_timer_leaves_the_step_open() -> None:
    plan = plan_of(
        start(), user("a"), timer("remind", "a", interrupts=False), node("sendTask", "mail"), end("reminded"), end(),
        flows("start a end", "remind mail reminded"),
    )  # fmt: skip
    walk = Walk(plan).take(("timer", "1", "remind"))
    assert walk.open == ["a"]
    assert ("publish", "mail") in walk.effects
    assert walk.done("a").ended == "end"


def test_a_called_process_answers_with_its_end_and_its_error() -> None:
    plan = plan_of(
        start(), node("callActivity", "call", calledElement="other", name="Gọi"), on_error("failed", "call"),
        xor("x", "x_b"), user("a"), user("b"), user("c"), end(),
        flows("start call x b end", "a end", "failed c end"), flow("x", "a", 'outcome = "returned"'),
    )  # fmt: skip
    assert Walk(plan).take(("child", "1", "returned", "")).open == ["a"]
    assert Walk(plan).take(("child", "1", "refused", "")).open == ["b"]
    assert Walk(plan).take(("child", "1", "boom", "no")).open == ["c"]


def test_a_rule_works_out_a_variable_exactly() -> None:
    plan = plan_of(
        start(),
        '<businessRuleTask id="r" tt:result="fee" tt:value="round half up(amount * 1.1)"/>',
        xor("x", "x_b"), user("a"), user("b"), end(),
        flows("start r x b end", "a end"), flow("x", "a", "fee = 16500"),
    )  # fmt: skip
    walk = Walk(plan, amount=15000)
    assert walk.state["vars"]["fee"] == 16500
    assert walk.open == ["a"]


def test_a_side_end_does_not_name_the_ending() -> None:
    plan = plan_of(
        start(), both("f"), user("a"), user("b"), end("returned"), end("noted", lead="false"),
        flows("start f", "f a returned", "f b noted"),
    )  # fmt: skip
    assert Walk(plan).done("a").done("b").ended == "returned"
    assert Walk(plan).done("b").done("a").ended == "returned"


def test_an_outcome_that_is_not_offered_is_refused() -> None:
    with pytest.raises(EngineError, match="không có trong các kết quả"):
        Walk(plan_of(*SUB)).done("before").done("in1", "maybe")


def test_a_ring_of_gateways_is_stopped() -> None:
    plan = plan_of(
        start(), user("a"), xor("x", "x_y"), xor("y", "y_x"), end(), flows("start a x y x"), flow("y", "end", "n = 1"),
    )  # fmt: skip
    assert Walk(plan).done("a", n=1).ended == "end"
    with pytest.raises(EngineError, match="quay vòng"):
        Walk(plan).done("a", n=2)


def test_a_cancelled_case_withdraws_everything() -> None:
    walk = Walk(plan_of(*SUB)).done("before").told("asked", "in1", who=[7, 8])
    walk.take(("cancel", "withdrawn"))
    assert walk.ended == "withdrawn"
    assert len([e for e in walk.effects if e[0] == "close"]) == 3


def test_an_inclusive_join_waits_for_a_branch_that_is_still_in_a_loop() -> None:
    """The oracle goes on without it."""
    plan = plan_of(
        start(), user("ask"), node("inclusiveGateway", "split"), xor("again"),
        user("a", outcomes="on=Tiếp;more=Lại"), xor("x", "x_join"), user("b"), node("inclusiveGateway", "join"),
        user("write"), end(), flows("start ask split", "b join write end", "again a x join"),
        flow("split", "again", "n >= 1"), flow("split", "b", "n <= 1"), flow("x", "again", 'outcome = "more"'),
    )  # fmt: skip
    walk = Walk(plan).done("ask", n=1)
    assert walk.open == ["a", "b"]
    assert walk.done("b").done("a", "more").open == ["a"]
    assert walk.done("a", "more").done("a", "on").open == ["write"]
