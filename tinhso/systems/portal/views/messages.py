"""What the person was told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.notifications import public as notifications

PAGE = 20


def unread(request: HttpRequest) -> int:
    """How many messages the person has not read; 0 where nobody signed in. Two places of a page ask: counted once."""
    counted: int | None = getattr(request, "unread_messages", None)
    if counted is None:
        account_id = request.actor.account_id  # type: ignore[attr-defined]
        counted = notifications.unread_count(account_id=account_id) if account_id else 0
        request.unread_messages = counted  # type: ignore[attr-defined]
    return counted


@access("signed_in")
@require_GET
def messages(request: AuthenticatedRequest) -> HttpResponse:
    """Messages, newest first; those shown count as read from then on."""
    account_id = request.actor.account_id or 0
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    found = notifications.messages_of(account_id=account_id, after=place, limit=PAGE + 1)
    shown = found[:PAGE]
    if fresh := [message.id for message in shown if message.is_new]:
        notifications.mark_read(account_id=account_id, message_ids=fresh, at=timezone.now())
    context = {
        "found": shown,
        "first": request.path if place else None,
        "following": f"?after={shown[-1].id}" if len(found) > PAGE else None,
    }
    return render(request, "portal/messages.html", context)
