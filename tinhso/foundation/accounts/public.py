"""The door of accounts (tài khoản): who acts, what they may do, and how a view says who may enter."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.http import HttpRequest

from tinhso.foundation.accounts import actors, demo, selectors, services
from tinhso.foundation.accounts.access import Access, StepUpRequiredError, access
from tinhso.foundation.accounts.records import (
    ANONYMOUS,
    RIGHTS_OF_ROLE,
    AccountInfo,
    Actor,
    DemoSignIn,
    LockedSignIn,
    Right,
)
from tinhso.foundation.organizations.public import Role

__all__ = [
    "ANONYMOUS",
    "RIGHTS_OF_ROLE",
    "Access",
    "AccountInfo",
    "Actor",
    "AuthenticatedRequest",
    "DemoSignIn",
    "LockedSignIn",
    "Right",
    "Role",
    "StepUpRequiredError",
    "access",
    "account_by_number",
    "actor_of_account",
    "actor_of_job",
    "administers",
    "confirmed_at",
    "demo_sign_ins",
    "get_account",
    "issue_system_key",
    "load_demo_accounts",
    "locked_sign_ins",
    "note_reading",
    "require",
    "revoke_system_key",
    "unlock_sign_in",
]


class AuthenticatedRequest(HttpRequest):
    """A request after the middleware: `request.actor` is set on every request (ANONYMOUS where nobody signed in)."""

    actor: Actor


def actor_of_account(*, account_id: int) -> Actor:
    """The actor of an account now, with the posts it holds today. Raises LookupError."""
    return actors.actor_of_account(account_id)


def actor_of_job(*, name: str) -> Actor:
    """The actor of background work (`job:<name>` in the trail); it holds no rights: services that need none take it."""
    return actors.actor_of_job(name)


def get_account(*, account_id: int) -> AccountInfo:
    """Name, kind, number, ways to reach the owner. Raises LookupError."""
    return selectors.get_account(account_id)


def account_by_number(*, identity_number: str, kind: str = "citizen") -> AccountInfo | None:
    """The account of a person (`citizen`) or organisation (`business`) by its number; None when there is none."""
    return selectors.account_by_number(identity_number, kind)


def confirmed_at(*, request: HttpRequest) -> datetime | None:
    """When whoever sits there last showed who they are in this session (password, second factor, passkey).

    What uses a person's own key asks for it to be a moment ago; `account_reauthenticate` asks again.
    """
    return selectors.confirmed_at(request)


def require(actor: Actor, right: Right, *, unit_path: tuple[int, ...] | None = None) -> None:
    """Raise PermissionDenied with a Vietnamese sentence unless the actor holds the right over the unit."""
    selectors.require(actor, right, unit_path)


def administers(actor: Actor, right: Right, *, unit_path: tuple[int, ...] | None = None) -> bool:
    """Whether the actor manages this unit, or the whole province where no path is given.

    A post in an office of the province reaches everything; one of a commune its commune and what lies under it.
    """
    return selectors.administers(actor, right, unit_path)


def note_reading(actor: Actor, *, owner: str, what: str, purpose: str, subject: str) -> None:
    """Put «who looked» on the owner's page when an official or a system reads personal data; looking at one's own
    is not noted. `owner` is the identity number, `subject` a dossier code."""
    services.note_reading(actor, owner=owner, what=what, purpose=purpose, subject=subject)


def issue_system_key(
    *,
    name: str,
    system: str,
    rights: Iterable[Right],
    unit_id: int | None = None,
    networks: Iterable[str] = (),
    per_minute: int = 600,
    valid_to: datetime | None = None,
    by: Actor,
) -> str:
    """Make a key for another system; the text returned is shown once and kept only as a digest. Raises ValueError."""
    return services.issue_system_key(
        name=name,
        system=system,
        rights=tuple(rights),
        unit_id=unit_id,
        networks=tuple(networks),
        per_minute=per_minute,
        valid_to=valid_to,
        by=by,
    )


def revoke_system_key(*, system: str, by: Actor) -> None:
    """The key stops working at once. Raises LookupError."""
    services.revoke_system_key(system=system, by=by)


def load_demo_accounts(rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Make or refresh the demo accounts: username, name, kind, identity_number, assurance, person, role_label.

    Repeatable; returns counts `created`, `updated`, `unchanged`.
    """
    return demo.load_demo_accounts(rows)


def demo_sign_ins() -> list[DemoSignIn]:
    """The table `make up` prints; empty where no demo accounts were loaded."""
    return demo.demo_sign_ins()


def locked_sign_ins(*, at: datetime) -> list[LockedSignIn]:
    """Accounts whose name is locked after five failures, the next to open first."""
    return selectors.locked_sign_ins(at)


def unlock_sign_in(*, username: str, by: Actor, at: datetime) -> None:
    """Open a locked name before its time (mở khoá); written to the trail. Raises LookupError when it is not locked."""
    services.unlock_sign_in(username, by, at)
