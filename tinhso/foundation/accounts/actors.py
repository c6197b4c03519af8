"""From a session or a key to the actor of a request."""

from django.contrib.auth import get_user_model
from django.http import HttpRequest

from tinhso.foundation.accounts import system_keys
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.records import ANONYMOUS, Actor, Right
from tinhso.foundation.organizations import public as organizations


def actor_of(request: HttpRequest) -> Actor:
    """Who makes this request: a system by its key, else the signed-in account, else nobody.

    A locked session (nobody at the keyboard for too long) is nobody.
    """
    key = system_keys.presented(request)
    if key is not None:
        row = system_keys.check(key, request)
        return Actor(
            account_id=None,
            kind="system",
            name=row.name,
            system=row.system,
            system_rights=frozenset(Right(right) for right in row.rights),
            system_unit_id=row.unit_id,
        )
    account = request.user
    if not isinstance(account, Account) or request.session.get("locked"):
        return ANONYMOUS
    return actor_for(account)


def actor_for(account: Account) -> Actor:
    """The posts come from the organisation in memory: no query."""
    posts = organizations.held_posts(person_id=account.person_id) if account.person_id else ()
    return Actor(
        account_id=account.pk,
        kind=account.kind,
        name=account.name,
        identity_number=account.identity_number,
        assurance=account.assurance,
        person_id=account.person_id,
        posts=posts,
    )


def actor_of_account(account_id: int) -> Actor:
    account = get_user_model().objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise LookupError(f"Không có tài khoản số {account_id} đang dùng.")
    return actor_for(account)


def actor_of_job(name: str) -> Actor:
    return Actor(account_id=None, kind="job", name="Hệ thống", system=name)
