"""Accounts and actors for tests."""

from itertools import count
from typing import Any

from tinhso.foundation.accounts import actors
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.records import Actor, Right
from tinhso.foundation.organizations.models import Unit
from tinhso.foundation.organizations.tests.factories import make_official, make_unit

PASSWORD = "Mot-mat-khau.1"
_next = count(1)


def make_account(kind: str = "citizen", **fields: Any) -> Account:
    number = next(_next)
    values = {"username": f"nguoi{number}", "name": "Nguyễn Thị Mẫu", "assurance": 2, **fields}
    if kind == "citizen":
        values.setdefault("identity_number", f"0721980{number:05d}")
    if kind == "business":
        values.setdefault("identity_number", f"31{number:08d}")
    return Account.objects.create_user(kind=kind, password=PASSWORD, **values)


def make_officer(role: str = "specialist", unit: Unit | None = None, **fields: Any) -> Account:
    """An official's account with one post of the role (in a new unit unless one is given)."""
    name = fields.pop("name", "Trần Văn Mẫu")
    person = make_official(unit or make_unit(), role, name)
    return make_account("official", person=person, name=name, **fields)


def actor(account: Account) -> Actor:
    return actors.actor_for(account)


def make_system_actor(*rights: Right, unit_id: int | None = None) -> Actor:
    return Actor(
        account_id=None,
        kind="system",
        name="Hệ thống mẫu",
        system="mau",
        system_rights=frozenset(rights),
        system_unit_id=unit_id,
    )
