"""The desk's screens: the list, a new original, one copy beside its scan."""

from datetime import date
from functools import partial
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.core import signing as sealing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.files import intake
from tinhso.foundation.files import public as files
from tinhso.lib.days import day_of
from tinhso.lib.identifiers import check_personal_id, check_tax_code, sentence_of
from tinhso.systems.certified_copies import permissions, selectors
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.services import certifying, receiving
from tinhso.systems.certified_copies.services.receiving import CopyRefusedError, Shown
from tinhso.systems.certified_copies.views.showing import Errors, due, opened, refusal_of, said, show

RIGHTS = (Right.RECEIVE, Right.APPROVE, Right.NUMBER)


@access("official", *RIGHTS)
@require_GET
def copies(request: AuthenticatedRequest) -> HttpResponse:
    """Copies of the official's communes, by where they stand."""
    units = permissions.units_of(request.actor, *RIGHTS)
    group = request.GET.get("group", "comparing")
    if group not in selectors.GROUPS:
        raise Http404
    after = request.GET.get("after", "")
    found = selectors.copies(units, group, after=int(after) if after.isdigit() and len(after) < 18 else None)
    context = {
        "rows": [(copy, due(copy)) for copy in found[: selectors.PAGE]],
        "groups": [(label, f"?group={key}", key == group, None) for key, (label, _states) in selectors.GROUPS.items()],
        "after": f"?group={group}&after={found[selectors.PAGE - 1].pk}" if len(found) > selectors.PAGE else None,
        "may_receive": bool(permissions.units_of(request.actor, Right.RECEIVE)),
        "may_sign": bool(permissions.units_of(request.actor, Right.APPROVE)),
        "may_seal": bool(permissions.units_of(request.actor, Right.NUMBER)),
    }
    return render(request, "certified_copies/copies.html", context)


@access("official", Right.RECEIVE)
@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedRequest) -> HttpResponse:
    """An original is shown: scan it, write down what it is and whose."""
    if not permissions.units_of(request.actor, Right.RECEIVE):
        raise PermissionDenied("Chỉ công chức Một cửa của xã, phường nhận bản chính để chứng thực.")
    typed = {key: " ".join(request.POST.get(key, "").replace("\x00", "").split())[:300] for key in FIELDS}
    errors: Errors = []
    if request.method == "POST":
        shown, errors = _shown(typed)
        scan = _scan(request, typed, errors)
        if scan is not None and not errors:
            try:
                with transaction.atomic():
                    made = receiving.receive(
                        shown, scan, actor=request.actor, once=typed["once"] or uuid4().hex, at=timezone.now()
                    )
            except CopyRefusedError as refused:
                errors.append((refused.field, str(refused)))
            else:
                return redirect("certified_copies:copy", made.key)
    typed["once"] = typed["once"] or uuid4().hex
    typed["owner_kind"] = typed["owner_kind"] or "citizen"
    typed["dossier_code"] = typed["dossier_code"] or request.GET.get("dossier", "").replace("\x00", "")[:60]
    return _form(request, typed, errors)


def _form(
    request: AuthenticatedRequest, typed: dict[str, str], errors: Errors, copy: CertifiedCopy | None = None
) -> HttpResponse:
    context = {
        "copy": copy,
        "typed": typed,
        "errors": errors,
        "wrong": dict(errors),
        "limit_mb": f"{files.size_limit() // 1_000_000} MB",
    }
    return render(request, "certified_copies/new.html", context, status=422 if errors else 200)


