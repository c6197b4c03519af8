"""From the fields of an HTML form to plain data, rows of repeating groups included."""

import re
from collections.abc import Iterable
from typing import Any

from tinhso.foundation.forms.schema import Field, Form, Kind

SHOWN = "_shown"  # dotted keys that stood on the page as controls
ADD, REMOVE, EDIT = "_add", "_remove", "_edit"  # names of the buttons
ROW = "_row"  # marks a row whose boxes are all empty
_ROW_NAME = re.compile(r"^([a-z][a-z0-9_]*)\.(\d{1,3})\.([a-z_][a-z0-9_]*)$")
_TICKED = frozenset({Kind.CHECKBOX, Kind.CHECKLIST, Kind.RADIO})


def shown(posted: Any) -> frozenset[str] | None:
    """Dotted keys of the controls the person saw; None where the page did not say."""
    text = posted.get(SHOWN)
    return frozenset(text.split(",")) if text is not None else None


def read(form: Form, posted: Any, page: int | None) -> dict[str, Any]:
    """Raw answers; what was not a control on the page is left out, an unticked box is None."""
    keys = form.pages[page].keys if page is not None else form.by_key.keys()
    seen = shown(posted)
    data: dict[str, Any] = {}
    for key in keys:
        field = form.by_key[key]
        if field.kind is Kind.LIST:
            rows = _rows(field, posted)
            if rows or (seen is not None and key in seen):
                data[key] = rows
        elif field.holds_value and field.calc is None:
            _take(field, key, key, posted, seen, data)
    return data


def _take(field: Field, name: str, key: str, posted: Any, seen: frozenset[str] | None, into: dict[str, Any]) -> None:
    values = [value.replace("\x00", "") if isinstance(value, str) else value for value in _all(posted, name)]
    if values:
        into[key] = values if field.kind is Kind.CHECKLIST else values[-1]
    elif field.kind in _TICKED and (seen is None or name in seen):
        into[key] = None


def _rows(field: Field, posted: Any) -> list[dict[str, Any]]:
    known = {ROW, *(inner.key for inner in field.rows)}
    names = (_ROW_NAME.match(name) for name in posted)
    numbers = {int(found[2]) for found in names if found and found[1] == field.key and found[3] in known}
    rows = []
    for number in sorted(numbers)[: field.max_rows + 1]:
        row: dict[str, Any] = {}
        for inner in field.rows:
            if inner.holds_value and inner.calc is None:
                _take(inner, f"{field.key}.{number}.{inner.key}", inner.key, posted, None, row)
        rows.append({key: value for key, value in row.items() if value is not None})
    return rows


def _all(posted: Any, name: str) -> list[Any]:
    if hasattr(posted, "getlist"):
        return list(posted.getlist(name))
    value = posted.get(name)
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def press(form: Form, posted: Any, data: dict[str, Any]) -> tuple[dict[str, Any], str] | None:
    """«Thêm», «Xoá» of repeating groups: the data after it, the key to look at; None where neither was pressed."""
    if key := _list_key(form, posted.get(ADD)):
        rows = [*_as_rows(data.get(key)), {}][: form.by_key[key].max_rows]
        return {**data, key: rows}, f"{key}.{len(rows) - 1}.{form.by_key[key].row_layout[0].key}"
    removed = str(posted.get(REMOVE) or "")
    name, _, number = removed.partition(".")
    if (key := _list_key(form, name)) and number.isdigit():
        rows = [row for index, row in enumerate(_as_rows(data.get(key))) if index != int(number)]
        return {**data, key: rows}, key
    return None


def _list_key(form: Form, name: Any) -> str | None:
    field = form.by_key.get(str(name or ""))
    return field.key if field and field.kind is Kind.LIST else None


def _as_rows(value: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def new_questions(required: Iterable[str], seen: frozenset[str] | None) -> frozenset[str]:
    """Questions that came up through the answers just given: not mistakes of the person."""
    return frozenset() if seen is None else frozenset(required) - seen
