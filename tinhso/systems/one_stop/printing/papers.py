"""From a dossier to the data of each printed form. A number that no register gave is made of the dossier's own code."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils import timezone

from tinhso.foundation.forms import public as forms
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.typesetting import typeset
from tinhso.systems.one_stop.models import Dossier, DossierEvent
from tinhso.systems.one_stop.printing.limits import limit_in_words
from tinhso.systems.one_stop.services import clock

TEMPLATES = Path(__file__).parent / "templates"
KINDS_OF_COPY = {"original": "01 bản chính", "copy": "01 bản sao", "seen": "xuất trình"}
SUPPLEMENT_DAYS = 15
WHY_STOPPED = {
    "withdrawn": "Người nộp đề nghị dừng",
    "closed": "Quá 15 ngày kể từ ngày thông báo mà người nộp không bổ sung (NĐ 118/2025/NĐ-CP, Điều 19.5)",
}


def receipt(dossier: Dossier, *, at: datetime) -> bytes:
    """Form 01: Giấy tiếp nhận hồ sơ và hẹn trả kết quả, with each file's SHA-256 as proof of what was handed in."""
    officer = _last(dossier, "received")
    received = dossier.received_at or dossier.submitted_at
    return _print(
        "receipt",
        dossier,
        unit_id=dossier.receiving_unit_id,
        suffix="TNHS-BPMC",
        at=at,
        qr=qr_of(dossier.code),
        authorised=dossier.data.get("authorised_name") or "",
        papers=[_paper(paper) for paper in dossier.papers.filter(round=0)],
        sets="01 bộ",
        limit=limit_in_words(clock.rule_of(dossier).limit),
        received_text=_moment(received),
        due_text=_moment(dossier.promised_at or dossier.due_at) or "sẽ báo khi bộ phận Một cửa tiếp nhận",
        due_reason=clock.explain(dossier, at) if dossier.due_at else "",
        return_place=_return_place(dossier),
        fees=_fees(dossier),
        book=f"{timezone.localtime(received):%Y}",
        book_number=_sequence(dossier.code),
        submitter=dossier.applicant_name,
        officer=officer.actor_name if officer else "Cổng dịch vụ công",
        track_url=f"{settings.PUBLIC_URL}/track",
    )


def supplement_request(dossier: Dossier, *, at: datetime) -> bytes:
    """Form 02. Raises LookupError when nothing was ever asked for."""
    asked = _needed(dossier, "supplement_requested")
    deadline = asked.at + timedelta(days=SUPPLEMENT_DAYS)
    return _print(
        "supplement",
        dossier,
        unit_id=asked.unit_id or dossier.receiving_unit_id,
        suffix="PBS-TTPVHCC",
        at=asked.at,
        items=_lines(asked),
        reason=asked.data.get("reason") or "Hồ sơ chưa đủ theo quy định",
        deadline=f"{timezone.localtime(deadline):%d/%m/%Y}",
        contact=asked.actor_name,
        officer=asked.actor_name,
    )


def refusal(dossier: Dossier, *, at: datetime) -> bytes:
    """Form 03. Raises LookupError when the dossier was not refused."""
    refused = _needed(dossier, "refused", "declined")
    return _print(
        "refusal",
        dossier,
        unit_id=refused.unit_id or dossier.receiving_unit_id,
        suffix="PTC-TTPVHCC",
        at=refused.at,
        items=_lines(refused),
        guidance=refused.data.get("guidance") or "",
        submitter=dossier.applicant_name,
        officer=refused.actor_name,
    )


def apology(dossier: Dossier, *, at: datetime) -> bytes:
    """Form 04. Raises LookupError when the dossier was not re-appointed."""
    moved = _needed(dossier, "reappointed")
    return _print(
        "apology",
        dossier,
        unit_id=dossier.handling_unit_id,
        suffix="PXL",
        at=moved.at,
        received_text=_moment(dossier.received_at),
        due_text=_moment(dossier.due_at),
        new_due_text=_moment(moved.new_due),
        reason=moved.note,
        signer=_head(dossier.handling_unit_id, moved.actor_name),
        signer_title="Thủ trưởng cơ quan",
    )


def stop_notice(dossier: Dossier, *, at: datetime) -> bytes:
    """Form 05, for a dossier withdrawn, stopped or closed for want of a supplement. Raises LookupError otherwise."""
    stopped = _last(dossier, "withdrawn", "stopped", "closed")
    if stopped is None:
        raise LookupError("Hồ sơ này chưa bị dừng giải quyết.")
    return _print(
        "stop_notice",
        dossier,
        unit_id=dossier.receiving_unit_id,
        suffix="TB-TTPVHCC",
        at=stopped.at,
        received_text=_moment(dossier.received_at or dossier.submitted_at),
        stopped_text=_moment(stopped.at),
        reason=stopped.note or WHY_STOPPED.get(stopped.kind, ""),
        returned=stopped.data.get("returned") or "Theo quy định của thủ tục",
        signer=stopped.actor_name,
        signer_title="Bộ phận Một cửa",
    )


def control_slip(dossier: Dossier, *, rows: Sequence[Mapping[str, str]], at: datetime) -> bytes:
    """Form 06. rows: giver, receiver, at, result, note of each hand-over."""
    partners = {organizations.get_unit(unit_id=c.unit_id).name for c in dossier.consultations.all()}
    return _print(
        "control_slip",
        dossier,
        unit_id=dossier.handling_unit_id,
        suffix="PKS-TTPVHCC",
        at=at,
        partners=", ".join(sorted(partners)),
        received_text=_moment(dossier.received_at or dossier.submitted_at),
        due_text=_moment(dossier.due_at) or "chưa có, vì đồng hồ đang dừng",
        rows=list(rows),
    )


