"""Money at the counter: exemptions the officer has seen proof of, and copies, count as they do online."""

import pytest

from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.tests.test_screens import CARD, signed_in, tick_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]
MARITAL_STATUS, BIRTH, COPY = "1.004873", "1.001193", "2.000635"


def take_in(code: str, **ticked: str) -> tuple[str, Dossier]:
    """The page before receiving, and the dossier."""
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": CARD})
    desk.post("/desk", {"do": "procedure", "code": code})
    page = desk.get("/desk").content.decode()
    answer = desk.post("/desk", {"do": "receive", "given": tick_all(page), "return_channel": "desk", **ticked})
    assert answer.status_code == 302, answer.content.decode()
    return page, Dossier.objects.get()


def amounts(dossier: Dossier) -> list[int]:
    return [int(fee.amount) for fee in dossier.fees.all()]


def test_a_poor_household_pays_nothing_at_the_counter_either() -> None:
    page, dossier = take_in(MARITAL_STATUS, payer_group="poor_household")
    assert "Người thuộc hộ nghèo" in page
    assert amounts(dossier) == []
    assert dossier.data["payer_group"] == "poor_household"


@pytest.mark.parametrize("said", ["none", "", "giàu"])
def test_whoever_is_in_no_group_pays(said: str) -> None:
    assert amounts(take_in(MARITAL_STATUS, payer_group=said)[1]) == [15000]


def test_copies_asked_for_at_the_counter_are_paid_each() -> None:
    assert amounts(take_in(COPY, copies="5")[1]) == [40000]


def test_copies_beside_the_result_are_paid_each() -> None:
    assert 24000 in amounts(take_in(BIRTH, copies="3")[1])
