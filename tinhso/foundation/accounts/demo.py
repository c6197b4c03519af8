"""The demo accounts of a pack: one for each kind of person, all with one password."""

import secrets
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import Q

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.records import DemoSignIn
from tinhso.foundation.organizations.models import Person

FIELDS = ("name", "kind", "identity_number", "assurance", "person_id", "demo_label", "email", "phone")


def demo_password() -> str:
    """One password for all demo accounts, made once per state folder, so that no two provinces share it."""
    path = settings.VAR / "demo-password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Tinh-So.{secrets.token_hex(2)}9A", encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()


def load_demo_accounts(rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    password = demo_password()
    encoded = ""
    for row in rows:
        values = _values(row)
        account = Account.objects.filter(username=row["username"]).first()
        if account is None:
            encoded = encoded or _encode(password)
            Account.objects.create(username=row["username"], password=encoded, **values)
            counts["created"] += 1
        elif any(getattr(account, field) != values[field] for field in FIELDS):
            Account.objects.filter(pk=account.pk).update(**values)
            counts["updated"] += 1
        else:
            counts["unchanged"] += 1
    return counts


def _encode(password: str) -> str:
    account = Account()
    account.set_password(password)
    return account.password


def _values(row: Mapping[str, str]) -> dict[str, object]:
    key = row.get("person", "")
    person = Person.objects.filter(key=key).first() if key else None
    if key and person is None:
        raise LookupError(f"Tài khoản «{row['username']}» gắn với cán bộ «{key}» không có trong gói.")
    return {
        "name": row["name"] or (person.name if person else row["username"]),
        "kind": row.get("kind") or "official",
        "identity_number": row.get("identity_number", ""),
        "assurance": int(row.get("assurance") or 2),
        "person_id": person.pk if person else None,
        "demo_label": row.get("role_label", ""),
        "email": row.get("email", ""),
        "phone": row.get("phone", ""),
    }


def demo_sign_ins() -> list[DemoSignIn]:
    rows = Account.objects.filter(~Q(demo_label=""), is_active=True).order_by("pk")
    if not rows:
        return []
    password = demo_password()
    return [DemoSignIn(row.username, password, row.demo_label, row.name) for row in rows]
