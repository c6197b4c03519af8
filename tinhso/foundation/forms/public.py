"""The door of forms (biểu mẫu): a form-js schema rendered, prefilled and validated on the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from markupsafe import Markup

from tinhso.foundation.forms import drafting, exchange, options, selectors, sentences, services
from tinhso.foundation.forms import posted as answers
from tinhso.foundation.forms import render as drawing
from tinhso.foundation.forms.compile import FormRefusedError, compile_form
from tinhso.foundation.forms.models import FormVersion
from tinhso.foundation.forms.options import options_of
from tinhso.foundation.forms.schema import Form, Kind, anchor
from tinhso.foundation.forms.validate import Judged, judge

__all__ = ["FormRefusedError", "FormView", "PaperAsked", "Source", "Validation", "anchor", "drafting", "sentences"]


@dataclass(frozen=True, slots=True)
class FormView:
    """One immutable version of a form."""

    version_id: int
    key: str
    number: int
    name: str
    pages: tuple[str, ...]  # titles of its steps
    field_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Validation:
    """data: coerced, hidden fields dropped to a fixpoint. errors: field key → Vietnamese sentence.

    A field of a repeating group is `children.0.name`. required: keys that must be answered as the data now stand.
    """

    data: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a prefilled value came from (nguồn), shown at the field."""

    kind: str  # typed | account | national | vault | previous
    label: str  # «lấy từ tài khoản định danh»
    at: str


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """A paper the form itself asks for, as its answers stand (a file picker that is shown)."""

    key: str
    name: str
    hint: str
    required: bool


def publish_form(*, key: str, schema: Mapping[str, Any], at: Any = None) -> FormView:
    """Check and publish a schema as the next version; unchanged schema returns the version there is.

    Raises FormRefusedError with a list of (component, sentence).
    """
    return _view(services.publish(key=key, schema=schema, at=at))


def load_folder(*, folder: Path, at: datetime | None = None) -> dict[str, int]:
    """Publish a pack's `forms/`: `lists/*.csv`, then `*.json`; file stem → version id. Raises FormRefusedError."""
    return services.load_folder(folder, at=at)


def set_list(*, name: str, rows: Sequence[tuple[str, str]]) -> bool:
    """Write a named list of answers (value, label), for `tt:options`; whether it changed."""
    return services.set_list(name=name, rows=rows)


def get_form(*, version_id: int) -> FormView:
    """Raises LookupError."""
    return _view(selectors.version(version_id))


def latest(*, key: str) -> FormView:
    """Raises LookupError."""
    return _view(selectors.latest_version(key))


def data_schema(*, version_id: int) -> dict[str, Any]:
    """JSON Schema of the data, for exchange."""
    return dict(selectors.version(version_id).data_schema)


def read_posted(*, version_id: int, posted: Any, page: int | None = None) -> dict[str, Any]:
    """Plain data from a QueryDict, repeating groups included; of one page only when a page is given."""
    return answers.read(selectors.compiled(version_id), posted, page)


def press_row_button(*, version_id: int, posted: Any, data: Mapping[str, Any]) -> tuple[dict[str, Any], str] | None:
    """«Thêm», «Xoá» of a repeating group: (data after it, key to look at); None where neither was pressed."""
    return answers.press(selectors.compiled(version_id), posted, dict(data))


def pressed_edit(*, posted: Any) -> str | None:
    """The key whose «Thông tin sai?» was pressed."""
    return posted.get(answers.EDIT) or None


def came_up(*, posted: Any, validation: Validation) -> frozenset[str]:
    """Required questions that the answers just posted brought up: to be shown, not held against the person."""
    return answers.new_questions(validation.required, answers.shown(posted))


def validate(
    *, version_id: int, data: Mapping[str, Any], page: int | None = None, at: datetime | None = None
) -> Validation:
    """Judge the answers (errors of one page only when a page is given); at: the moment of filing, now by default."""
    form = selectors.compiled(version_id)
    judged = _judged(form, data, at, form.pages[page].keys if page is not None else None)
    return Validation(
        data=judged.values,
        errors=judged.errors,
        dropped=tuple(judged.dropped),
        required=frozenset(judged.required),
    )


