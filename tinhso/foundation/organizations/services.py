"""What is done to the organisation, each act with its name in the trail. The caller opens the transaction."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Protocol

from django.db import IntegrityError, transaction
from django.db.models import Q

from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations import models
from tinhso.foundation.organizations.events import PostsChanged
from tinhso.foundation.outbox import public as outbox


class Doer(Protocol):
    """Who does it: an `accounts.Actor`, or anything with its key and name."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...


class OrganizationError(ValueError):
    """It cannot be done; the sentence says why, in Vietnamese."""


OVERLAPS = {
    "one_person_in_a_post": "Vị trí này đã có người giữ trong những ngày đó.",
    "one_delegate_of_a_post": "Vị trí này đã được uỷ quyền cho người khác trong những ngày đó.",
    "one_absence_at_a_time": "Những ngày đó đã được báo nghỉ.",
    "code_names_one_unit": "Mã này đã là mã của một đơn vị khác trong những ngày đó.",
    "unit_has_one_code": "Đơn vị đã có mã trong những ngày đó.",
    "organizations_unit_key_key": "Khoá này đã có đơn vị khác dùng.",
    "organizations_post_key_key": "Khoá này đã có vị trí khác dùng.",
    "ends_after_start": "Ngày kết thúc phải sau ngày bắt đầu.",
    "delegation_to_another": "Không thể uỷ quyền cho chính mình.",
}


def guarded(write: Callable[[], Any]) -> Any:
    """Write, and turn the database's refusal into its sentence."""
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        sentence = next((text for name, text in OVERLAPS.items() if name in str(error)), "")
        if not sentence:
            raise
        raise OrganizationError(sentence) from error


def note(by: Doer, subject: str, act: str, **data: object) -> None:
    audit.record(subject=subject, act=act, actor=by.key, actor_name=by.name, data=data)


def tell(on: date, *unit_ids: int) -> None:
    """Others must give the open work of these units to whoever acts there now."""
    if unit_ids:
        outbox.publish(PostsChanged(key="posts", units=tuple(dict.fromkeys(unit_ids)), on=on.isoformat()))


def units_of(person_id: int, on: date) -> list[int]:
    """Units in which the person sits in a post that day, or acts in one."""
    posts = models.Post.objects.filter(
        Q(pk__in=models.Assignment.objects.filter(models.in_force(on), person_id=person_id).values("post"))
        | Q(pk__in=models.Delegation.objects.filter(models.in_force(on), to_person_id=person_id).values("post"))
    )
    return sorted(set(posts.values_list("unit_id", flat=True)))


def open_unit(
    *, key: str, name: str, kind: str, parent_id: int | None, on: date, by: Doer, place_code: str = "", order: int = 0
) -> models.Unit:
    unit = models.Unit(
        key=key, name=name, kind=kind, parent_id=parent_id, place_code=place_code, order=order, valid_from=on
    )
    guarded(unit.save)
    above = models.Unit.objects.get(pk=parent_id).path if parent_id else []
    unit.path = [*above, unit.pk]
    unit.save(update_fields=["path"])
    note(by, f"unit:{unit.pk}", "open_unit", name=name, kind=kind, parent=parent_id, on=on)
    return unit


def rename_unit(*, unit_id: int, name: str, on: date, by: Doer) -> None:
    """The old name stays with the days it was carried."""
    unit = models.Unit.objects.select_for_update().get(pk=unit_id)
    if unit.name == name:
        return
    last = unit.names.order_by("-valid_from").first()
    start = last.valid_to if last and last.valid_to else unit.valid_from
    if on <= start:
        raise OrganizationError(f"Tên mới phải có hiệu lực sau ngày {start:%d/%m/%Y}.")
    models.UnitName.objects.create(unit=unit, name=unit.name, valid_from=start, valid_to=on)
    note(by, f"unit:{unit_id}", "rename_unit", old=unit.name, new=name, on=on)
    unit.name = name
    unit.save(update_fields=["name"])


def issue_code(*, unit_id: int, code: str, on: date, by: Doer, scheme: str = "qd20") -> models.AgencyCode:
    """A new code from a day on; the code before it, if any, ends and points to it."""
    before = models.AgencyCode.objects.filter(models.in_force(on), unit_id=unit_id, scheme=scheme).first()
    if before is not None and before.code == code:
        return before
    if before is not None:
        before.valid_to = on
        before.save(update_fields=["valid_to"])
    row = models.AgencyCode(unit_id=unit_id, scheme=scheme, code=code, valid_from=on)
    guarded(row.save)
    if before is not None:
        before.successor = row
        before.save(update_fields=["successor"])
    note(by, f"unit:{unit_id}", "issue_code", scheme=scheme, code=code, before=before.code if before else "", on=on)
    return row


