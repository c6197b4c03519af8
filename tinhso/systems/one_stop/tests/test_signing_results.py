"""A result is signed by its leader, then numbered and sealed; the file says so to whoever judges it."""

import io
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tinhso.foundation.files import public as files
from tinhso.foundation.signing import appearance, blanks
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.models import Credential
from tinhso.foundation.signing.public import SigningRefusedError
from tinhso.systems.one_stop import printing, services
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.printing.result import authority
from tinhso.systems.one_stop.tests.factories import page
from tinhso.systems.one_stop.tests.signing_office import SigningOffice
from tinhso.systems.verification import public as verification

pytestmark = pytest.mark.django_db


def content_of(sha256: str) -> bytes:
    return files.read(sha256=sha256).read()


def filled(content: bytes, **values: str) -> bytes:
    """What somebody makes of a file who writes into its places and signs nothing."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    for name, value in values.items():
        field = blanks._fields(writer)[name]
        field.pop("/V", None)
        blanks.fill(writer, {name: value}, at=timezone.now())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_leader_signs_the_clerk_numbers_and_seals_the_owner_gets_it(signing_office: SigningOffice) -> None:
    office = signing_office
    dossier = office.sealed()
    verdict = signing.verdict_of(sha256=dossier.result_sha256)
    assert verdict.is_valid, verdict.sentence
    assert [one_of.signer for one_of in verdict.signers] == [office.leader.name, office.leader.posts[0].unit_name]
    assert dossier.result_number == "05/2026-GKS"
    assert content_of(dossier.result_sha256).startswith(content_of(dossier.result_draft["signed_sha256"]))


def test_number_and_date_stand_on_the_sealed_paper_and_not_before(signing_office: SigningOffice) -> None:
    dossier = signing_office.sealed()
    reader = IncrementalPdfFileWriter(io.BytesIO(content_of(dossier.result_sha256)))
    values = {name: str(field.get("/V")) for name, field in blanks._fields(reader).items() if "/MaxLen" in field}
    day = timezone.localdate()
    assert values == {
        "SoKyHieu": "05/2026-GKS",
        "NgayBanHanh": f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}",
    }


def test_a_number_written_or_changed_without_the_seal_is_refused(signing_office: SigningOffice) -> None:
    dossier = signing_office.sealed()
    signed, sealed = content_of(dossier.result_draft["signed_sha256"]), content_of(dossier.result_sha256)
    assert signing.judge(content=signed).is_valid
    for spoilt in (
        filled(signed, SoKyHieu="99/2026-GKS"),
        filled(sealed, SoKyHieu="99/2026-GKS"),
        filled(sealed, NgayBanHanh="ngày 01 tháng 01 năm 2020"),
    ):
        verdict = signing.judge(content=spoilt)
        assert (verdict.state, verdict.reasons[0].code) == ("invalid", "shadow_change")


def test_a_number_changed_under_a_second_seal_is_refused(signing_office: SigningOffice) -> None:
    office = signing_office
    sealed = content_of(office.sealed().result_sha256)
    changed = files.keep(content=filled(sealed, SoKyHieu="99/2026-GKS"), name="a.pdf").sha256
    again = signing.sign_pdf(sha256=changed, name="a.pdf", purpose="fraud", by=office.clerk, kind="seal",
                             confirmed_at=timezone.now())  # fmt: skip
    verdict = signing.judge(content=content_of(again.sha256))
    assert not verdict.is_valid


def test_the_seal_waits_for_number_and_signature(signing_office: SigningOffice) -> None:
    office = signing_office
    code = office.at_approval()
    with pytest.raises(one_stop.RefusedError):
        office.seal(code)
    office.sign(code)
    with pytest.raises(one_stop.RefusedError, match="ghi số"):
        office.seal(code, " ")
    with pytest.raises(SigningRefusedError, match="cấp số trước"):
        signing.sign_pdf(
            sha256=office.dossier(code).result_draft["signed_sha256"], name="a.pdf", purpose="x", by=office.clerk,
            kind="seal", confirmed_at=timezone.now(),
        )  # fmt: skip


def test_one_number_is_given_once(signing_office: SigningOffice) -> None:
    office = signing_office
    first = office.sealed("05/2026-GKS")
    code = office.at_approval()
    office.sign(code)
    with pytest.raises(one_stop.RefusedError, match=first.code):
        office.seal(code, "05/2026-GKS")


def test_who_may_not_sign_is_told_why(signing_office: SigningOffice) -> None:
    office = signing_office
    code = office.at_approval()
    with pytest.raises(PermissionError):
        office.sign(code, actor=office.clerk)
    with pytest.raises(SigningRefusedError, match="mật khẩu"):
        office.sign(code, confirmed_at=timezone.now() - timedelta(minutes=16))
    Credential.objects.update(valid_to=timezone.now() - timedelta(days=1))
    with pytest.raises(SigningRefusedError, match="hết hạn"):
        office.sign(code)
    Credential.objects.update(ended_at=timezone.now())
    with pytest.raises(SigningRefusedError, match="Chưa có chứng thư"):
        office.sign(code)
    assert office.dossier(code).state == "approving"


def test_a_draft_that_changed_after_it_was_seen_is_not_signed(signing_office: SigningOffice) -> None:
    office = signing_office
    code = office.at_approval()
    seen = office.seen(code)
    office.do(services.return_to_step, code, actor=office.leader, reason="Sửa họ tên", node="draft")
    office.do(services.draft_result, code, draft={"content": "Nội dung khác"})
    with pytest.raises(one_stop.RefusedError, match="thay đổi sau khi bạn xem"):
        office.sign(code, seen=seen)


def test_a_file_handed_in_is_signed_as_it_is(signing_office: SigningOffice) -> None:
    office = signing_office
    code = office.received()
    office.do(services.finish_examination, code)
    stored = files.keep(content=page(), name="du-thao.pdf")
    office.do(services.draft_result, code, draft={"sha256": stored.sha256, "file_name": "du-thao.pdf"})
    office.sign(code)
    office.seal(code)
    dossier = office.dossier(code)
    assert content_of(dossier.result_sha256).startswith(page())
    verdict = signing.verdict_of(sha256=dossier.result_sha256)
    assert (verdict.state, len(verdict.signers)) == ("valid", 2)


def test_no_signature_covers_the_code(signing_office: SigningOffice) -> None:
    shown = content_of(signing_office.seen(signing_office.at_approval()))
    codes = list(appearance.codes_on(shown, -1))
    assert codes
    for kind in ("personal", "seal"):
        place = appearance.at_reserved(shown, signing.Appearance(kind))
        box = appearance.box_of(place, appearance.sheet_of(shown, place.page).size)
        assert not any(appearance._overlap(box, code) for code in codes)


def test_the_document_is_the_same_each_time_and_tagged_for_the_long_term(signing_office: SigningOffice) -> None:
    import pikepdf

    office = signing_office
    code = office.at_approval()
    assert office.seen(code) == office.seen(code)
    with pikepdf.open(io.BytesIO(content_of(office.seen(code)))) as document:
        metadata = bytes(document.Root.Metadata.read_bytes())
        assert b"<pdfaid:part>2</pdfaid:part>" in metadata
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in metadata
        assert document.Root.MarkInfo.Marked
        assert "/NeedAppearances" not in document.Root.AcroForm
        assert all("/N" in field.AP for field in document.Root.AcroForm.Fields)


@pytest.mark.parametrize(
    ("title", "kind", "lines"),
    [
        ("Chủ tịch Ủy ban nhân dân phường", "commune", ["TM. Ủy ban nhân dân", "Chủ tịch"]),
        ("Phó Chủ tịch Ủy ban nhân dân tỉnh", "province", ["TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch"]),
        ("Giám đốc Sở", "department", ["Giám đốc"]),
        ("Phó Giám đốc", "department", ["KT. Giám đốc", "Phó Giám đốc"]),
    ],
)
def test_the_authority_is_written_as_the_decree_wants(title: str, kind: str, lines: list[str]) -> None:
    from tinhso.foundation.organizations.public import HeldPost

    post = HeldPost(post_id=1, unit_id=1, unit_path=(1,), unit_name="U", role="leader", title=title)
    assert authority(post, kind) == lines


def test_a_sealed_result_bears_the_token_by_which_anyone_verifies_it(signing_office: SigningOffice) -> None:
    dossier = signing_office.sealed()
    known = verification.status(source="one_stop", source_ref=dossier.code, kind="result")
    assert known is not None
    assert (known.state, known.sha256) == ("valid", dossier.result_sha256)
    picture = pypdfium2.PdfDocument(content_of(dossier.result_sha256))[0].render(scale=3).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text.endswith(f"/X/{known.token}")
    page_of_it = Client().get(f"/X/{known.token}").content.decode()
    assert "05/2026-GKS" in page_of_it
    assert dossier.identity_number not in page_of_it


def test_a_paper_looked_at_again_keeps_its_token_and_an_issued_one_gets_no_other(signing_office: SigningOffice) -> None:
    office = signing_office
    dossier = office.sealed()
    before = verification.status(source="one_stop", source_ref=dossier.code, kind="result")
    printing.result(dossier, signer=office.leader)
    assert verification.status(source="one_stop", source_ref=dossier.code, kind="result") == before
