"""The organisation in memory: a question on a hot path costs microseconds, not a round trip.

It holds every unit, code, post and person with all their days, so that any day can be asked about. A province of 2,000
units and 20,000 posts is read in a fraction of a second, and only when something changed or a new day began.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from tinhso.foundation.organizations import models
from tinhso.foundation.organizations.records import HeldPost, Person, Post, Unit
from tinhso.foundation.organizations.revision import Kept


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody in a post, or away, from one day up to another."""

    person_id: int
    valid_from: date
    valid_to: date | None
    from_person_id: int | None = None

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class CodeSpan:
    unit_id: int
    scheme: str
    code: str
    valid_from: date
    valid_to: date | None
    successor_code: str | None

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(slots=True)
class Directory:
    """One state of the organisation."""

    day: date  # of the codes in force shown with the units
    units: dict[int, Unit] = field(default_factory=dict)
    unit_ids: dict[str, int] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, list[CodeSpan]] = field(default_factory=lambda: defaultdict(list))
    posts: dict[int, Post] = field(default_factory=dict)
    posts_in: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, Person] = field(default_factory=dict)
    assignments: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    delegations: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    absences: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    posts_of: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    remembered_holders: dict[tuple[int, str, date], list[Person]] = field(default_factory=dict)
    remembered_posts: dict[tuple[int, date], tuple[HeldPost, ...]] = field(default_factory=dict)

    def is_absent(self, person_id: int, on: date) -> bool:
        return any(span.covers(on) for span in self.absences.get(person_id, ()))

    def holders(self, unit_id: int, role: str, on: date) -> list[Person]:
        asked = (unit_id, role, on)
        if asked not in self.remembered_holders:
            self.remembered_holders[asked] = list(self._find_holders(unit_id, role, on))
        return self.remembered_holders[asked]

    def _find_holders(self, unit_id: int, role: str, on: date) -> Iterable[Person]:
        seen: set[int] = set()
        for post_id in self.posts_in.get((unit_id, role), ()):
            if not _is_in_force(self.posts[post_id], on):
                continue
            for person_id in self.acting_in(post_id, on):
                if person_id not in seen:
                    seen.add(person_id)
                    yield self.people[person_id]

    def acting_in(self, post_id: int, on: date) -> list[int]:
        """Whom the work of a post reaches that day: the delegate, else who sits in it; nobody who is away."""
        for spans in (self.delegations.get(post_id, ()), self.assignments.get(post_id, ())):
            here = [s.person_id for s in spans if s.covers(on) and not self.is_absent(s.person_id, on)]
            if here:
                return here
        return []

    def takers(self, person_id: int, unit_id: int, role: str, on: date) -> Iterable[int]:
        for post_id in self.posts_in.get((unit_id, role), ()):
            spans = (*self.assignments.get(post_id, ()), *self.delegations.get(post_id, ()))
            if _is_in_force(self.posts[post_id], on) and any(s.person_id == person_id for s in spans):
                yield from self.acting_in(post_id, on)

    def held_posts(self, person_id: int, on: date) -> tuple[HeldPost, ...]:
        asked = (person_id, on)
        if asked not in self.remembered_posts:
            self.remembered_posts[asked] = tuple(self._find_held_posts(person_id, on))
        return self.remembered_posts[asked]

    def _find_held_posts(self, person_id: int, on: date) -> Iterable[HeldPost]:
        for post_id in sorted(self.posts_of.get(person_id, ())):
            post = self.posts[post_id]
            if not _is_in_force(post, on):
                continue
            if any(s.person_id == person_id and s.covers(on) for s in self.assignments.get(post_id, ())):
                yield self._held(post, None)
                continue
            for span in self.delegations.get(post_id, ()):
                if span.person_id == person_id and span.covers(on) and span.from_person_id is not None:
                    yield self._held(post, self.people[span.from_person_id].name)

    def _held(self, post: Post, delegated_by: str | None) -> HeldPost:
        unit = self.units[post.unit_id]
        return HeldPost(post.id, unit.id, unit.path, unit.name, post.role, post.title, delegated_by)


def _is_in_force(row: Post | Unit, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on < row.valid_to)


def load() -> Directory:
    """Read the whole organisation."""
    directory = Directory(day=timezone.localdate())
    _load_codes(directory)
    _load_units(directory)
    _load_posts(directory)
    directory.people = {
        row[0]: Person(*row) for row in models.Person.objects.values_list("id", "name", "identity_number")
    }
    _load_spans(directory)
    return directory


def _load_codes(directory: Directory) -> None:
    rows = models.AgencyCode.objects.order_by("valid_from", "id").values_list(
        "unit_id", "scheme", "code", "valid_from", "valid_to", "successor__code"
    )
    for row in rows:
        directory.codes[row[2]].append(CodeSpan(*row))


def _load_units(directory: Directory) -> None:
    in_force: dict[int, str] = {}
    for spans in directory.codes.values():
        for span in spans:
            if span.scheme == models.AgencyCode.Scheme.QD20 and span.covers(directory.day):
                in_force.setdefault(span.unit_id, span.code)
    rows = models.Unit.objects.order_by("order", "id").values_list(
        "id", "key", "name", "kind", "parent_id", "path", "place_code", "valid_from", "valid_to", "successor_id"
    )
    for id_, key, name, kind, parent, path, place, start, end, successor in rows:
        code = in_force.get(id_, "")
        directory.units[id_] = Unit(id_, key, name, kind, parent, tuple(path), code, place, start, end, successor)
        directory.unit_ids[key] = id_
        if parent is not None:
            directory.children[parent].append(id_)


def _load_posts(directory: Directory) -> None:
    rows = models.Post.objects.order_by("order", "id").values_list(
        "id", "key", "unit_id", "role", "title", "valid_from", "valid_to", "successor_id"
    )
    for row in rows:
        post = Post(*row)
        directory.posts[post.id] = post
        directory.posts_in[post.unit_id, post.role].append(post.id)


def _load_spans(directory: Directory) -> None:
    rows = models.Assignment.objects.order_by("valid_from", "id")
    for post_id, person_id, start, end in rows.values_list("post_id", "person_id", "valid_from", "valid_to"):
        directory.assignments[post_id].append(Span(person_id, start, end))
        directory.posts_of[person_id].add(post_id)
    columns = ("post_id", "to_person_id", "valid_from", "valid_to", "from_person_id")
    for post_id, *span in models.Delegation.objects.order_by("id").values_list(*columns):
        directory.delegations[post_id].append(Span(*span))
        directory.posts_of[span[0]].add(post_id)
    for row in models.Absence.objects.values_list("person_id", "valid_from", "valid_to"):
        directory.absences[row[0]].append(Span(*row))


_kept = Kept(load)


def current() -> Directory:
    """The organisation as it stands, with all its days."""
    return _kept.get()
