"""One result: the leader's signature, then number, date and seal of the clerk; each with the step it finishes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import Appearance, Paper
from tinhso.foundation.workflow.public import CaseChange
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.printing.result import DAY, NUMBER, day_in_words
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services import handling
from tinhso.systems.one_stop.signatures.document import document_of
from tinhso.systems.one_stop.types import refuse

APPROVAL, SEAL = "one_stop/approval/", "one_stop/seal/"
SIGNED = "signed_sha256"  # in the draft: the file the leader signed, before number and seal


def paper_to_sign(dossier: Dossier, actor: Actor, *, seen: str, is_current: bool = False) -> Paper:
    """What the leader signs, who has just seen the document `seen`. Raises RefusedError.

    is_current: the step has not moved since it was shown, so neither has the draft.
    """
    if is_current and seen:
        name = str(dossier.result_draft.get("file_name") or f"ket-qua-{dossier.code}.pdf")
        return Paper(seen, name, APPROVAL + dossier.code, signing.default_appearance(kind="personal"))
    document = document_of(dossier, actor)
    if document is None:
        raise refuse(_("Dự thảo là tệp ảnh nên không ký số được: trả lại để nộp bản PDF, hoặc duyệt trên giấy."))
    if document.sha256 != seen:
        raise refuse(_("Dự thảo đã thay đổi sau khi bạn xem. Xin xem lại bản mới rồi ký."))
    return Paper(document.sha256, document.name, APPROVAL + dossier.code, document.appearance)


def sign_result(
    *, code: str, actor: Actor, seen: str, confirmed_at: datetime | None, at: datetime, text: str = ""
) -> CaseChange:
    """The leader signs and so approves. Raises RefusedError, PermissionError, SigningRefusedError, LookupError."""
    dossier = dossier_by_code(code)
    handling.check_may(actor, dossier, "approval")
    paper = paper_to_sign(dossier, actor, seen=seen)
    signed = signing.sign_pdf(
        sha256=paper.sha256, name=paper.name, purpose=paper.purpose, by=actor, confirmed_at=confirmed_at,
        appearance=paper.appearance, at=at,
    )  # fmt: skip
    return approve_signed(code=code, actor=actor, signed_sha256=signed.sha256, level=signed.level, at=at, text=text)


def approve_signed(
    *, code: str, actor: Actor, signed_sha256: str, level: str, at: datetime, text: str = ""
) -> CaseChange:
    """The dossier moves on with the file its leader signed."""
    dossier = dossier_by_code(code)
    draft = {**dossier.result_draft, SIGNED: signed_sha256}
    Dossier.objects.filter(pk=dossier.pk).update(result_draft=draft)
    return handling.approve(
        code=code, actor=actor, at=at, text=text, signature={"sha256": signed_sha256, "level": level}
    )


def signed_draft(dossier: Dossier) -> str:
    """The file the leader signed, in its newest form; empty where the leader approved on paper."""
    sha256 = str((dossier.result_draft or {}).get(SIGNED) or "")
    return signing.latest_version(sha256=sha256) if sha256 else ""


def paper_to_seal(dossier: Dossier, *, number: str, day: date) -> Paper:
    """The signed result with the number and date to be written in before the seal. Raises RefusedError."""
    sha256 = signed_draft(dossier)
    if not sha256:
        raise refuse(_("Lãnh đạo chưa ký số kết quả này nên chưa đóng dấu số được."))
    handling.check_number(dossier, number, day)
    _check_unused(dossier, number, day)
    name = f"ket-qua-{dossier.code}.pdf"
    if dossier.result_draft.get("sha256"):  # a file handed in keeps no places: number and date stand below the seal
        words = f"{number}, {day:%d/%m/%Y}"
        return Paper(sha256, name, SEAL + dossier.code, _seal(words), after_signer=True)
    filled: Mapping[str, str] = {NUMBER: number, DAY: day_in_words(day)}
    return Paper(sha256, name, SEAL + dossier.code, _seal(), after_signer=True, filled=filled)


def _check_unused(dossier: Dossier, number: str, day: date) -> None:
    """One number once in a year and an agency (NĐ 30/2020/NĐ-CP, Điều 15). Raises RefusedError."""
    same = Dossier.objects.filter(
        result_number=number, result_date__year=day.year, handling_unit_id=dossier.handling_unit_id
    ).exclude(pk=dossier.pk)
    if taken := same.values_list("code", flat=True).order_by("id").first():
        raise refuse(_("Số %(number)s đã cấp cho hồ sơ %(code)s.") % {"number": number, "code": taken}, "number")


def _seal(words: str = "") -> Appearance:
    place = signing.default_appearance(kind="seal", at=signing.default_appearance(kind="personal"))
    return replace(place, words=words, height=place.height + 8) if words else place


def seal_result(
    *, code: str, actor: Actor, number: str, day: date, confirmed_at: datetime | None, at: datetime, text: str = ""
) -> CaseChange:
    """The clerk gives number and date and sets the seal of the agency, in one revision of the signed file.

    Raises RefusedError, PermissionError, SigningRefusedError, LookupError.
    """
    dossier = dossier_by_code(code)
    handling.check_may(actor, dossier, "numbering")
    number = number.strip()
    paper = paper_to_seal(dossier, number=number, day=day)
    sealed = signing.sign_pdf(
        sha256=paper.sha256, name=paper.name, purpose=paper.purpose, by=actor, confirmed_at=confirmed_at, kind="seal",
        appearance=paper.appearance, after_signer=paper.after_signer, filled=paper.filled, at=at,
    )  # fmt: skip
    return handling.number_result(
        code=code, actor=actor, number=number, day=day, at=at, sha256=sealed.sha256, text=text
    )
