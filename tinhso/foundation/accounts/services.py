"""What is done to accounts and keys."""

import ipaddress
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import sign_in, system_keys
from tinhso.foundation.accounts.models import Account, SystemKey
from tinhso.foundation.accounts.records import Actor, Right
from tinhso.foundation.accounts.vneid.client import Identity
from tinhso.foundation.audit import public as audit


def note_reading(actor: Actor, *, owner: str, what: str, purpose: str, subject: str) -> None:
    if not owner or owner == actor.identity_number or not (actor.is_official or actor.system):
        return
    audit.record_reading(
        owner=owner,
        actor=actor.key,
        actor_name=actor.name,
        unit_name=actor.posts[0].unit_name if actor.posts else actor.system,
        what=what,
        purpose=purpose,
        subject=subject,
    )


def issue_system_key(
    *,
    name: str,
    system: str,
    rights: tuple[Right, ...],
    unit_id: int | None,
    networks: tuple[str, ...],
    per_minute: int,
    valid_to: datetime | None,
    by: Actor,
) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,59}", system):
        raise ValueError("Mã hệ thống gồm chữ thường, số và dấu gạch nối, từ 2 đến 60 ký tự.")
    if SystemKey.objects.filter(system=system, revoked_at=None).exists():
        raise ValueError(f"Hệ thống «{system}» đã có khoá; thu hồi khoá cũ trước khi cấp khoá mới.")
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise ValueError(f"«{network}» không phải địa chỉ IP hay dải địa chỉ.") from None
    text, prefix, digest = system_keys.make()
    SystemKey.objects.create(
        name=name,
        system=system,
        prefix=prefix,
        digest=digest,
        rights=[right.value for right in rights],
        unit_id=unit_id,
        networks=list(networks),
        per_minute=per_minute,
        valid_to=valid_to,
    )
    audit.record(
        subject=f"system:{system}",
        act="issue_key",
        actor=by.key,
        actor_name=by.name,
        data={"rights": [right.value for right in rights], "unit": unit_id, "networks": list(networks)},
    )
    return text


def revoke_system_key(*, system: str, by: Actor) -> None:
    changed = SystemKey.objects.filter(system=system, revoked_at=None).update(revoked_at=timezone.now())
    system_keys.forget()
    if not changed:
        raise LookupError(f"Hệ thống «{system}» không có khoá đang dùng.")
    audit.record(subject=f"system:{system}", act="revoke_key", actor=by.key, actor_name=by.name)


def unlock_sign_in(username: str, by: Actor, at: datetime) -> None:
    if sign_in.locked_until(username, at=at) is None:
        raise LookupError(_("Tên đăng nhập «%(name)s» không bị khoá.") % {"name": username[:60]})
    sign_in.clear_failures(username)
    audit.record(
        subject="sign-in", act="unlock", actor=by.key, actor_name=by.name,
        data={"username": sign_in.tidy_username(username)},
    )  # fmt: skip


class AccountClosedError(Exception):
    """The account exists and may not be used."""


def sign_in_identity(identity: Identity) -> Account:
    """The account of whom VNeID vouched for: found by number, made at the first sign-in, kept up to date.

    Raises AccountClosedError.
    """
    told = {"name": identity.name, "assurance": identity.assurance, "tech_id": identity.tech_id}
    account, is_new = Account.objects.get_or_create(
        kind=identity.kind,
        identity_number=identity.number,
        defaults={**told, "username": f"vneid-{uuid.uuid4().hex[:12]}", "password": make_password(None)},
    )
    if not account.is_active:
        raise AccountClosedError("Tài khoản của bạn đã ngừng dùng. Hãy liên hệ bộ phận Một cửa hoặc gọi 1022.")
    changed = {field: value for field, value in told.items() if getattr(account, field) != value}
    if is_new or changed:
        for field, value in changed.items():
            setattr(account, field, value)
        account.save(update_fields=[*changed, "username"])
        act = "sign_up" if is_new else "refresh_identity"
        key = f"account:{account.pk}"
        audit.record(subject=key, act=act, actor=key, actor_name=account.name, data={"fields": sorted(changed)})
    return account


def count_keys(unit_ids: Sequence[int]) -> int:
    """Keys in use that are bound to these units (for the plan of a merger)."""
    return SystemKey.objects.filter(revoked_at=None, unit_id__in=list(unit_ids)).count()


def move_keys(units: Mapping[int, int], posts: Mapping[int, int]) -> int:
    """Keys of merged units go on under the unit that took over."""
    system_keys.forget()
    return sum(SystemKey.objects.filter(unit_id=old).update(unit_id=new) for old, new in units.items())