def error_list(*, version_id: int, errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """(key, sentence that names its question) in the order of reading, for the summary of errors on top of a page."""
    form = selectors.compiled(version_id)
    fields = [one for page in form.pages for group in page.groups for one in group.fields]
    order = {one.key: n for n, one in enumerate(fields)}

    def place(key: str) -> tuple[int, ...]:
        head, _, rest = key.partition(".")
        row, _, inner = rest.partition(".")
        within = [one.key for one in form.by_key[head].row_layout] if inner and head in form.by_key else []
        return (order.get(head, len(fields)), int(row or 0), within.index(inner) if inner in within else 0)

    return [(key, _named(form, key, errors[key])) for key in sorted(errors, key=place)]


def page_of(*, version_id: int, key: str) -> int | None:
    """The page on which a field (or error) key stands; None where the form has no such question."""
    head = key.partition(".")[0]
    pages = selectors.compiled(version_id).pages
    return next((number for number, page in enumerate(pages) if head in page.keys), None)


def render(
    *,
    version_id: int,
    data: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    sources: Mapping[str, Source] | None = None,
    page: int | None = None,
) -> Markup:
    """The fields of the form (of one page) as HTML that needs no JavaScript."""
    form = selectors.compiled(version_id)
    judged = _judged(form, data, None, frozenset(form.by_key))
    return drawing.fields_html(form, data, judged, errors or {}, sources or {}, page)


def summary(*, version_id: int, data: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Group title → (label, value as read by a person): for checking before sending, for officials and for print."""
    return [(title, lines) for _, title, lines in summary_by_page(version_id=version_id, data=data)]


def summary_by_page(*, version_id: int, data: Mapping[str, Any]) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """The summary with the page (from 0) on which each group stands."""
    form = selectors.compiled(version_id)
    return exchange.summary(form, _judged(form, data, None, frozenset()))


def prefill(*, version_id: int, facts: Mapping[str, tuple[Any, Source]]) -> tuple[dict[str, Any], dict[str, Source]]:
    """Values for the fields whose `tt:prefill` names one of the facts (`person.name`, `person.birth_date`).

    A fact the question itself would refuse is left out.
    """
    form = selectors.compiled(version_id)
    found = {
        one.key: facts[one.prefill]
        for one in form.order
        if one.prefill in facts and facts[one.prefill][0] not in (None, "")
    }
    judged = _judged(form, {key: value for key, (value, _) in found.items()}, None, frozenset(found))
    good = {key: value for key, (value, _) in found.items() if key not in judged.errors}
    return good, {key: found[key][1] for key in good}


def carry_over(
    *, old_version_id: int, new_version_id: int, data: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Answers moved to another version of the form, and (key, label) of what must be answered again."""
    old, new = selectors.compiled(old_version_id), selectors.compiled(new_version_id)
    kept, lost = exchange.carry(old, new, data)
    judged = _judged(new, kept, None, None)
    again = {key.partition(".")[0] for key in judged.errors} | {key for key in lost if key in new.by_key}
    return kept, [
        (one.key, one.label) for page in new.pages for g in page.groups for one in g.fields if one.key in again
    ]


def papers_asked(*, version_id: int, data: Mapping[str, Any]) -> list[PaperAsked]:
    """Papers the form asks for, given the answers."""
    form = selectors.compiled(version_id)
    shown = _judged(form, data, None, frozenset()).shown
    return [
        PaperAsked(key=one.paper, name=one.label, hint=one.hint, required=one.required)
        for one in form.order
        if one.kind is Kind.FILE and one.key in shown
    ]


def label_of(*, version_id: int, key: str) -> str:
    """The question of a key, or the key itself."""
    found = selectors.compiled(version_id).at(key)
    return found.label if found else key


def choices_of(*, version_id: int, key: str) -> Mapping[str, str]:
    """Value → label of a question that chooses."""
    found = selectors.compiled(version_id).at(key)
    return dict(options_of(found)) if found else {}


# -- forms being made -----------------------------------------------------------------------------------------


def schema_of(*, version_id: int) -> dict[str, Any]:
    """The form-js schema of a version. Raises LookupError."""
    return dict(selectors.version(version_id).schema)


def check_schema(*, schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What keeps a schema from being published: (component, sentence); empty when nothing does."""
    try:
        compile_form(schema, list_names=options.names())
    except FormRefusedError as error:
        return list(error.problems)
    return []


def preview(*, schema: Mapping[str, Any], posted: Any = None) -> list[tuple[str, Markup]]:
    """(title, fields) of each page of a form that is not published yet, by the renderer that citizens get.

    posted: answers typed into the preview, judged as at filing. Raises FormRefusedError.
    """
    form = compile_form(schema, list_names=options.names())
    data = answers.read(form, posted, None) if posted is not None else {}
    judged = _judged(form, data, None, frozenset(form.by_key))
    errors = judged.errors if posted is not None else {}
    return [
        (page.title, drawing.fields_html(form, data, judged, errors, {}, number))
        for number, page in enumerate(form.pages)
    ]


def list_names() -> list[str]:
    """Names of the shared lists of answers."""
    return sorted(options.names())


def list_rows(*, name: str) -> list[tuple[str, str]]:
    """(value, label) of a shared list, in its order; empty where there is none."""
    return list(options.named(name).items())


def forms_in_use() -> list[FormView]:
    """The latest version of every form, by name."""
    return [_view(version) for version in selectors.latest_versions()]


def versions_of(*, key: str) -> list[FormView]:
    """Versions of a form, newest first."""
    return [_view(version) for version in selectors.versions_of(key)]


def _judged(form: Form, data: Mapping[str, Any], at: datetime | None, only: frozenset[str] | None) -> Judged:
    moment = timezone.localtime(at) if at else timezone.localtime()
    return judge(form, data, at=moment, options_of=options_of, only=only)


def _named(form: Form, key: str, sentence: str) -> str:
    found = form.at(key)
    if found is None:
        return sentence
    label = found.label.rstrip(" :?.")
    named = sentence if label.casefold() in sentence.casefold() else f"{label}: {sentence}"
    head, _, rest = key.partition(".")
    return f"{form.by_key[head].row_name} {int(rest.partition('.')[0]) + 1}: {named}" if rest else named


def _view(version: FormVersion) -> FormView:
    form = selectors.compiled(version.pk)
    return FormView(
        version_id=version.pk,
        key=version.definition.key,
        number=version.number,
        name=version.definition.name,
        pages=tuple(page.title for page in form.pages),
        field_keys=tuple(one.key for page in form.pages for g in page.groups for one in g.fields if one.holds_value),
    )
