"""A paper is taken back, replaced, or its days are over: every dossier that leaned on it hears of it."""

from datetime import datetime

from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.outbox import public as outbox
from tinhso.systems.vault import permissions
from tinhso.systems.vault.events import PaperEnded, PaperLapsed
from tinhso.systems.vault.models import Paper, Use

BATCH = 500


def revoke(paper: Paper, *, actor: Actor, reason: str, at: datetime) -> int:
    """The issuing agency takes its paper back (thu hồi); how many dossiers hear of it.

    Raises PermissionError, ValueError (no reason, or no longer in force).
    """
    if why := permissions.why_not_revoke(actor, paper):
        raise PermissionError(why)
    if len(reason.strip()) < 10:
        raise ValueError("Ghi rõ lý do thu hồi (ít nhất 10 ký tự).")
    return mark(paper, Paper.Status.REVOKED, reason=reason.strip(), by=actor.key, by_name=actor.name, at=at)


def mark(
    paper: Paper, status: str, *, reason: str, by: str, by_name: str, at: datetime, new: Paper | None = None
) -> int:
    """Set a paper out of force once. Raises ValueError where it already is."""
    held = Paper.objects.select_related("store").select_for_update(of=("self",)).get(pk=paper.pk)
    if held.status != Paper.Status.GOOD:
        raise ValueError(f"Giấy này {Paper.Status(held.status).label.lower()} rồi.")
    held.status, held.status_reason, held.status_at = status, reason, at
    held.replaced_by, held.lapse_told_at = new, at
    held.save(update_fields=["status", "status_reason", "status_at", "replaced_by", "lapse_told_at"])
    audit.record(
        subject=f"vault:{held.store_id}", act=f"vault.{status}", actor=by, actor_name=by_name,
        data={"paper": str(held.key), "reason": reason}, at=at,
    )  # fmt: skip
    if status == Paper.Status.REVOKED:
        notifications.send(
            template="paper_revoked",
            context={"name": held.name, "number": held.number, "reason": reason},
            subject=f"vault:{held.store_id}",
            once=f"paper_revoked:{held.key}",
            identity_number=held.store.number,
        )
    outbox.publish(
        PaperEnded(
            key=str(held.key), source=held.source, source_ref=held.source_ref, number=held.number, why=str(status),
            reason=reason, new_number=new.number if new else "", at=timezone.localtime(at),
        )
    )  # fmt: skip
    return tell(held, str(status), _sentence(held), at)


def tell_latecomers(paper: Paper, *, at: datetime) -> int:
    """Dossiers that came to lean on a paper after its end was told hear of it too; how many."""
    if paper.lapse_told_at is None:
        return 0
    return tell(paper, "expired" if paper.status == Paper.Status.GOOD else paper.status, _sentence(paper), at)


def _sentence(paper: Paper) -> str:
    if paper.status == Paper.Status.GOOD:
        return f"«{paper.name}» trong kho hết giá trị sau ngày {paper.valid_to:%d/%m/%Y}."
    words = {"revoked": "bị cơ quan cấp thu hồi", "replaced": "đã được thay bằng bản khác"}[paper.status]
    return f"«{paper.name}» {words}: {paper.status_reason}"


def tell(paper: Paper, why: str, sentence: str, at: datetime) -> int:
    """One event per dossier that leans on the paper; how many."""
    uses = Use.objects.filter(paper=paper, lapsed_at__isnull=True)
    codes = sorted(set(uses.values_list("dossier_code", flat=True)))
    uses.update(lapsed_at=at, lapsed_why=sentence)
    for code in codes:
        outbox.publish(
            PaperLapsed(
                key=code, paper_id=paper.pk, paper_name=paper.name, why=why, reason=sentence,
                at=timezone.localtime(at),
            )
        )  # fmt: skip
    return len(codes)


def tell_of_expired(*, at: datetime) -> int:
    """Papers whose last day is over and nobody was told; how many papers. Harmless when repeated."""
    today = timezone.localtime(at).date()
    gone = Paper.objects.select_for_update(of=("self",), skip_locked=True).filter(
        valid_to__lt=today, lapse_told_at__isnull=True
    )
    count = 0
    for paper in gone.order_by("valid_to", "pk")[:BATCH]:
        paper.lapse_told_at = at
        paper.save(update_fields=["lapse_told_at"])
        tell(paper, "expired", _sentence(paper), at)
        count += 1
    return count


def supersede(*, source: str, source_ref: str, reason: str, by: Actor, at: datetime) -> int:
    """Raises LookupError, ValueError."""
    paper = Paper.objects.filter(source=source, source_ref=source_ref).first()
    if paper is None:
        raise LookupError("Không có giấy tờ này trong kho.")
    return mark(paper, Paper.Status.REVOKED, reason=reason, by=by.key, by_name=by.name, at=at)
