"""One draft: what is wrong with it, what it changes, and its way to being published by a second person."""

import re
from datetime import date, datetime
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio import selectors, services
from tinhso.systems.studio.kinds import KINDS
from tinhso.systems.studio.models import Draft
from tinhso.systems.studio.views.common import rev_of, save, studio, text_of, the_draft
from tinhso.systems.studio.words import DIFFERENCES, DRAFTS, STATUSES

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@studio
def draft(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    return _page(request, the_draft(draft_id))


def _page(request: AuthenticatedRequest, draft: Draft, error: str = "") -> HttpResponse:
    kind, today = KINDS[draft.kind], timezone.localdate()
    judged = services.judged(draft)
    codes = (
        procedures.codes_of_process(process_key=draft.key, on=today)
        if draft.kind == "process"
        else procedures.codes_of_form(form_key=draft.key, on=today) if draft.kind == "form" else []
    )  # fmt: skip
    context = {
        "draft": draft,
        "word": DRAFTS[draft.kind],
        "status": STATUSES[draft.status],
        "judged": judged,
        "differences": _differences(draft) if draft.base_version_id else None,
        "difference_words": DIFFERENCES,
        "history": selectors.history(draft),
        "codes": codes,
        "is_second": selectors.is_second_person(draft, request.actor.key),
        "is_submitter": draft.submitted_by == request.actor.key,
        "today": today,
        "error": error,
        "suffix": kind.suffix,
        "purpose": request.POST.get("purpose", draft.purpose),
    }
    return render(request, "studio/draft.html", context, status=422 if error else 200)


def _differences(draft: Draft) -> list[object]:
    try:
        return list(KINDS[draft.kind].compare(KINDS[draft.kind].content_of(draft.base_version_id or 0), draft.content))
    except (workflow.ProcessRefusedError, forms.FormRefusedError, ValueError):
        return []  # the draft cannot be read: its problems say so


@studio
@require_POST
def act(request: AuthenticatedRequest, draft_id: int, step: str) -> HttpResponse:
    """submit | return | publish | discard | undo; what cannot be done is said on the draft's page."""
    found, at = the_draft(draft_id), timezone.now()
    try:
        with transaction.atomic():
            said = _STEPS[step](request, found, at) if step in _STEPS else ""
    except services.DraftError as error:
        return _page(request, selectors.get_draft(draft_id), str(error))
    if said:
        messages.success(request, said)
    return redirect("studio:home" if step == "discard" else "studio:draft", *([] if step == "discard" else [draft_id]))


def _submit(request: AuthenticatedRequest, found: Draft, at: datetime) -> str:
    services.submit(draft_id=found.pk, rev=rev_of(request), purpose=request.POST.get("purpose", ""),
                    actor=request.actor, at=at)  # fmt: skip
    return "Đã trình: người thứ hai xem và ban hành."


def _send_back(request: AuthenticatedRequest, found: Draft, at: datetime) -> str:
    services.send_back(draft_id=found.pk, remark=request.POST.get("remark", ""), actor=request.actor, at=at)
    return "Đã trả về để sửa."


def _publish(request: AuthenticatedRequest, found: Draft, at: datetime) -> str:
    day = _DAY.fullmatch(request.POST.get("on", "").strip())
    try:
        on = date(int(day[3]), int(day[2]), int(day[1])) if day else None
    except ValueError:
        on = None
    if on is None:
        raise services.DraftError("Ngày áp dụng viết như 05/12/2026.")
    services.publish(draft_id=found.pk, on=on, actor=request.actor, at=at, today=timezone.localdate())
    return f"Đã ban hành; hồ sơ nhận từ ngày {on:%d/%m/%Y} đi theo bản này, hồ sơ đang giải quyết giữ bản cũ."


def _discard(request: AuthenticatedRequest, found: Draft, at: datetime) -> str:
    services.discard(draft_id=found.pk, actor=request.actor, at=at)
    return "Đã bỏ bản nháp."


def _undo(request: AuthenticatedRequest, found: Draft, at: datetime) -> str:
    services.undo(draft_id=found.pk, rev=rev_of(request), actor=request.actor, at=at)
    return "Đã hoàn tác."


_STEPS = {"submit": _submit, "return": _send_back, "publish": _publish, "discard": _discard, "undo": _undo}


@studio
def file(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """The draft as a file, to be opened in another modeller."""
    found = the_draft(draft_id)
    kind = KINDS[found.kind]
    answer = HttpResponse(found.content, content_type=kind.media_type)
    if "save" in request.GET:
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.key + kind.suffix)}"
    return answer


@studio
@require_POST
def replace_file(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """The draft from a file made elsewhere, or from the drawing; JSON for the drawing, a page for people."""
    found = the_draft(draft_id)
    uploaded = request.FILES.get("file")
    content, error = request.POST.get("content", ""), ""
    try:
        if uploaded:
            content = services.with_key(found.kind, text_of(uploaded), found.key, found.name)
        elif not content.strip():
            error = "Chọn một tệp."
    except services.DraftError as refusal:
        error = str(refusal)
    error = error or save(request, found, content, "Thay bằng tệp" if uploaded else "Sửa trên hình vẽ")
    if request.headers.get("Accept") == "application/json":
        return _told(found.pk, error)
    return _page(request, selectors.get_draft(draft_id), error) if error else redirect("studio:draft", draft_id)


def _told(draft_id: int, error: str) -> HttpResponse:
    now = selectors.get_draft(draft_id)
    judged = services.judged(now)
    body = {
        "rev": now.rev,
        "error": error,
        "problems": [list(one) for one in judged.problems],
        "doubts": [list(one) for one in judged.doubts],
        "proof": judged.proof,
    }
    return JsonResponse(body, status=409 if error else 200)
