"""From an original at the desk to a copy in its owner's store; what is refused on the way; no number is lost."""

import threading
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tinhso.foundation.files import public as files
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import orders
from tinhso.foundation.signing import public as signing
from tinhso.systems.certified_copies.models import CertifiedCopy, RegisterCounter
from tinhso.systems.certified_copies.services import certifying, receiving
from tinhso.systems.certified_copies.services.receiving import CopyRefusedError
from tinhso.systems.certified_copies.tests.factories import compared, issued, pages, received, scan, shown, signed

Paper, Document = apps.get_model("vault", "Paper"), apps.get_model("verification", "Document")
pytestmark = pytest.mark.django_db
NOW = timezone.now


def deliver() -> None:
    while outbox.deliver_pending():
        pass


def audit_acts(copy: CertifiedCopy) -> list[str]:
    kept = apps.get_model("audit", "Entry").objects.filter(subject=f"certified_copy:{copy.pk}")
    return list(kept.order_by("id").values_list("act", flat=True))


def test_a_copy_goes_from_the_desk_to_its_owners_store(commune):
    copy = issued(commune)
    assert (copy.state, copy.number, copy.year) == ("issued", 1, NOW().year)
    paper = Paper.objects.get()
    assert (paper.source, paper.weight, paper.zone) == ("certification", 2, "digitised")
    assert paper.store.number == "072190001234"
    assert (paper.signature, paper.number) == ("valid", f"1/01/{copy.year}-SCT/BS")
    document = Document.objects.get()
    assert (document.state, document.sha256, document.token) == ("valid", copy.sealed_sha256, copy.token)


def test_the_copy_has_the_originals_pages_the_words_and_two_valid_signatures(commune):
    copy = issued(commune, number=3)
    with files.read(sha256=copy.sealed_sha256) as stream:
        content = stream.read()
    verdict = signing.judge(content=content)
    assert verdict.state == "valid", verdict.sentence
    assert verdict.signers[0].signer == "Nguyễn Văn Chủ"
    assert len(verdict.signers) == 2
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 4
    text = document[3].get_textpage().get_text_range()
    for words in ("CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH", "Số chứng thực: 1", f"01/{copy.year}-SCT/BS", "3 trang"):
        assert words in text, words
    picture = document[3].render(scale=2).to_pil()
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [f"{settings.PUBLIC_URL}/X/{copy.token}".upper()]


def test_every_step_has_one_person_and_a_date(commune):
    copy = received(commune)
    assert (copy.responsible_name, copy.responsible_id) == ("Phạm Thị Quầy", commune.desk.person_id)
    copy = compared(commune)
    assert copy.responsible_name == "Nguyễn Văn Chủ"
    assert signed(commune).responsible_name == "Trần Thị Thư"
    assert issued(commune).responsible_name == ""


def test_pages_must_all_be_compared_and_what_was_ticked_is_kept(commune):
    copy = received(commune, number=3)
    with pytest.raises(CopyRefusedError, match="2 trang chưa đối chiếu: 2, 3"):
        receiving.compare(copy, pages=[1, 99], is_done=True, actor=commune.desk, at=NOW())
    copy.refresh_from_db()
    assert (copy.state, copy.compared) == ("comparing", [1])


def test_an_original_sent_twice_is_one_copy(commune):
    once, kept = uuid4().hex, scan()
    first = receiving.receive(shown(), kept, actor=commune.desk, once=once, at=NOW())
    second = receiving.receive(shown(), kept, actor=commune.desk, once=once, at=NOW())
    assert first.pk == second.pk


def test_a_second_press_signs_and_numbers_nothing(commune):
    copy = signed(commune)
    with pytest.raises(CopyRefusedError, match="Chờ văn thư đóng dấu"):
        certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())
    assert RegisterCounter.objects.get().last == 1


def test_the_event_of_a_signature_heard_again_changes_nothing(commune):
    copy = issued(commune)
    before = CertifiedCopy.objects.filter(pk=copy.pk).values().get()
    deliver()
    deliver()
    assert CertifiedCopy.objects.filter(pk=copy.pk).values().get() == before
    assert Paper.objects.count() == 1


@pytest.mark.parametrize("who", ["desk", "clerk", "elsewhere"])
def test_nobody_but_the_leader_of_the_commune_signs(commune, who):
    copy = compared(commune)
    actor = getattr(commune, who)
    with pytest.raises((PermissionError, signing.SigningRefusedError)), transaction.atomic():
        certifying.sign([copy], actor=actor, confirmed_at=NOW(), at=NOW())
    assert not RegisterCounter.objects.exists()


@pytest.mark.parametrize("who", ["desk", "leader", "elsewhere"])
def test_nobody_but_the_clerk_seals(commune, who):
    copy = signed(commune)
    with pytest.raises((PermissionError, signing.SigningRefusedError)), transaction.atomic():
        certifying.seal([copy], actor=getattr(commune, who), confirmed_at=NOW(), at=NOW())


