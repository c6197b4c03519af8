"""The organisation of a pack: units, agency codes, places, posts, people, assignments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import connection

from tinhso.foundation.organizations import models
from tinhso.systems.administration.packs.ledger import Ledger
from tinhso.systems.administration.packs.reading import Book, Row, unique

BATCH = 1000
UNIT_KINDS = tuple(models.Unit.Kind.values)
ROLES = tuple(models.Post.Role.values)
PLACE_KINDS = tuple(models.Place.Kind.values)
SPAN = ("valid_from", "valid_to")

Values = dict[str, Any]


@dataclass(slots=True)
class Organization:
    """The six tables, read; each row is (line, values)."""

    units: dict[str, Values] = field(default_factory=dict)
    codes: dict[tuple[str, str, date], Values] = field(default_factory=dict)
    places: dict[tuple[str, str, date], Values] = field(default_factory=dict)
    successions: dict[tuple[str, str, date, str, date], Values] = field(default_factory=dict)
    posts: dict[str, Values] = field(default_factory=dict)
    people: dict[str, Values] = field(default_factory=dict)
    assignments: dict[tuple[str, str, date], Values] = field(default_factory=dict)


def read(book: Book) -> Organization:
    """Read and check the tables against each other."""
    found = Organization()
    _read_units(book, found)
    _read_codes(book, found)
    _read_places(book, found)
    _read_posts(book, found)
    return found


def _span(row: Row) -> Values:
    first, last = row.span()
    return {"valid_from": first, "valid_to": last}


def _known(row: Row, column: str, known: Mapping[str, Any], table: str, *, empty: bool = True) -> str:
    value = row.cells[column]
    if (value or not empty) and value not in known:
        row.unknown(f"«{value}» ở cột «{column}»", table, f"Thêm vào {table} hoặc sửa khoá.")
    return value


def _read_units(book: Book, found: Organization) -> None:
    columns = ("key", "name", "kind", "parent", "place_code", *SPAN, "successor", "order")
    rows = book.table("units.csv", columns, needed=True)
    unique(rows, lambda row: row.cells["key"], "đơn vị")
    for row in rows:
        found.units[row.key()] = {
            "name": row.needed("name", longest=300),
            "kind": row.among("kind", UNIT_KINDS),
            "parent": row.cells["parent"],
            "place_code": row.text("place_code", longest=10),
            "successor": row.cells["successor"],
            "order": row.whole("order"),
            **_span(row),
        }
    for row in rows:
        _known(row, "parent", found.units, "units.csv")
        successor = _known(row, "successor", found.units, "units.csv")
        if successor and successor == row.cells["key"]:
            row.wrong("đơn vị kế thừa của chính mình", "Sửa cột «successor».")
        if _in_ring(row.cells["key"], found.units):
            row.wrong(f"đơn vị «{row.cells['key']}» nằm dưới chính mình", "Sửa cột «parent».")
    if rows and not any(unit["kind"] == "province" for unit in found.units.values()):
        book.wrong("units.csv", 0, "không có đơn vị cấp tỉnh", "Thêm một dòng có kind = province.")


def _in_ring(key: str, units: Mapping[str, Values]) -> bool:
    seen: set[str] = set()
    while key and key in units and key not in seen:
        seen.add(key)
        key = units[key]["parent"]
    return bool(key) and key in seen


def _read_codes(book: Book, found: Organization) -> None:
    rows = book.table("agency_codes.csv", ("code", "scheme", "unit", *SPAN, "successor"), optional=("note",))
    schemes = tuple(models.AgencyCode.Scheme.values)
    known = {row.cells["code"]: True for row in rows}
    for row in rows:
        code = row.needed("code", longest=35)
        if code and not all(part.isalnum() and part == part.upper() and part.isascii() for part in code.split(".")):
            row.wrong(f"mã định danh «{code}» sai dạng", "Viết như H53.118.")
        scheme, unit = row.among("scheme", schemes), _known(row, "unit", found.units, "units.csv", empty=False)
        _known(row, "successor", known, "agency_codes.csv")
        values = {"unit": unit, "successor": row.cells["successor"], **_span(row)}
        found.codes[scheme, code, values["valid_from"]] = values
    unique(rows, lambda row: (row.cells["scheme"], row.cells["code"], row.cells["valid_from"]), "mã")
    _no_overlap(rows, lambda row: (row.cells["scheme"], row.cells["code"]), "mã này")
    _no_overlap(rows, lambda row: (row.cells["scheme"], row.cells["unit"]), "mã của đơn vị này")


def _no_overlap(rows: Sequence[Row], name_of: Callable[[Row], Any], what: str) -> None:
    """Note spans of one thing that share a day."""
    spans: dict[Any, list[tuple[str, str, Row]]] = {}
    for row in rows:
        spans.setdefault(name_of(row), []).append((row.cells["valid_from"], row.cells["valid_to"] or "9999", row))
    for same in spans.values():
        same.sort(key=lambda span: span[:2])
        for (_, end, before), (start, _, row) in pairwise(same):
            if start < end:
                row.wrong(f"{what} đã có hiệu lực cùng ngày ở dòng {before.line}", "Sửa ngày để không chồng nhau.")


def _read_places(book: Book, found: Organization) -> None:
    rows = book.table("places.csv", ("code", "name", "kind", "parent", *SPAN))
    for row in rows:
        code, kind = row.needed("code", longest=10), row.among("kind", PLACE_KINDS)
        values = {"name": row.needed("name", longest=200), "parent_code": row.text("parent", longest=10), **_span(row)}
        found.places[kind, code, values["valid_from"]] = values
    unique(rows, lambda row: (row.cells["kind"], row.cells["code"], row.cells["valid_from"]), "địa bàn")
    _no_overlap(rows, lambda row: (row.cells["kind"], row.cells["code"]), "địa bàn này")
    columns = ("kind", "old_code", "old_from", "new_code", "new_from", "share")
    for row in book.table("place_successions.csv", columns):
        kind, share = row.among("kind", PLACE_KINDS), row.among("share", ("whole", "part"))
        old = (kind, row.cells["old_code"], row.day("old_from") or date.min)
        new = (kind, row.cells["new_code"], row.day("new_from") or date.min)
        for place in (old, new):
            if place not in found.places:
                row.unknown(f"địa bàn {place[1]} từ ngày {place[2]}", "places.csv", "Thêm hoặc sửa mã.")
        found.successions[(*old, new[1], new[2])] = {"share": share}


def _read_posts(book: Book, found: Organization) -> None:
    rows = book.table("posts.csv", ("key", "unit", "role", "title", "order", *SPAN))
    unique(rows, lambda row: row.cells["key"], "vị trí")
    for row in rows:
        found.posts[row.key()] = {
            "unit": _known(row, "unit", found.units, "units.csv", empty=False),
            "role": row.among("role", ROLES),
            "title": row.needed("title", longest=200),
            "order": row.whole("order"),
            **_span(row),
        }
    people = book.table("people.csv", ("key", "name", "identity_number", "email", "phone"))
    unique(people, lambda row: row.cells["key"], "cán bộ")
    for row in people:
        number = row.text("identity_number", longest=12)
        if number and not (number.isascii() and number.isdigit() and len(number) == 12):
            row.wrong("số định danh phải có 12 chữ số", "Sửa hoặc để trống.")
        found.people[row.key()] = {
            "name": row.needed("name", longest=200),
            "identity_number": number,
            "email": row.text("email", longest=250),
            "phone": row.text("phone", longest=20),
        }
    sittings = book.table("assignments.csv", ("post", "person", *SPAN, "decision"))
    for row in sittings:
        post = _known(row, "post", found.posts, "posts.csv", empty=False)
        person = _known(row, "person", found.people, "people.csv", empty=False)
        values = {"decision": row.text("decision", longest=100), **_span(row)}
        found.assignments[post, person, values["valid_from"]] = values
    _no_overlap(sittings, lambda row: row.cells["post"], "vị trí này đã có người, phân công")


def apply(found: Organization, ledger: Ledger) -> None:
    """Write what the pack changed since its last load; the caller checked the tables and opened the transaction."""
    _apply_units(found, ledger)
    units = dict(models.Unit.objects.values_list("key", "id"))
    _apply_codes(found, ledger, units)
    _apply_places(found, ledger)
    changed = ledger.changed("posts.csv", found.posts)
    _upsert(models.Post, "key", {key: {**v, "unit_id": units[v["unit"]]} for key, v in changed.items()}, drop=("unit",))
    _upsert(models.Person, "key", ledger.changed("people.csv", found.people))
    _apply_assignments(found, ledger)


def _upsert(model: Any, name: str, rows: Mapping[str, Values], *, drop: Sequence[str] = ()) -> None:
    """Create or overwrite rows by one unique column."""
    held = {getattr(row, name): row for row in model.objects.filter(**{f"{name}__in": list(rows)})}
    fresh, moved = [], []
    for key, all_values in rows.items():
        values = {column: value for column, value in all_values.items() if column not in drop}
        row = held.get(key)
        if row is None:
            fresh.append(model(**{name: key}, **values))
        else:
            for column, value in values.items():
                setattr(row, column, value)
            moved.append(row)
    model.objects.bulk_create(fresh, batch_size=BATCH)
    if moved:
        columns = [column for column in next(iter(rows.values())) if column not in drop]
        model.objects.bulk_update(moved, columns, batch_size=BATCH)


def _apply_units(found: Organization, ledger: Ledger) -> None:
    changed = ledger.changed("units.csv", found.units)
    if not changed:
        return
    ordered = sorted(changed, key=lambda key: _depth(key, found.units))
    _upsert(models.Unit, "key", {key: changed[key] for key in ordered}, drop=("parent", "successor"))
    rows = {unit.key: unit for unit in models.Unit.objects.all()}
    for key in sorted(found.units, key=lambda key: _depth(key, found.units)):
        unit, values = rows[key], found.units[key]
        parent = rows.get(values["parent"])
        unit.parent_id = parent.id if parent else None
        unit.path = [*(parent.path if parent else []), unit.id]
        unit.successor_id = rows[values["successor"]].id if values["successor"] else None
    moved = [rows[key] for key in found.units]
    models.Unit.objects.bulk_update(moved, ["parent", "path", "successor"], batch_size=BATCH)


def _depth(key: str, units: Mapping[str, Values]) -> int:
    depth = 0
    while units[key]["parent"]:
        key, depth = units[key]["parent"], depth + 1
    return depth


def _apply_codes(found: Organization, ledger: Ledger, units: Mapping[str, int]) -> None:
    changed = ledger.changed("agency_codes.csv", found.codes)
    held = {(row.scheme, row.code, row.valid_from): row for row in models.AgencyCode.objects.all()} if changed else {}
    fresh: list[models.AgencyCode] = []
    moved: list[models.AgencyCode] = []
    for (scheme, code, first), values in changed.items():
        row = held.get((scheme, code, first)) or models.AgencyCode(scheme=scheme, code=code, valid_from=first)
        row.unit_id, row.valid_to = units[values["unit"]], values["valid_to"]
        (moved if row.pk else fresh).append(row)
    models.AgencyCode.objects.bulk_create(fresh, batch_size=BATCH)
    models.AgencyCode.objects.bulk_update(moved, ["unit", "valid_to"], batch_size=BATCH)
    with_successor = {name: values for name, values in changed.items() if values["successor"]}
    if with_successor:
        rows = {(row.scheme, row.code, row.valid_from): row for row in models.AgencyCode.objects.all()}
        latest = {row.code: row.id for row in sorted(rows.values(), key=lambda row: row.valid_from)}
        for name, values in with_successor.items():
            rows[name].successor_id = latest[values["successor"]]
        models.AgencyCode.objects.bulk_update([rows[n] for n in with_successor], ["successor"], batch_size=BATCH)


def _apply_places(found: Organization, ledger: Ledger) -> None:
    changed = ledger.changed("places.csv", found.places)
    held = {(row.kind, row.code, row.valid_from): row for row in models.Place.objects.all()} if changed else {}
    fresh: list[models.Place] = []
    moved: list[models.Place] = []
    for (kind, code, first), values in changed.items():
        row = held.get((kind, code, first)) or models.Place(kind=kind, code=code, valid_from=first)
        row.name, row.parent_code, row.valid_to = values["name"], values["parent_code"], values["valid_to"]
        (moved if row.pk else fresh).append(row)
    models.Place.objects.bulk_create(fresh, batch_size=BATCH)
    models.Place.objects.bulk_update(moved, ["name", "parent_code", "valid_to"], batch_size=BATCH)
    links = ledger.changed("place_successions.csv", found.successions)
    if links:
        ids = {(row.kind, row.code, row.valid_from): row.id for row in models.Place.objects.all()}
        made = [
            models.PlaceSuccession(
                old_id=ids[kind, old, old_from], new_id=ids[kind, new, new_from], share=values["share"]
            )
            for (kind, old, old_from, new, new_from), values in links.items()
        ]
        models.PlaceSuccession.objects.bulk_create(
            made, batch_size=BATCH, update_conflicts=True, unique_fields=["old", "new"], update_fields=["share"]
        )


def _apply_assignments(found: Organization, ledger: Ledger) -> None:
    changed = ledger.changed("assignments.csv", found.assignments)
    if not changed:
        return
    posts = dict(models.Post.objects.values_list("key", "id"))
    people = dict(models.Person.objects.filter(key__isnull=False).values_list("key", "id"))
    held = {(row.post_id, row.person_id, row.valid_from): row for row in models.Assignment.objects.all()}
    fresh: list[models.Assignment] = []
    moved: list[models.Assignment] = []
    for (post, person, first), values in changed.items():
        name = (posts[post], people[person], first)
        row = held.get(name) or models.Assignment(post_id=name[0], person_id=name[1], valid_from=first)
        row.valid_to, row.decision = values["valid_to"], values["decision"]
        (moved if row.pk else fresh).append(row)
    models.Assignment.objects.bulk_update(moved, ["valid_to", "decision"], batch_size=BATCH)
    models.Assignment.objects.bulk_create(fresh, batch_size=BATCH)
    if fresh:
        _count_anew()


def _count_anew() -> None:
    """Refresh the planner's counts: until the autovacuum comes it plans for thousands of new rows as for none."""
    tables = [found._meta.db_table for found in (models.Unit, models.Person, models.Post, models.Assignment)]
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {', '.join(tables)}")
