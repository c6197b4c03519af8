"""A form as a plain list: add, up, down, delete; rules as sentences; the preview is the renderer citizens get."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.forms import public as forms
from tinhso.systems.studio import questions, services
from tinhso.systems.studio.models import Draft
from tinhso.systems.studio.printing import form_pdf
from tinhso.systems.studio.views.common import save, studio, the_draft

CHECKS = ("personal_id", "phone", "tax_code", "email", "name", "place", "date_past", "year")
FACTS = ("person.name", "person.identity_number", "person.birth_date", "person.sex", "person.phone", "person.email",
         "person.address", "organisation.name", "organisation.tax_code")  # fmt: skip


def _schema(draft: Draft) -> dict[str, Any] | None:
    try:
        return forms.drafting.read(draft.content)
    except ValueError:
        return None


@studio
@require_http_methods(["GET", "POST"])
def field_list(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    draft = the_draft(draft_id, "form")
    schema = _schema(draft)
    if schema is None:
        return redirect("studio:draft", draft_id)
    error = ""
    if request.method == "POST":
        changed, what, onward = _change(request, schema)
        error = what if changed is None else save(request, draft, forms.drafting.write(changed), what)
        if not error:
            return redirect("studio:field", draft_id, onward) if onward else redirect("studio:fields", draft_id)
    judged = services.judged(draft)
    labels, choices = questions.labels(schema), questions.choices(schema)
    lines = [
        {
            "part": one,
            "kind": _(forms.drafting.KINDS.get(one.component["type"], one.component["type"])),
            "show": forms.sentences.in_words(one.own("tt:show"), labels, choices),
            "must": forms.sentences.in_words(one.own("tt:rule"), labels, choices),
            "required": bool((one.component.get("validate") or {}).get("required")),
            "wrong": next((said for place, said, _t in judged.problems
                           if place in (one.id, one.component.get("key"))), ""),
        }
        for one in forms.drafting.parts(schema)
    ]  # fmt: skip
    context = {
        "draft": draft,
        "lines": lines,
        "judged": judged,
        "kinds": list(forms.drafting.KINDS.items()),
        "error": error,
        "typed": {name: request.POST.get(name, "") for name in ("kind", "label", "after")},
    }
    return render(request, "studio/fields.html", context, status=422 if error else 200)


def _change(request: AuthenticatedRequest, schema: dict[str, Any]) -> tuple[dict[str, Any] | None, str, str]:
    step, _sign, part_id = request.POST.get("step", "").partition(":")
    try:
        if step == "add":
            kind, label = request.POST.get("kind", ""), " ".join(request.POST.get("label", "").split())[:300]
            if kind not in forms.drafting.KINDS or not label:
                return None, _("Chọn loại và ghi câu hỏi."), ""
            changed, made = forms.drafting.add(schema, after=request.POST.get("after", ""), kind=kind, label=label)
            return changed, _("Đã thêm «%(label)s»") % {"label": label}, made
        one = forms.drafting.part(schema, part_id)
        if step in ("up", "down"):
            return forms.drafting.move(schema, part_id, -1 if step == "up" else 1), _("Đã đổi thứ tự"), ""
        if step == "remove":
            return forms.drafting.remove(schema, part_id), _("Đã xoá «%(label)s»") % {"label": one.label}, ""
    except LookupError as missing:
        return None, str(missing), ""
    return None, _("Chọn một việc."), ""


@studio
@require_http_methods(["GET", "POST"])
def field(request: AuthenticatedRequest, draft_id: int, part: str) -> HttpResponse:
    draft = the_draft(draft_id, "form")
    schema = _schema(draft)
    if schema is None:
        raise Http404
    try:
        one = forms.drafting.part(schema, part)
    except LookupError:
        raise Http404 from None
    typed, error = questions.Typed(), ""
    if request.method == "POST":
        typed = questions.read(one, request.POST.dict())
        if not typed.errors:
            changed = forms.drafting.change(schema, part, typed.own, typed.properties)
            error = save(request, draft, forms.drafting.write(changed), _("Đã ghi «%(label)s»") % {"label": one.label})
            if not error:
                return redirect("studio:fields", draft_id)
        one = forms.drafting.part(forms.drafting.change(schema, part, typed.own, typed.properties), part)
    return _field_page(request, draft, schema, one, typed, error)


def _field_page(
    request: AuthenticatedRequest, draft: Draft, schema: dict[str, Any], one: Any, typed: questions.Typed, error: str
) -> HttpResponse:
    labels = {key: label for key, label in questions.labels(schema).items() if key != one.component.get("key")}
    context = {
        "draft": draft,
        "part": one,
        "kind": _(forms.drafting.KINDS[one.component["type"]]),
        "errors": typed.errors,
        "error_list": [("", error)] * bool(error) + [(f"f-{name}", said) for name, said in typed.errors.items()],
        "labels": [("", _("chọn câu hỏi")), *labels.items()],
        "operators": [(name, words) for name, (words, _many) in forms.sentences.OPERATORS.items()],
        "conditions": {
            "show": questions.conditions_of(one.own("tt:show")),
            "must": questions.conditions_of(one.own("tt:rule")),
            "required_when": questions.conditions_of(one.own("tt:required")),
        },
        "lists": [("", _("các lựa chọn bên dưới")), *((name, name) for name in forms.list_names())],
        "values": "\n".join(f"{v['value']} = {v['label']}" for v in one.component.get("values") or ()),
        "checks": [("", _("không")), *((name, name) for name in CHECKS)],
        "facts": [("", _("không điền sẵn")), *((name, name) for name in FACTS)],
        "required": bool((one.component.get("validate") or {}).get("required")),
    }
    return render(request, "studio/field.html", context, status=422 if typed.errors or error else 200)


@studio
@require_http_methods(["GET", "POST"])
def preview(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """The draft as citizens would see it on a phone; what is typed is judged and not kept."""
    draft = the_draft(draft_id, "form")
    schema = _schema(draft)
    pages: list[Any] = []
    refusal = ""
    try:
        pages = forms.preview(schema=schema or {}, posted=request.POST if request.method == "POST" else None)
    except forms.FormRefusedError as error:
        refusal = str(error)
    return render(request, "studio/preview.html", {"draft": draft, "pages": pages, "refusal": refusal})


@studio
def printed(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """The paper of the form, empty, as it will be printed."""
    draft = the_draft(draft_id, "form")
    schema = _schema(draft)
    if schema is None or forms.check_schema(schema=schema):
        return redirect("studio:draft", draft_id)
    answer = HttpResponse(form_pdf(schema=schema, name=draft.name), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{draft.key}.pdf"'
    return answer
