"""A process as a table of steps: what is built there survives as BPMN, and what is drawn is read into rows."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from lxml import etree

from tinhso.foundation.workflow import plans
from tinhso.foundation.workflow.drawing.elements import BPMNDI
from tinhso.foundation.workflow.drawing.reading import read_table
from tinhso.foundation.workflow.drawing.table import Row, StepTable, Way
from tinhso.foundation.workflow.drawing.writing import slug, write_table
from tinhso.foundation.workflow.records import ProcessRefusedError
from tinhso.foundation.workflow.tests.factories import both, bpmn, end, flow, flows, start, user, xor
from tinhso.foundation.workflow.tests.random_tables import random_table

TABLES = 1000 if os.environ.get("TINHSO_FULL") == "1" else 150
PACK = sorted((settings.BASE_DIR / "packs/tay_ninh/processes").glob("*.bpmn"))


def test_random_sound_tables_survive_as_bpmn_unchanged() -> None:
    for seed in range(TABLES):
        table = random_table(seed)
        content = write_table(table)
        assert read_table(content) == table, seed
        assert plans.judge(content).problems == (), seed


@pytest.mark.parametrize("file", PACK, ids=lambda file: file.stem)
def test_processes_of_the_pack_are_read_as_tables_and_written_back_as_sound(file: Path) -> None:
    table = read_table(file.read_bytes())
    content = write_table(table)
    assert read_table(content) == table
    before, after = plans.judge(file.read_bytes()), plans.judge(content)
    assert (after.problems, after.states) == ((), before.states)


def test_every_shape_and_arrow_of_a_written_file_is_drawn_once() -> None:
    for seed in range(20):
        root = etree.fromstring(write_table(random_table(seed)))
        drawn = [e.get("bpmnElement") for e in root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")]
        there = {e.get("id") for e in root.iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}*") if _is_drawn(e)}
        assert len(drawn) == len(set(drawn))
        assert set(drawn) == there


def _is_drawn(element: object) -> bool:
    name = etree.QName(element).localname  # type: ignore[arg-type]
    return name.endswith(("Event", "Task", "Gateway", "Activity", "Process")) or name == "sequenceFlow"


def test_a_gateway_behind_a_step_is_the_ways_of_that_step_and_a_merge_falls_away() -> None:
    drawing = bpmn(
        start(), user("a"), xor("x", "x_c"), user("b"), user("c"), xor("m"), user("d"), end(),
        flows("start a x c m d end", "b m"), flow("x", "b", "amount > 5"),
    )  # fmt: skip
    table = read_table(drawing)
    assert [row.key for row in table.rows] == ["start", "a", "b", "c", "d", "end"]
    assert table.row("a").split == "xor"
    assert set(table.row("a").ways) == {Way("c"), Way("b", "amount > 5")}
    assert table.row("b").ways == (Way("d"),)


def test_a_merge_before_a_join_stays_for_a_join_counts_its_arrows() -> None:
    drawing = bpmn(
        start(), user("a"), both("f"), user("b"), user("c"), user("d"), xor("x", "x_b"), xor("m"), both("j"), end(),
        flows("start a f x b m j end", "c m", "f d j"), flow("x", "c", "v"),
    )  # fmt: skip
    table = read_table(drawing)
    assert "m" in table.known()
    assert plans.judge(write_table(table)).problems == ()


def test_a_file_that_is_no_process_is_refused_with_a_sentence() -> None:
    with pytest.raises(ProcessRefusedError, match="XML hỏng"):
        read_table(b"<x")


def test_keys_are_made_of_names_and_never_clash() -> None:
    assert slug("Thẩm định hồ sơ") == "tham_dinh_ho_so"
    assert slug("15 ngày") == "b_15_ngay"
    twice = StepTable("p", "P", (Row("start", "start", ways=(Way("a"),)), Row("a", ways=(Way("b"), Way("b", "v"))),
                                 Row("b", ways=(Way("end"),)), Row("end", "end")))  # fmt: skip
    root = etree.fromstring(write_table(twice))
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
