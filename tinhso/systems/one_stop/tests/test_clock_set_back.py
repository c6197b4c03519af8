"""A machine whose clock is set back: acts keep their order, the legal clock counts them, nobody falls into limbo."""

from datetime import timedelta

import pytest

from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import DossierEvent
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import clock, deadlines
from tinhso.systems.one_stop.states import State
from tinhso.systems.one_stop.tests.factories import Office

pytestmark = pytest.mark.django_db
BACK = -3.5  # hours


def in_order(code: str) -> bool:
    """What the clock counts stands in the order in which it was written down."""
    lines = DossierEvent.objects.filter(dossier__code=code, kind__in=clock.CLOCK_KINDS)
    moments = list(lines.order_by("id").values_list("at", flat=True))
    return moments == sorted(moments)


def test_a_supplement_asked_on_a_clock_set_back_stops_the_legal_clock(office: Office) -> None:
    code = office.received()
    office.tick(BACK)
    office.do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ")
    dossier = office.dossier(code)
    assert (dossier.state, dossier.is_paused, dossier.due_at) == (State.AWAITING_SUPPLEMENT, True, None)
    assert in_order(code)
    assert not limbo(at=office.at).offenders


def test_the_answer_restarts_the_clock_though_it_comes_earlier_than_the_question(office: Office) -> None:
    code = office.received()
    office.do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ")
    office.tick(BACK)
    office.supplement(code)
    dossier = office.dossier(code)
    assert not dossier.is_paused
    assert in_order(code)
    office.tick(24)
    assert "bổ sung" in clock.explain(office.dossier(code), office.at)


def test_a_dossier_goes_all_the_way_on_a_clock_that_jumps(office: Office) -> None:
    code = office.submit()
    for back in (0, -1.5, 2, -3):
        office.tick(back)
        if office.dossier(code).state == State.SUBMITTED:
            office.do(services.accept_dossier, code)
    due = office.dossier(code).due_at
    office.tick(BACK)
    office.do(services.finish_examination, code)
    office.do(services.draft_result, code, draft={"text": "Đồng ý"})
    office.tick(BACK)
    office.do(services.approve, code)
    dossier = office.dossier(code)
    assert dossier.due_at == due
    assert dossier.is_open
    assert dossier.received_at >= dossier.submitted_at
    assert in_order(code)
    assert not limbo(at=office.at).offenders


def test_a_stop_and_a_resumption_keep_their_order(office: Office) -> None:
    code, leader = office.received(), office.actors["lanhdao"]
    services.stop_dossier(code=code, actor=leader, reason="Chờ xác minh", at=office.tick(BACK))
    assert office.dossier(code).is_paused
    services.resume_dossier(code=code, actor=leader, at=office.tick(-1))
    assert not office.dossier(code).is_paused
    assert in_order(code)


def test_a_withdrawal_ends_after_the_receipt(office: Office) -> None:
    code = office.received()
    at = office.at + timedelta(hours=BACK)
    one_stop.withdraw(code=code, actor=office.citizen, reason="Thôi không xin", at=at)
    dossier = office.dossier(code)
    assert dossier.ended_at is not None
    assert dossier.ended_at >= dossier.received_at


def test_a_holiday_declared_on_a_clock_set_back_loses_no_date(office: Office) -> None:
    code = office.received()
    due = office.dossier(code).due_at
    deadlines.recompute(ids=[office.dossier(code).pk], at=office.at - timedelta(days=2))
    assert office.dossier(code).due_at == due
