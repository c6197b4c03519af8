"""At the desk: an original is scanned, compared page by page, and sent to be signed, or refused for a reason of law."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.audit import public as audit
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.working_time import Event
from tinhso.systems.certified_copies import permissions
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.reasons import REASONS
from tinhso.systems.procedures import public as procedures

PROCEDURE = "2.000815"
MOST_PAGES = 500
KINDS = ("application/pdf", "image/jpeg", "image/png")
State = CertifiedCopy.State


class CopyRefusedError(ValueError):
    """It cannot be done; one Vietnamese sentence, and the field it belongs to."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Shown:
    """The original as the officer wrote it down."""

    name: str
    issuer: str
    number: str
    day: date | None
    owner_kind: str
    owner_name: str
    owner_number: str
    dossier_code: str


def receive(shown: Shown, scan: files.StoredFile, *, actor: Actor, once: str, at: datetime) -> CertifiedCopy:
    """Open a copy for an original shown at the desk; the same `once` gives the same copy.

    Raises CopyRefusedError, PermissionError.
    """
    units = permissions.units_of(actor, Right.RECEIVE)
    if not units:
        raise PermissionError("Chỉ công chức Một cửa của xã, phường nhận bản chính để chứng thực.")
    if known := CertifiedCopy.objects.filter(once=once).first():
        return known
    pages = _pages_of(scan)
    fee, words = fee_of(pages, at)
    copy = CertifiedCopy(
        once=once, unit_id=units[0], **_written(shown), scan_sha256=scan.sha256, pages=pages, fee=fee,
        fee_words=words[:500], received_at=at, due_at=due_of(units[0], at), responsible_id=actor.person_id,
        responsible_name=actor.name,
    )  # fmt: skip
    try:
        with transaction.atomic():  # pressed twice in the same second: the second finds the first's
            copy.save()
    except IntegrityError:
        return CertifiedCopy.objects.get(once=once)
    record(copy, "received", actor, at, pages=pages, scan=scan.sha256)
    return copy


def _pages_of(scan: files.StoredFile) -> int:
    """Raises CopyRefusedError for what is no scan, or too long a one."""
    pages = scan.pages or 1
    if scan.media_type not in KINDS:
        raise CopyRefusedError("Bản quét phải là PDF, JPG hoặc PNG.", "file")
    if pages > MOST_PAGES:
        raise CopyRefusedError(f"Bản quét có {pages} trang, nhiều nhất {MOST_PAGES}. Tách thành nhiều bản.", "file")
    return pages


def _written(shown: Shown) -> dict[str, Any]:
    """The original as written down, in the columns of the copy."""
    return {
        "dossier_code": shown.dossier_code[:60], "name": shown.name[:300], "issuer": shown.issuer[:300],
        "original_number": shown.number[:60], "original_date": shown.day, "owner_kind": shown.owner_kind,
        "owner_name": shown.owner_name[:300], "owner_number": shown.owner_number[:35],
    }  # fmt: skip


def fee_of(pages: int, at: datetime) -> tuple[int, str]:
    """By the procedure's fee table of the day, one copy; in dong."""
    try:
        lines = procedures.fee_lines(
            code=PROCEDURE, on=_day(at), data={"documents": [{"pages": pages, "copies": 1}], "copies": 1},
            channel="desk",
        )  # fmt: skip
    except LookupError:
        return 0, ""
    return int(sum(line.amount for line in lines)), "; ".join(line.explanation for line in lines if line.explanation)


def due_of(unit_id: int, at: datetime) -> datetime | None:
    """The day's end, or the next working day's for what came after the cut-off (NĐ 23/2015/NĐ-CP, art. 7)."""
    try:
        rule = procedures.binding_on(code=PROCEDURE, on=_day(at)).rule
    except LookupError:
        return None
    return calendars.reckon(unit_id=unit_id, rule=rule, events=[Event(at, "received")], at=at).due_at


def compare(copy: CertifiedCopy, *, pages: Collection[int], is_done: bool, actor: Actor, at: datetime) -> CertifiedCopy:
    """Write down which pages were compared with the original; done: send it to the leader, which needs every page.

    Raises CopyRefusedError, PermissionError.
    """
    held = lock(copy, Right.RECEIVE, actor, State.COMPARING)
    held.compared = sorted(page for page in set(pages) if 1 <= page <= held.pages)
    if is_done:
        missing = sorted(set(range(1, held.pages + 1)) - set(held.compared))
        if missing:
            held.save(update_fields=["compared"])
            some = ", ".join(str(page) for page in missing[:10]) + ("…" if len(missing) > 10 else "")
            raise CopyRefusedError(f"Còn {len(missing)} trang chưa đối chiếu: {some}.", "pages")
        held.state, held.reason, held.compared_at = State.AWAITING_SIGNATURE, "", at
        held.compared_by, held.compared_by_id = actor.name, actor.person_id
        hand_to(held, organizations.Role.LEADER)
        record(held, "compared", actor, at, pages=held.pages)
    held.save()
    return held


