"""`manage.py process check`: files of others are judged on their flow, ours on everything."""

from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.tests.factories import both, bpmn, end, flow, flows, node, start, sub, user, xor

FOREIGN_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://bpmn.io/schema/bpmn">'
)


def foreign(*elements: str) -> bytes:
    """A process as another modeller writes it: prefixed, and with nothing of ours."""
    body = "".join(elements).replace("</", "</bpmn:").replace("<", "<bpmn:").replace("<bpmn:/bpmn:", "</bpmn:")
    text = f'{FOREIGN_HEAD}<bpmn:process id="p" isExecutable="false">{body}</bpmn:process></bpmn:definitions>'
    return text.encode()


def task(name: str) -> str:
    return node("userTask", name)


def check(tmp_path: Path, content: bytes) -> tuple[str, bool]:
    file = tmp_path / "p.bpmn"
    file.write_bytes(content)
    out = StringIO()
    with suppress(SystemExit):
        call_command("process", "check", str(file), stdout=out)
        return out.getvalue(), True
    return out.getvalue(), False


SOUND = {
    "a line": (start(), task("a"), task("b"), end(), flows("start a b end")),
    "a choice without default": (
        start(), xor("x"), task("a"), task("b"), end(), flows("a end", "b end", "start x"),
        flow("x", "a", "amount > 5"), flow("x", "b", "amount <= 5"),
    ),
    "a choice without conditions": (start(), xor("x"), task("a"), task("b"), end(), flows("start x a end", "x b end")),
    "parallel": (start(), both("f"), task("a"), task("b"), both("j"), end(), flows("start f a j end", "f b j")),
    "parallel with two ends": (
        start(), both("f"), task("a"), task("b"), end("e1"), end("e2"), flows("start f a e1", "f b e2"),
    ),
    "inclusive without default": (
        start(), node("inclusiveGateway", "o"), task("a"), task("b"), node("inclusiveGateway", "j"), end(),
        flow("o", "a", "v1"), flow("o", "b", "v2"), flows("start o", "a j end", "b j"),
    ),
    "a loop": (
        start(), task("a"), xor("x"), end(), flows("start a x"), flow("x", "a", 'result = "back"'),
        flow("x", "end", 'result = "on"'),
    ),
    "service, send, rule, message without a name": (
        start(), node("serviceTask", "s"), node("sendTask", "n"), node("businessRuleTask", "r"),
        node("receiveTask", "m"), end(), flows("start s n r m end"),
    ),
    "a sub-process": (start(), sub("u", start("s2"), task("a"), end("e2"), flows("s2 a e2")), end(),
                      flows("start u end")),
    "many at once": (
        start(), node("userTask", "a", "<multiInstanceLoopCharacteristics/>"), end(), flows("start a end"),
    ),
}  # fmt: skip

UNSOUND = {
    "XOR closed by AND": ("j", (
        start(), xor("x"), task("a"), task("b"), both("j"), end(), flows("start x a j end", "x b j"))),
    "AND closed by XOR, then a step": ("c", (
        start(), both("f"), task("a"), task("b"), xor("j"), task("c"), end(), flows("start f a j c end", "f b j"))),
    "AND closed by XOR before the end": ("j", (
        start(), both("f"), task("a"), task("b"), xor("j"), end(), flows("start f a j end", "f b j"))),
    "AND closed by XOR in a sub-process": ("j", (
        start(), sub("u", start("s2"), both("f"), task("a"), task("b"), xor("j"), end("e2"),
                     flows("s2 f a j e2", "f b j")), end(), flows("start u end"))),
    "a loop into one branch": ("j", (
        start(), both("f"), xor("m"), task("a"), task("b"), both("j"), xor("x"), end(),
        flows("start f m a j x end", "f b j", "x m"))),
    "inclusive closed by AND": ("j", (
        start(), node("inclusiveGateway", "o"), task("a"), task("b"), both("j"), end(),
        flows("start o a j end", "o b j"))),
    "a dead end": ("b", (start(), both("f"), task("a"), task("b"), end(), flows("start f a end", "f b"))),
    "an unreachable step": ("b", (start(), task("a"), task("b"), end(), flows("start a end", "b end"))),
    "an unreachable ring": ("b", (start(), task("a"), task("b"), task("c"), end(), flows("start a end", "b c b"))),
    "no end": ("a", (start(), task("a"), task("b"), flows("start a b a"))),
    "script": ("s", (start(), node("scriptTask", "s"), end(), flows("start s end"))),
    "attack": ("x_a", (
        start(), xor("x"), task("a"), task("b"), end(), flows("start x b end", "a end"),
        flow("x", "a", '__import__("os").system("id")'))),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_drawing_of_another_tool_is_accepted_with_remarks(tmp_path: Path, name: str) -> None:
    said, accepted = check(tmp_path, foreign(*SOUND[name]))
    assert accepted, said
    assert "lưu ý: " in said
    assert "lỗi: " not in said


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_drawing_is_refused_naming_the_place(tmp_path: Path, name: str) -> None:
    element, drawing = UNSOUND[name]
    said, accepted = check(tmp_path, foreign(*drawing))
    assert not accepted, said
    assert any(line.startswith("lỗi: ") and element in line.split(":")[1] for line in said.splitlines()), said


@pytest.mark.django_db
def test_what_is_a_remark_in_a_drawing_of_others_is_refused_in_ours(tmp_path: Path) -> None:
    nameless = node("userTask", "b")
    said, accepted = check(tmp_path, bpmn(start(), user("a"), nameless, end(), flows("start a b end")))
    assert not accepted
    assert "chưa có vai trò" in said
    with pytest.raises(workflow.ProcessRefusedError):
        workflow.publish_process(key="p", name="P", bpmn=foreign(*SOUND["a line"]), at=None)  # type: ignore[arg-type]


def test_each_problem_is_one_line_and_files_that_are_none_are_told(tmp_path: Path) -> None:
    said, accepted = check(tmp_path, b"\x00 no xml")
    assert not accepted
    assert said.startswith("lỗi: tệp: XML hỏng")
    assert len(said.splitlines()) == 2
    with pytest.raises(SystemExit) as stopped:
        call_command("process", "check", str(tmp_path / "p.bpmn"), stdout=StringIO())
    assert stopped.value.code == 1
    with pytest.raises(CommandError, match="Không đọc được"):
        call_command("process", "check", str(tmp_path / "none.bpmn"))
