"""Units, posts and people for tests."""

from datetime import date
from itertools import count

from tinhso.foundation.organizations import models

START = date(2020, 1, 1)
_next = count(1)


def make_unit(name: str = "UBND phường Mẫu", parent: models.Unit | None = None, **fields: object) -> models.Unit:
    number = next(_next)
    values = {"key": f"unit-{number}", "kind": "commune", "valid_from": START, **fields}
    unit = models.Unit.objects.create(name=name, parent=parent, **values)
    unit.path = [*(parent.path if parent else []), unit.id]
    unit.save()
    return unit


def make_code(unit: models.Unit, code: str, **fields: object) -> models.AgencyCode:
    return models.AgencyCode.objects.create(unit=unit, code=code, **{"valid_from": START, **fields})


def make_post(unit: models.Unit, role: str = "specialist", **fields: object) -> models.Post:
    values = {"key": f"post-{next(_next)}", "title": "Chuyên viên", "valid_from": START, **fields}
    return models.Post.objects.create(unit=unit, role=role, **values)


def make_person(name: str = "Người Mẫu", **fields: object) -> models.Person:
    return models.Person.objects.create(name=name, **{"key": f"person-{next(_next)}", **fields})


def make_assignment(person: models.Person, post: models.Post, **fields: object) -> models.Assignment:
    return models.Assignment.objects.create(person=person, post=post, **{"valid_from": START, **fields})


def make_official(unit: models.Unit, role: str = "specialist", name: str = "Người Mẫu") -> models.Person:
    """A person who sits in a new post of the unit."""
    person = make_person(name)
    make_assignment(person, make_post(unit, role))
    return person
