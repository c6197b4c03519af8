"""Two wards merge on a normal day: open dossiers go on, with somebody who answers, and old codes still lead home."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tinhso.foundation.accounts.public import ANONYMOUS
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import handling
from tinhso.systems.one_stop.tests.factories import Office

pytestmark = pytest.mark.django_db


def merger() -> organizations.MergerPlan:
    """The ward of the open dossiers joins its neighbour, from today."""
    dossier = Dossier.objects.latest("id")
    source = organizations.get_unit(unit_id=dossier.handling_unit_id)
    target = next(u for u in organizations.units(kind="commune") if u.id != source.id)
    return organizations.plan_merger(
        organizations.MergerRequest(
            title="Sắp xếp phường",
            decision="Nghị quyết 01/2026",
            effective_on=timezone.localdate(),
            sources=(source.id,),
            target_id=target.id,
        )
    )


def test_the_dry_run_counts_open_dossiers_and_changes_nothing(office: Office) -> None:
    office.received()
    before = list(Dossier.objects.values())
    plan = merger()
    assert dict(plan.open_work)["hồ sơ đang giải quyết"] == 1
    assert list(Dossier.objects.values()) == before


def test_open_dossiers_go_on_in_the_successor(office: Office) -> None:
    office.at = timezone.now() - timedelta(hours=3)
    code = office.received()
    old = office.dossier(code)
    old_code = organizations.get_unit(unit_id=old.handling_unit_id).code
    plan = merger()
    office.at = timezone.now()
    organizations.carry_out_merger(plan, by=ANONYMOUS, at=office.at)
    new = office.dossier(code)
    assert new.code == code
    assert new.handling_unit_id == plan.request.target_id
    item = next(i for i in workflow.open_items(kind=handling.KIND, subject=handling.subject_of(new)) if i.is_lead)
    assert organizations.get_unit(unit_id=item.unit_id).valid_to is None
    assert new.responsible_person_id is not None
    assert organizations.resolve_code(code=old_code).id == plan.request.target_id
    assert limbo(at=office.at).offenders == ()
    office.do(handling.finish_examination, code)
    assert office.dossier(code).state == Dossier.State.DRAFTING
