"""The lock of an unattended session: after some minutes without a request the password is asked again.

What was being sent when the lock fell is kept in the session and can be sent on after unlocking.
"""

from django.conf import settings
from django.http import HttpRequest, QueryDict

from tinhso.foundation.accounts.models import Account

NOTE_EVERY_SECONDS = 60
KEPT_BYTES = 100_000
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def limit_seconds(kind: str) -> int:
    return settings.IDLE_LOCK_MINUTES.get(kind, settings.IDLE_LOCK_MINUTES["citizen"]) * 60


def watch(request: HttpRequest, *, now: float) -> None:
    """Note that somebody is there, or lock the session. A clock set back locks nobody."""
    account = request.user
    if not isinstance(account, Account):
        return
    seen = request.session.get("seen_at")
    if request.session.get("locked"):
        return
    if seen is not None and now - seen > limit_seconds(account.kind):
        request.session["locked"] = True
        keep_what_was_sent(request)
    elif seen is None or abs(now - seen) > NOTE_EVERY_SECONDS:
        request.session["seen_at"] = now


def keep_what_was_sent(request: HttpRequest) -> None:
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.method != "POST" or size > KEPT_BYTES or request.content_type not in FORMS:
        return
    request.session["kept"] = {"path": request.get_full_path(), "body": request.POST.urlencode()}


def unlock(request: HttpRequest, *, now: float) -> None:
    request.session.pop("locked", None)
    request.session["seen_at"] = now


def take_kept(request: HttpRequest) -> tuple[str, list[tuple[str, str]]] | None:
    """What was being sent when the lock fell, once: (address, fields without the old CSRF mark)."""
    kept = request.session.pop("kept", None)
    if kept is None:
        return None
    fields = QueryDict(kept["body"])
    pairs = [(k, v) for k, values in fields.lists() for v in values if k != "csrfmiddlewaretoken"]
    return kept["path"], [(name, str(value)) for name, value in pairs]
