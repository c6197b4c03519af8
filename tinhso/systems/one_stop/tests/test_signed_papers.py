"""Papers that bear a signature are judged when they are handed in; those without one pass as before."""

import io
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing import words
from tinhso.foundation.signing.models import TrustedAuthority
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.tests.factories import page
from tinhso.systems.one_stop.tests.signing_office import SigningOffice, confirmed
from tinhso.systems.one_stop.tests.test_desk_fees import BIRTH
from tinhso.systems.one_stop.tests.test_screens import CARD, tick_all

pytestmark = pytest.mark.django_db


def given(content: bytes) -> one_stop.PaperGiven:
    stored = files.keep(content=content, name="giay.pdf")
    return one_stop.PaperGiven(key="other", name="Bản sao chứng thực", sha256=stored.sha256, file_name="giay.pdf")


def signed(office: SigningOffice) -> bytes:
    return files.read(sha256=office.sealed().result_sha256).read()


def sent(office: SigningOffice, content: bytes, **changes: Any) -> str:
    return office.submit(papers=[given(content)], once=uuid4().hex, **changes)


def test_a_good_signature_is_taken_and_shown_to_the_desk(signing_office: SigningOffice) -> None:
    office = signing_office
    code = sent(office, signed(office))
    office.do(services.accept_dossier, code)
    shown = confirmed("chuyenvien").get(f"/dossiers/{code}").content.decode()
    assert "Chữ ký số hợp lệ." in shown
    assert office.leader.name in shown
    assert "Theo danh sách tin cậy" in shown


def test_a_spoilt_signature_is_refused_with_why_and_how_to_mend_it(signing_office: SigningOffice) -> None:
    office = signing_office
    spoilt = signed(office) + b" xyz"
    with pytest.raises(one_stop.RefusedError, match="không hợp lệ") as refused:
        sent(office, spoilt)
    finding = refused.value.findings[0]
    assert (finding.place, finding.blocking) == ("other", True)
    assert "sau khi ký" in finding.sentence
    assert "Nộp lại đúng tệp đã ký" in finding.sentence


def test_what_cannot_be_established_warns_and_passes(signing_office: SigningOffice) -> None:
    office = signing_office
    content = signed(office)
    TrustedAuthority.objects.all().delete()
    with patch.object(signing.trusting, "current", return_value=signing.TrustList()):
        found = signing.words_of(sha256=given(content).sha256)
        assert found is not None
        assert found.kind == "warn"
        assert sent(office, content)


def test_a_supplement_with_a_spoilt_signature_is_refused(signing_office: SigningOffice) -> None:
    office = signing_office
    spoilt = signed(office) + b" xyz"
    code = office.received()
    office.do(services.request_supplement, code, items=["Bản sao"], reason="Thiếu giấy tờ")
    with pytest.raises(one_stop.RefusedError, match="không hợp lệ"):
        one_stop.supplement(code=code, actor=office.citizen, data=None, papers=[given(spoilt)], at=timezone.now(),
                            once=uuid4().hex)  # fmt: skip


def test_papers_without_a_signature_are_never_judged(signing_office: SigningOffice) -> None:
    with patch.object(signing, "verdict_of", side_effect=AssertionError("judged")):
        assert sent(signing_office, page())


def test_the_mark_is_found_across_the_edge_of_a_chunk() -> None:
    content = b"%PDF-1.7 " + b" " * 200 + b"/ByteRange"
    for size in (100, 210, 212, 215):
        words.bears_signature.cache_clear()
        with (
            patch.object(words, "CHUNK", size),
            patch.object(words.files, "stored", return_value=files.StoredFile("0" * 64, 1, "application/pdf", 1)),
            patch.object(words.files, "read", side_effect=lambda sha256: io.BytesIO(content)),
        ):
            assert words.bears_signature("0" * 64)
    words.bears_signature.cache_clear()


def test_the_owner_sees_who_signed_the_result(signing_office: SigningOffice) -> None:
    office = signing_office
    code = office.sealed().code
    office.do(services.return_result, code, actor=office.desk)
    shown = confirmed("congdan").get(f"/my/dossiers/{code}").content.decode()
    assert "Chữ ký số hợp lệ." in shown
    assert office.leader.name in shown


def test_the_counter_tells_the_verdict_before_the_dossier_is_received(signing_office: SigningOffice) -> None:
    office, desk = signing_office, confirmed("motcua.xa")
    content = signed(office)
    desk.post("/desk", {"do": "person", "card": CARD})
    desk.post("/desk", {"do": "procedure", "code": BIRTH})
    page = desk.get("/desk").content.decode()
    key = tick_all(page)[0]
    for sent_in, said in (
        (pdf(1), "tệp không có chữ ký số"),
        (content, "Chữ ký số hợp lệ."),
        (content + b" xyz", "Chữ ký số không hợp lệ."),
    ):
        file = SimpleUploadedFile("giay.pdf", sent_in)
        answer = desk.post("/desk", {"do": "papers", "given": [key], f"file-{key}": file}, follow=True)
        assert said in answer.content.decode()
        assert f'value="{key}" checked' in answer.content.decode()
    count = Dossier.objects.count()
    refused = desk.post("/desk", {"do": "receive", "given": tick_all(page)})
    assert (refused.status_code, Dossier.objects.count()) == (422, count)
    good = SimpleUploadedFile("giay.pdf", content)
    answer = desk.post("/desk", {"do": "receive", "given": tick_all(page), f"file-{key}": good}, follow=True)
    assert "Đã nhận hồ sơ" in answer.content.decode()
    assert "Chữ ký số hợp lệ." in answer.content.decode()
