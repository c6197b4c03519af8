"""The fields of a form as HTML that needs no script, in the markup of the design reference."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.template.loader import render_to_string
from markupsafe import Markup

from tinhso.foundation.forms.coerce import show_number
from tinhso.foundation.forms.options import options_of
from tinhso.foundation.forms.posted import ROW, SHOWN
from tinhso.foundation.forms.schema import Field, Form, Group, Kind, Page, anchor
from tinhso.foundation.forms.validate import Judged

SHORT = frozenset({"personal_id", "phone", "tax_code", "year"})
INPUT_MODES = {"personal_id": "numeric", "phone": "tel", "tax_code": "numeric", "email": "email", "year": "numeric"}
FEW = 5  # radios up to this many stand in two columns when their labels are short


def fields_html(
    form: Form,
    data: Mapping[str, Any],
    judged: Judged,
    errors: Mapping[str, str],
    sources: Mapping[str, Any],
    page: int | None,
) -> Markup:
    pages = [form.pages[page]] if page is not None else list(form.pages)
    drawing = _Drawing(form, data, judged, errors, sources)
    context: dict[str, Any] = {
        "pages": [drawing.page(one, with_title=page is None) for one in pages],
        "shown_name": SHOWN,
        "row_name": ROW,
    }
    context["shown"] = ",".join(drawing.controls)
    context["rules"] = early_rules(form, drawing.controls, judged)
    return Markup(render_to_string("forms/fields.html", context, using="jinja2"))  # noqa: S704 escaped by the template


EARLY_TYPES = {Kind.NUMBER: "number", Kind.DATE: "date", Kind.CHECKBOX: "boolean", Kind.CHECKLIST: "list"}


def early_rules(form: Form, on_page: list[str], judged: Judged) -> dict[str, Any] | None:
    """The trees a page needs to say early what the server would say: for questions that stand on it; None for none.

    known: answers given on other pages that its conditions read, with their types.
    """
    questions: list[dict[str, Any]] = []
    read: set[str] = set()
    for key in on_page:
        one = form.by_key.get(key)
        if one is None or not (one.shows or one.rules):
            continue
        found: dict[str, Any] = {"id": anchor(key)}
        if one.shows:
            found["show"] = _all(expression.tree for expression in one.shows)
            read.update(*(expression.names for expression in one.shows))
        if one.rules:
            found["rule"] = [
                {"tree": rule.expression.tree, "say": rule.message, "names": sorted(rule.expression.names)}
                for rule in one.rules
            ]
            read.update(*(rule.expression.names for rule in one.rules))
        questions.append(found)
    if not questions:
        return None
    asked = {name: form.by_key[name] for name in sorted(read) if name in form.by_key}
    here = {name: _early_type(one) for name, one in asked.items() if name in on_page}
    known = {
        name: [_early_type(one), judged.values.get(name) if one.kind is Kind.CHECKBOX else display_raw(one, judged)]
        for name, one in asked.items()
        if name not in on_page and one.kind not in (Kind.LIST, Kind.CHECKLIST)
    }
    return {"questions": questions, "types": here, "known": known}


def _early_type(one: Field) -> str:
    return EARLY_TYPES.get(one.kind, "text")


def display_raw(one: Field, judged: Judged) -> str:
    """An answer as it would stand in its control: a choice by its value, a date and a number as typed."""
    value = judged.values.get(one.key)
    return display(one, value) if one.kind in (Kind.DATE, Kind.NUMBER) else str(value if value is not None else "")


def _all(trees: Iterable[Any]) -> Any:
    found = None
    for tree in trees:
        found = tree if found is None else ["and", found, tree]
    return found


def display(field: Field, value: Any) -> str:
    """A value as a person reads it: 05/11/2026, 1.500,5, the label of a choice, «Có»."""
    if value is None or value == "" or value == []:
        return ""
    if field.kind is Kind.DATE and field.subtype == "date":
        return _local_date(str(value))
    if field.kind is Kind.CHECKBOX:
        return "Có" if value is True else ""
    if field.kind is Kind.CHECKLIST:
        options = options_of(field)
        return "; ".join(options.get(str(one), str(one)) for one in value) if isinstance(value, list) else str(value)
    if field.kind in (Kind.RADIO, Kind.SELECT):
        return options_of(field).get(str(value), str(value))
    if field.kind is Kind.NUMBER and isinstance(value, int | float):
        return grouped(value) + (f" {field.unit}" if field.unit else "")
    return str(value)


def grouped(value: int | float) -> str:
    """1234567.5 → 1.234.567,5."""
    whole, comma, part = show_number(value).partition(",")
    return f"{int(whole):,}".replace(",", ".") + comma + part


def _local_date(text: str) -> str:
    parts = text.split("-")
    return f"{parts[2]}/{parts[1]}/{parts[0]}" if len(parts) == 3 and len(parts[0]) == 4 else text


class _Drawing:
    def __init__(
        self,
        form: Form,
        data: Mapping[str, Any],
        judged: Judged,
        errors: Mapping[str, str],
        sources: Mapping[str, Any],
    ) -> None:
        self.form = form
        self.data = data
        self.judged = judged
        self.errors = errors
        self.sources = sources
        self.controls: list[str] = []

    def page(self, page: Page, *, with_title: bool) -> dict[str, Any]:
        groups = [drawn for group in page.groups if (drawn := self.group(group, page))["fields"]]
        return {"title": page.title if with_title else "", "groups": groups}

    def group(self, group: Group, page: Page) -> dict[str, Any]:
        fields = []
        for one in group.fields:
            if one.key in self.judged.shown or one.key.startswith("_heading"):
                fields.append(self.question(one, one.key, self.data))
        return {
            "title": group.title,
            "hint": group.hint,
            "quiet": group.title == page.title,
            "fields": _without_empty_headings(fields),
        }

    def question(self, one: Field, dotted: str, data: Mapping[str, Any], *, is_new: bool = False) -> dict[str, Any]:
        """is_new: in a row not yet given, which was therefore not judged."""
        value = data.get(one.key, one.default if one.calc is None else None)
        if one.calc is not None:
            value = self.judged.values.get(one.key)
        source = self.sources.get(dotted)
        error = self.errors.get(dotted, "")
        is_read_only = one.calc is not None or (
            source is not None and source.kind != "typed" and not error and value not in (None, "")
        )
        if one.holds_value and not is_read_only:
            self.controls.append(dotted)
        return {
            "field": one,
            "kind": str(one.kind),
            "id": anchor(dotted),
            "name": dotted,
            "label": one.label,
            "hint": one.hint,
            "error": error,
            "value": value,
            "text": self.text(one, value),
            "required": dotted in self.judged.required or (is_new and one.required),
            "read_only": is_read_only,
            "source": source if is_read_only and one.calc is None else None,
            "described": self.described(one, dotted, error),
            "controls": one.key in self.form.controlling,
            "mode": INPUT_MODES.get(one.check, "numeric" if one.kind in (Kind.DATE, Kind.NUMBER) else ""),
            "short": one.check in SHORT or one.kind in (Kind.DATE, Kind.NUMBER),
            "options": self.options(one, value),
            "two": _fits_two(one),
            "rows": self.rows(one, dotted, value) if one.kind is Kind.LIST else [],
        }

    def text(self, one: Field, value: Any) -> str:
        """As it stands in a control: what was typed wrong is shown as it was typed."""
        if value is None or isinstance(value, bool | list | dict):
            return ""
        if one.kind is Kind.NUMBER and isinstance(value, int | float):
            return show_number(value)
        return display(one, value)

    def described(self, one: Field, dotted: str, error: str) -> str:
        parts = ([f"{anchor(dotted)}-h"] if one.hint else []) + ([f"{anchor(dotted)}-e"] if error else [])
        return " ".join(parts)

    def options(self, one: Field, value: Any) -> list[tuple[str, str, bool]]:
        chosen = {str(v) for v in value} if isinstance(value, list) else {str(value)}
        if one.kind in (Kind.RADIO, Kind.SELECT, Kind.CHECKLIST):
            return [(key, label, key in chosen) for key, label in options_of(one).items()]
        return []

    def rows(self, one: Field, dotted: str, value: Any) -> list[dict[str, Any]]:
        rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
        rows += [{}] * (one.min_rows - len(rows))
        return [self.row(one, f"{dotted}.{number}", number, row) for number, row in enumerate(rows)]

    def row(self, one: Field, dotted: str, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        is_new = number >= _row_count(self.data, one)
        fields = [
            self.question(inner, f"{dotted}.{inner.key}", row, is_new=is_new)
            for inner in one.row_layout
            if f"{dotted}.{inner.key}" in self.judged.shown or (is_new and not inner.shows)
        ]
        return {"name": dotted, "number": number + 1, "fields": fields, "removable": number >= one.min_rows}


def _row_count(data: Mapping[str, Any], one: Field) -> int:
    rows = data.get(one.key)
    return len(rows) if isinstance(rows, list) else 0


def _fits_two(one: Field) -> bool:
    labels = one.options.values()
    return one.kind is Kind.RADIO and 2 <= len(labels) <= FEW and all(len(label) <= 18 for label in labels)


def _without_empty_headings(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A heading whose questions are all hidden goes too."""
    kept: list[dict[str, Any]] = []
    for one in reversed(fields):
        is_heading = one["name"].startswith("_heading")
        if not is_heading or (kept and not kept[-1]["name"].startswith("_heading")):
            kept.append(one)
    return kept[::-1]
