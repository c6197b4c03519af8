"""Reads of the organisation."""

import re
from datetime import date

from django.utils import timezone

from tinhso.foundation.organizations import directory, models
from tinhso.foundation.organizations.directory import CodeSpan
from tinhso.foundation.organizations.records import (
    DelegationView,
    HeldPost,
    Person,
    Place,
    PlaceSuccessor,
    Post,
    PostHolder,
    Unit,
)
from tinhso.lib.vietnamese import fold, split_name


def today() -> date:
    return timezone.localdate()


def get_unit(unit_id: int) -> Unit:
    try:
        return directory.current().units[unit_id]
    except KeyError:
        raise LookupError(f"Không có đơn vị số {unit_id}.") from None


def unit_by_key(key: str) -> Unit:
    known = directory.current()
    try:
        return known.units[known.unit_ids[key]]
    except KeyError:
        raise LookupError(f"Không có đơn vị «{key}».") from None


def units(kind: str | None, under: int | None, on: date | None) -> list[Unit]:
    day = on or today()
    return [
        unit
        for unit in directory.current().units.values()
        if (under is None or under in unit.path) and (kind is None or unit.kind == kind) and unit.is_in_force(day)
    ]


def successor_of(unit_id: int, on: date | None = None) -> Unit:
    """The unit that does the work of this one on a day: itself, or what it was merged into."""
    day, unit, seen = on or today(), get_unit(unit_id), {unit_id}
    while unit.valid_to is not None and unit.valid_to <= day and unit.successor_id is not None:
        unit = get_unit(unit.successor_id)
        if unit.id in seen:
            raise LookupError(f"Chuỗi kế thừa của đơn vị số {unit_id} quay vòng.")
        seen.add(unit.id)
    return unit


def tidy_code(code: str) -> str:
    """As typed by people: spaces around and small letters are forgiven."""
    return re.sub(r"\s+", "", code).upper()


def resolve_code(code: str, on: date | None) -> Unit:
    spans = directory.current().codes.get(tidy_code(code))
    if not spans:
        raise LookupError(f"Không có cơ quan nào mang mã «{code}».")
    day = on or today()
    return successor_of(_span_for(spans, day).unit_id, day)


def _span_for(spans: list[CodeSpan], day: date) -> CodeSpan:
    """Codes may be given out again: the owner that day, else the last one before it, else the first one after."""
    begun = [span for span in spans if span.valid_from <= day]
    for span in begun:
        if span.covers(day):
            return span
    return begun[-1] if begun else spans[0]


def codes_of(unit_id: int) -> list[CodeSpan]:
    found = [span for spans in directory.current().codes.values() for span in spans if span.unit_id == unit_id]
    return sorted(found, key=lambda span: (span.scheme, span.valid_from))


def get_post(post_id: int) -> Post:
    try:
        return directory.current().posts[post_id]
    except KeyError:
        raise LookupError(f"Không có vị trí số {post_id}.") from None


def posts(unit_id: int, role: str | None, on: date | None) -> list[Post]:
    day, known = on or today(), directory.current()
    return [
        post
        for (unit, its_role), ids in known.posts_in.items()
        if unit == unit_id and (role is None or its_role == role)
        for post in (known.posts[i] for i in ids)
        if post.valid_from <= day and (post.valid_to is None or day < post.valid_to)
    ]


def holders(unit_id: int, role: str, on: date | None) -> list[Person]:
    day = on or today()
    return list(directory.current().holders(unit_id, role, day))


def takers(person_id: int, unit_id: int, role: str, on: date | None) -> list[int]:
    return list(directory.current().takers(person_id, unit_id, role, on or today()))


def held_posts(person_id: int, on: date | None) -> tuple[HeldPost, ...]:
    day = on or today()
    return directory.current().held_posts(person_id, day)


def get_person(person_id: int) -> Person:
    try:
        return directory.current().people[person_id]
    except KeyError:
        raise LookupError(f"Không có cán bộ số {person_id}.") from None


def is_absent(person_id: int, on: date | None) -> bool:
    day = on or today()
    return directory.current().is_absent(person_id, day)


def holder_on(post_id: int, on: date) -> PostHolder | None:
    """Who sat in the post that day, under the names of that day; None when it stood empty."""
    post = models.Post.objects.select_related("unit").get(pk=post_id)
    rows = models.Assignment.objects.filter(models.in_force(on), post_id=post_id).select_related("person")
    assignment = rows.first()
    if assignment is None:
        return None
    person = assignment.person
    return PostHolder(Person(person.id, person.name, person.identity_number), post.title, name_on(post.unit, on))


def acting_on(post_id: int, on: date) -> PostHolder | None:
    """Who acted in the post that day: the delegate if there was one, else the holder."""
    rows = models.Delegation.objects.filter(models.in_force(on), post_id=post_id)
    delegation = rows.select_related("to_person", "post__unit").first()
    if delegation is None:
        return holder_on(post_id, on)
    person, post = delegation.to_person, delegation.post
    who = Person(person.id, person.name, person.identity_number)
    return PostHolder(who, post.title, name_on(post.unit, on), acting=True)


def name_on(unit: models.Unit, on: date) -> str:
    former = unit.names.filter(models.in_force(on)).first()
    return former.name if former else unit.name


def _as_place(row: models.Place) -> Place:
    return Place(row.code, row.name, row.kind, row.parent_code, row.valid_from, row.valid_to)


def place(code: str, kind: str, on: date | None) -> Place:
    """The place that carries the code that day, else the last that carried it before."""
    day, rows = on or today(), models.Place.objects.filter(code=code, kind=kind).order_by("valid_from")
    begun = [row for row in rows if row.valid_from <= day]
    if not begun:
        raise LookupError(f"Không có địa bàn mang mã «{code}».")
    return _as_place(begun[-1])


def places(kind: str, parent_code: str | None, on: date | None) -> list[Place]:
    rows = models.Place.objects.filter(models.in_force(on or today()), kind=kind)
    if parent_code is not None:
        rows = rows.filter(parent_code=parent_code)
    return [_as_place(row) for row in rows.order_by("code")]


def place_successors(code: str, kind: str, as_at: date) -> list[PlaceSuccessor]:
    """What became of the place that carried the code on `as_at`; empty where it still stands."""
    row = models.Place.objects.filter(models.in_force(as_at), code=code, kind=kind).first()
    if row is None:
        raise LookupError(f"Không có địa bàn mang mã «{code}» vào ngày {as_at:%d/%m/%Y}.")
    links = row.successions.select_related("new").order_by("new__code")
    return [PlaceSuccessor(_as_place(link.new), link.share) for link in links]


def find_people(text: str, limit: int) -> list[Person]:
    """By parts of the name, with or without marks, or by the whole identity number."""
    wanted = fold(text).split()
    people = directory.current().people.values()
    found = [p for p in people if text == p.identity_number or (wanted and all(w in fold(p.name) for w in wanted))]
    return sorted(found, key=lambda person: split_name(person.name).sort_key)[:limit]


def delegations(unit_id: int, on: date) -> list[DelegationView]:
    """Delegations of the unit's posts that run that day or later, by first day."""
    rows = models.Delegation.objects.filter(post__unit_id=unit_id, valid_to__gt=on)
    return [
        DelegationView(
            row.pk,
            row.post_id,
            row.post.title,
            row.from_person.name,
            row.to_person.name,
            row.valid_from,
            row.valid_to,
            row.reason,
        )
        for row in rows.select_related("post", "from_person", "to_person").order_by("valid_from", "id")
        if row.valid_to is not None
    ]
