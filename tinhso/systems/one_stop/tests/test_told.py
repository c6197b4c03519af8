"""What the owner is told and can take home: plain sentences, said once; the slips of what happened."""

import pytest
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.files import public as files
from tinhso.foundation.files.tests.factories import pdf
from tinhso.foundation.notifications import public as notifications
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.tests.factories import Office


def told(office: Office) -> str:
    return notifications.messages_of(account_id=office.citizen.account_id, limit=1)[0].body


def owner(office: Office) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=office.citizen.account_id))
    return client


def test_a_refusal_says_its_reason_once_and_gives_its_slip(office: Office) -> None:
    code = office.submit()
    office.do(services.refuse_dossier, code, reasons=["Không thuộc thẩm quyền"])
    assert told(office).count("Lý do:") == 1
    assert "Thủ tục: Thủ tục" not in told(office)
    seen = one_stop.track(code=code, actor=office.citizen, at=office.at)
    assert seen.slips == ("refusal",)
    assert seen.explanation == ""  # a clock that never ran explains nothing
    answer = owner(office).get(f"/dossiers/{code}/printing/refusal.pdf")
    assert answer.content.startswith(b"%PDF-")


def test_a_supplement_is_asked_in_one_sentence_and_gives_its_slip(office: Office) -> None:
    code = office.submit()
    assert one_stop.track(code=code, actor=office.citizen, at=office.at).slips == ()
    office.do(services.accept_dossier, code)
    office.do(services.request_supplement, code, items=["Giấy chứng sinh"], reason="Bản chụp mờ")
    assert told(office).count("bổ sung:") == 1
    assert one_stop.track(code=code, actor=office.citizen, at=office.at).slips == ("supplement",)


@pytest.mark.parametrize(("channel", "at_once"), [("electronic", True), ("desk", False)])
def test_the_file_of_a_result_is_there_when_it_was_asked_for(office: Office, channel: str, at_once: bool) -> None:
    content = pdf(1)
    sha256 = files.keep(content=content, name="ket-qua.pdf").sha256
    code = office.received(return_channel=channel)
    office.do(services.finish_examination, code)
    office.do(services.draft_result, code, draft={"text": "Đồng ý"})
    office.do(services.approve, code)
    office.do(services.number_result, code, number="7/GKS", day=timezone.localtime(office.at).date(), sha256=sha256)
    page = f"/my/dossiers/{code}"
    assert (f'href="{page}/result"' in owner(office).get(page).content.decode()) is at_once
    assert owner(office).get(f"{page}/result").status_code == (200 if at_once else 404)
    office.do(services.return_result, code)
    assert b"".join(owner(office).get(f"{page}/result").streaming_content) == content
