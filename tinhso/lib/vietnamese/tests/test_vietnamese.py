"""Vietnamese letters, names, numbers and the lunar calendar."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.lib.vietnamese import (
    LunarDate,
    canonical,
    fold,
    lunar_new_year,
    lunar_to_solar,
    money_in_words,
    nfc,
    number_in_words,
    solar_to_lunar,
    sort_key,
    split_name,
    title_name,
)


def test_folding_removes_marks_and_capitals():
    assert fold("Đường Hoà, ĐẶNG Ủy ban ngữ nghĩa") == "duong hoa, dang uy ban ngu nghia"
    assert fold("hoà") == fold("hòa") == fold("Hòa") == "hoa"
    assert nfc("a\u0300") == "à"


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_both_places_of_the_tone_become_one_spelling():
    assert canonical("Hoà Thuý khoẻ uỷ HOÁ loè") == "Hòa Thúy khỏe ủy HÓA lòe"
    assert canonical("Hòa quý Toàn hoan quỹ") == "Hòa quý Toàn hoan quỹ"


def test_words_stand_in_the_order_of_the_dictionary():
    words = ["an", "ăn", "ân", "ba", "bà", "bả", "bã", "bá", "bạ", "ban", "da", "đa", "e", "ê", "o", "ô", "ơ", "u", "ư"]
    for first, second in pairwise(words):
        assert sort_key(first) < sort_key(second)


def test_names_are_compared_syllable_by_syllable():
    assert sorted(["bà ba", "ba bốn", "Ba"], key=sort_key) == ["Ba", "ba bốn", "bà ba"]
    names = ["Trần Văn An", "Nguyễn Thị Bình", "Lê Ân"]
    assert sorted(names, key=lambda name: split_name(name).sort_key) == ["Trần Văn An", "Lê Ân", "Nguyễn Thị Bình"]


def test_the_parts_of_a_name():
    name = split_name(" Nguyễn  Thị Minh Khai ")
    assert (name.family, name.middle, name.given) == ("Nguyễn", "Thị Minh", "Khai")
    assert split_name("Y").given == "Y"
    assert split_name("").given == ""


def test_names_typed_in_capitals_are_written_as_names():
    assert title_name("NGUYỄN VĂN  AN") == "Nguyễn Văn An"
    assert title_name("đặng thị ánh") == "Đặng Thị Ánh"
    assert title_name("H'HEN NIÊ y-bham") == "H'Hen Niê Y-Bham"
    assert title_name("McDonald An") == "McDonald An"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (101, "một trăm linh một"),
        (115, "một trăm mười lăm"),
        (1005, "một nghìn không trăm linh năm"),
        (20_015, "hai mươi nghìn không trăm mười lăm"),
        (1_000_000, "một triệu"),
        (2_500_000, "hai triệu năm trăm nghìn"),
        (1_000_000_005, "một tỷ không trăm linh năm"),
        (10**18, "một tỷ tỷ"),
        (-8, "âm tám"),
    ],
)
def test_numbers_in_words(number, words):
    assert number_in_words(number) == words


def test_money_in_words():
    assert money_in_words(8000) == "Tám nghìn đồng"
    assert money_in_words(Decimal("15000.00")) == "Mười lăm nghìn đồng"
    with pytest.raises(ValueError, match="no fraction"):
        money_in_words(Decimal("0.5"))


@pytest.mark.parametrize(
    "day",
    ["1985-01-21", "2007-02-17", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2029-02-13", "2030-02-02"],
)
def test_tet_falls_on_its_day_also_where_china_differs(day):
    new_year = date.fromisoformat(day)
    assert lunar_new_year(new_year.year) == new_year
    assert solar_to_lunar(new_year) == LunarDate(new_year.year, 1, 1)


def test_the_kings_of_hung():
    assert lunar_to_solar(LunarDate(2026, 3, 10)) == date(2026, 4, 26)
    assert str(solar_to_lunar(date(2026, 4, 26))) == "10/3 năm Bính Ngọ"


def test_a_leap_month_is_told_from_its_twin():
    assert solar_to_lunar(date(2025, 7, 25)) == LunarDate(2025, 6, 1, is_leap=True)
    assert lunar_to_solar(LunarDate(2025, 6, 1)) == date(2025, 6, 25)
    for wrong in (LunarDate(2026, 6, 1, is_leap=True), LunarDate(2025, 5, 1, is_leap=True), LunarDate(2026, 1, 31)):
        with pytest.raises(ValueError, match="no "):
            lunar_to_solar(wrong)


@given(st.integers(0, 108_000).map(lambda days: date(1901, 1, 1) + timedelta(days)))
def test_every_day_goes_to_the_moon_and_back(day):
    assert lunar_to_solar(solar_to_lunar(day)) == day
