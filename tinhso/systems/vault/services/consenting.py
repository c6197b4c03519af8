"""Consent with purpose and time (Luật 91/2025/QH15): asked for, given, refused, withdrawn; read only while it lasts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.foundation.notifications import public as notifications
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.vault import permissions
from tinhso.systems.vault.models import Consent, Paper, Store
from tinhso.systems.vault.records import Lent
from tinhso.systems.vault.selectors.kinds import kinds_by_key
from tinhso.systems.vault.services import opening

MOST_DAYS = 365
MOST_WAITING = 20  # of one system for one store: more is importunity


def ask(
    *, owner_number: str, kinds: Sequence[str], purpose: str, days: int, actor: Actor, grantee_name: str, at: datetime
) -> Consent:
    """A system asks to read papers of some kinds. Raises LookupError (no such store), ValueError.

    The same question that still waits is not put twice.
    """
    known = kinds_by_key()
    if strange := [kind for kind in kinds if kind not in known]:
        raise ValueError(f"Không có loại giấy tờ «{strange[0][:60]}» trong danh mục.")
    store = Store.objects.filter(number=owner_number).first()
    if store is None:
        raise LookupError("Số này chưa có kho dữ liệu điện tử.")
    mine = Consent.objects.filter(store=store, system=actor.system, state=Consent.State.ASKED)
    wanted = sorted(set(kinds))
    same = mine.filter(purpose=purpose[:300], kinds=wanted, days=days).first()
    if same is not None:
        return same
    if mine.count() >= MOST_WAITING:
        raise ValueError("Người này còn nhiều câu hỏi chưa trả lời; chờ trả lời rồi hỏi tiếp.")
    asked = Consent.objects.create(
        store=store, system=actor.system, grantee_name=grantee_name[:300], kinds=wanted, purpose=purpose[:300],
        days=days, asked_at=at,
    )  # fmt: skip
    _record(asked, "consent_asked", actor, at)
    notifications.send(
        template="consent_asked",
        context={"who": asked.grantee_name, "purpose": asked.purpose, "days": days},
        subject=f"vault:{store.pk}",
        once=f"consent:{asked.key}",
        identity_number=store.number,
    )
    return asked


def give_to_unit(
    store: Store, *, unit_id: int, papers: Sequence[Paper], purpose: str, days: int, actor: Actor, at: datetime
) -> Consent:
    """The owner lets an agency read these papers for a purpose, so many days. Raises ValueError with a sentence."""
    purpose = " ".join(purpose.split())[:300]
    if len(purpose) < 5:
        raise ValueError(_("Ghi rõ đồng ý cho đọc để làm gì (ít nhất 5 ký tự)."))
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(_("Chọn số ngày từ 1 đến %(most)s.") % {"most": MOST_DAYS})
    if not papers:
        raise ValueError(_("Chọn ít nhất một giấy tờ."))
    unit = organizations.get_unit(unit_id=unit_id)
    given = Consent.objects.create(
        store=store, unit_id=unit.id, grantee_name=unit.name[:300], purpose=purpose, days=days,
        state=Consent.State.GIVEN, asked_at=at, answered_at=at, valid_until=at + timedelta(days=days),
    )  # fmt: skip
    given.papers.set(papers)
    _record(given, "consent_given", actor, at)
    return given


def answer(consent: Consent, *, agrees: bool, actor: Actor, at: datetime) -> None:
    """The owner answers a question once. Raises ValueError where it was answered."""
    held = Consent.objects.select_for_update().get(pk=consent.pk)
    if held.state != Consent.State.ASKED:
        raise ValueError(_("Câu hỏi này đã được trả lời."))
    held.state = Consent.State.GIVEN if agrees else Consent.State.REFUSED
    held.answered_at = at
    held.valid_until = at + timedelta(days=held.days) if agrees else None
    held.save(update_fields=["state", "answered_at", "valid_until"])
    _record(held, "consent_given" if agrees else "consent_refused", actor, at)


def withdraw(consent: Consent, *, actor: Actor, at: datetime) -> None:
    """From now on nothing can be read by it; twice is once."""
    changed = Consent.objects.filter(pk=consent.pk, state=Consent.State.GIVEN).update(
        state=Consent.State.WITHDRAWN, withdrawn_at=at
    )
    if changed:
        _record(consent, "consent_withdrawn", actor, at)


def papers_of(consent: Consent, *, at: datetime) -> QuerySet[Paper]:
    """What a consent lets its grantee see now: nothing once it is over."""
    if consent.state != Consent.State.GIVEN or consent.valid_until is None or consent.valid_until <= at:
        return Paper.objects.none()
    named = Paper.objects.filter(pk__in=consent.papers.values("pk"))
    of_kinds = Paper.objects.filter(store_id=consent.store_id, kind__in=consent.kinds).exclude(zone=Paper.Zone.OWN)
    return (named | of_kinds).filter(hidden_at__isnull=True, has_file=True).select_related("store").order_by("-pk")


def open_for_official(consent: Consent, paper: Paper, *, actor: Actor, at: datetime) -> Lent:
    """Raises LookupError where the consent does not reach the paper or the official."""
    if consent.unit_id is None or consent.unit_id not in permissions.units_of(actor):
        raise LookupError("Không có sự đồng ý này.")
    return _open(consent, paper, actor, at)


def open_for_system(consent: Consent, paper: Paper, *, actor: Actor, at: datetime) -> Lent:
    """Raises LookupError where the consent does not reach the paper or the system."""
    if not actor.system or consent.system != actor.system:
        raise LookupError("Không có sự đồng ý này.")
    return _open(consent, paper, actor, at)


def _open(consent: Consent, paper: Paper, actor: Actor, at: datetime) -> Lent:
    if not papers_of(_held(consent), at=at).filter(pk=paper.pk).exists():
        raise LookupError("Sự đồng ý không có giấy tờ này, hoặc đã hết hạn, đã rút.")
    reader = opening.reader_of(actor, "consent")
    lent = opening.open_for(paper, reader, purpose=consent.purpose, subject="", at=at)
    opening.note_on_the_persons_page(actor, paper, purpose=consent.purpose, subject=f"vault:{paper.store_id}")
    return lent


def shown_papers(consent: Consent, *, most: int, actor: Actor, at: datetime) -> list[Paper]:
    """The papers whose facts are shown by a consent, the latest first; the rows are written."""
    papers = list(papers_of(_held(consent), at=at)[:most])
    reader = opening.reader_of(actor, "consent")
    opening.note_facts(papers, reader, purpose=consent.purpose, subject="", at=at)
    return papers


def _held(consent: Consent) -> Consent:
    """As it stands now, held until the reading is written: whoever withdraws has the last word."""
    return Consent.objects.select_for_update(no_key=True).get(pk=consent.pk)


def state_of(consent: Consent, *, at: datetime) -> str:
    """As its state, but `expired` once its time is over."""
    over = consent.state == Consent.State.GIVEN and consent.valid_until is not None and consent.valid_until <= at
    return "expired" if over else consent.state


def of_units(actor: Actor, *, at: datetime) -> list[Consent]:
    """Consents in force for the agencies an official works in."""
    found = Consent.objects.filter(
        unit_id__in=permissions.units_of(actor), state=Consent.State.GIVEN, valid_until__gt=at
    )
    return list(found.select_related("store").order_by("-valid_until", "-pk")[:100])


def _record(consent: Consent, act: str, actor: Actor, at: datetime) -> None:
    data = {"consent": str(consent.key), "purpose": consent.purpose, "at": timezone.localtime(at).isoformat()}
    audit.record(
        subject=f"vault:{consent.store_id}", act=f"vault.{act}", actor=actor.key, actor_name=actor.name, data=data,
        at=at,
    )  # fmt: skip
