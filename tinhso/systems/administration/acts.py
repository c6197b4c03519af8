"""What an administrator does to a unit or a post: the fields each act asks for, and the one door it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import OrganizationError
from tinhso.lib import identifiers
from tinhso.lib.vietnamese import fold, title_name
from tinhso.systems.administration.forms import Typed
from tinhso.systems.administration.words import KINDS, ROLES


@dataclass(frozen=True, slots=True)
class Field:
    """kind: text | day | choice | person (a name or number of somebody known)."""

    name: str
    label: object
    kind: str = "text"
    hint: object = ""
    required: bool = True
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """needs: `unit`, `post`, `delegation`: whose page it is opened from."""

    slug: str
    label: object
    needs: str
    fields: tuple[Field, ...]
    do: Callable[[Typed, int, Actor, dict[str, date | None], int | None], object]
    kind: str = "main"  # main | danger
    says: object = ""


ON = Field("on", gettext_lazy("Từ ngày"), "day", gettext_lazy("ví dụ 01/12/2026"))
DECISION = Field("decision", gettext_lazy("Quyết định"), hint=gettext_lazy("số, ngày"), required=False)
PERSON = Field("person", gettext_lazy("Người"), "person", gettext_lazy("họ tên hoặc số định danh"))
REASON = Field("reason", gettext_lazy("Lý do"))
FIRST = Field("first", gettext_lazy("Ngày đầu"), "day")
LAST = Field("last", gettext_lazy("Ngày cuối"), "day", gettext_lazy("tính cả ngày này"))
ROLE = Field("role", gettext_lazy("Vai trò"), "choice", options=tuple(list(ROLES.items())[:-1]))
Days = dict[str, date | None]


def _day(days: Days, name: str) -> date:
    """A required day; the page has made sure that it is there."""
    found = days[name]
    if found is None:
        raise OrganizationError(_("Ghi ngày."))
    return found


def _key(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in fold(name)).split())[:80] or "don-vi"


def free_key(name: str) -> str:
    key, number = _key(name), 1
    while True:
        candidate = key if number == 1 else f"{key}-{number}"
        try:
            organizations.unit_by_key(key=candidate)
        except LookupError:
            return candidate
        number += 1


def _rename(typed: Typed, unit_id: int, by: Actor, days: Days, person: int | None) -> None:
    organizations.rename_unit(unit_id=unit_id, name=typed["name"], on=_day(days, "on"), by=by)


def _issue_code(typed: Typed, unit_id: int, by: Actor, days: Days, person: int | None) -> None:
    verdict = identifiers.check("agency_code", typed["code"])
    if not verdict.is_usable or (verdict.parsed or {}).get("scheme") != "current":
        raise OrganizationError(_("«%(code)s» không phải mã cơ quan, ví dụ H53.118.") % {"code": typed["code"][:40]})
    organizations.issue_code(unit_id=unit_id, code=verdict.text, on=_day(days, "on"), by=by)


def _open_unit(typed: Typed, unit_id: int, by: Actor, days: Days, person: int | None) -> None:
    organizations.open_unit(
        key=free_key(typed["name"]),
        name=typed["name"],
        kind=typed["kind"],
        parent_id=unit_id,
        on=_day(days, "on"),
        by=by,
        place_code=organizations.get_unit(unit_id=unit_id).place_code,
    )


def _open_post(typed: Typed, unit_id: int, by: Actor, days: Days, person: int | None) -> None:
    unit = organizations.get_unit(unit_id=unit_id)
    number = len(organizations.posts(unit_id=unit_id)) + 1
    key = f"{unit.key}/{typed['role']}-{number}-{_day(days, 'on'):%y%m%d}"
    organizations.open_post(
        key=key, unit_id=unit_id, role=typed["role"], title=typed["title"], on=_day(days, "on"), by=by, order=number
    )


def _appoint(typed: Typed, post_id: int, by: Actor, days: Days, person: int | None) -> None:
    if person is None:
        raise OrganizationError(_("Chọn người."))
    organizations.appoint(post_id=post_id, person_id=person, on=_day(days, "on"), by=by, decision=typed["decision"])


def _appoint_new(typed: Typed, post_id: int, by: Actor, days: Days, person: int | None) -> None:
    number = typed["identity_number"]
    details = {}
    if number:
        verdict = identifiers.check("personal_id", number)
        if not verdict.is_usable or (verdict.parsed or {}).get("scheme") != "personal_id":
            raise OrganizationError(_("Số định danh gồm 12 chữ số, ví dụ 072198000123."))
        details["identity_number"] = verdict.text
    new = organizations.add_person(name=title_name(typed["name"]), by=by, **details)
    organizations.appoint(post_id=post_id, person_id=new, on=_day(days, "on"), by=by, decision=typed["decision"])


def _relieve(typed: Typed, post_id: int, by: Actor, days: Days, person: int | None) -> None:
    organizations.relieve(post_id=post_id, on=_day(days, "on"), by=by, decision=typed["decision"])


def _close_post(typed: Typed, post_id: int, by: Actor, days: Days, person: int | None) -> None:
    organizations.close_post(post_id=post_id, on=_day(days, "on"), by=by)


def _delegate(typed: Typed, post_id: int, by: Actor, days: Days, person: int | None) -> None:
    if person is None:
        raise OrganizationError(_("Chọn người."))
    first, last = _day(days, "first"), _day(days, "last")
    if last < first:
        raise OrganizationError(_("Ngày cuối không được trước ngày đầu."))
    organizations.delegate(
        post_id=post_id, to_person_id=person, first_day=first, last_day=last, reason=typed["reason"], by=by
    )


def _absence(typed: Typed, post_id: int, by: Actor, days: Days, person: int | None) -> None:
    first, last = _day(days, "first"), _day(days, "last")
    if last < first:
        raise OrganizationError(_("Ngày cuối không được trước ngày đầu."))
    holder = organizations.holder_on(post_id=post_id, on=first)
    if holder is None:
        raise OrganizationError(_("Ngày đó chức vụ không có người giữ."))
    organizations.record_absence(
        person_id=holder.person.id, first_day=first, last_day=last, reason=typed["reason"], by=by
    )


def _revoke(typed: Typed, delegation_id: int, by: Actor, days: Days, person: int | None) -> None:
    organizations.revoke_delegation(delegation_id=delegation_id, on=_day(days, "on"), by=by)


NAME = Field("name", gettext_lazy("Tên"))
ALL: dict[str, Act] = {
    act.slug: act
    for act in (
        Act("name", gettext_lazy("Đổi tên"), "unit", (NAME, ON), _rename),
        Act(
            "code",
            gettext_lazy("Cấp mã mới"),
            "unit",
            (Field("code", gettext_lazy("Mã định danh"), hint=gettext_lazy("ví dụ H53.118")), ON),
            _issue_code,
            says=gettext_lazy("Mã cũ vẫn tra được và trỏ về đơn vị này."),
        ),
        Act(
            "part",
            gettext_lazy("Thêm đơn vị trực thuộc"),
            "unit",
            (NAME, Field("kind", gettext_lazy("Loại"), "choice", options=tuple(KINDS.items())), ON),
            _open_unit,
        ),
        Act(
            "post",
            gettext_lazy("Thêm chức vụ"),
            "unit",
            (Field("title", gettext_lazy("Tên chức vụ")), ROLE, ON),
            _open_post,
        ),
        Act("appointment", gettext_lazy("Bổ nhiệm"), "post", (PERSON, ON, DECISION), _appoint),
        Act(
            "newcomer",
            gettext_lazy("Bổ nhiệm người mới"),
            "post",
            (
                Field("name", gettext_lazy("Họ và tên")),
                Field("identity_number", gettext_lazy("Số định danh"), required=False),
                ON,
                DECISION,
            ),
            _appoint_new,
        ),
        Act(
            "relief",
            gettext_lazy("Thôi giữ chức vụ"),
            "post",
            (ON, DECISION),
            _relieve,
            "danger",
            gettext_lazy("Việc đang mở chuyển cho người khác cùng vai trò; chức vụ đứng trống đến khi bổ nhiệm."),
        ),
        Act(
            "delegation",
            gettext_lazy("Uỷ quyền"),
            "post",
            (PERSON, FIRST, LAST, REASON),
            _delegate,
            says=gettext_lazy("Người được uỷ quyền thấy và làm việc của chức vụ này trong những ngày đó."),
        ),
        Act("absence", gettext_lazy("Báo nghỉ phép"), "post", (FIRST, LAST, REASON), _absence),
        Act("closure", gettext_lazy("Bãi bỏ chức vụ"), "post", (ON,), _close_post, "danger"),
        Act("revocation", gettext_lazy("Thôi uỷ quyền"), "delegation", (ON,), _revoke, "danger"),
    )
}
