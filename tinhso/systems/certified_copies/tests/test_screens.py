"""The screens: who gets which, what stays in the fields, and the register as a page and a spreadsheet."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.systems.certified_copies import selectors
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.tests.factories import compared, issued, pages, received, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clients(commune, monkeypatch) -> dict[str, Client]:
    monkeypatch.setattr(accounts, "confirmed_at", lambda *, request: timezone.now())
    found = {}
    for name, account in commune.accounts.items():
        found[name] = Client()
        found[name].force_login(account)
    return found


def form(**changes: Any) -> dict[str, Any]:
    values = {
        "once": uuid4().hex, "name": "Bằng tốt nghiệp", "issuer": "Sở Giáo dục", "owner_kind": "citizen",
        "owner_name": "Trần Thị Hồng Ươm", "owner_number": "072190001234", "original_date": "05/06/2020",
        "file": SimpleUploadedFile("q.pdf", pages(2)),
    }  # fmt: skip
    return {**values, **changes}


def test_the_desk_takes_in_compares_and_sends_on(clients):
    made = clients["desk"].post("/certified-copies/new", form())
    assert made.status_code == 302
    place = made.headers["Location"]
    assert "Đối chiếu từng trang" in clients["desk"].get(place).content.decode()
    kept = clients["desk"].post(f"{place}/comparison", {"pages": ["1"], "done": "1"})
    assert kept.status_code == 422
    assert "Còn 1 trang chưa đối chiếu" in kept.content.decode()
    clients["desk"].post(f"{place}/comparison", {"pages": ["1", "2"], "done": "1"})
    assert CertifiedCopy.objects.get().state == "awaiting_signature"


def test_a_double_click_is_one_copy(clients):
    once = uuid4().hex
    first = clients["desk"].post("/certified-copies/new", form(once=once))
    second = clients["desk"].post("/certified-copies/new", form(once=once))
    assert first.headers["Location"] == second.headers["Location"]
    assert CertifiedCopy.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"file": SimpleUploadedFile("q.pdf", b"")}, "trống"),
        ({"file": SimpleUploadedFile("q.pdf", b"%PDF-1.4 hong")}, "q.pdf"),
        ({"file": SimpleUploadedFile("q.exe", b"MZ" + bytes(200))}, "errors"),
        ({"owner_number": "123"}, "12 chữ số"),
        ({"original_date": "31/02/2020"}, "05/11/2026"),
        ({"original_date": "01/01/2999"}, "sau hôm nay"),
        ({"name": ""}, "Ghi tên bản chính"),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(clients, changes, said):
    answer = clients["desk"].post("/certified-copies/new", form(**changes))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'class="errors"' in text
    assert "Trần Thị Hồng Ươm" in text
    assert said in text or said == "q.pdf"
    assert not CertifiedCopy.objects.exists()


def test_a_scan_sent_with_a_mistake_beside_it_need_not_be_sent_again(clients):
    answer = clients["desk"].post("/certified-copies/new", form(name=""))
    kept = re.search(r'name="scan" value="([^"]+)"', answer.content.decode())[1]
    again = form(scan=kept)
    del again["file"]
    assert clients["desk"].post("/certified-copies/new", {**again, "scan": f"{kept}x"}).status_code == 422
    assert clients["desk"].post("/certified-copies/new", again).status_code == 302
    assert CertifiedCopy.objects.get().pages == 2


def test_the_leader_goes_from_one_to_the_next_and_takes_all_that_was_seen(commune, clients):
    first, second = compared(commune), compared(commune)
    CertifiedCopy.objects.update(seen_by=[])
    page = clients["leader"].get("/certified-copies/signing").content.decode()
    assert "Ký các bản đã chọn" not in page
    assert f"/certified-copies/{first.key}" in page
    assert (
        f'href="/certified-copies/{second.key}"'
        in clients["leader"].get(f"/certified-copies/{first.key}").content.decode()
    )
    clients["leader"].get(f"/certified-copies/{second.key}")
    assert clients["leader"].get("/certified-copies/signing?chosen=all").content.decode().count(" checked") == 2


def test_the_leader_signs_what_was_opened_and_the_clerk_seals(commune, clients):
    copy = compared(commune)
    CertifiedCopy.objects.update(seen_by=[])
    queue = clients["leader"].get("/certified-copies/signing").content.decode()
    assert "Chưa xem" in queue
    clients["leader"].get(f"/certified-copies/{copy.key}")
    assert f'value="{copy.key}"' in clients["leader"].get("/certified-copies/signing").content.decode()
    clients["leader"].post("/certified-copies/signing", {"copies": [str(copy.key)]})
    assert CertifiedCopy.objects.get().state == "awaiting_seal"
    clients["clerk"].post(f"/certified-copies/{copy.key}/seal")
    assert CertifiedCopy.objects.get().state == "issued"


def test_a_batch_shows_how_far_it_is(commune, clients):
    keys = [str(compared(commune).key) for _ in range(3)]
    answer = clients["leader"].post("/certified-copies/signing", {"copies": keys})
    assert "/batches/" in answer.headers["Location"]
    assert "còn 3 bản" in clients["leader"].get(answer.headers["Location"]).content.decode()
    assert clients["elsewhere"].get(answer.headers["Location"]).status_code == 404


def test_a_confirmation_too_old_leads_to_the_password_and_takes_no_number(commune, clients, monkeypatch):
    monkeypatch.setattr(accounts, "confirmed_at", lambda *, request: None)
    copy = compared(commune)
    answer = clients["leader"].post(f"/certified-copies/{copy.key}/signature")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert str(copy.key) in answer.headers["Location"]
    assert CertifiedCopy.objects.get().number is None


def test_a_stranger_sees_no_copy_and_no_scan(commune, clients):
    copy = received(commune)
    assert clients["elsewhere"].get(f"/certified-copies/{copy.key}").status_code == 403
    assert clients["elsewhere"].get(f"/certified-copies/{copy.key}/files/scan").status_code == 403
    assert clients["desk"].get(f"/certified-copies/{copy.key}/files/scan").status_code == 200
    assert clients["desk"].get(f"/certified-copies/{copy.key}/files/copy").status_code == 404


@pytest.mark.parametrize("group", ["comparing", "signature", "seal", "issued", "ended"])
def test_every_list_is_drawn(commune, clients, group):
    received(commune)
    issued(commune)
    assert clients["desk"].get(f"/certified-copies?group={group}").status_code == 200
    assert clients["desk"].get("/certified-copies?group=khac").status_code == 404


def test_the_register_is_a_page_and_a_spreadsheet(commune, clients):
    issued(commune, name="=HYPERLINK(1)")
    signed(commune)
    page = clients["clerk"].get("/certified-copies/register").content.decode()
    assert "Đã cấp" in page
    sheet = clients["clerk"].get("/certified-copies/register.csv").getvalue().decode("utf-8-sig").splitlines()
    assert sheet[0].startswith("Số,Quyển số")
    assert [line.split(",")[0] for line in sheet[1:]] == ["1", "2"]
    assert "'=HYPERLINK" in sheet[1]
    assert clients["clerk"].get("/certified-copies/register?year=abc").status_code == 404


def test_the_register_goes_by_pages_and_is_searched_without_marks(commune, clients, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE", 2)
    for name in ("Bằng lái xe", "Học bạ", "Giấy khai sinh"):
        signed(commune, name=name)
    page = clients["clerk"].get("/certified-copies/register").content.decode()
    assert "Giấy khai sinh" not in page
    assert "after=2" in page
    assert "Giấy khai sinh" in clients["clerk"].get("/certified-copies/register?after=2").content.decode()
    for text, found in (("hoc ba", "Học bạ"), ("3", "Giấy khai sinh"), ("02/01/2026-SCT/BS", "Học bạ"),
                        ("khai ươm", "Giấy khai sinh")):  # fmt: skip
        page = clients["clerk"].get("/certified-copies/register", {"q": text}).content.decode()
        assert [name for name in ("Bằng lái xe", "Học bạ", "Giấy khai sinh") if name in page] == [found], text
        sheet = clients["clerk"].get("/certified-copies/register.csv", {"q": text}).getvalue().decode()
        assert len(sheet.splitlines()) == 2
    assert "Không thấy số nào" in clients["clerk"].get("/certified-copies/register?q=zzz").content.decode()
    assert clients["clerk"].get("/certified-copies/register?after=x&q=%00").status_code == 200


def test_the_leader_sends_back_and_the_desk_sets_right(commune, clients):
    copy = compared(commune)
    place = f"/certified-copies/{copy.key}"
    short = clients["leader"].post(f"{place}/return", {"back_reason": "mờ"})
    assert (short.status_code, "Ghi rõ quầy" in short.content.decode()) == (422, True)
    assert clients["leader"].post(f"{place}/return", {"back_reason": "Ghi sai tên bản chính"}).status_code == 302
    assert "Ghi sai tên bản chính" in clients["desk"].get(place).content.decode()
    assert "Lãnh đạo trả lại" in clients["desk"].get("/certified-copies").content.decode()
    assert 'value="Bằng tốt nghiệp' in clients["desk"].get(f"{place}/correction").content.decode()
    typed = form(name="Học bạ")
    del typed["file"]
    bad = clients["desk"].post(f"{place}/correction", {**typed, "owner_number": "12"})
    assert (bad.status_code, 'value="Học bạ"' in bad.content.decode()) == (422, True)
    assert clients["desk"].post(f"{place}/correction", typed).status_code == 302
    assert CertifiedCopy.objects.get().name == "Học bạ"
    clients["desk"].post(f"{place}/comparison", {"pages": ["1", "2"], "done": "1"})
    late = clients["desk"].post(f"{place}/correction", typed)
    assert late.headers["Location"] == place


def test_the_leader_recalls_with_a_reason(commune, clients):
    copy = issued(commune)
    assert clients["leader"].post(f"/certified-copies/{copy.key}/recall", {"recall_reason": "x"}).status_code == 422
    clients["leader"].post(f"/certified-copies/{copy.key}/recall", {"recall_reason": "Chứng thực nhầm bản chụp"})
    assert CertifiedCopy.objects.get().state == "recalled"
    assert clients["leader"].get(f"/certified-copies/{copy.key}").status_code == 200
