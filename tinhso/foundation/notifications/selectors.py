"""A person's in-app inbox, and the log of what was sent."""

from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.notifications.models import Delivery, Message

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as its owner sees it."""

    id: int
    title: str
    body: str  # with the details that are read only after signing in
    subject: str  # dossier code, or nothing
    at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class SendingView:
    """What became of a message on one channel."""

    channel: str
    address: str
    state: str
    attempts: int
    sent_at: datetime | None
    proof: str
    error: str


def messages_of(*, account_id: int, after: int | None, limit: int) -> list[MessageView]:
    rows = Message.objects.filter(account_id=account_id)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [
        MessageView(
            row.id,
            row.title,
            f"{row.body}\n\n{row.details}".strip(),
            row.subject,
            row.created_at,
            row.read_at is None,
        )
        for row in rows.order_by("-id")[:limit]
    ]


def unread_count(*, account_id: int) -> int:
    return Message.objects.filter(account_id=account_id, read_at=None)[:MOST_COUNTED].count()


def sendings_of(*, subject: str) -> list[SendingView]:
    rows = Delivery.objects.filter(message__subject=subject).order_by("id")
    return [SendingView(d.channel, d.address, d.state, d.attempts, d.sent_at, d.proof, d.error) for d in rows]
