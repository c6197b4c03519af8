"""A link to one paper that expires: 128 random bits, kept as a digest, given back whenever the owner likes."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.systems.vault.models import Paper, Share
from tinhso.systems.vault.records import Lent, Reader
from tinhso.systems.vault.services import opening

BYTES = 16
MOST_OPEN = 20
DAYS = (1, 7, 30)
PURPOSE = "Mở bằng liên kết"


def make(paper: Paper, *, actor: Actor, note: str, days: int, at: datetime) -> str:
    """A new link's token, shown once. Raises ValueError with a sentence."""
    note = " ".join(note.split())[:200]
    if len(note) < 3:
        raise ValueError(_("Ghi vài chữ: chia sẻ cho ai, để làm gì."))
    if days not in DAYS:
        raise ValueError(_("Chọn liên kết mở được trong bao lâu."))
    if not paper.has_file:
        raise ValueError(_("Giấy này chưa có bản điện tử để chia sẻ."))
    if Share.objects.filter(paper=paper, revoked_at__isnull=True, valid_until__gt=at).count() >= MOST_OPEN:
        raise ValueError(_("Giấy này đang có quá nhiều liên kết. Thu hồi bớt rồi tạo tiếp."))
    token = secrets.token_urlsafe(BYTES)
    Share.objects.create(
        paper=paper, token_digest=digest_of(token), note=note, made_at=at, valid_until=at + timedelta(days=days)
    )
    _record(paper, "shared", actor, at, days=days)
    return token


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def by_token(token: str, *, at: datetime) -> Share:
    """A link that works now. Raises LookupError: unknown, expired and revoked are told apart to nobody."""
    found = Share.objects.select_related("paper__store").filter(token_digest=digest_of(token)).first()
    if found is None or found.revoked_at or found.valid_until <= at or found.paper.hidden_at:
        raise LookupError(_("Liên kết này không có, đã hết hạn hoặc đã bị thu hồi."))
    return found


def open_shared(share: Share, *, at: datetime) -> Lent:
    """The file to whoever holds the link; the owner sees that it was opened. Raises LookupError: ended meanwhile."""
    _count(share, at)
    return opening.open_for(share.paper, _reader(share), purpose=PURPOSE, subject="", at=at)


def look_at_shared(share: Share, *, at: datetime) -> None:
    """Number, issuer and days are shown to whoever holds the link. Raises LookupError: ended meanwhile."""
    _count(share, at)
    opening.note_facts([share.paper], _reader(share), purpose=PURPOSE, subject="", at=at)


def _count(share: Share, at: datetime) -> None:
    """One more opening, of a link that works at this very moment: its row is held until the reading is written."""
    works = Share.objects.filter(pk=share.pk, revoked_at=None, valid_until__gt=at, paper__hidden_at=None)
    if not works.update(opened=F("opened") + 1):
        raise LookupError(_("Liên kết này không có, đã hết hạn hoặc đã bị thu hồi."))


def _reader(share: Share) -> Reader:
    return Reader(key=f"link:{share.pk}", name="Người có liên kết", by_way_of="link", unit_name=share.note)


def end(share: Share, *, actor: Actor, at: datetime) -> None:
    """The link stops at once; twice is once."""
    if Share.objects.filter(pk=share.pk, revoked_at__isnull=True).update(revoked_at=at):
        _record(share.paper, "share_ended", actor, at)


def _record(paper: Paper, act: str, actor: Actor, at: datetime, **data: int) -> None:
    audit.record(
        subject=f"vault:{paper.store_id}", act=f"vault.{act}", actor=actor.key, actor_name=actor.name,
        data={"paper": str(paper.key), **data}, at=at,
    )  # fmt: skip
