"""Dates that move: re-appointment, calendars, people who leave."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import deadlines, holders
from tinhso.systems.one_stop.tests.factories import Office


def reappoint(office: Office, code: str, **changes: object) -> None:
    due = office.dossier(code).due_at
    assert due is not None
    values = {"new_due": due + timedelta(days=5), "reason": "Phải xác minh thêm", "at": office.tick()}
    services.reappoint(code=code, actor=office.actors["lanhdao"], **{**values, **changes})


def test_an_apology_moves_the_promise_and_never_the_law(office: Office) -> None:
    code = office.received()
    due = office.dossier(code).due_at
    reappoint(office, code)
    dossier = office.dossier(code)
    assert dossier.due_at == due
    assert due is not None
    assert dossier.promised_at == due + timedelta(days=5)


def test_it_may_be_given_only_once(office: Office) -> None:
    code = office.received()
    reappoint(office, code)
    with pytest.raises(one_stop.RefusedError, match="một lần"):
        reappoint(office, code)


def test_it_comes_before_the_date_has_passed(office: Office) -> None:
    code = office.received()
    office.tick(24 * 30)
    with pytest.raises(one_stop.RefusedError, match="quá hạn"):
        reappoint(office, code)


def test_it_is_the_agencys_to_give(office: Office) -> None:
    code = office.received()
    due = office.dossier(code).due_at
    assert due is not None
    with pytest.raises(PermissionError):
        services.reappoint(
            code=code, actor=office.desk, new_due=due + timedelta(days=2), reason="Phải xác minh", at=office.tick()
        )


def test_a_holiday_moves_open_dossiers_and_leaves_ended_ones(office: Office) -> None:
    code, ended = office.received(), office.with_result()
    due, ended_due = office.dossier(code).due_at, office.dossier(ended).due_at
    assert due is not None
    day = timezone.localtime(due).date()
    calendars.declare_day_off(
        day=day, name="Ngày nghỉ thử", legal_basis="Thông báo", actor=office.actors["quantri"], at=office.tick()
    )
    moved = deadlines.recompute_all(unit_id=None, at=office.tick())
    assert moved == 1
    assert office.dossier(code).due_at > due
    assert office.dossier(ended).due_at == ended_due


def test_nobody_is_in_limbo_when_a_post_falls_empty(office: Office) -> None:
    from tinhso.foundation.organizations.models import Assignment

    code = office.received()
    dossier = office.dossier(code)
    posts = [post.id for post in organizations.posts(unit_id=dossier.handling_unit_id, role="specialist")]
    Assignment.objects.filter(post_id__in=posts).delete()
    assert [offender.code for offender in limbo(at=office.at).offenders] == [code]
    holders.give_on(unit_ids=[dossier.handling_unit_id], at=office.at)
    assert not limbo(at=office.at).offenders
    assert office.dossier(code).responsible_role in {"unit_head", "leader"}


def test_papers_received_after_three_go_over_the_next_working_day(office: Office) -> None:
    early = timezone.localtime(office.at).replace(year=2026, month=11, day=18, hour=14, minute=0)
    late = early.replace(hour=15, minute=30)
    unit_id = office.desk.posts[0].unit_id
    assert timezone.localtime(services.hand_over_by(desk_unit_id=unit_id, at=early)).date() == early.date()
    assert timezone.localtime(services.hand_over_by(desk_unit_id=unit_id, at=late)).date() > late.date()
