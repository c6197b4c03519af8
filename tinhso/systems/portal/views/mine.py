"""A person's own dossiers: the list, one dossier, and what they can do with it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.design import jinja
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import answers
from tinhso.systems.portal.views import filing
from tinhso.systems.vault import public as vault

PAGE = 20
LONGEST_REASON = 1000
SHORTEST_REASON = 5
SLIPS = {
    "supplement": gettext_lazy("Phiếu yêu cầu bổ sung (PDF)"),
    "refusal": gettext_lazy("Phiếu từ chối (PDF)"),
    "apology": gettext_lazy("Thư xin lỗi, hẹn lại (PDF)"),
    "stop": gettext_lazy("Thông báo dừng giải quyết (PDF)"),
}


def own_tracking(request: AuthenticatedRequest, code: str) -> one_stop.Tracking:
    """The dossier if it is this person's. A dossier of somebody else answers as if there were none."""
    try:
        found = one_stop.track(code=code, actor=request.actor, at=timezone.now())
    except (LookupError, PermissionError) as missing:
        raise Http404(gettext("Không có hồ sơ này trong các hồ sơ của bạn.")) from missing
    if not found.is_full:
        raise Http404(gettext("Không có hồ sơ này trong các hồ sơ của bạn."))
    return found


@access("signed_in")
@require_GET
def my(request: AuthenticatedRequest) -> HttpResponse:
    """Drafts and dossiers, those that wait for the person first."""
    at = timezone.now()
    actor = request.actor
    after = request.GET.get("after") or None
    found = one_stop.my_dossiers(actor=actor, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    context = {
        "waiting": [(t, answers.badge(t, at)) for t in shown if t.asks],
        "others": [(t, answers.badge(t, at)) for t in shown if not t.asks],
        "name_of": answers.name_of,
        "following": f"?after={one_stop.cursor_after(code=shown[-1].code)}" if len(found) > PAGE else None,
        "first": request.path if after else None,
        "drafts": filing.listed(actor) if not after else [],
    }
    return render(request, "portal/my.html", context)


@access("signed_in")
@require_GET
def dossier(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """One dossier: the answer, who has it, until when, why that date, its way, what can be done, who looked."""
    return _show(request, own_tracking(request, code))


def _show(request: AuthenticatedRequest, tracking: one_stop.Tracking, **more: Any) -> HttpResponse:
    actor = request.actor
    looked = [r for r in audit.readings_of(owner=actor.identity_number) if r.subject == tracking.code]
    context = {
        "t": tracking,
        "name_of": answers.name_of,
        "answer": answers.answer(tracking, at=timezone.now()),
        "steps": [_line(step) for step in tracking.steps],
        "receipt_href": reverse("portal:receipt", args=[tracking.code]),
        "result_href": reverse("portal:result", args=[tracking.code]) if tracking.result_sha256 else None,
        "verdict": signing.words_of(sha256=tracking.result_sha256) if tracking.result_sha256 else None,
        "slips": [(reverse("one_stop:printing", args=[tracking.code, key]), SLIPS[key]) for key in tracking.slips],
        "parts": [(part, answers.badge(part, timezone.now())) for part in tracking.parts],
        "looked": looked[:5],
        "looked_count": len(looked),
        "errors": [],
        "typed": {"score": str(tracking.rating or ""), "comment": tracking.rating_comment},
        **more,
    }
    return render(request, "portal/dossier.html", context, status=422 if more.get("errors") else 200)


def _line(step: one_stop.Step) -> dict[str, str]:
    """A line of the dossier's way: when, who, where, then the remark."""
    place = "" if step.who and step.who in step.note else ", ".join(part for part in (step.who, step.unit) if part)
    when = f"{timezone.localtime(step.at):%H:%M} {jinja.day(step.at)}" if step.at else ""
    note = ". ".join(part for part in (when, place, step.note.rstrip(".")) if part)
    name = answers.step_name(step.name) if step.state == "current" else step.name
    return {"name": gettext(name), "note": note, "state": step.state}


@access("signed_in")
@require_GET
def result(request: AuthenticatedRequest, code: str) -> HttpResponseBase:
    """The result's file, to its owner."""
    tracking = own_tracking(request, code)
    if not tracking.result_sha256:
        raise Http404(gettext("Hồ sơ này chưa có kết quả bản điện tử."))
    with transaction.atomic():
        vault.note_dossier_reading(
            dossier_code=tracking.code, owner_number="", sha256=tracking.result_sha256, actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
    return files.response(sha256=tracking.result_sha256, name=f"{tracking.result_name or code}.pdf")


@access("signed_in")
@require_http_methods(["GET", "POST"])
def withdrawal(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Withdraw a dossier, with a reason, after asking once more."""
    tracking = own_tracking(request, code)
    reason = " ".join(request.POST.get("reason", "").split())[:LONGEST_REASON]
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        if len(reason) < SHORTEST_REASON:
            errors.append(("reason", gettext("Viết vài chữ vì sao bạn rút hồ sơ")))
        elif sentence := _withdraw(request, code, reason):
            errors.append(("", sentence))
        else:
            messages.success(request, gettext("Đã rút hồ sơ %(code)s. Bạn nộp lại lúc nào cũng được.") % {"code": code})
            return redirect("portal:dossier", code)
    context = {"t": tracking, "name_of": answers.name_of, "errors": errors, "reason": request.POST.get("reason", "")}
    return render(request, "portal/withdrawal.html", context, status=422 if errors else 200)


def _withdraw(request: AuthenticatedRequest, code: str, reason: str) -> str:
    """Empty when done, else why not."""
    try:
        with transaction.atomic():
            one_stop.withdraw(code=code, actor=request.actor, reason=reason, at=timezone.now())
    except (PermissionError, one_stop.RefusedError) as refused:
        return str(refused)
    return ""


@access("signed_in")
@require_POST
def rating(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """One to five, with a word if the person likes."""
    tracking = own_tracking(request, code)
    comment = request.POST.get("comment", "").strip()[:LONGEST_REASON]
    score = request.POST.get("score", "")
    typed = {"score": score, "comment": comment}
    if score not in {"1", "2", "3", "4", "5"}:
        return _show(request, tracking, errors=[("score", gettext("Chọn một mức từ 1 đến 5"))], typed=typed)
    try:
        with transaction.atomic():
            one_stop.rate(
                code=code,
                actor=request.actor,
                score=int(score),
                comment=comment,
                at=timezone.now(),
            )
    except (PermissionError, one_stop.RefusedError) as refused:
        return _show(request, tracking, errors=[("", str(refused))], typed=typed)
    messages.success(request, gettext("Cảm ơn bạn. Ý kiến của bạn tới thẳng người phụ trách bộ phận Một cửa."))
    return redirect("portal:dossier", code)
