"""Screens of digitisation: sending, looking, confirming, printing, finding."""

import pytest
from django.test import Client

from tinhso.foundation.accounts.models import Account
from tinhso.lib.barcodes import codes_on
from tinhso.systems.digitisation import services
from tinhso.systems.digitisation.models import Batch, Document
from tinhso.systems.digitisation.reading import opening
from tinhso.systems.digitisation.separators import Separator, code_of, read_code
from tinhso.systems.digitisation.tests import factories
from tinhso.systems.digitisation.tests.conftest import AT, Send
from tinhso.systems.one_stop.tests.factories import Office, papers_in


@pytest.fixture
def browser(office: Office) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username="motcua.xa"))
    return client


def test_a_batch_is_sent_read_looked_at_and_confirmed(browser: Client, code: str, tmp_path: object) -> None:
    content = factories.scan(factories.sheet(code_of(Separator(code, "result", 1))), factories.letter())
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = browser.post("/scans", {"scan": SimpleUploadedFile("lo.pdf", content), "priority": "20"}, follow=True)
    assert answer.status_code == 200
    batch = Batch.objects.get()
    assert batch.priority == Batch.Priority.URGENT
    while not services.read_piece(batch_id=batch.pk, limit=10, at=AT):
        pass
    document = batch.documents.get()
    page = browser.get(f"/scans/papers/{document.pk}").content.decode()
    assert "xác nhận tình trạng sử dụng đất" in page
    assert browser.get(f"/scans/{batch.pk}").status_code == 200
    assert browser.get(f"/scans/pages/{document.pages.first().pk}.jpg?co=nho")["Content-Type"] == "image/jpeg"
    browser.post(f"/scans/papers/{document.pk}", {"field-number": "15"})
    assert len(papers_in(code, "result")) == 1
    assert browser.get(f"/scans/papers/{document.pk}/copy.pdf")["Content-Type"] == "application/pdf"


def test_a_printed_separator_is_obeyed_when_it_is_scanned(browser: Client, code: str, tmp_path: object) -> None:
    answer = browser.get("/scans/separators.pdf", {"dossier": code, "paper": "result", "pages-result": "3"})
    assert answer.status_code == 200
    from pathlib import Path

    sheet = Path(str(tmp_path)) / "sheet.pdf"
    sheet.write_bytes(answer.content)
    (page,) = opening.pages_of(sheet, "application/pdf")
    (found,) = codes_on(page.grey)
    assert read_code(found.text) == Separator(code, "result", 3)


def test_words_are_found_without_marks_within_what_one_may_see(browser: Client, code: str, send: Send) -> None:
    send(factories.scan(factories.sheet(code_of(Separator(code, "result", 0))), factories.letter()))
    assert "1" in browser.get("/scans/search", {"q": "tinh trang su dung dat"}).content.decode()
    assert code in browser.get("/scans/search", {"q": "tình trạng sử dụng"}).content.decode()
    other = Client()
    stranger = Account.objects.filter(username__startswith="motcua").exclude(username="motcua.xa").first()
    assert stranger is not None
    other.force_login(stranger)
    assert code not in other.get("/scans/search", {"q": "tình trạng sử dụng"}).content.decode()


def test_a_file_that_is_no_scan_is_refused_with_one_sentence(browser: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = browser.post("/scans", {"scan": SimpleUploadedFile("lo.pdf", b"")})
    assert answer.status_code == 422
    assert "Tệp trống" in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_paper_without_separator_is_tied_by_two_choices(browser: Client, code: str, send: Send) -> None:
    document = send(factories.scan(factories.letter())).documents.get()
    browser.post(f"/scans/papers/{document.pk}/place", {"dossier": code})
    assert "Chọn thành phần" in browser.get(f"/scans/papers/{document.pk}").content.decode()
    browser.post(f"/scans/papers/{document.pk}/place", {"dossier": code, "paper": "result"})
    document.refresh_from_db()
    assert document.status == Document.Status.READY


def test_a_wrong_dossier_is_said_beside_what_was_typed(browser: Client, code: str, send: Send) -> None:
    document = send(factories.scan(factories.letter())).documents.get()
    answer = browser.post(f"/scans/papers/{document.pk}/place", {"dossier": "H53.KHONG"})
    assert answer.status_code == 422
    assert "Không có hồ sơ mang mã H53.KHONG." in answer.content.decode()
    assert 'value="H53.KHONG"' in answer.content.decode()


def test_a_day_is_shown_and_written_as_people_write_it(browser: Client, code: str, send: Send) -> None:
    batch = send(factories.scan(factories.sheet(code_of(Separator(code, "result", 1))), factories.letter()))
    document = batch.documents.get()
    path = f"/scans/papers/{document.pk}"
    assert 'value="12/11/2026"' in browser.get(path).content.decode()
    assert "ngày/tháng/năm" in browser.post(path, {"field-date": "31/02/2026"}).content.decode()
    browser.post(path, {"field-date": "13/11/2026"})
    document.refresh_from_db()
    assert document.fields["date"]["value"] == "2026-11-13"


def test_a_page_that_follows_a_reading_does_not_throw_away_what_is_typed(browser: Client, code: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser.post("/scans", {"scan": SimpleUploadedFile("lo.pdf", factories.scan(factories.blank()))})
    page = browser.get("/scans").content.decode()
    assert 'http-equiv="refresh"' not in page
    assert 'data-hx-trigger="every 5s"' in page


def test_figures_and_lists_open(browser: Client, code: str, send: Send) -> None:
    send(factories.scan(factories.letter()))
    for path in ("/scans", "/scans?status=waiting", "/scans/figures", f"/scans/separators?dossier={code}"):
        assert browser.get(path).status_code == 200, path