@pytest.mark.parametrize("who", ["leader", "clerk", "elsewhere"])
def test_nobody_but_the_desk_compares(commune, who):
    copy = received(commune)
    with pytest.raises(PermissionError):
        receiving.compare(copy, pages=[1, 2], is_done=True, actor=getattr(commune, who), at=NOW())


def test_what_was_not_opened_is_not_signed(commune):
    copy = compared(commune)
    CertifiedCopy.objects.update(seen_by=[])
    with pytest.raises(CopyRefusedError, match="Mở xem"), transaction.atomic():
        certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())


def test_a_signature_refused_takes_the_number_back(commune):
    copy = compared(commune)
    with pytest.raises(signing.SigningRefusedError, match="mật khẩu"), transaction.atomic():
        certifying.sign([copy], actor=commune.leader, confirmed_at=NOW() - timedelta(hours=2), at=NOW())
    copy.refresh_from_db()
    assert (copy.state, copy.number) == ("awaiting_signature", None)
    assert not RegisterCounter.objects.exists()
    assert not Document.objects.exists()
    certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())
    copy.refresh_from_db()
    assert copy.number == 1


def test_no_key_is_said_before_a_number_is_taken(commune):
    from tinhso.foundation.signing.models import Credential

    copy = compared(commune)
    Credential.objects.filter(kind="personal").update(ended_at=NOW())
    with pytest.raises(signing.SigningRefusedError, match="Chưa có chứng thư"):
        certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())
    assert not RegisterCounter.objects.exists()


def test_a_batch_is_signed_sealed_and_numbered_without_a_gap(commune):
    copies = [compared(commune) for _ in range(5)]
    batch = certifying.sign(copies, actor=commune.leader, confirmed_at=NOW(), at=NOW())
    assert signing.batch_status(batch_id=batch).waiting == 5
    orders.run_waiting()
    deliver()
    waiting = list(CertifiedCopy.objects.order_by("number"))
    assert [(copy.number, copy.state) for copy in waiting] == [(n, "awaiting_seal") for n in range(1, 6)]
    certifying.seal(waiting, actor=commune.clerk, confirmed_at=NOW(), at=NOW())
    orders.run_waiting()
    deliver()
    assert set(CertifiedCopy.objects.values_list("state", flat=True)) == {"issued"}
    assert Paper.objects.count() == 5


def test_a_copy_that_failed_in_a_batch_keeps_its_number_and_is_signed_again(commune, monkeypatch):
    copies = [compared(commune) for _ in range(2)]
    certifying.sign(copies, actor=commune.leader, confirmed_at=NOW(), at=NOW())

    def broken(*_: object, **__: object) -> None:
        raise signing.NotSignableError("Tệp không ký được.")

    with monkeypatch.context() as patched:
        patched.setattr(orders, "_sign", broken)
        orders.run_waiting()
    deliver()
    held = CertifiedCopy.objects.order_by("number").first()
    assert (held.state, held.number, held.problem) == ("signing", 1, "Tệp không ký được.")
    certifying.sign_again(held, actor=commune.leader, confirmed_at=NOW(), at=NOW())
    held.refresh_from_db()
    assert (held.state, held.number, held.problem) == ("awaiting_seal", 1, "")


def test_one_that_cannot_be_signed_stops_the_whole_order_before_a_number_is_taken(commune):
    good, bad = compared(commune), compared(commune)
    receiving.refuse(bad, reason="altered", note="", actor=commune.leader, at=NOW())
    with pytest.raises(CopyRefusedError), transaction.atomic():
        certifying.sign([good, bad], actor=commune.leader, confirmed_at=NOW(), at=NOW())
    assert not RegisterCounter.objects.exists()


def test_a_refusal_names_a_reason_of_law(commune):
    copy = received(commune)
    with pytest.raises(CopyRefusedError, match="Chọn lý do"):
        receiving.refuse(copy, reason="khac", note="", actor=commune.desk, at=NOW())
    receiving.refuse(copy, reason="altered", note="Tẩy số ở dòng 3", actor=commune.desk, at=NOW())
    copy.refresh_from_db()
    assert copy.state == "refused"
    assert "tẩy xoá" in copy.reason
    assert "dòng 3" in copy.reason


