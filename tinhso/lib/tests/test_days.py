"""A day as people write it."""

from datetime import date

import pytest

from tinhso.lib.days import day_of


@pytest.mark.parametrize("text", ["05/11/2026", "5-11-2026", " 5.11.2026 ", "2026-11-05", "2026-11-5"])
def test_a_day_is_read_in_each_way_it_is_written(text: str) -> None:
    assert day_of(text) == date(2026, 11, 5)


@pytest.mark.parametrize("text", ["", "31/02/2026", "5/11/26", "11/2026", "٥/11/2026", "05/11/2026\x00", "00/01/2026"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text) is None