def open_post(*, key: str, unit_id: int, role: str, title: str, on: date, by: Doer, order: int = 0) -> models.Post:
    post = models.Post(key=key, unit_id=unit_id, role=role, title=title, valid_from=on, order=order)
    guarded(post.save)
    note(by, f"unit:{unit_id}", "open_post", post=post.pk, role=role, title=title, on=on)
    return post


def close_post(*, post_id: int, on: date, by: Doer) -> None:
    """The seat ends, and whoever sits in it leaves it that day."""
    post = models.Post.objects.get(pk=post_id)
    if on <= post.valid_from:
        raise OrganizationError(OVERLAPS["ends_after_start"])
    post.valid_to = on
    post.save(update_fields=["valid_to"])
    _end(models.Assignment, on, post_id=post_id)
    _end(models.Delegation, on, post_id=post_id)
    note(by, f"unit:{post.unit_id}", "close_post", post=post_id, on=on)
    tell(on, post.unit_id)


def _end(model: type[models.Dated], on: date, **which: object) -> None:
    """End what is in force, drop what has not begun."""
    rows = model.objects.filter(**which)
    rows.filter(models.in_force(on)).update(valid_to=on)
    rows.filter(valid_from__gt=on).delete()


def add_person(*, name: str, by: Doer, key: str | None = None, **details: str) -> models.Person:
    person = models.Person(key=key, name=name, **details)
    guarded(person.save)
    note(by, f"person:{person.pk}", "add_person", name=name)
    return person


def appoint(*, post_id: int, person_id: int, on: date, by: Doer, decision: str = "", until: date | None = None) -> None:
    """The person sits in the post from that day; whoever sat there leaves it."""
    post = models.Post.objects.select_for_update().get(pk=post_id)
    if not (post.valid_from <= on and (post.valid_to is None or on < post.valid_to)):
        raise OrganizationError("Vị trí này không còn hoặc chưa có hiệu lực vào ngày đó.")
    before = models.Assignment.objects.filter(models.in_force(on), post_id=post_id).first()
    if before is not None and before.person_id == person_id:
        return
    if before is not None:
        before.valid_to = on
        guarded(before.save)
    row = models.Assignment(post_id=post_id, person_id=person_id, valid_from=on, valid_to=until, decision=decision)
    guarded(row.save)
    left = before.person_id if before else None
    note(by, f"unit:{post.unit_id}", "appoint", post=post_id, person=person_id, left=left, on=on, decision=decision)
    tell(on, post.unit_id)


def relieve(*, post_id: int, on: date, by: Doer, decision: str = "") -> None:
    """The post stands empty from that day."""
    post = models.Post.objects.get(pk=post_id)
    _end(models.Assignment, on, post_id=post_id)
    note(by, f"unit:{post.unit_id}", "relieve", post=post_id, on=on, decision=decision)
    tell(on, post.unit_id)


def delegate(
    *, post_id: int, to_person_id: int, first_day: date, last_day: date, reason: str, by: Doer
) -> models.Delegation:
    """The holder of the post lets another act in it, both days included."""
    holder = models.Assignment.objects.filter(models.in_force(first_day), post_id=post_id).first()
    if holder is None:
        raise OrganizationError("Vị trí này không có người giữ vào ngày đó, nên không có ai uỷ quyền.")
    row = models.Delegation(
        post_id=post_id,
        from_person_id=holder.person_id,
        to_person_id=to_person_id,
        valid_from=first_day,
        valid_to=last_day + timedelta(days=1),
        reason=reason,
    )
    guarded(row.save)
    note(by, f"post:{post_id}", "delegate", to=to_person_id, first_day=first_day, last_day=last_day, reason=reason)
    tell(first_day, row.post.unit_id)
    return row


def revoke_delegation(*, delegation_id: int, on: date, by: Doer) -> None:
    row = models.Delegation.objects.get(pk=delegation_id)
    row.valid_to = max(on, row.valid_from)
    row.save(update_fields=["valid_to"])
    note(by, f"post:{row.post_id}", "revoke_delegation", to=row.to_person_id, on=on)
    tell(on, row.post.unit_id)


def record_absence(*, person_id: int, first_day: date, last_day: date, reason: str, by: Doer) -> models.Absence:
    """The person takes no work on these days, both included."""
    row = models.Absence(
        person_id=person_id, valid_from=first_day, valid_to=last_day + timedelta(days=1), reason=reason
    )
    guarded(row.save)
    note(by, f"person:{person_id}", "record_absence", first_day=first_day, last_day=last_day, reason=reason)
    tell(first_day, *units_of(person_id, first_day))
    return row


def end_absence(*, absence_id: int, on: date, by: Doer) -> None:
    """Back earlier."""
    row = models.Absence.objects.get(pk=absence_id)
    row.valid_to = max(on, row.valid_from)
    row.save(update_fields=["valid_to"])
    note(by, f"person:{row.person_id}", "end_absence", on=on)
    tell(on, *units_of(row.person_id, on))
