"""Expressions are refused loudly, with the place."""

import json

import pytest

from tinhso.lib.feel import FeelError, names, parse


@pytest.mark.parametrize(
    ("text", "sentence", "position"),
    [
        ("", "Cần một giá trị nhưng biểu thức đã hết.", 1),
        ("tuổi >", "Cần một giá trị nhưng biểu thức đã hết.", 7),
        ("(a + 1", "Cần «)» nhưng gặp hết biểu thức.", 7),
        ("a b", "Thừa «b» sau biểu thức.", 3),
        ("xoá(a)", "Không có hàm «xoá».", 1),
        ('contains("a")', "Hàm «contains» cần 2 đối số, đang có 1.", 1),
        ('"mở', "Chuỗi thiếu dấu ngoặc kép đóng.", 1),
        ("a ; b", "Ký tự «;» không dùng được trong biểu thức.", 3),
        ("[1..5]", "Khoảng giá trị chỉ dùng được sau «in».", 0),
        ("if a then b", "Cần «else» nhưng gặp hết biểu thức.", 12),
        ("@2", 'Sau «@» phải là chuỗi ngày, giờ hoặc thời hạn, ví dụ @"2026-11-18".', 1),
        ("a" * 2001, "Biểu thức dài 2001 ký tự, tối đa 2000 ký tự.", 0),
        ("(" * 61 + "1" + ")" * 61, "Biểu thức lồng nhau quá 60 tầng.", 61),
    ],
)
def test_a_faulty_expression_is_refused_with_its_place(text: str, sentence: str, position: int) -> None:
    with pytest.raises(FeelError) as refused:
        parse(text)
    assert (refused.value.sentence, refused.value.position) == (sentence, position)


def test_a_tree_is_plain_json() -> None:
    ast = parse('some c in con satisfies c.tuổi in [1..5) and starts with(c.tên, "Ng")')
    assert json.loads(json.dumps(ast)) == ast


def test_names_are_those_read_and_not_those_bound() -> None:
    ast = parse("if a.b > 1 then (for c in con return c.x + d) else lst[item.e = f]")
    assert names(ast) == ("a", "con", "d", "f", "lst")


def test_names_typed_with_combining_marks_are_the_same_name() -> None:
    assert parse("tuổi = 1") == parse("tuổi = 1")


@pytest.mark.parametrize(
    "text",
    [
        "-" * 1900 + "1",
        "1" + "+1" * 900,
        "[" * 999 + "]" * 999,
        "a" + ".b" * 600,
        "not(" * 400 + "true" + ")" * 400,
        "if true then " * 140 + "1" + " else 2" * 20,
    ],
)
def test_deep_nesting_is_refused_and_never_exhausts_the_stack(text: str) -> None:
    with pytest.raises(FeelError):
        parse(text)
