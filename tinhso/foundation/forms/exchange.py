"""What others take from a form: the summary a person reads, the JSON Schema, answers carried to a new version."""

from collections.abc import Mapping
from typing import Any

from tinhso.foundation.forms.options import options_of
from tinhso.foundation.forms.render import display
from tinhso.foundation.forms.schema import Field, Form, Kind
from tinhso.foundation.forms.validate import Judged

NOT_GIVEN = "(không khai)"


def summary(form: Form, judged: Judged) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """(page, group, [(label, value)]) of what is shown; an unanswered question is named as such."""
    found = []
    for number, page in enumerate(form.pages):
        for group in page.groups:
            lines = [
                line
                for one in group.fields
                if one.key in judged.shown and one.holds_value
                for line in _lines(one, judged.values.get(one.key))
            ]
            if lines:
                found.append((number, group.title or page.title, lines))
    return found


def _lines(one: Field, value: Any) -> list[tuple[str, str]]:
    if one.kind is not Kind.LIST:
        return [(one.label, display(one, value) or NOT_GIVEN)]
    lines = []
    for number, row in enumerate(value or [], start=1):
        for inner in one.row_layout:
            if inner.holds_value and (shown := display(inner, row.get(inner.key))):
                lines.append((f"{one.row_name} {number}: {inner.label}", shown))
    return lines or [(one.label, NOT_GIVEN)]


def data_schema(form: Form) -> dict[str, Any]:
    """JSON Schema (2020-12) of the data. Conditions (what is shown, required when, rules) stay with the validator."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.name,
        "type": "object",
        "properties": {one.key: _property(one) for one in form.order if one.holds_value},
        "required": sorted(one.key for one in form.order if one.required and not one.shows),
        "additionalProperties": False,
    }


def _property(one: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"title": one.label, **_TYPES[one.kind](one)}
    if one.hint:
        made["description"] = one.hint
    if one.national:
        made["x-national"] = one.national
    if one.check:
        made["x-kind"] = one.check
    return made


def _text(one: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string"}
    if one.max_length:
        made["maxLength"] = one.max_length
    if one.min_length:
        made["minLength"] = one.min_length
    return made


def _number(one: Field) -> dict[str, Any]:
    limits = {"minimum": one.min, "maximum": one.max}
    return {
        "type": "number" if one.decimals else "integer",
        **{name: value for name, value in limits.items() if value is not None},
    }


def _date(one: Field) -> dict[str, Any]:
    return (
        {"type": "string", "format": "date"} if one.subtype == "date" else {"type": "string", "pattern": r"^\d\d:\d\d$"}
    )


def _choice(one: Field) -> dict[str, Any]:
    return {"type": "string", "x-list": one.options_list} if one.options_list else {"enum": list(one.options)}


def _several(one: Field) -> dict[str, Any]:
    return {"type": "array", "items": _choice(one), "uniqueItems": True}


def _rows(one: Field) -> dict[str, Any]:
    inner = {
        "type": "object",
        "properties": {row.key: _property(row) for row in one.row_layout if row.holds_value},
        "required": sorted(row.key for row in one.row_layout if row.required and not row.shows),
        "additionalProperties": False,
    }
    return {"type": "array", "items": inner, "minItems": one.min_rows, "maxItems": one.max_rows}


_TYPES = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CHECKBOX: lambda one: {"type": "boolean"},
    Kind.RADIO: _choice,
    Kind.SELECT: _choice,
    Kind.CHECKLIST: _several,
    Kind.LIST: _rows,
}


def carry(old: Form, new: Form, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Answers whose question is the same in the new version, and the keys of answers that had to be left behind.

    The same: key, kind, check and, for choices, the answer still offered. A repeating group is carried row by row.
    """
    kept: dict[str, Any] = {}
    lost: list[str] = []
    for key, value in data.items():
        before, after = old.by_key.get(key), new.by_key.get(key)
        if after is not None and before is not None and _same(before, after, value):
            kept[key] = _carried_rows(before, after, value) if after.kind is Kind.LIST else value
        elif value not in (None, "", []):
            lost.append(key)
    return kept, lost


def _same(before: Field, after: Field, value: Any) -> bool:
    if (before.kind, before.check, before.subtype) != (after.kind, after.check, after.subtype):
        return False
    if after.kind in (Kind.RADIO, Kind.SELECT):
        return str(value) in options_of(after)
    if after.kind is Kind.CHECKLIST:
        return isinstance(value, list) and all(str(one) in options_of(after) for one in value)
    return True


def _carried_rows(before: Field, after: Field, rows: Any) -> list[dict[str, Any]]:
    old = {row.key: row for row in before.rows}
    new = {row.key: row for row in after.rows}
    return [
        {key: value for key, value in row.items() if key in old and key in new and _same(old[key], new[key], value)}
        for row in rows
        if isinstance(row, Mapping)
    ]
