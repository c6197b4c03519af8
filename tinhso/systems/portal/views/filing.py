"""Filing a dossier online, one page after another: place, the form's pages, papers, review, sent.

Every page is a plain form. Whatever was typed is kept before it is judged, so an error, a broken line or another
device loses nothing; the back button shows the page before, and a draft once sent only leads to its receipt.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest, access
from tinhso.foundation.forms import public as forms
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.vietnamese import sort_key
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import drafts
from tinhso.systems.portal.models import Draft
from tinhso.systems.procedures import public as procedures

RETURN_CHANNELS = {
    "electronic": gettext_lazy("Bản điện tử, gửi vào tài khoản này"),
    "desk": gettext_lazy("Bản giấy, nhận tại quầy"),
    "post": gettext_lazy("Bản giấy, nhận qua bưu điện"),
}


def own_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Finds the person's draft, locked while it is changed; one already sent leads to its receipt."""

    @wraps(view)
    def answer(request: AuthenticatedRequest, draft_id: uuid.UUID, **places: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                draft = drafts.mine(actor=request.actor, draft_id=draft_id, lock=request.method == "POST")
                if draft.dossier_code:
                    return redirect("portal:filing_sent", draft.pk)
                _renew(request, draft)
                return view(request, draft, **places)
        except LookupError as missing:
            raise Http404(str(missing).strip("'")) from missing

    return answer


def _renew(request: AuthenticatedRequest, draft: Draft) -> None:
    try:
        if drafts.follow_current_form(draft, timezone.now()) and draft.again:
            messages.info(request, gettext("Tờ khai đã có bản mới. Những gì bạn đã khai được giữ lại."))
    except LookupError:
        messages.warning(
            request, gettext("Thủ tục này đang không nhận hồ sơ trên mạng. Bản nháp của bạn vẫn được giữ.")
        )


def step_names(draft: Draft) -> list[str]:
    pages = forms.get_form(version_id=draft.form_version_id).pages if draft.form_version_id else ()
    return [*pages, gettext("Giấy tờ"), gettext("Xem lại, nộp")]


def frame(draft: Draft, number: int) -> dict[str, Any]:
    """What every page of the wizard shows above its content; number from 1."""
    names = step_names(draft)
    reached = [address(draft, n) if n - 1 <= draft.step else None for n in range(1, len(names) + 1)]
    return {
        "draft": draft,
        "names": names,
        "links": reached,
        "number": number,
        "again": [(address_of(draft, key), label) for key, label in draft.again],
    }


def address(draft: Draft, number: int) -> str:
    """Of a step, from 1: the form's pages, then papers, then review."""
    pages = len(step_names(draft)) - 2
    if number <= pages:
        return reverse("portal:filing_step", args=[draft.pk, number])
    return reverse("portal:filing_papers" if number == pages + 1 else "portal:filing_review", args=[draft.pk])


def address_of(draft: Draft, place: str) -> str:
    """Where a finding is mended: a field of the form, a paper, the place."""
    if place == "unit":
        return reverse("portal:filing_place", args=[draft.pk])
    page = forms.page_of(version_id=draft.form_version_id, key=place) if draft.form_version_id else None
    if page is not None:
        return f"{reverse('portal:filing_step', args=[draft.pk, page + 1])}#{forms.anchor(place)}"
    return f"{reverse('portal:filing_papers', args=[draft.pk])}#paper-{place}" if place else ""


@access("signed_in")
@require_http_methods(["GET", "POST"])
def start(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Choose where, or go on with a draft there is."""
    at = timezone.now()
    try:
        procedure = procedures.get_procedure(code=code)
        binding = procedures.binding_on(code=code, on=drafts.day_of(at))
    except LookupError as missing:
        raise Http404(gettext("Thủ tục này chưa nộp được trên mạng. Mang giấy tờ tới bộ phận Một cửa.")) from missing
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        unit_key, errors = _chosen(request, binding)
        if not errors:
            try:
                with transaction.atomic():
                    draft = drafts.start(actor=request.actor, code=code, unit_key=unit_key, at=at)
                return redirect(address(draft, 1))
            except LookupError as refused:
                errors.append(("", str(refused).strip("'")))
    context = {
        "name": procedure.plain_name or procedure.name,
        "code": code,
        "asks_place": drafts.needs_place(binding),
        "communes": _commune_options(at) if drafts.needs_place(binding) else [],
        "chosen": request.POST.get("unit", "") or _last_place(request),
        "errors": errors,
        "open": [_row(draft) for draft in drafts.open_drafts(actor=request.actor, code=code)],
        "back": reverse("portal:procedure", args=[code]),
        "draft": None,
    }
    return render(request, "portal/filing_place.html", context, status=422 if errors else 200)


def _commune_options(at: datetime) -> list[tuple[str, str]]:
    units = sorted(drafts.communes(at), key=lambda unit: sort_key(unit.name.removeprefix("Ủy ban nhân dân ")))
    return [(unit.key, unit.name) for unit in units]


def _last_place(request: AuthenticatedRequest) -> str:
    recent = Draft.objects.filter(account_id=request.actor.account_id or 0).exclude(unit_key="").order_by("-updated_at")
    return recent.values_list("unit_key", flat=True).first() or ""


def _chosen(request: HttpRequest, binding: procedures.Binding) -> tuple[str, list[tuple[str, str]]]:
    if not drafts.needs_place(binding):
        return "", []
    key = request.POST.get("unit", "").replace("\x00", "")[:100]
    known = {unit.key for unit in drafts.communes(timezone.now())}
    if key not in known:
        return key, [("unit", gettext("Chọn xã, phường giải quyết hồ sơ"))]
    return key, []


def _row(draft: Draft) -> dict[str, str]:
    place = ""
    if draft.unit_key:
        try:
            place = organizations.unit_by_key(key=draft.unit_key).name
        except LookupError:
            place = ""
    saved = timezone.localtime(draft.updated_at)
    note = gettext("Lưu lúc %(time)s ngày %(day)s") % {"time": f"{saved:%H:%M}", "day": f"{saved:%d/%m/%Y}"}
    href = reverse("portal:filing_resume", args=[draft.pk])
    return {
        "id": str(draft.pk),
        "href": href,
        "name": draft.procedure_name,
        "note": f"{place}. {note}" if place else note,
    }


def listed(actor: Actor) -> list[dict[str, str]]:
    """Rows of «Bản nháp chưa nộp»."""
    return [_row(draft) for draft in drafts.open_drafts(actor=actor)]


@access("signed_in")
@require_http_methods(["GET", "POST"])
@own_draft
def place(request: AuthenticatedRequest, draft: Draft) -> HttpResponse:
    """Choose another commune for a draft."""
    binding = procedures.binding_on(code=draft.procedure_code, on=drafts.day_of(timezone.now()))
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        unit_key, errors = _chosen(request, binding)
        if not errors:
            drafts.choose_place(draft, unit_key)
            return redirect("portal:filing_review", draft.pk)
    context = {
        "name": draft.procedure_name,
        "code": draft.procedure_code,
        "asks_place": drafts.needs_place(binding),
        "communes": _commune_options(timezone.now()) if drafts.needs_place(binding) else [],
        "chosen": request.POST.get("unit", draft.unit_key),
        "errors": errors,
        "open": [],
        "back": reverse("portal:filing_review", args=[draft.pk]),
        "draft": draft,
    }
    return render(request, "portal/filing_place.html", context, status=422 if errors else 200)


@access("signed_in")
@require_http_methods(["GET"])
@own_draft
def resume(request: AuthenticatedRequest, draft: Draft) -> HttpResponse:
    """Go on where it was left, on whatever device."""
    if draft.again:
        return redirect(address_of(draft, draft.again[0][0]) or address(draft, 1))
    return redirect(address(draft, min(draft.step + 1, len(step_names(draft)))))


@access("signed_in")
@require_http_methods(["GET", "POST"])
@own_draft
def step(request: AuthenticatedRequest, draft: Draft, number: int) -> HttpResponse:
    """One page of the form."""
    version = draft.form_version_id
    if version is None or not 1 <= number <= len(step_names(draft)) - 2:
        return redirect(address(draft, 1))
    if request.method == "GET":
        return _show_step(request, draft, number)
    given = forms.read_posted(version_id=version, posted=request.POST, page=number - 1)
    drafts.answer(draft, given)
    if moved := _small_button(request, draft, number):
        return moved
    judged = forms.validate(version_id=version, data=draft.data, page=number - 1)
    new = forms.came_up(posted=request.POST, validation=judged)
    errors = {key: sentence for key, sentence in judged.errors.items() if key not in new}
    if request.headers.get("X-Fragment") == "fields":
        return _show_step(request, draft, number, template="portal/_filing_fields.html")
    if judged.errors:
        return _show_step(request, draft, number, errors=errors, came_up=len(judged.errors) - len(errors))
    drafts.reach(draft, number)
    return redirect(address(draft, number + 1))


def _small_button(request: AuthenticatedRequest, draft: Draft, number: int) -> HttpResponse | None:
    """«Thêm», «Xoá», «Thông tin sai?», «Lưu, làm sau»: keep everything and show the page again, or leave it."""
    here = reverse("portal:filing_step", args=[draft.pk, number])
    if pressed := forms.press_row_button(version_id=draft.form_version_id, posted=request.POST, data=draft.data):  # type: ignore[arg-type]
        data, key = pressed
        drafts.answer(draft, data)
        return redirect(f"{here}#{forms.anchor(key)}")
    if wrong := forms.pressed_edit(posted=request.POST):
        drafts.correct(draft, wrong, timezone.now())
        return redirect(f"{here}#{forms.anchor(wrong)}")
    if "_later" in request.POST:
        messages.success(request, gettext("Đã lưu bản nháp. Mở tiếp ở trang này, trên máy nào cũng được."))
        return redirect("portal:my")
    return None


def _show_step(
    request: AuthenticatedRequest,
    draft: Draft,
    number: int,
    *,
    errors: Mapping[str, str] | None = None,
    came_up: int = 0,
    template: str = "portal/filing_step.html",
) -> HttpResponse:
    version: int = draft.form_version_id  # type: ignore[assignment]
    errors = errors or {}
    listed_errors = forms.error_list(version_id=version, errors=errors)
    sentence = ngettext(
        "Theo câu trả lời của bạn, cần thêm %(count)s câu ở dưới.",
        "Theo câu trả lời của bạn, cần thêm %(count)s câu ở dưới.",
        came_up,
    )
    context = {
        **frame(draft, number),
        "title": step_names(draft)[number - 1],
        "errors": [(forms.anchor(key), sentence) for key, sentence in listed_errors],
        "came_up": sentence % {"count": came_up} if came_up else "",
        "fields": forms.render(
            version_id=version, data=draft.data, errors=errors, sources=drafts.sources_of(draft), page=number - 1
        ),
        "action": reverse("portal:filing_step", args=[draft.pk, number]),
    }
    return render(request, template, context, status=422 if errors else 200)


@access("signed_in")
@require_http_methods(["GET", "POST"])
@own_draft
def review(request: AuthenticatedRequest, draft: Draft) -> HttpResponse:
    """Everything once more, what would be refused and why, then send."""
    refused: list[one_stop.Finding] = []
    if request.method == "POST":
        channel = request.POST.get("return_channel", "")
        draft.return_channel = channel if channel in RETURN_CHANNELS else "electronic"
        draft.save(update_fields=["return_channel", "updated_at"])
        try:
            with transaction.atomic():
                drafts.send(draft, actor=request.actor, at=timezone.now())
            return redirect("portal:filing_sent", draft.pk)
        except one_stop.RefusedError as error:
            draft.dossier_code = ""
            refused = list(error.findings)
        except (PermissionError, one_stop.RepeatedWithOtherContentError) as error:
            refused = [one_stop.Finding("", str(error))]
    return _show_review(request, draft, refused)


def _show_review(request: AuthenticatedRequest, draft: Draft, refused: list[one_stop.Finding]) -> HttpResponse:
    at = timezone.now()
    try:
        found = refused or drafts.findings(draft, actor=request.actor, at=at)
    except one_stop.RefusedError as error:
        found = list(error.findings)
    names = step_names(draft)
    drafts.reach(draft, len(names) - 1)
    context = {
        **frame(draft, len(names)),
        "blocking": [(address_of(draft, f.place), _sentence(draft, f)) for f in found if f.blocking],
        "warnings": [_sentence(draft, f) for f in found if not f.blocking],
        "was_sent": bool(refused),
        "groups": _summary(draft),
        "papers": draft.papers,
        "unit": _unit_name(draft),
        "fees": _fees(request, draft, at),
        "channels": list(RETURN_CHANNELS.items()),
    }
    return render(request, "portal/filing_review.html", context, status=422 if refused else 200)


def _sentence(draft: Draft, finding: one_stop.Finding) -> str:
    if draft.form_version_id is None or forms.page_of(version_id=draft.form_version_id, key=finding.place) is None:
        return finding.sentence
    named = forms.error_list(version_id=draft.form_version_id, errors={finding.place: finding.sentence})
    return named[0][1]


def _summary(draft: Draft) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(title, address of its page, lines)."""
    if draft.form_version_id is None:
        return []
    groups = forms.summary_by_page(version_id=draft.form_version_id, data=draft.data)
    return [(title, reverse("portal:filing_step", args=[draft.pk, page + 1]), lines) for page, title, lines in groups]


def _unit_name(draft: Draft) -> str:
    try:
        binding = procedures.binding_on(code=draft.procedure_code, on=drafts.day_of(timezone.now()))
        return organizations.unit_by_key(key=draft.unit_key or binding.handling).name
    except LookupError:
        return ""


def _fees(request: AuthenticatedRequest, draft: Draft, at: datetime) -> list[procedures.FeeLine]:
    try:
        return list(drafts.fees(draft, actor=request.actor, at=at))
    except (LookupError, ValueError):
        return []


@access("signed_in")
@require_POST
@own_draft
def discard(request: AuthenticatedRequest, draft: Draft) -> HttpResponse:
    """Throw a draft away."""
    name = draft.procedure_name
    drafts.discard(draft)
    messages.success(request, gettext("Đã bỏ bản nháp «%(name)s».") % {"name": name})
    return redirect("portal:my")
