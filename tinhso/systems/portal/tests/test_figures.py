"""Figures for citizens are counted from dossiers and say nothing of too few."""

import pytest
from django.test import Client

from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.public import Pace
from tinhso.systems.portal import figures
from tinhso.systems.portal.tests.factories import make_procedure, moment
from tinhso.systems.procedures import public as procedures

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(monkeypatch):
    def count(*paces):
        monkeypatch.setattr(one_stop, "paces", lambda *, since, until: list(paces))
        return figures.recount(at=moment(20, 9, 35))

    monkeypatch.setattr(procedures, "get_procedure", lambda *, code, on=None: make_procedure(code=code))
    return count


def test_the_share_on_time_is_of_all_procedures_together(counted):
    assert counted(Pace("1.001193", 90, 85, 160, 315), Pace("1.004884", 10, 5, 5000, 9000)) == 2
    found = figures.on_time()
    assert (found.share, found.ended, found.late) == (90.0, 100, 10)


def test_counting_again_replaces_what_was_counted(counted):
    counted(Pace("1.001193", 90, 85, 160, 315))
    counted(Pace("1.004884", 20, 20, 5000, 9000))
    assert figures.waiting("1.001193") is None
    assert figures.on_time().ended == 20


def test_of_too_few_nothing_is_said(counted):
    counted(Pace("1.001193", 9, 9, 160, 315))
    assert figures.waiting("1.001193") is None
    assert figures.on_time() is None
    assert "Chưa đủ hồ sơ để nói" in Client().get("/figures/on-time").content.decode()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (5, "5 phút"),
        (60, "1 giờ"),
        (160, "2 giờ 40 phút"),
        (24 * 60, "1 ngày"),
        (30 * 60, "1 ngày 6 giờ"),
        (5 * 24 * 60 + 50, "5 ngày"),
    ],
)
def test_a_duration_is_said_in_two_units_at_most(minutes, words):
    assert figures.duration(minutes) == words


def test_the_procedure_says_how_long_it_really_takes(counted):
    counted(Pace("1.001193", 90, 85, 160, 315))
    page = Client().get("/procedures/1.001193").content.decode()
    assert "2 giờ 40 phút" in page
    assert "5 giờ 15 phút" in page
    assert "90 hồ sơ" in page


def test_the_figure_opens_to_its_formula_and_rows(counted):
    counted(Pace("1.001193", 90, 85, 160, 315))
    page = Client().get("/figures/on-time").content.decode()
    assert "94,4" in page
    assert "<b>85</b> đúng hoặc trước hạn" in page
    assert 'href="/procedures/1.001193"' in page
    assert "09:35 thứ Sáu 20/11/2026" in page


def test_the_desk_counts_an_empty_province_too():
    assert one_stop.paces(since=moment(1), until=moment(20)) == []
