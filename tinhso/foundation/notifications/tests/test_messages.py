"""A message reaches its person once: in the portal at once, outside by the first channel that takes it."""

import email
import email.policy
import socket
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.notifications import channels, services, texts
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.notifications.models import Delivery, Message

pytestmark = pytest.mark.django_db

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
CONTEXT = {
    "code": "H53.118-261120-0007",
    "procedure": "Đăng ký khai sinh",
    "applicant": "Nguyễn Văn An",
    "due_at": datetime(2026, 11, 26, 16, 30, tzinfo=LOCAL),
    "promised_at": datetime(2026, 11, 26, 16, 30, tzinfo=LOCAL),
    "next_date": datetime(2026, 11, 25, 16, 30, tzinfo=LOCAL),
    "reason": "Thiếu bản chính giấy chứng sinh",
    "result_number": "12/TP-HT",
    "unit": "Sở Tư pháp",
    "question": "Xin ý kiến về bản lưu sổ 1998",
    "answer_by": datetime(2026, 11, 24, 16, 30, tzinfo=LOCAL),
    "submitted_at": datetime(2026, 11, 20, 8, 12, tzinfo=LOCAL),
}
# Messages of the paper store speak of a paper, not of a dossier; the second is what their title names.
OF_PAPERS = {
    "consent_asked": ({"who": "Ngân hàng mẫu", "purpose": "Mở tài khoản", "days": 30}, "Ngân hàng mẫu"),
    "paper_revoked": ({"name": "Giấy khai sinh", "number": "1/KS", "reason": "Cấp sai"}, "thu hồi"),
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.VAR = tmp_path
    settings.SMTP_URL = ""


def account(**fields: Any) -> Account:
    given = {"username": "an", "name": "Nguyễn Văn An", "identity_number": "072198000017", "email": "an@example.vn"}
    return Account.objects.create_user(**{**given, **fields})


def send(template: str = "dossier_received", once: str = "a", **to: Any) -> None:
    notifications.send(template=template, context=CONTEXT, subject=CONTEXT["code"], once=once, **to)


def letters() -> list[Any]:
    files = sorted((Path(settings.VAR) / "mail").glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


class Mailbox:
    """A real SMTP server on the loopback; `answers` are given one after the other."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}?from=mot-cua@tayninh.example"
    yield box
    controller.stop()


def due_now() -> None:
    Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())


def test_the_account_reads_it_in_the_portal_newest_first() -> None:
    who = account()
    send(once="a", account_id=who.pk)
    send("result_ready", once="b", account_id=who.pk)
    found = notifications.messages_of(account_id=who.pk, limit=1)
    assert [m.title for m in found] == ["Hồ sơ H53.118-261120-0007 đã có kết quả"]
    rest = notifications.messages_of(account_id=who.pk, after=found[0].id)
    assert "16:30 thứ Năm 26/11/2026" in rest[0].body
    assert notifications.unread_count(account_id=who.pk) == 2
    assert notifications.mark_read(account_id=who.pk, message_ids=[found[0].id]) == 1
    assert notifications.mark_read(account_id=who.pk) == 1
    assert notifications.unread_count(account_id=who.pk) == 0


def test_nobody_marks_another_persons_messages() -> None:
    who = account()
    send(account_id=who.pk)
    assert notifications.mark_read(account_id=who.pk + 1) == 0
    assert notifications.messages_of(account_id=who.pk + 1) == []


def test_the_account_is_found_by_its_number_and_its_address_is_used() -> None:
    who = account()
    send(identity_number="072198000017")
    assert Message.objects.get().account_id == who.pk
    assert services.send_waiting() == 1
    assert letters()[0]["To"] == "an@example.vn"


def test_a_person_without_an_account_is_reached_at_the_address_given() -> None:
    send(identity_number="072198000099", email="ba@example.vn")
    services.send_waiting()
    assert letters()[0]["To"] == "ba@example.vn"


def test_the_same_key_is_sent_once() -> None:
    who = account()
    for _ in range(3):
        send(account_id=who.pk)
    services.send_waiting()
    services.send_waiting()
    assert Message.objects.count() == 1
    assert len(letters()) == 1


def test_a_transaction_rolled_back_tells_nobody() -> None:
    who = account()
    with transaction.atomic():
        send(account_id=who.pk)
        transaction.set_rollback(True)
    assert services.send_waiting() == 0
    assert Message.objects.count() == 0


def test_details_stay_behind_the_sign_in() -> None:
    who = account()
    send("supplement_requested", account_id=who.pk)
    services.send_waiting()
    assert "giấy chứng sinh" in notifications.messages_of(account_id=who.pk)[0].body
    assert CONTEXT["code"] in letters()[0]["Subject"]
    text = letters()[0].get_content()
    assert "giấy chứng sinh" not in text
    assert "Nguyễn Văn An" not in text


@pytest.mark.parametrize("path", sorted((settings.PACK / "messages").glob("*.txt")), ids=lambda p: p.stem)
@pytest.mark.parametrize("dates", [True, False])
def test_every_template_of_the_pack_can_be_written(path: Path, dates: bool, caplog: pytest.LogCaptureFixture) -> None:
    context = CONTEXT if dates else {**CONTEXT, "due_at": None, "promised_at": None, "next_date": None}
    more, named = OF_PAPERS.get(path.stem, ({}, CONTEXT["code"]))
    found = texts.words(path.stem, {**context, **more})
    assert not caplog.records
    assert named in found.title
    assert len(found.title) < 90
    assert found.body.strip()
    assert "None" not in found.body + found.title


def test_a_broken_template_never_fails_the_act(caplog: pytest.LogCaptureFixture) -> None:
    who = account()
    send("there_is_no_such_template", account_id=who.pk)
    assert "có thay đổi" in notifications.messages_of(account_id=who.pk)[0].title
    assert caplog.records


def test_a_persons_number_never_leaves_the_house() -> None:
    context = {**CONTEXT, "procedure": "Cấp lại cho 072198000017"}
    found = texts.words("dossier_received", context)
    assert "072198000017" not in found.body
    assert "••••" in found.body


def test_mail_goes_over_smtp_with_a_key_that_shows_repeats(mailbox: Mailbox) -> None:
    send(email="an@example.vn")
    assert services.send_waiting() == 1
    sent = email.message_from_bytes(mailbox.letters[0].content or b"", policy=email.policy.default)
    assert sent["Subject"] == "Hồ sơ H53.118-261120-0007 đã được tiếp nhận"
    assert "mot-cua@tayninh.example" in sent["From"]
    assert notifications.sendings_of(subject=CONTEXT["code"])[0].proof == sent["Message-ID"]


def test_a_server_that_says_later_is_asked_again(mailbox: Mailbox) -> None:
    mailbox.answers = ["451 try later"]
    send(email="an@example.vn")
    assert services.send_waiting() == 0
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert waiting.next_try_at > timezone.now() + timedelta(seconds=20)
    due_now()
    assert services.send_waiting() == 1


def test_a_server_that_is_not_there_is_asked_again(settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    send(email="an@example.vn")
    services.send_waiting()
    assert "ConnectionRefused" in Delivery.objects.get().error


def test_an_address_that_does_not_exist_fails_at_once(mailbox: Mailbox) -> None:
    mailbox.answers = ["550 no such user"]
    send(email="nobody@example.vn")
    services.send_waiting()
    assert Delivery.objects.get().state == "failed"


@pytest.mark.parametrize("address", ["không phải địa chỉ", "a@b\r\nBcc: all@example.vn", "@", "a" * 250 + "@b.vn"])
def test_a_hostile_address_is_refused_and_harms_nobody(address: str, mailbox: Mailbox) -> None:
    send(email=address[:254])
    services.send_waiting()
    assert all(envelope.rcpt_tos != ["all@example.vn"] for envelope in mailbox.letters)
    assert Delivery.objects.get().state in {"failed", "sent", "waiting"}


class Phone:
    """A channel by telephone number that never succeeds."""

    name = "phone"
    quiet = (time(22), time(6))

    def address_of(self, recipient: channels.Recipient) -> str:
        return recipient.phone

    def send(self, address: str, message: channels.Outgoing) -> str:
        raise channels.RefusedError("no such number")


def test_the_next_channel_is_tried_where_one_refuses(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setitem(channels.REGISTERED, "phone", Phone)
    settings.NOTIFICATION_CHANNELS = ["phone", "email"]
    send(email="an@example.vn", phone="0912000000")
    due_now()
    services.send_waiting()
    assert services.send_waiting() + len(letters()) >= 1
    assert [(s.channel, s.state) for s in notifications.sendings_of(subject=CONTEXT["code"])] == [
        ("phone", "failed"),
        ("email", "sent"),
    ]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("21:59", "20 21:59"), ("22:00", "21 06:00"), ("00:30", "20 06:00"), ("05:59", "20 06:00"), ("06:00", "20 06:00")],
)
def test_nobody_is_disturbed_at_night(at: str, expected: str) -> None:
    moment = datetime.combine(datetime(2026, 11, 20), time.fromisoformat(at), LOCAL)
    assert f"{timezone.localtime(channels.after_quiet(Phone.quiet, moment)):%d %H:%M}" == expected
    assert channels.after_quiet(None, moment) == moment


def test_after_eight_attempts_it_is_given_up(settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    send(email="an@example.vn")
    for _ in range(services.MOST_ATTEMPTS):
        due_now()
        services.send_waiting()
    assert Delivery.objects.get().state == "failed"
