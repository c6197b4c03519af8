"""What a dossier of a day follows, for life."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tinhso.systems.procedures import decisions, public
from tinhso.systems.procedures.models import Binding, ProcedureVersion
from tinhso.systems.procedures.tests.factories import DAY, publish, record

pytestmark = pytest.mark.django_db
FIRST = date(2025, 7, 1)


def binding(**changes: Any) -> dict[str, Any]:
    return {
        "code": "1.001193",
        "process_key": "standard_commune",
        "process_version_id": 1,
        "form_key": "birth_registration",
        "form_version_id": 5,
        "limit_value": Decimal(0),
        "limit_unit": "working_days",
        "cutoff": time(15, 0),
        "handling": "commune",
        "result_name": "Giấy khai sinh",
        "result_code": "KQ.G15.000031",
        "channels": ["online", "desk"],
        "legal_basis": "Luật Hộ tịch",
        "children": [],
        **changes,
    }


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    publish(record(), on=FIRST)


def test_a_procedure_without_a_binding_is_not_filed_here() -> None:
    with pytest.raises(LookupError, match="chưa nhận hồ sơ"):
        public.binding_on(code="1.001193", on=DAY)
    assert not public.get_procedure(code="1.001193", on=DAY).is_online


def test_a_binding_carries_the_clock_of_the_law() -> None:
    decisions.set_bindings([binding()], on=DAY, first_day=FIRST)
    found = public.binding_on(code="1.001193", on=DAY)
    assert found.rule.limit is not None
    assert (found.rule.limit.value, found.rule.limit.unit, found.rule.cutoff) == (0, "working_days", time(15, 0))
    assert public.get_procedure(code="1.001193", on=DAY).is_online


def test_a_changed_limit_is_for_new_dossiers_and_the_old_binding_stays() -> None:
    decisions.set_bindings([binding()], on=DAY, first_day=FIRST)
    old = public.binding_on(code="1.001193", on=DAY)
    later = date(2026, 12, 1)
    public.change_clock(
        code="1.001193", limit_value=Decimal(3), limit_unit="working_days", cutoff=None, legal_basis="QĐ 1", on=later
    )
    assert public.binding_on(code="1.001193", on=DAY).id == old.id
    new = public.binding_on(code="1.001193", on=later)
    assert new.id != old.id
    assert new.rule.limit is not None
    assert new.rule.limit.value == 3
    assert public.get_binding(binding_id=old.id).rule.cutoff == time(15, 0)


def test_a_binding_replaced_on_its_first_day_can_still_be_read_by_its_dossiers() -> None:
    decisions.set_bindings([binding()], on=DAY, first_day=DAY)
    old = public.binding_on(code="1.001193", on=DAY)
    public.change_process(code="1.001193", process_key="standard_commune", process_version_id=2, on=DAY)
    assert public.binding_on(code="1.001193", on=DAY).process_version_id == 2
    assert public.get_binding(binding_id=old.id).process_version_id == 1


def test_two_bindings_or_versions_of_one_day_are_impossible() -> None:
    decisions.set_bindings([binding()], on=DAY, first_day=FIRST)
    row = Binding.objects.get()
    row.pk, row.valid_to = None, date(2027, 1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    version = ProcedureVersion.objects.get()
    version.pk, version.number, version.valid_to = None, 2, date(2027, 1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save(force_insert=True)


def test_the_parts_of_an_interlinked_procedure_have_clocks_of_their_own() -> None:
    part = {
        "key": "residence",
        "name": "Thường trú",
        "procedure_code": "1.004222",
        "unit": "police",
        "after": ["birth"],
    }
    clock = {"limit_value": "2", "limit_unit": "working_days", "cutoff": "15:00", "legal_basis": "NĐ 63/2024"}
    rows = [binding(limit_value=None, limit_unit="", cutoff=None, children=[{**part, **clock}])]
    decisions.set_bindings(rows, on=DAY, first_day=FIRST)
    found = public.binding_on(code="1.001193", on=DAY)
    assert found.rule.limit is None
    child = found.children[0]
    assert (child.unit, child.after, child.rule.cutoff) == ("police", ("birth",), time(15, 0))


def test_a_limit_without_a_unit_is_read_from_the_binding_of_the_province() -> None:
    publish(record(duration_text="1 (đơn vị không ghi)"))
    assert "không ghi đơn vị" in public.get_procedure(code="1.001193", on=DAY).duration_text
    decisions.set_bindings([binding()], on=DAY, first_day=FIRST)
    text = public.get_procedure(code="1.001193", on=DAY).duration_text
    assert text == "Trong ngày; nhận sau 15:00 thì trả trong ngày làm việc tiếp theo"


@pytest.mark.parametrize("code", ["\x00", "x" * 10_000, "", "1.001193\x00", "'; --"])
def test_a_code_that_cannot_be_is_not_found(code: str) -> None:
    for asked in (
        lambda: public.get_procedure(code=code),
        lambda: public.binding_on(code=code, on=DAY),
    ):
        with pytest.raises(LookupError):
            asked()
    assert public.fee_lines(code=code, on=DAY, data={}, channel="online") == []


def test_unknown_ids_are_said_so() -> None:
    for asked in (lambda: public.get_binding(binding_id=0), lambda: public.get_version(version_id=0)):
        with pytest.raises(LookupError):
            asked()
    with pytest.raises(LookupError, match="Không có thủ tục"):
        public.get_procedure(code="9.999999")