def register(*, unit_id: int, period: str, dossiers: Iterable[Dossier], at: datetime) -> bytes:
    """Form 07: Sổ theo dõi hồ sơ of a desk over a period."""
    rows = [
        {
            "code": d.code,
            "procedure": d.procedure_name,
            "applicant": d.applicant_name,
            "contact": ", ".join(filter(None, (d.address, d.phone))),
            "unit": organizations.get_unit(unit_id=d.handling_unit_id).name,
            "received": _short(d.received_at),
            "due": _short(d.promised_at or d.due_at),
            "returned": _short(d.returned_at),
            "mode": d.get_channel_display(),
            "signed": "",
        }
        for d in dossiers
    ]
    data = {**frame(unit_id, at), "code": "", "period": period, "rows": rows}
    return typeset(TEMPLATES / "register.typ", data, dated=at)


def _print(template: str, dossier: Dossier, *, unit_id: int, suffix: str, at: datetime, **data: Any) -> bytes:
    return typeset(
        TEMPLATES / f"{template}.typ",
        {
            **frame(unit_id, at),
            "number": f"{_sequence(dossier.code)}/{suffix}",
            "code": dossier.code,
            "desk_name": organizations.get_unit(unit_id=dossier.receiving_unit_id).name,
            "applicant": dossier.applicant_name,
            "identity_number": dossier.identity_number,
            "address": _address(dossier),
            "phone": dossier.phone,
            "email": dossier.email,
            "procedure_name": dossier.procedure_name,
            **data,
        },
        dated=at,
    )


def _address(dossier: Dossier) -> str:
    """Street, commune and province: the form asks for them apart."""
    parts = [dossier.address]
    if dossier.form_version_id:
        for key in ("applicant_commune", "applicant_province"):
            value = str(dossier.data.get(key) or "")
            parts.append(forms.choices_of(version_id=dossier.form_version_id, key=key).get(value, value))
        parts.insert(2, str(dossier.data.get("applicant_commune_other") or ""))
    return ", ".join(dict.fromkeys(filter(None, parts)))


def frame(unit_id: int, at: datetime) -> dict[str, str]:
    unit = organizations.get_unit(unit_id=unit_id)
    parent = organizations.get_unit(unit_id=unit.parent_id) if unit.parent_id else unit
    local = timezone.localtime(at)
    place = place_of(unit.name) or place_of(parent.name)
    return {
        "parent_name": parent.name,
        "unit_name": unit.name,
        "place_and_date": f"{place}, ngày {local:%d} tháng {local:%m} năm {local:%Y}",
    }


def place_of(unit_name: str) -> str:
    """«Tân Ninh» of «UBND phường Tân Ninh»; nothing for a unit that is not named after a place."""
    for kind in ("phường ", "xã ", "đặc khu ", "tỉnh ", "thành phố "):
        if kind in unit_name.lower():
            return unit_name[unit_name.lower().index(kind) + len(kind) :]
    return ""


def _last(dossier: Dossier, *kinds: str) -> DossierEvent | None:
    return dossier.history.filter(kind__in=kinds).order_by("-at", "-id").first()


def _needed(dossier: Dossier, *kinds: str) -> DossierEvent:
    event = _last(dossier, *kinds)
    if event is None:
        raise LookupError("Hồ sơ này chưa có giấy đó.")
    return event


def _lines(event: DossierEvent) -> list[str]:
    """What is asked for or why it was refused: the list the officer made, else the lines of the note."""
    items = event.data.get("items") or event.data.get("reasons")
    return list(items) if items else [line.strip("-• ") for line in event.note.splitlines() if line.strip()]


def _paper(paper: Any) -> dict[str, str]:
    return {
        "name": paper.name,
        "note": KINDS_OF_COPY.get(paper.kind, ""),
        "digest": paper.sha256,
        "pages": f"{paper.pages} trang" if paper.pages else "",
    }


def _fees(dossier: Dossier) -> str:
    total = sum(fee.amount for fee in dossier.fees.all())
    return f"{total:,.0f} đồng".replace(",", ".") if total else "Không thu"


def _return_place(dossier: Dossier) -> str:
    desk = organizations.get_unit(unit_id=dossier.receiving_unit_id).name
    if dossier.return_channel == Dossier.ReturnChannel.POST:
        return f"Qua bưu chính công ích; bản điện tử trên Cổng dịch vụ công ({desk})"
    if dossier.return_channel == Dossier.ReturnChannel.ELECTRONIC:
        return "Bản điện tử trên Cổng dịch vụ công"
    return desk


def _head(unit_id: int, otherwise: str) -> str:
    leaders = organizations.holders(unit_id=unit_id, role=organizations.Role.LEADER)
    return leaders[0].name if leaders else otherwise


def _moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local:%H} giờ {local:%M} phút, ngày {local:%d/%m/%Y}"


def _short(value: datetime | None) -> str:
    return "" if value is None else f"{timezone.localtime(value):%d/%m/%Y}"


def _sequence(code: str) -> str:
    return code.rsplit("-", 1)[-1]


def qr_of(code: str) -> str:
    out = io.BytesIO()
    segno.make(f"{settings.PUBLIC_URL}/track?code={code}", error="m").save(out, kind="svg", border=0)
    return out.getvalue().decode()
