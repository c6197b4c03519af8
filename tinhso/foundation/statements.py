"""Statements the server prepares once per connection: for those on the way of every submission and every task.

The ORM builds each statement anew (0.2–0.4 ms), and the server reads and plans it anew: over the indexes of a dossier
alone that takes 0.5 ms.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import JSONField, Model

Row = TypeVar("Row", bound=Model)


def prepared(statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """The rows a statement answers, within the transaction of the thread's connection; [] where it answers none.

    The text must be constant (values come as %s). A text value has no type of its own: cast it where the server cannot
    tell. JSON comes as text. Raises django.db.DatabaseError like any cursor of Django's.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection()
    with ours.wrap_database_errors, psycopg.Cursor(ours.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        answer = cursor.pgresult
        return cursor.fetchall() if answer is not None and answer.nfields else []


def prepared_rows(model: type[Row], after_from: str, values: Sequence[Any] = ()) -> list[Row]:
    """Whole rows of one table, as the ORM would give them: `after_from` is what follows the name of the table."""
    select, decoders = _selecting(model)
    found = []
    for row in prepared(f"{select} {after_from}", values):
        line = list(row)
        for place, decode in decoders:
            if line[place] is not None:
                line[place] = decode(line[place])
        found.append(model.from_db(DEFAULT_DB_ALIAS, (), line))
    return found


def update_row(row: Model, names: Sequence[str]) -> None:
    """Write these columns (attribute names) of one row that is there."""
    statement, encoders = _updating(type(row), tuple(names))
    prepared(statement, [*(encode(getattr(row, name)) for name, encode in zip(names, encoders, strict=True)), row.pk])


@cache
def _updating(model: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Callable[[Any], Any], ...]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    places = ", ".join(
        f'"{fields[name].column}" = %s' + ("::jsonb" if isinstance(fields[name], JSONField) else "") for name in names
    )
    encoders = tuple(_json if isinstance(fields[name], JSONField) else _plain for name in names)
    return f"UPDATE {model._meta.db_table} SET {places} WHERE id = %s", encoders  # noqa: S608 (names of our own tables)


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


@cache
def _selecting(model: type[Model]) -> tuple[str, tuple[tuple[int, Callable[[Any], Any]], ...]]:
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    columns = ", ".join(f'{table}."{field.column}"' for field in fields)
    decoders = tuple((n, msgspec.json.decode) for n, field in enumerate(fields) if isinstance(field, JSONField))
    return f"SELECT {columns} FROM {table}", decoders  # noqa: S608 (names of our own tables)