def test_the_leader_sends_a_copy_back_and_it_is_compared_anew(commune):
    copy = compared(commune)
    with pytest.raises(CopyRefusedError, match="10 ký tự"):
        receiving.send_back(copy, reason="mờ", actor=commune.leader, at=NOW())
    for who in (commune.desk, commune.clerk, commune.elsewhere):
        with pytest.raises(PermissionError):
            receiving.send_back(copy, reason="Trang 2 mờ, xin quét lại", actor=who, at=NOW())
    sent = receiving.send_back(copy, reason="Trang 2 mờ, xin quét lại", actor=commune.leader, at=NOW())
    assert (sent.state, sent.responsible_name, sent.compared) == ("comparing", "Phạm Thị Quầy", [])
    assert sent.reason == "Nguyễn Văn Chủ: Trang 2 mờ, xin quét lại"
    assert audit_acts(copy)[-1] == "certified_copies.sent_back"
    with pytest.raises(CopyRefusedError, match="Đang đối chiếu"):
        receiving.send_back(copy, reason="Trang 2 mờ, xin quét lại", actor=commune.leader, at=NOW())
    with pytest.raises(CopyRefusedError, match="Đang đối chiếu"), transaction.atomic():
        certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())
    corrected = receiving.correct(copy, shown(), scan(3), actor=commune.desk, at=NOW())
    again = receiving.compare(corrected, pages=[1, 2, 3], is_done=True, actor=commune.desk, at=NOW())
    assert (again.state, again.reason, again.pages) == ("awaiting_signature", "", 3)
    with pytest.raises(CopyRefusedError, match="Mở xem"), transaction.atomic():
        certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())


def test_words_set_right_keep_the_pages_compared_and_a_new_scan_does_not(commune):
    copy = received(commune)
    receiving.compare(copy, pages=[1], is_done=False, actor=commune.desk, at=NOW())
    mended = receiving.correct(copy, shown(name="Học bạ"), None, actor=commune.desk, at=NOW())
    assert (mended.name, mended.compared) == ("Học bạ", [1])
    anew = receiving.correct(copy, shown(name="Học bạ"), scan(5), actor=commune.desk, at=NOW())
    assert (anew.pages, anew.compared) == (5, [])
    for who in (commune.leader, commune.elsewhere):
        with pytest.raises(PermissionError):
            receiving.correct(copy, shown(), None, actor=who, at=NOW())
    with pytest.raises(CopyRefusedError, match="501 trang"):
        receiving.correct(copy, shown(), scan(501), actor=commune.desk, at=NOW())


def test_a_recall_reaches_the_store_and_the_verification_page(commune):
    copy = issued(commune)
    with pytest.raises(PermissionError):
        certifying.recall(copy, reason="Chứng thực nhầm bản chụp", actor=commune.elsewhere, at=NOW())
    with pytest.raises(CopyRefusedError, match="10 ký tự"):
        certifying.recall(copy, reason="nhầm", actor=commune.leader, at=NOW())
    certifying.recall(copy, reason="Chứng thực nhầm bản chụp", actor=commune.leader, at=NOW())
    deliver()
    assert Paper.objects.get().status == "revoked"
    document = Document.objects.get()
    assert (document.state, document.state_reason) == ("recalled", "Chứng thực nhầm bản chụp")


def test_two_hundred_pages_become_a_copy(commune):
    copy = issued(commune, number=200)
    assert files.stored(sha256=copy.sealed_sha256).pages == 201


def test_too_many_pages_are_refused_with_a_sentence(commune):
    with pytest.raises(CopyRefusedError, match="501 trang"):
        received(commune, number=501)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 hong", pages(1)[:300]])
def test_an_empty_or_damaged_scan_never_becomes_a_copy(content):
    with pytest.raises(files.FileRefusedError):
        files.keep(content=content, name="a.pdf")


def test_a_photograph_becomes_a_page_of_the_copy(commune):
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "JPEG")
    kept = files.keep(content=out.getvalue(), name="a.jpg")
    copy = receiving.receive(shown(), kept, actor=commune.desk, once=uuid4().hex, at=NOW())
    copy = receiving.compare(copy, pages=[1], is_done=True, actor=commune.desk, at=NOW())
    certifying.note_seen(copy, commune.leader)
    certifying.sign([copy], actor=commune.leader, confirmed_at=NOW(), at=NOW())
    copy.refresh_from_db()
    with files.read(sha256=copy.signed_sha256) as stream, pikepdf.open(stream) as document:
        assert len(document.pages) == 2


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double_under_concurrency():
    """Eight at a time, every third taken back: the numbers given are 1, 2, 3 … all the same."""
    given: list[int] = []

    def take(turn: int) -> None:
        try:
            with transaction.atomic():
                number = certifying._next_number(77, 2026)
                if turn % 3 == 0:
                    raise InterruptedError
                given.append(number)
        except InterruptedError:
            pass
        finally:
            connection.close()

    for start in range(0, 24, 8):
        threads = [threading.Thread(target=take, args=(turn,)) for turn in range(start, start + 8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(given) == list(range(1, 17))
    assert RegisterCounter.objects.get().last == 16
