"""Who is exempt pays nothing from the moment of saying so, and reads why; by the real rules of the pack."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.forms import public as forms
from tinhso.foundation.forms.tests.pack import FOLDER, filled, options_of
from tinhso.foundation.forms.tests.pack import form as form_of
from tinhso.systems.portal import drafts
from tinhso.systems.procedures import public as procedures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]
MARITAL_STATUS = "1.004873"
NUMBER = "072190004217"


def _actor() -> Any:
    account = accounts.account_by_number(identity_number=NUMBER)
    assert account is not None
    return accounts.actor_of_account(account_id=account.id)


def _draft(payer_group: str) -> drafts.Draft:
    draft = drafts.start(actor=_actor(), code=MARITAL_STATUS, unit_key="ubnd-phuong-tan-ninh", at=timezone.now())
    drafts.answer(draft, {**filled("marital_status"), "payer_group": payer_group})
    return draft


def _review(draft: drafts.Draft) -> str:
    client = Client()
    client.force_login(Account.objects.get(identity_number=NUMBER))
    return client.get(f"/filing/{draft.pk}/review").content.decode()


def test_a_poor_household_pays_nothing_and_reads_why() -> None:
    draft = _draft("poor_household")
    (line,) = drafts.fees(draft, actor=_actor(), at=timezone.now())
    assert (line.amount, line.full_amount) == (Decimal(0), Decimal(15000))
    assert "hộ nghèo" in line.explanation
    assert line.legal_basis == "Điều 10 Luật Phí và lệ phí 97/2015/QH13"
    page = _review(draft)
    assert "Miễn phí" in page
    assert "Mức thường: 15.000 đồng" in page
    assert line.explanation in page
    assert line.legal_basis in page


def test_whoever_belongs_to_no_group_pays_the_whole() -> None:
    draft = _draft("none")
    (line,) = drafts.fees(draft, actor=_actor(), at=timezone.now())
    assert line.amount == Decimal(15000)
    page = _review(draft)
    assert "15.000 đồng" in page
    assert "Mức thường" not in page


def test_a_reduction_for_a_limited_time_stops_after_its_last_day() -> None:
    data = {"person": {**procedures.payer_facts(assurance=2), "integrated_papers": 5}}

    def amount(on: date) -> Decimal:
        (line,) = procedures.fee_lines(code=MARITAL_STATUS, on=on, data=data, channel="online")
        return line.amount

    assert amount(date(2027, 2, 28)) == Decimal(7500)
    assert amount(date(2027, 3, 1)) == Decimal(15000)


def test_nobody_is_taken_to_have_integrated_papers() -> None:
    data = {"person": procedures.payer_facts(assurance=3)}
    (line,) = procedures.fee_lines(code=MARITAL_STATUS, on=date(2026, 12, 1), data=data, channel="online")
    assert line.amount == line.full_amount


def _table(name: str) -> list[dict[str, str]]:
    with (Path(settings.BASE_DIR) / "packs" / "tay_ninh" / name).open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


def test_every_form_of_a_procedure_with_a_le_phi_asks_with_the_words_of_the_rules() -> None:
    codes = {row["procedure"] for row in _table("fees.csv") if row["kind"] == "le_phi"}
    keys = {row["form"] for row in _table("bindings.csv") if row["procedure"] in codes}
    assert len(keys) == 7
    rules = " ".join(row["condition"] for row in _table("fee_rules.csv"))
    for key in keys:
        one = form_of(key).by_key["payer_group"]
        assert one.default == "none"
        assert not one.required
        assert all(f'"{value}"' in rules for value in options_of(one) if value != "none"), FOLDER / key


@pytest.mark.parametrize("said", ["", "poor", '"] or true', "none"])
def test_an_answer_that_no_rule_knows_exempts_nobody(said: str) -> None:
    form = forms.latest(key="marital_status")
    judged = forms.validate(version_id=form.version_id, data={**filled("marital_status"), "payer_group": said})
    (line,) = procedures.fee_lines(code=MARITAL_STATUS, on=date(2026, 12, 1), data=judged.data, channel="online")
    assert line.amount == Decimal(15000)