def refuse(copy: CertifiedCopy, *, reason: str, note: str, actor: Actor, at: datetime) -> CertifiedCopy:
    """No copy is certified of this original, for a reason of law. Raises CopyRefusedError, PermissionError."""
    right = Right.RECEIVE if copy.state == State.COMPARING else Right.APPROVE
    held = lock(copy, right, actor, State.COMPARING, State.AWAITING_SIGNATURE)
    if reason not in REASONS:
        raise CopyRefusedError("Chọn lý do từ chối theo quy định.", "reason")
    held.reason = REASONS[reason] + (f". {note.strip()}" if note.strip() else "")
    held.state, held.ended_at, held.responsible_id, held.responsible_name = State.REFUSED, at, None, ""
    held.save()
    record(held, "refused", actor, at, reason=reason)
    return held


def send_back(copy: CertifiedCopy, *, reason: str, actor: Actor, at: datetime) -> CertifiedCopy:
    """The leader wants it scanned, written down or compared anew: back to who received it, with the reason.

    What was ticked as compared is to be ticked again, and seen again before it is signed. A second press hears where
    the copy stands. Raises CopyRefusedError, PermissionError.
    """
    held = lock(copy, Right.APPROVE, actor, State.AWAITING_SIGNATURE)
    why = " ".join(reason.split())
    if len(why) < 10:
        raise CopyRefusedError("Ghi rõ quầy phải sửa gì (ít nhất 10 ký tự).", "back_reason")
    if held.compared_by_id:
        held.responsible_id, held.responsible_name = held.compared_by_id, held.compared_by
    else:
        hand_to(held, organizations.Role.DESK_OFFICER)
    held.state, held.reason = State.COMPARING, f"{actor.name}: {why}"[:2000]
    _compare_anew(held)
    held.save()
    record(held, "sent_back", actor, at, reason=why[:2000])
    return held


def correct(
    copy: CertifiedCopy, shown: Shown, scan: files.StoredFile | None, *, actor: Actor, at: datetime
) -> CertifiedCopy:
    """Write down anew what was shown, or scan it anew: a new scan is counted and compared from its first page.

    Raises CopyRefusedError, PermissionError.
    """
    held = lock(copy, Right.RECEIVE, actor, State.COMPARING)
    if scan is not None and scan.sha256 != held.scan_sha256:
        held.scan_sha256, held.pages = scan.sha256, _pages_of(scan)
        fee, words = fee_of(held.pages, at)
        held.fee, held.fee_words = Decimal(fee), words[:500]
        _compare_anew(held)
    for field, value in _written(shown).items():
        setattr(held, field, value)
    held.save()
    record(held, "corrected", actor, at, pages=held.pages, scan=held.scan_sha256)
    return held


def _compare_anew(copy: CertifiedCopy) -> None:
    copy.compared, copy.compared_by, copy.compared_by_id, copy.compared_at, copy.seen_by = [], "", None, None, []


def lock(copy: CertifiedCopy, right: Right, actor: Actor, *states: str) -> CertifiedCopy:
    """The row, held until the end of the transaction, for who may and while it stands there."""
    held = CertifiedCopy.objects.select_for_update().get(pk=copy.pk)
    if why := permissions.why_not(actor, right, held):
        raise PermissionError(why)
    if held.state not in states:
        raise CopyRefusedError(f"Bản sao này đã sang bước «{State(held.state).label}».")
    return held


def hand_to(copy: CertifiedCopy, role: str) -> None:
    """One person answers for the next step; any other holder of the role may do it too."""
    holder = next(iter(organizations.holders(unit_id=copy.unit_id, role=role)), None)
    copy.responsible_id = holder.id if holder else None
    copy.responsible_name = holder.name if holder else "Chưa có ai giữ vị trí"


def record(copy: CertifiedCopy, act: str, actor: Actor, at: datetime, **data: object) -> None:
    audit.record(
        subject=f"certified_copy:{copy.pk}", act=f"certified_copies.{act}", actor=actor.key, actor_name=actor.name,
        data={"key": str(copy.key), "unit": copy.unit_id, **data}, at=at,
    )  # fmt: skip


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
