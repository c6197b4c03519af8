"""What must be paid on a day: fees in force, exemptions, reductions for a limited time."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tinhso.systems.procedures import decisions, public
from tinhso.systems.procedures.tests.factories import DAY, publish, record

pytestmark = pytest.mark.django_db
FIRST = date(2025, 7, 1)


def fee(**changes: Any) -> dict[str, Any]:
    return {
        "code": "1.001193",
        "key": "main",
        "kind": "le_phi",
        "name": "Lệ phí",
        "amount": Decimal(20000),
        "per": "dossier",
        "channel": "",
        "condition": "",
        "note": "",
        "legal_basis": "Thông tư 85/2019/TT-BTC",
        **changes,
    }


def rule(**changes: Any) -> dict[str, Any]:
    return {
        "key": "giam",
        "code": "",
        "fee_key": "",
        "kind": "",
        "effect": "percent",
        "value": Decimal(50),
        "condition": "person.assurance >= 2 and person.integrated_papers >= 5",
        "explanation": "Giảm 50%",
        "legal_basis": "Nghị quyết 66.22/2026/NQ-CP",
        "valid_from": date(2026, 8, 15),
        "valid_to": date(2027, 3, 1),
        **changes,
    }


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    publish(record())


def lines(on: date = DAY, channel: str = "online", copies: int = 1, **data: Any) -> list[public.FeeLine]:
    return public.fee_lines(code="1.001193", on=on, data=data, channel=channel, copies=copies)


def test_a_procedure_without_fees_costs_nothing() -> None:
    assert lines() == []


def test_a_fee_is_asked_from_its_first_day() -> None:
    decisions.set_fees([fee()], on=DAY, first_day=FIRST)
    assert [line.amount for line in lines()] == [Decimal(20000)]
    assert lines(on=date(2025, 6, 30)) == []


def test_a_fee_without_an_amount_is_not_asked() -> None:
    decisions.set_fees([fee(amount=None)], on=DAY, first_day=FIRST)
    assert lines() == []


def test_a_fee_by_the_copy_is_multiplied_and_says_so() -> None:
    decisions.set_fees([fee(per="copy", amount=Decimal(8000))], on=DAY, first_day=FIRST)
    line = lines(copies=3)[0]
    assert line.amount == Decimal(24000)
    assert "8.000 đồng × 3" in line.explanation


def test_a_fee_may_belong_to_one_channel_or_one_case() -> None:
    fees = [
        fee(key="online", channel="online"),
        fee(key="desk", channel="desk"),
        fee(key="late", condition="is_late = true"),
    ]
    decisions.set_fees(fees, on=DAY, first_day=FIRST)
    assert [line.key for line in lines()] == ["online"]
    assert [line.key for line in lines(channel="desk", is_late=True)] == ["desk", "late"]


def test_a_reduction_holds_only_in_its_time_and_where_its_condition_is_true() -> None:
    decisions.set_fees([fee()], on=DAY, first_day=FIRST)
    decisions.set_fee_rules([rule()])
    holder = {"assurance": 2, "integrated_papers": 5}
    assert lines(person=holder)[0].amount == Decimal(10000)
    assert "Giảm 50%" in lines(person=holder)[0].explanation
    assert lines(person={"assurance": 2, "integrated_papers": 4})[0].amount == Decimal(20000)
    assert lines()[0].amount == Decimal(20000)
    assert lines(on=date(2027, 3, 1), person=holder)[0].amount == Decimal(20000)
    assert lines(on=date(2026, 8, 14), person=holder)[0].amount == Decimal(20000)


def test_the_best_relief_applies_and_reliefs_do_not_add_up() -> None:
    decisions.set_fees([fee()], on=DAY, first_day=FIRST)
    poor = rule(
        key="ngheo", effect="exempt", condition='payer_group = "poor_household"', explanation="Miễn cho hộ nghèo"
    )
    decisions.set_fee_rules([rule(), poor])
    line = lines(payer_group="poor_household", person={"assurance": 2, "integrated_papers": 9})[0]
    assert (line.amount, line.full_amount) == (Decimal(0), Decimal(20000))
    assert "Miễn cho hộ nghèo" in line.explanation


def test_hostile_data_in_the_form_gives_no_relief() -> None:
    decisions.set_fees([fee()], on=DAY, first_day=FIRST)
    decisions.set_fee_rules([rule()])
    for person in ("2", [], {"assurance": "2; true", "integrated_papers": None}, {"assurance": {"a": 1}}):
        assert lines(person=person)[0].amount == Decimal(20000)


def test_a_changed_fee_is_asked_from_its_day_on_and_the_old_amount_before() -> None:
    decisions.set_fees([fee()], on=DAY, first_day=FIRST)
    later = date(2026, 12, 1)
    public.change_fee(code="1.001193", key="main", amount=Decimal(30000), legal_basis="Nghị quyết 9", on=later)
    assert lines()[0].amount == Decimal(20000)
    assert lines(on=later)[0].amount == Decimal(30000)


def test_an_unknown_fee_cannot_be_changed() -> None:
    with pytest.raises(LookupError, match="không có khoản thu"):
        public.change_fee(code="1.001193", key="x", amount=Decimal(1), legal_basis="", on=DAY)
