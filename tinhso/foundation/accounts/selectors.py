"""Reads of accounts."""

from datetime import UTC, datetime

from allauth.account.internal.flows.login import get_authentication_records
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.models import Account, SignInLock
from tinhso.foundation.accounts.records import RIGHTS_OF_ROLE, AccountInfo, Actor, LockedSignIn, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.statements import prepared

COLUMNS = ("id", "kind", "name", "identity_number", "assurance", "email", "phone", "person_id")
BY_NUMBER = (
    f"SELECT {', '.join(COLUMNS)} FROM accounts_account WHERE identity_number = %s AND kind = %s ORDER BY id LIMIT 1"  # noqa: S608 (our own columns)
)

NAMES_OF_RIGHTS = {
    Right.RECEIVE: "tiếp nhận và trả kết quả",
    Right.PROCESS: "giải quyết hồ sơ",
    Right.CHECK: "phân công và kiểm tra",
    Right.APPROVE: "phê duyệt",
    Right.NUMBER: "cấp số, đóng dấu",
    Right.READ_DOSSIERS: "xem hồ sơ",
    Right.SEE_FIGURES: "xem số liệu",
    Right.MANAGE_CATALOGUE: "quản lý danh mục thủ tục",
    Right.MANAGE_ORGANIZATION: "quản lý tổ chức",
    Right.MANAGE_CALENDAR: "quản lý lịch làm việc",
    Right.MANAGE_PROCESSES: "quản lý quy trình",
    Right.READ_AUDIT: "xem nhật ký",
    Right.OPERATE: "vận hành hệ thống",
}


def get_account(account_id: int) -> AccountInfo:
    row = Account.objects.filter(pk=account_id).values_list(*COLUMNS).first()
    if row is None:
        raise LookupError(f"Không có tài khoản số {account_id}.")
    return AccountInfo(*row)


def account_by_number(identity_number: str, kind: str) -> AccountInfo | None:
    if not identity_number:
        return None
    found = prepared(BY_NUMBER, [identity_number, kind])
    return AccountInfo(*found[0]) if found else None


def require(actor: Actor, right: Right, unit_path: tuple[int, ...] | None) -> None:
    if actor.has(right, unit_path=unit_path):
        return
    if unit_path and actor.has(right):
        unit = organizations.get_unit(unit_id=unit_path[-1])
        sentence = _("Bạn có quyền %(right)s ở đơn vị mình, nhưng không ở %(unit)s.")
        raise PermissionDenied(sentence % {"right": NAMES_OF_RIGHTS[right], "unit": unit.name})
    raise PermissionDenied(_("Việc này cần quyền %(right)s.") % {"right": NAMES_OF_RIGHTS[right]})


def administers(actor: Actor, right: Right, unit_path: tuple[int, ...] | None) -> bool:
    """Whether the actor manages this unit, or the whole province (no path).

    A post in the province's own offices (no commune above it) reaches the whole province; a post of a commune only that
    commune and what lies under it.
    """
    if actor.system:
        return actor.has(right, unit_path=unit_path) and (unit_path is not None or actor.system_unit_id is None)
    for post in actor.posts:
        if right not in RIGHTS_OF_ROLE.get(post.role, frozenset()):
            continue
        if (unit_path is not None and post.unit_id in unit_path) or _is_of_province(post.unit_path):
            return True
    return False


def _is_of_province(unit_path: tuple[int, ...]) -> bool:
    try:
        kinds = {organizations.get_unit(unit_id=unit_id).kind for unit_id in unit_path}
    except LookupError:
        return False
    return bool(kinds) and "commune" not in kinds


def confirmed_at(request: HttpRequest) -> datetime | None:
    records = get_authentication_records(request, getattr(request, "user", None))
    times = [float(record["at"]) for record in records if record.get("at")]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def locked_sign_ins(at: datetime) -> list[LockedSignIn]:
    rows = SignInLock.objects.filter(locked_until__gt=at).values_list("username", "locked_until")
    locks = {username: until for username, until in rows if until is not None}
    borne = Account.objects.filter(username__in=locks).values_list("username", "name", "person_id")
    found = [LockedSignIn(username, name, person_id, locks[username]) for username, name, person_id in borne]
    return sorted(found, key=lambda lock: (lock.until, lock.username))
