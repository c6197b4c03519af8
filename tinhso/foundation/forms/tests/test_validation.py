"""Answers judged: typed in every way people type, hidden ones dropped, rules run only over valid answers."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tinhso.foundation.forms.coerce import BadAnswerError, read_date, read_number, read_time
from tinhso.foundation.forms.compile import compile_form
from tinhso.foundation.forms.tests import factories as f
from tinhso.foundation.forms.validate import Judged, judge

AT = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
GOOD = {
    "child_name": "Đặng Phượng Ỷ",
    "child_birth": "5/11/2026",
    "child_sex": "female",
    "mother_name": "Nguyễn Thị Ưởng",
    "mother_birth": "01-02-1998",
    "married": "no",
}


def judged(schema: dict[str, Any], data: dict[str, Any], page: int | None = None) -> Judged:
    form = compile_form(schema)
    only = form.pages[page].keys if page is not None else None
    return judge(form, data, at=AT, options_of=lambda one: one.options, only=only)


@pytest.mark.parametrize(
    "typed", ["1/2/2020", "01/02/2020", "01-02-2020", "1.2.2020", "2020-02-01", "01022020", "1 - 2 - 2020"]
)
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    assert read_date(typed) == date(2020, 2, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/11/2026", "31/11/2026 không có trong lịch: tháng 11 có 30 ngày"),
        ("29/2/2025", "29/02/2025 không có trong lịch: tháng 2 năm 2025 có 28 ngày"),
        ("02/13/2020", "02/13/2020 không có trong lịch: năm có 12 tháng, ghi ngày trước, tháng sau"),
        ("0/1/2020", "00/01/2020 không có trong lịch: tháng 1 có 31 ngày"),
        ("5/11/26", "Ghi năm đủ bốn chữ số, ví dụ 05/11/2026"),
        ("hôm qua", "Ghi ngày/tháng/năm, ví dụ 05/11/2026"),
        ("1/1/0001", "Năm 1 không hợp lý, kiểm tra lại năm"),
        ("٠١/٠٢/٢٠٢٠", "Ghi ngày/tháng/năm, ví dụ 05/11/2026"),
    ],
)
def test_a_wrong_date_is_answered_with_what_is_wrong(typed: str, sentence: str) -> None:
    with pytest.raises(BadAnswerError) as refused:
        read_date(typed)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1500", 1500), ("1.500", 1500), ("1.234.567", 1234567), ("12,5", 12.5), ("1.234,5", 1234.5), ("12.5", 12.5),
     ("-3", -3), ("1 500", 1500)],
)  # fmt: skip
def test_a_number_is_read_in_the_vietnamese_way(typed: str, value: float) -> None:
    assert read_number(typed, 1) == value


@pytest.mark.parametrize("typed", ["abc", "1e400", "NaN", "Infinity", "9" * 40, "1,2,3", "0x10"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(BadAnswerError):
        read_number(typed, 2)


def test_a_time_is_read_as_people_write_it() -> None:
    assert [read_time(t) for t in ("7h30", "07:30", "7 giờ", "7 giờ 5 phút")] == ["07:30", "07:30", "07:00", "07:05"]


def test_good_answers_pass_and_are_coerced() -> None:
    result = judged(f.birth(), GOOD)
    assert result.errors == {}
    assert result.values["child_birth"] == "2026-11-05"
    assert result.values["mother_birth"] == "1998-02-01"


def test_a_missing_answer_is_named() -> None:
    result = judged(f.birth(), {**GOOD, "child_name": "  ", "child_sex": None})
    assert result.errors == {"child_name": "Chưa ghi: Họ, chữ đệm, tên con", "child_sex": "Chưa chọn: Giới tính"}


def test_a_hidden_answer_is_dropped_and_so_is_what_hangs_on_it() -> None:
    result = judged(f.birth(), {**GOOD, "father_name": "Nguyễn Văn A", "father_note": "lén gửi"})
    assert "father_name" not in result.values
    assert "father_note" not in result.values
    assert set(result.dropped) == {"father_name", "father_note"}


def test_a_question_is_shown_only_on_true_not_on_an_unanswered_condition() -> None:
    result = judged(f.birth(), {key: value for key, value in GOOD.items() if key != "married"})
    assert "father_name" not in result.shown
    assert set(result.errors) == {"married"}


def test_a_rule_does_not_run_over_an_invalid_answer() -> None:
    result = judged(f.birth(), {**GOOD, "child_birth": "31/11/2026", "mother_birth": "1/1/2027"})
    assert set(result.errors) == {"child_birth"}


def test_a_broken_rule_says_its_sentence() -> None:
    result = judged(f.birth(), {**GOOD, "mother_birth": "6/11/2026"})
    assert result.errors == {"mother_birth": "Mẹ phải sinh trước con"}


def test_a_rule_with_an_empty_answer_is_silent() -> None:
    assert judged(f.birth(), {**GOOD, "mother_birth": ""}).errors == {}


def test_a_rule_that_cannot_tell_although_everything_is_answered_is_broken() -> None:
    schema = f.schema(f.group("A", f.text("a"), f.number("b", rule="a > b", msg="Không so được")))
    assert judged(schema, {"a": "chữ", "b": "3"}).errors == {"b": "Không so được"}


def test_rows_are_judged_each_with_its_own_key_and_see_the_questions_outside() -> None:
    rows = [{"name": "Lê Thị Bé"}, {"name": "", "birth": "5/11/2026"}]
    result = judged(f.birth(), {**GOOD, "siblings": rows})
    assert result.errors == {"siblings.1.name": "Chưa ghi: Họ tên", "siblings.1.birth": "Trùng ngày sinh của con"}


@pytest.mark.parametrize("rows", ["x", 3, [1], {"0": {}}, [[{}]], [{}] * 21])
def test_rows_of_a_wrong_shape_are_refused_at_the_group(rows: Any) -> None:
    assert "siblings" in judged(f.birth(), {**GOOD, "siblings": rows}).errors


def test_a_page_reports_only_its_own_errors() -> None:
    assert set(judged(f.birth(), {}, page=0).errors) == {"child_name", "child_birth", "child_sex"}


@pytest.mark.parametrize("value", [{"a": 1}, ["x", "y"], True, "khác", "\x00", "🦊" * 600, {"__class__": "x"}])
@pytest.mark.parametrize("key", ["child_name", "child_birth", "child_sex", "married"])
def test_hostile_values_never_pass_and_never_break_the_validator(key: str, value: Any) -> None:
    if (key, value) == ("child_name", "khác"):
        return
    assert key in judged(f.birth(), {**GOOD, key: value}).errors


def test_control_and_direction_characters_are_taken_out() -> None:
    result = judged(f.birth(), {**GOOD, "child_name": "Đặng\u202e \x07Phượng\u200b  Ỷ"})
    assert result.values["child_name"] == "Đặng Phượng Ỷ"


def test_an_unknown_key_is_dropped_and_named() -> None:
    assert judged(f.birth(), {**GOOD, "la": 1}).dropped == ["la"]


def test_a_calculated_answer_is_never_taken_from_the_browser() -> None:
    schema = f.schema(f.group("A", f.number("price"), f.number("copies"), f.number("total", calc="price * copies")))
    assert judged(schema, {"price": "2000", "copies": "3", "total": "1"}).values["total"] == 6000


def test_required_when_a_condition_holds() -> None:
    schema = f.schema(f.group("A", f.choice("who", "Ai nộp", {"me": "Tôi", "other": "Người khác"}),
                              f.text("paper", "Giấy uỷ quyền", required='who = "other"')))  # fmt: skip
    assert judged(schema, {"who": "me"}).errors == {}
    assert judged(schema, {"who": "other"}).errors == {"paper": "Chưa ghi: Giấy uỷ quyền"}


@pytest.mark.parametrize(
    ("kind", "good", "kept"),
    [
        ("personal_id", "072 198 000 123", "072198000123"),
        ("phone", "+84 912 345 678", "0912345678"),
        ("tax_code", "0100109106", "0100109106"),
        ("email", "a.b@vidu.vn", "a.b@vidu.vn"),
        ("year", "1954", "1954"),
        ("place", "Khu phố Ninh Trung", "Khu phố Ninh Trung"),
        ("name", "H'Hen Niê", "H'Hen Niê"),
    ],
)
def test_a_kind_keeps_the_proper_form(kind: str, good: str, kept: str) -> None:
    assert judged(f.schema(f.group("A", f.text("x", kind=kind))), {"x": good}).values == {"x": kept}


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("personal_id", "07219800012"),
        ("personal_id", "072198000123a"),
        ("personal_id", "123456789"),
        ("personal_id", "000198000123"),
        ("phone", "12345"),
        ("tax_code", "0100109107"),
        ("email", "a@b"),
        ("year", "2027"),
        ("name", "Nguyễn Văn 2"),
        ("name", "<script>"),
        ("place", "--"),
    ],
)
def test_a_kind_refuses_with_a_sentence(kind: str, bad: str) -> None:
    errors = judged(f.schema(f.group("A", f.text("x", kind=kind))), {"x": bad}).errors
    assert len(errors["x"]) > 20


def test_a_date_in_the_future_is_refused_where_only_the_past_is_possible() -> None:
    assert judged(f.birth(), {**GOOD, "child_birth": "21/11/2026"}).errors == {
        "child_birth": "21/11/2026 chưa tới: hôm nay là 20/11/2026"
    }
