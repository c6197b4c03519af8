"""A process that can go wrong is refused, and the refusal names the place."""

import time

import pytest

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.tests.factories import (
    HEAD,
    both,
    bpmn,
    end,
    flow,
    flows,
    node,
    on_message,
    sound,
    start,
    sub,
    timer,
    user,
    xor,
)

MANY = "".join(user(f"u{n}", outcomes="a=A;b=B") for n in range(8))


def says(problems: list[tuple[str, str, str]], element: str, wrong: str) -> bool:
    return any(element in at and wrong in what for at, what, _ in problems)


def test_an_exclusive_split_closed_by_a_parallel_join_deadlocks_at_the_join() -> None:
    found = sound(
        start(), xor("x", "x_b"), user("a"), user("b"), both("j"), end(), flows("start x b j end", "a j"),
        flow("x", "a", "n = 1"),
    ).problems  # fmt: skip
    assert says(found, "j", "Tắc")


def test_a_parallel_split_closed_by_an_exclusive_join_opens_the_next_step_twice() -> None:
    found = sound(
        start(), both("f"), user("a"), user("b"), xor("j"), user("c"), end(), flows("start f a j c end", "f b j")
    ).problems
    assert says(found, "c", "hai lần")


def test_a_loop_back_into_one_parallel_branch_deadlocks() -> None:
    found = sound(
        start(), both("f"), xor("m"), user("a"), user("b"), both("j"), user("c", outcomes="ok=A;back=B"),
        xor("x", "x_end"), end(), flows("start f m a j c x end", "f b j"), flow("x", "m", 'outcome = "back"'),
    ).problems  # fmt: skip
    assert says(found, "j", "Tắc")


def test_a_dead_end_an_unreached_step_and_a_missing_end_are_named() -> None:
    problems = workflow.process_problems(bpmn(start(), user("a"), user("b"), end(), flows("start a", "b end")))
    assert says(problems, "a", "Ngõ cụt")
    assert says(problems, "b", "không có mũi tên đi vào")


def test_a_step_behind_an_outcome_nobody_can_give_is_named() -> None:
    found = sound(
        start(), user("a", outcomes="yes=Có"), xor("x", "x_end"), user("b"), end(), flows("start a x end", "b end"),
        flow("x", "b", 'outcome = "no"'),
    ).problems  # fmt: skip
    assert says(found, "b", "Không bao giờ tới")


def test_a_course_that_never_ends_is_named() -> None:
    found = sound(
        start(), user("a", outcomes="go=Đi;end=Thôi"), xor("x", "x_b"), user("b"), user("c"), xor("m"), end(),
        flows("start a x", "x b m c m"), flow("x", "end", 'outcome = "end"'),
    ).problems  # fmt: skip
    assert says(found, "b", "không có đường nào tới điểm kết thúc") or says(found, "c", "không có đường nào")


def test_a_gateway_without_a_way_for_an_outcome_is_named() -> None:
    found = sound(
        start(), user("a", outcomes="yes=Có;no=Không"), xor("x"), user("b"), end(), flows("start a x", "b end"),
        flow("x", "b", 'outcome = "yes"'), flow("x", "end", 'outcome = "maybe"'),
    ).problems  # fmt: skip
    assert says(found, "x", "không nhánh nào")


def test_a_side_line_that_merges_into_the_main_line_is_refused() -> None:
    found = sound(
        start(), user("a"), on_message("m", "a", interrupts=False), xor("j"), user("b"), end(),
        flows("start a j b end", "m j"),
    ).problems  # fmt: skip
    assert says(found, "b", "hai lần")


def test_a_subprocess_that_deadlocks_inside_is_refused() -> None:
    found = sound(
        start(), sub("s", start("s0"), xor("x", "x_b"), user("a"), user("b"), both("j"), end("s1"),
        flows("s0 x b j s1", "a j"), flow("x", "a", "n = 1")), end(), flows("start s end"),
    ).problems  # fmt: skip
    assert says(found, "j", "Tắc")


