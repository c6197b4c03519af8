"""Fifteen days without a supplement: the dossier is closed by rule; in time, the clock starts anew."""

from datetime import timedelta
from decimal import Decimal

from django.test import Client

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import printing, services
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import reminders
from tinhso.systems.one_stop.tests.factories import Office

State = Dossier.State
DAY = 24.0


def asked(office: Office, *, received: bool = True) -> str:
    code = office.received() if received else office.submit()
    office.do(services.request_supplement, code, items=["Bản sao giấy tờ"], reason="Thiếu giấy tờ")
    return code


def titles(office: Office) -> list[str]:
    return [m.title for m in notifications.messages_of(account_id=office.citizen.account_id or 0)]


def test_fifteen_days_of_silence_close_a_dossier_and_its_owner_is_told(office: Office) -> None:
    code, before_receipt = asked(office), asked(office, received=False)
    office.tick(DAY * 15 - 2)
    assert workflow.fire_due_timers(at=office.at) == 0
    office.tick(4)
    assert workflow.fire_due_timers(at=office.at) == 2
    for one in (code, before_receipt):
        dossier = office.dossier(one)
        assert (dossier.state, dossier.national_status, dossier.is_open) == (State.CLOSED, 8, False)
        assert "quá 15 ngày" in dossier.visible_reason
        line = dossier.history.get(kind="closed")
        assert line.actor == "system:workflow"
        assert printing.stop_notice(dossier, at=office.at).startswith(b"%PDF-")
        assert any(one in title for title in titles(office))
    assert workflow.fire_due_timers(at=office.at) == 0
    assert not limbo(at=office.at).offenders


def test_the_stop_notice_can_be_opened_at_the_desk_and_by_the_owner(office: Office) -> None:
    code = asked(office)
    office.tick(DAY * 16)
    workflow.fire_due_timers(at=office.at)
    for username in ("motcua.xa", "congdan"):
        client = Client()
        client.force_login(Account.objects.get(username=username))
        answer = client.get(f"/dossiers/{code}/printing/stop.pdf")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), username


def test_a_supplement_in_time_starts_the_clock_anew(office: Office) -> None:
    code = asked(office)
    assert office.dossier(code).due_at is None
    office.tick(DAY * 10)
    office.supplement(code)
    dossier = office.dossier(code)
    assert dossier.due_at is not None
    assert dossier.due_at > office.at + timedelta(days=2)
    office.tick(DAY * 6)
    assert workflow.fire_due_timers(at=office.at) == 0
    assert office.dossier(code).is_open


def test_the_second_request_has_fifteen_days_of_its_own(office: Office) -> None:
    code = asked(office)
    office.tick(DAY * 10)
    office.supplement(code)
    office.do(services.request_supplement, code, items=["Giấy khác"], reason="Vẫn còn thiếu", again=True)
    office.tick(DAY * 14)
    assert workflow.fire_due_timers(at=office.at) == 0
    office.tick(DAY * 2)
    assert workflow.fire_due_timers(at=office.at) == 1
    assert office.dossier(code).state == State.CLOSED


def test_three_days_before_its_owner_is_reminded(office: Office) -> None:
    code = asked(office)
    outbox.deliver_pending()
    office.tick(DAY * 13)
    before = len(titles(office))
    assert reminders.remind_of_supplements(at=office.at) == 1
    assert reminders.remind_of_supplements(at=office.at) == 1
    assert len(titles(office)) == before + 1
    assert any(code in title for title in titles(office))


def test_waiting_for_money_only_pauses_the_clock(office: Office) -> None:
    code = office.received()
    due = office.dossier(code).due_at
    office.do(services.demand_fee, code, name="Lệ phí trước bạ", amount=Decimal(50_000), reason="Thông báo của thuế")
    assert (office.dossier(code).due_at, office.dossier(code).is_paused) == (None, True)
    office.tick(DAY * 20)
    assert workflow.fire_due_timers(at=office.at) == 0
    ids = list(office.dossier(code).fees.filter(paid_at__isnull=True).values_list("id", flat=True))
    services.mark_paid(code=code, actor=office.desk, fee_ids=ids, how="cash", at=office.tick())
    dossier = office.dossier(code)
    assert due is not None
    assert dossier.due_at is not None
    assert dossier.due_at > due
    assert dossier.due_at < office.at + timedelta(days=7)
