"""What may not be published, each named with its component."""

from typing import Any

import pytest

from tinhso.foundation.forms.compile import FormRefusedError, compile_form
from tinhso.foundation.forms.tests import factories as f


def refused(schema: Any, **options: Any) -> dict[str, str]:
    with pytest.raises(FormRefusedError) as error:
        compile_form(schema, **options)
    return dict(error.value.problems)


def test_a_form_of_groups_becomes_pages() -> None:
    form = compile_form(f.birth())
    assert [page.title for page in form.pages] == ["Con", "Cha mẹ"]
    assert [group.title for group in form.pages[1].groups] == ["Mẹ", "Cha", "Anh chị em"]
    assert form.controlling == {"married", "father_name"}


@pytest.mark.parametrize("kind", ["html", "iframe", "expression", "script", "button", "table", "documentPreview"])
def test_a_component_we_do_not_carry_is_refused_by_name(kind: str) -> None:
    problems = refused(f.schema(f.group("A", f.text("a"), {"type": kind, "id": "Field_x"})))
    assert f"«{kind}»" in problems["Field_x"]


def test_an_expression_that_does_not_parse_is_refused_at_its_field() -> None:
    assert "tt:show" in refused(f.schema(f.group("A", f.text("a", show="1 +"))))["a"]


@pytest.mark.parametrize(
    "attack",
    ['__import__("os").system("id")', "().__class__.__mro__", "[].constructor", "(function(){})()", "a" * 3000,
     "((" * 100, "for x in 1..999999999 return x", "a.__class__"],
)  # fmt: skip
def test_attack_strings_are_refused_or_harmless(attack: str) -> None:
    for name in ("show", "required", "calc", "rule"):
        try:
            compile_form(f.schema(f.group("A", f.text("a"), f.text("b", **{name: attack, "msg": "x"}))))
        except FormRefusedError as error:
            assert error.problems[0][0] == "b"  # noqa: PT017


def test_an_expression_may_only_name_questions_there_are() -> None:
    assert "khong_co" in refused(f.schema(f.group("A", f.text("a", show="khong_co = 1"))))["a"]


def test_questions_that_wait_for_each_other_are_refused() -> None:
    problems = refused(f.schema(f.group("A", f.text("a", show='b = "x"'), f.text("b", show='a = "x"'))))
    assert "chờ lẫn nhau" in next(iter(problems.values()))


def test_two_questions_of_one_key_are_refused() -> None:
    assert "cùng một khoá" in refused(f.schema(f.group("A", f.text("a")), f.group("B", f.text("a"))))["a"]


@pytest.mark.parametrize("key", ["", "Ngày", "1a", "a b", "__x", "if", "today", "a" * 70])
def test_a_key_must_be_a_plain_name(key: str) -> None:
    refused(f.schema(f.group("A", f.text(key, "Nhãn"))))


def test_a_rule_needs_its_sentence() -> None:
    assert "tt:msg" in refused(f.schema(f.group("A", f.text("a", rule='a != "x"'))))["a"]


def test_an_unknown_property_kind_or_list_is_refused() -> None:
    assert "tt:shwo" in refused(f.schema(f.group("A", f.text("a", shwo="true"))))["a"]
    assert "passport" in refused(f.schema(f.group("A", f.text("a", kind="passport"))))["a"]
    listed = f.schema(f.group("A", {**f.text("a", options="ethnicities"), "type": "select"}))
    assert "ethnicities" in refused(listed, list_names=frozenset())["a"]
    compile_form(listed, list_names=frozenset({"ethnicities"}))


def test_hiding_by_a_negative_condition_is_refused() -> None:
    refused(f.schema(f.group("A", {**f.text("a"), "conditional": {"hide": "=b"}})))


def test_a_pattern_that_could_run_away_is_refused() -> None:
    refused(f.schema(f.group("A", {**f.text("a"), "validate": {"pattern": "(a)\\1"}})))


def test_choices_need_values() -> None:
    refused(f.schema(f.group("A", f.choice("a", "A", {}))))


@pytest.mark.parametrize("schema", [None, [], {}, {"components": "x"}, {"components": [3]}, {"components": []}])
def test_what_is_no_schema_is_refused(schema: Any) -> None:
    refused(schema)


def test_rows_do_not_nest() -> None:
    refused(f.schema(f.group("A", f.rows("a", "A", f.rows("b", "B", f.text("c"))))))


def test_all_problems_are_told_at_once() -> None:
    assert len(refused(f.schema(f.group("A", f.text("a", kind="x"), f.text("b", show="("), {"type": "html"})))) >= 3
