"""Fees and limits that come from a decision table: per dossier, with the row and the law, dated like everything."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tinhso.foundation.workflow import public as workflow
from tinhso.lib.decisions import DecisionTable, Input, Output, Rule, write_dmn
from tinhso.systems.procedures import public as procedures
from tinhso.systems.procedures.tests.factories import publish, record

pytestmark = pytest.mark.django_db
CODE, DAY = "1.001193", date(2026, 11, 18)


def table(key: str, *rows: tuple[str, str, str]) -> int:
    made = DecisionTable(key, f"Bảng {key}", (Input("area", "Diện tích", "number"),), (Output("value", "Mức"),),
                         tuple(Rule((test,), (result,), basis) for test, result, basis in rows))  # fmt: skip
    return workflow.publish_decision(dmn=write_dmn(made), at=timezone.now())


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    publish(record(CODE), on=DAY)
    fee = {"code": CODE, "key": "main", "kind": "phi", "name": "Phí thẩm định", "amount": Decimal(8000),
           "per": "dossier", "channel": "", "condition": "", "note": "", "legal_basis": "Nghị quyết 1"}  # fmt: skip
    procedures.set_fees([fee], on=DAY, first_day=DAY)
    binding = {
        "code": CODE, "process_key": "p", "process_version_id": 1, "form_key": "", "form_version_id": None,
        "limit_value": Decimal(3), "limit_unit": "working_days", "cutoff": None, "handling": "commune",
        "result_name": "Giấy", "result_code": "KQ", "channels": ["online"], "legal_basis": "Luật", "children": [],
    }  # fmt: skip
    procedures.set_bindings([binding], on=DAY, first_day=DAY)


def fee(area: Any, on: date = DAY) -> procedures.FeeLine:
    (line,) = procedures.fee_lines(code=CODE, on=on, data={"area": area}, channel="desk")
    return line


def test_a_fee_by_table_names_its_row_and_law_and_falls_back_where_no_row_fits() -> None:
    made = table("fee", ("<= 100", "50000", "Thông tư 5"), ("(100..500]", "120000", "Thông tư 6"))
    procedures.change_fee(
        code=CODE, key="main", amount=Decimal(8000), legal_basis="NQ 2", on=DAY, decision_version_id=made
    )
    assert (fee("80").amount, fee(300).amount, fee(900).amount) == (50000, 120000, 8000)
    assert "dòng 2" in fee(300).explanation
    assert "Thông tư 6" in fee(300).explanation
    assert fee("chữ").amount == 8000


def test_the_limit_of_a_dossier_comes_from_its_data() -> None:
    made = table("limit", ("<= 100", "5", "Quyết định 1"), ("> 100", "12", "Quyết định 2"))
    procedures.change_clock(
        code=CODE, limit_value=Decimal(3), limit_unit="working_days", cutoff=None, legal_basis="Luật", on=DAY,
        limit_decision_id=made,
    )  # fmt: skip
    binding = procedures.binding_on(code=CODE, on=DAY)
    small, large = (procedures.rule_for(binding=binding, data={"area": area}, on=DAY) for area in (50, "101"))
    assert small.limit is not None
    assert large.limit is not None
    assert (small.limit.value, large.limit.value) == (5, 12)
    assert large.legal_basis == "Quyết định 2"
    assert procedures.rule_for(binding=binding, data={}, on=DAY) == binding.rule


def test_a_new_version_of_a_table_is_followed_from_its_day_and_not_before() -> None:
    first = table("fee", ("-", "50000", ""))
    procedures.change_fee(
        code=CODE, key="main", amount=Decimal(8000), legal_basis="NQ 2", on=DAY, decision_version_id=first
    )
    second = table("fee", ("-", "70000", ""))
    later = DAY + timedelta(days=30)
    assert procedures.follow_decision(old_versions=[first], version_id=second, on=later) == 1
    assert (fee(1).amount, fee(1, later).amount) == (50000, 70000)
