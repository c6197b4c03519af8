"""The door of notifications (thông báo): one message, a person's channels in order, a log of delivery."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.notifications import selectors, services
from tinhso.foundation.notifications.channels import Recipient
from tinhso.foundation.notifications.selectors import MessageView, SendingView

__all__ = ["MessageView", "SendingView", "mark_read", "messages_of", "send", "sendings_of", "unread_count"]


def send(
    *,
    template: str,
    context: Mapping[str, Any],
    subject: str,
    once: str,
    account_id: int | None = None,
    identity_number: str = "",
    email: str = "",
    phone: str = "",
) -> None:
    """Queue a message in the caller's transaction: in-app for the account (found by identity number too), and mail.

    template: a key of the pack (`dossier_received`, file `messages/dossier_received.txt`). subject: a dossier code.
    once: idempotency key; a second send with the same key does nothing. email and phone: where the person asked to be
    told in this matter; else those of the account. A broken template never fails the act: a plain sentence goes out.
    """
    account = _account(account_id, identity_number)
    services.write(
        template=template,
        context=context,
        subject=subject,
        once=once,
        account=account,
        recipient=Recipient(
            name=account.name if account else "",
            email=email or (account.email if account else ""),
            phone=phone or (account.phone if account else ""),
        ),
        at=timezone.now(),
    )


def _account(account_id: int | None, identity_number: str) -> accounts.AccountInfo | None:
    if account_id is not None:
        try:
            return accounts.get_account(account_id=account_id)
        except LookupError:
            return None
    if not identity_number:
        return None
    kind = "citizen" if len(identity_number) == 12 else "business"
    return accounts.account_by_number(identity_number=identity_number, kind=kind)


def messages_of(*, account_id: int, after: int | None = None, limit: int = 20) -> list[MessageView]:
    """Messages to an account, newest first; `after` is the id of the last one of the page before."""
    return selectors.messages_of(account_id=account_id, after=after, limit=limit)


def unread_count(*, account_id: int) -> int:
    """Unread messages, counted up to 100."""
    return selectors.unread_count(account_id=account_id)


def mark_read(*, account_id: int, message_ids: Iterable[int] | None = None, at: datetime | None = None) -> int:
    """Mark these messages (or all) of the account as read; how many were new."""
    return services.mark_read(account_id=account_id, message_ids=message_ids, at=at or timezone.now())


def sendings_of(*, subject: str) -> list[SendingView]:
    """What was sent outside about a dossier, by which channel, with which proof."""
    return selectors.sendings_of(subject=subject)
