"""Decision tables: what they decide, what is refused, and what is told of gaps and overlaps."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tinhso.lib.decisions import (
    DecisionError,
    DecisionRefusedError,
    DecisionTable,
    Input,
    Output,
    Rule,
    analyse,
    compile_table,
    decide,
    read_dmn,
    write_dmn,
)

FEE = DecisionTable(
    key="copy_fee",
    name="Phí chứng thực bản sao",
    inputs=(Input("pages", "Số trang", "number"), Input("channel", "Kênh", "string", ("online", "desk", "post"))),
    outputs=(Output("fee", "Phí", "number", "half_up", "1000"),),
    rules=(
        Rule(("<= 2", "-"), ("2000 * pages",), "Thông tư 226/2016/TT-BTC"),
        Rule(("> 2", '"online"'), ("(4000 + 1000 * (pages - 2)) / 2",), "Nghị quyết giảm phí trực tuyến"),
        Rule(("> 2", 'not("online")'), ("4000 + 1000 * (pages - 2)",), "Thông tư 226/2016/TT-BTC"),
    ),
)


def compiled(table: DecisionTable) -> Any:
    found, problems = compile_table(table)
    assert found is not None, problems
    return found


def test_it_decides_rounds_and_names_the_row_and_its_basis() -> None:
    found = decide(compiled(FEE), {"pages": "5", "channel": "online"})
    assert found.outputs == {"fee": Decimal(4000)}  # 3.500, rounded half up to thousands
    assert found.rows == (2,)
    assert found.bases == ("Nghị quyết giảm phí trực tuyến",)
    assert "Phí: 4.000" in found.sentence
    assert "dòng 2" in found.sentence
    assert "làm tròn nửa lên" in found.sentence


def test_money_stays_exact() -> None:
    table = replace(FEE, rules=(Rule(("-", "-"), ("0.1 + 0.2",)),), outputs=(Output("fee"),))
    assert decide(compiled(table), {}).outputs == {"fee": Decimal("0.3")}


def test_a_missing_fact_fits_no_row_and_says_so() -> None:
    found = decide(compiled(FEE), {"channel": "desk"})
    assert (found.is_made, found.outputs) == (False, {"fee": None})
    assert "Không dòng nào" in found.sentence


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("FIRST", Decimal(1)),
        ("COLLECT", [Decimal(1), Decimal(3)]),
        ("RULE ORDER", [Decimal(1), Decimal(3)]),
        ("COLLECT SUM", Decimal(4)),
        ("COLLECT MIN", Decimal(1)),
        ("COLLECT MAX", Decimal(3)),
        ("COLLECT COUNT", Decimal(2)),
    ],
)
def test_each_hit_policy(policy: str, expected: Any) -> None:
    rows = (Rule((">= 1",), ("1",)), Rule(("< 0",), ("2",)), Rule(("[1..5)",), ("3",)))
    table = DecisionTable("d", "D", (Input("a", type="number"),), (Output("r"),), rows, policy)
    assert decide(compiled(table), {"a": 2}).outputs == {"r": expected}


def test_unique_rows_that_meet_and_any_rows_that_differ_are_errors() -> None:
    rows = (Rule((">= 1",), ("1",)), Rule((">= 2",), ("2",)))
    for policy in ("UNIQUE", "ANY"):
        table = DecisionTable("d", "Bảng D", (Input("a", type="number"),), (Output("r"),), rows, policy)
        with pytest.raises(DecisionError, match=r"các dòng 1, 2 cùng đúng"):
            decide(compiled(table), {"a": 3})
    same = replace(table, rules=(rows[0], Rule((">= 2",), ("1",))))
    assert decide(compiled(same), {"a": 3}).outputs == {"r": Decimal(1)}


def test_gaps_and_overlaps_are_found_on_the_boundaries() -> None:
    rows = (Rule(("[0..10)",), ("1",)), Rule(("[10..20]",), ("2",)), Rule(("[20..30]",), ("3",)))
    table = DecisionTable("d", "D", (Input("a", "Số ngày", "number"),), (Output("r"),), rows)
    told = [finding.sentence for finding in analyse(compiled(table))]
    assert "Dòng 2, 3 cùng đúng khi: Số ngày là 20." in told
    assert "Không dòng nào cho trường hợp: Số ngày là dưới 0." in told
    assert "Không dòng nào cho trường hợp: Số ngày là trên 30." in told
    assert len(told) == 3
    assert analyse(compiled(FEE), [one.values for one in FEE.inputs]) == []


def test_a_gap_between_two_columns_is_told_with_both() -> None:
    table = DecisionTable(
        "d", "D", (Input("a", "Trẻ em", "boolean"), Input("b", "Kênh", "string", ("online", "desk"))), (Output("r"),),
        (Rule(("true", "-"), ("0",)), Rule(("false", '"online"'), ("1",))),
    )  # fmt: skip
    found = analyse(compiled(table), [one.values for one in table.inputs])
    assert [one.sentence for one in found] == ["Không dòng nào cho trường hợp: Trẻ em là sai; Kênh là «desk»."]


def test_dates_are_cut_day_by_day() -> None:
    table = DecisionTable(
        "d", "D", (Input("day", "Ngày nộp", "date"),), (Output("r"),),
        (Rule(('< date("2026-08-15")',), ("1",)), Rule(('> date("2026-08-15")',), ("0.5",))),
    )  # fmt: skip
    (found,) = analyse(compiled(table))
    assert found.sentence == "Không dòng nào cho trường hợp: Ngày nộp là 15/08/2026."[:-1].replace(
        "15/08/2026", "ngày 15/08/2026") + "."  # fmt: skip


def test_a_cell_that_depends_on_another_fact_is_said_to_be_unprovable() -> None:
    table = DecisionTable("d", "D", (Input("a", "Số", "number"),), (Output("r"),), (Rule(("> limit",), ("1",)),))
    (found,) = analyse(compiled(table))
    assert found.kind == "unknown"


def test_what_is_wrong_is_named_by_row_and_column() -> None:
    bad = replace(FEE, rules=(Rule((">< 2", "-"), ("",)), Rule(("-",), ("1",))), hit_policy="UNIQUE")
    _, problems = compile_table(bad)
    assert [(p.row, p.column) for p in problems] == [(1, "Số trang"), (1, "Phí"), (2, "Phí chứng thực bản sao")]


@pytest.mark.parametrize("attack", ['__import__("os").system("id")', "().__class__", "1..1e9", "x" * 3000])
def test_attack_strings_are_refused_or_null(attack: str) -> None:
    found, problems = compile_table(replace(FEE, rules=(Rule(("-", "-"), (attack,)),)))
    assert problems or decide(found, {}).outputs["fee"] is None  # type: ignore[arg-type]


def test_a_table_survives_as_dmn_and_as_json() -> None:
    for policy in ("UNIQUE", "COLLECT SUM", "RULE ORDER"):
        table = replace(FEE, hit_policy=policy, rules=tuple(replace(r, id=f"r{n}") for n, r in enumerate(FEE.rules)))
        again = read_dmn(write_dmn(table))
        shown = replace(table, rules=tuple(replace(r, tests=tuple("" if t == "-" else t for t in r.tests))
                                           for r in table.rules))  # fmt: skip
        assert again == shown


@pytest.mark.parametrize(
    "content",
    [b"", b"<x/>", b"<!DOCTYPE a><definitions/>", b"<definitions/>",
     b'<definitions><decision id="d"><decisionTable hitPolicy="PRIORITY"><output name="a"/></decisionTable></decision>'
     b"</definitions>"],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(DecisionRefusedError):
        read_dmn(content)
