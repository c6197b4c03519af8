"""Signing in by name and password, with the lock after five failures (QCVN 12:2026/BCA)."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from tinhso.foundation.accounts.models import SignInLock
from tinhso.foundation.audit import public as audit

ALLOWED_FAILURES = 5


def tidy_username(username: str) -> str:
    return username.strip().lower()[:150]


def locked_until(username: str, *, at: datetime) -> datetime | None:
    """When the name opens again, or None. Names nobody bears lock too: the answer must not tell which exist."""
    until = SignInLock.objects.filter(username=tidy_username(username)).values_list("locked_until", flat=True).first()
    return until if until is not None and until > at else None


def count_failure(username: str, *, at: datetime) -> datetime | None:
    """One more failure in a row; the fifth locks, and the time until which is returned."""
    name = tidy_username(username)
    until = at + timedelta(hours=settings.SIGN_IN_LOCK_HOURS)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_signinlock AS l (username, failures) VALUES (%(name)s, 1)
            ON CONFLICT (username) DO UPDATE SET
              failures = CASE WHEN l.locked_until <= %(at)s THEN 1 ELSE l.failures + 1 END,
              locked_until = CASE WHEN l.locked_until <= %(at)s THEN NULL
                                  WHEN l.failures + 1 >= %(allowed)s THEN %(until)s ELSE l.locked_until END
            RETURNING locked_until
            """,
            {"name": name, "at": at, "allowed": ALLOWED_FAILURES, "until": until},
        )
        (locked,) = cursor.fetchone()
    if locked is not None:
        audit.record(subject="sign-in", act="lock", actor="job:sign-in", data={"username": name, "until": locked})
    return locked


def clear_failures(username: str) -> None:
    """A good sign-in, or an administrator, opens the name again."""
    SignInLock.objects.filter(username=tidy_username(username)).delete()


class AccountBackend(AuthenticationBackend):
    """allauth's backend, which a locked name does not pass even with the right password."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        username, now = str(credentials.get("username") or ""), timezone.now()
        if not username or locked_until(username, at=now):
            return None
        credentials["username"] = tidy_username(username)
        account = super().authenticate(request, **credentials)
        if account is None:
            count_failure(username, at=now)
        else:
            clear_failures(username)
        return account