@access("official", Right.RECEIVE)
@require_http_methods(["GET", "POST"])
def correction(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """What was written down or scanned wrongly is set right, before it is compared and sent on."""
    found = opened(request, key)
    if why := permissions.why_not(request.actor, Right.RECEIVE, found):
        raise PermissionDenied(why)
    if found.state != CertifiedCopy.State.COMPARING:
        messages.warning(request, f"Bản sao này đã sang bước «{found.get_state_display()}», không sửa được nữa.")
        return redirect("certified_copies:copy", key)
    if request.method == "GET":
        return _form(request, _as_typed(found), [], found)
    typed = {key: " ".join(request.POST.get(key, "").replace("\x00", "").split())[:300] for key in FIELDS}
    shown, errors = _shown(typed)
    not_taken = intake.over_limit(request) or intake.without_space(request)
    has_scan = "file" in request.FILES or not_taken or bool(typed["scan"])
    scan = _scan(request, typed, errors) if has_scan else None
    if not errors:
        try:
            with transaction.atomic():
                receiving.correct(found, shown, scan, actor=request.actor, at=timezone.now())
        except CopyRefusedError as refused:
            errors.append((refused.field, str(refused)))
        else:
            messages.success(request, "Đã sửa. Đối chiếu lại rồi chuyển ký." if scan else "Đã sửa thông tin.")
            return redirect("certified_copies:copy", key)
    return _form(request, typed, errors, found)


def _as_typed(copy: CertifiedCopy) -> dict[str, str]:
    kept = {name: str(getattr(copy, name)) for name in FIELDS if name not in ("original_date", "scan")}
    return {**kept, "scan": "", "original_date": f"{copy.original_date:%d/%m/%Y}" if copy.original_date else ""}


FIELDS = (
    "name", "issuer", "original_number", "original_date", "owner_kind", "owner_name", "owner_number", "dossier_code",
    "once", "scan",
)  # fmt: skip
SCAN_SALT, SCAN_KEPT = "certified_copies.scan", 8 * 3600  # seconds


def _shown(typed: dict[str, str]) -> tuple[Shown, Errors]:
    errors: Errors = []
    if len(typed["name"]) < 3:
        errors.append(("name", "Ghi tên bản chính, ví dụ: Bằng tốt nghiệp trung học phổ thông"))
    if len(typed["issuer"]) < 3:
        errors.append(("issuer", "Ghi cơ quan, tổ chức đã cấp bản chính"))
    if len(typed["owner_name"]) < 2:
        errors.append(("owner_name", "Ghi họ tên người, hoặc tên tổ chức yêu cầu chứng thực"))
    kind = "business" if typed["owner_kind"] == "business" else "citizen"
    check = check_tax_code if kind == "business" else check_personal_id
    checked = check(typed["owner_number"])
    if not typed["owner_number"]:
        errors.append(("owner_number", "Ghi số định danh của người yêu cầu, hoặc mã số của tổ chức"))
    elif not checked.is_usable:
        errors.append(("owner_number", " ".join(sentence_of(reason) for reason in checked.reasons)))
    day: date | None = None
    if typed["original_date"]:
        day = day_of(typed["original_date"])
        if day is None:
            errors.append(("original_date", "Ngày có dạng 05/11/2026"))
        elif day > timezone.localdate():
            errors.append(("original_date", "Ngày của bản chính ở sau hôm nay"))
    shown = Shown(
        typed["name"], typed["issuer"], typed["original_number"], day, kind, typed["owner_name"], checked.text,
        typed["dossier_code"].upper(),
    )  # fmt: skip
    return shown, errors


def _scan(request: AuthenticatedRequest, typed: dict[str, str], errors: Errors) -> files.StoredFile | None:
    """The scan sent now, or the one kept while something else was set right, which the form carries sealed."""
    sent = request.FILES.get("file")
    if intake.over_limit(request):
        errors.append(("file", f"Tệp nặng hơn {files.size_limit() // 1_000_000} MB. Quét lại ở 200 dpi, thang xám"))
    elif intake.without_space(request):
        errors.append(("file", str(intake.no_space())))
    elif sent is None and (kept := _kept_scan(typed["scan"])):
        return kept
    elif sent is None:
        errors.append(("file", "Chọn bản quét của bản chính"))
    else:
        try:
            stored = files.keep(content=cast(BinaryIO, sent), name=sent.name or "ban-quet")
        except files.FileRefusedError as refused:
            errors.extend(("file", problem.sentence) for problem in refused.problems)
        else:
            typed["scan"] = sealing.dumps(stored.sha256, salt=SCAN_SALT)
            return stored
    return None


def _kept_scan(sealed: str) -> files.StoredFile | None:
    try:
        return files.stored(sha256=sealing.loads(sealed, salt=SCAN_SALT, max_age=SCAN_KEPT))
    except (sealing.BadSignature, LookupError):
        return None


@access("official", *RIGHTS)
@require_GET
def copy(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """One copy beside its scan; that a leader has opened it is kept, for only what was seen is signed."""
    found = opened(request, key)
    if not permissions.why_not(request.actor, Right.APPROVE, found):
        with transaction.atomic():
            certifying.note_seen(found, request.actor)
    accounts.note_reading(
        request.actor, owner=found.owner_number, what=f"Bản sao chứng thực: {found.name}"[:300],
        purpose="Chứng thực bản sao", subject=found.dossier_code,
    )  # fmt: skip
    return show(request, found)


@access("official", *RIGHTS)
@require_GET
def file(request: AuthenticatedRequest, key: UUID, which: str) -> HttpResponseBase:
    """The scan, or the copy as far as it is made."""
    found = opened(request, key)
    sha256 = {"scan": found.scan_sha256, "copy": found.latest_sha256}.get(which, "")
    if not sha256:
        raise Http404
    return files.response(sha256=sha256, name=f"{which}-{found.pk}.pdf", inline=True)


@access("official", Right.RECEIVE)
@require_POST
def comparison(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """Pages ticked; «đã đối chiếu» sends the copy on, «lưu» keeps what was ticked."""
    found = opened(request, key)
    pages = [int(page) for page in request.POST.getlist("pages") if page.isdigit() and len(page) < 5]
    is_done = request.POST.get("done") == "1"
    try:
        with transaction.atomic():  # pages ticked so far are kept even where some are missing
            try:
                receiving.compare(found, pages=pages, is_done=is_done, actor=request.actor, at=timezone.now())
            except CopyRefusedError as refused:
                problem: CopyRefusedError | None = refused
            else:
                problem = None
    except PermissionError as denied:
        raise PermissionDenied(str(denied)) from denied
    found.refresh_from_db()
    if problem is not None:
        return show(request, found, errors=[(problem.field, str(problem))])
    messages.success(request, "Đã đối chiếu, chuyển lãnh đạo ký." if is_done else "Đã lưu các trang đã đối chiếu.")
    return redirect("certified_copies:copy", key)


@access("official", Right.RECEIVE, Right.APPROVE)
@require_POST
def refusal(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """No certification, for a reason of law."""
    found = opened(request, key)
    note = request.POST.get("note", "").replace("\x00", "")[:1000]
    act = partial(receiving.refuse, found, reason=request.POST.get("reason", ""), note=note)
    return refusal_of(request, found, act) or said(
        request, "Đã ghi từ chối chứng thực, kèm lý do.", "certified_copies:copy", key
    )


@access("official", Right.APPROVE)
@require_POST
def return_to_desk(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """The leader sends it back, with what is to be set right."""
    found = opened(request, key)
    reason = request.POST.get("back_reason", "").replace("\x00", "")[:2000]
    act = partial(receiving.send_back, found, reason=reason)
    return refusal_of(request, found, act) or said(request, "Đã trả lại quầy, kèm lý do.", "certified_copies:signing")