@pytest.mark.parametrize(
    ("element", "name"),
    [
        (node("scriptTask", "s"), "scriptTask"),
        (node("transaction", "s"), "transaction"),
        (node("adHocSubProcess", "s"), "adHocSubProcess"),
        (node("complexGateway", "s"), "complexGateway"),
        (node("task", "s"), "task"),
        (node("subProcess", "s", triggeredByEvent="true"), "event subProcess"),
        (node("intermediateCatchEvent", "s", "<conditionalEventDefinition/>"), "conditionalEventDefinition"),
        (node("boundaryEvent", "s", "<signalEventDefinition/>", attachedToRef="a"), "signalEventDefinition"),
        (node("choreographyTask", "s"), "choreographyTask"),
    ],
)
def test_what_is_outside_the_subset_is_refused_by_name(element: str, name: str) -> None:
    problems = workflow.process_problems(bpmn(start(), user("a"), end(), element, flows("start a end")))
    assert any(name in wrong for _, wrong, _ in problems), problems


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "XML hỏng"),
        (b"<a>", "XML hỏng"),
        (b"<a/>", "Không phải tệp BPMN"),
        (b"\xff\xfe\x00", "XML hỏng"),
        (f"{HEAD}</definitions>".encode(), "0 quy trình"),
        (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + bpmn(start()), "DOCTYPE"),
        (bpmn("<!--" + "x" * 1_000_001 + "-->"), "lớn hơn"),
    ],
)
def test_a_file_that_is_no_process_is_refused(content: bytes, wrong: str) -> None:
    ((_, what, remedy),) = workflow.process_problems(content)
    assert wrong in what
    assert remedy


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (user("a", role="king"), "Vai trò «king» không có"),
        (user("a", hours="-1"), "tt:hours"),
        (user("a", hours="NaN"), "tt:hours"),
        (user("a", clock="fast"), "tt:clock"),
        (user("a", outcomes="Có"), "tt:outcomes"),
        (user("a", outcomes="a=A;a=B"), "trùng mã"),
        (user("a", returnTo="nowhere"), "tt:returnTo"),
        (user("a", stage="Thẩm định"), "tt:stage"),
        (user("a", "<standardLoopCharacteristics/>"), "Vòng lặp"),
        (user("a", "<multiInstanceLoopCharacteristics/>"), "tt:forEach"),
        (user("a", '<multiInstanceLoopCharacteristics isSequential="true" tt:forEach="w"/>'), "song song"),
        (user("a") + timer("t", "a", "15 ngày") + flows("t end"), "Hẹn giờ"),
        (user("a") + timer("t", "a", "P5W") + flows("t end"), "Hẹn giờ"),
        (user("a") + timer("t", "gone") + flows("t end"), "không gắn vào bước nào"),
        (user("a") + node("receiveTask", "r", messageRef="m9") + flows("r end"), "Chưa chọn thông điệp"),
        (user("a") + node("callActivity", "c") + flows("c end"), "quy trình được gọi"),
        (user("a") + '<businessRuleTask id="r" tt:result="x" tt:value="1 +"/>' + flows("r end"), "Biểu thức"),
        (user("a") + user("a"), "trùng mã"),
        (user("a") + start("start2"), "2 điểm bắt đầu"),
        (user("a") + flow("a", "gone"), "không nối hai phần tử"),
        (user("a", outcomes="x=X") + flow("a", "end", "n = 1"), "2 mũi tên đi ra"),
    ],
)
def test_a_faulty_step_is_refused_with_what_to_do(step: str, wrong: str) -> None:
    problems = workflow.process_problems(bpmn(start(), step, end(), flows("start a end")))
    assert any(wrong in what and remedy for _, what, remedy in problems), problems


ATTACKS = [
    '__import__("os").system("true")',
    "().__class__.__mro__[1].__subclasses__()",
    "open('/etc/passwd')",
    "lambda: 1",
    "1; 2",
    "n :=1",
    "{}",
    "exec('x')",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_condition_is_refused_with_its_place(attack: str) -> None:
    steps = (start(), user("a"), xor("x", "x_end"), user("b"), end(), flows("start a x end", "b end"))
    problems = workflow.process_problems(bpmn(*steps, flow("x", "b", attack)))
    assert any("Điều kiện" in wrong and ("vị trí" in wrong) for _, wrong, _ in problems), problems


def test_what_is_too_large_to_prove_is_said_and_not_refused() -> None:
    from tinhso.foundation.workflow.soundness import check_soundness
    from tinhso.foundation.workflow.tests.factories import plan_of

    names = [f"u{n}" for n in range(8)]
    arrows = "".join(flows(f"f {name} j") for name in names)
    plan = plan_of(start(), both("f"), MANY, both("j"), end(), flows("start f", "j end"), arrows)
    found = check_soundness(plan, cap=100)
    assert not found.complete
    assert says(found.problems, "quy trình", "Quá lớn để chứng minh")
    assert check_soundness(plan).complete
    assert (
        workflow.process_problems(bpmn(start(), both("f"), MANY, both("j"), end(), flows("start f", "j end"), arrows))
        == []
    )


def test_checking_is_quick() -> None:
    began = time.process_time()
    for _ in range(20):
        sound(
            start(), user("a"), both("f"), user("b"), user("c"), both("j"), end(), flows("start a f b j end", "f c j")
        )
    assert (time.process_time() - began) / 20 < 0.05
