"""What the owner does with the store: upload, hide, remove, see who read, take everything home."""

from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import intake
from tinhso.foundation.files import public as files
from tinhso.systems.vault import permissions
from tinhso.systems.vault.selectors import rows
from tinhso.systems.vault.services import exporting, keeping
from tinhso.systems.vault.views.entering import own_store, owned

ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp"
PAGE = 50
Errors = list[tuple[str, str]]


@access("signed_in")
@require_http_methods(["GET", "POST"])
def upload(request: AuthenticatedRequest) -> HttpResponse:
    """A paper of one's own, into a zone apart."""
    errors: Errors = []
    name = " ".join(request.POST.get("name", "").replace("\x00", "").split())[:500]
    if request.method == "POST":
        errors = _upload(request, name)
        if not errors:
            messages.success(request, gettext("Đã cất «%(name)s» vào kho.") % {"name": name})
            return redirect("vault:home")
    context: dict[str, Any] = {
        "errors": errors,
        "name": name,
        "accept": ACCEPT,
        "is_sure": permissions.is_sure(request.actor),
        "limit_mb": f"{files.size_limit() // 1_000_000} MB",
    }
    return render(request, "vault/upload.html", context, status=422 if errors else 200)


def _upload(request: AuthenticatedRequest, name: str) -> Errors:
    actor, at = request.actor, timezone.now()
    if not permissions.is_sure(actor):
        return [("", gettext("Cần tài khoản định danh mức 2 để cất giấy tờ vào kho."))]
    sent = request.FILES.get("file")
    errors: Errors = []
    if len(name) < 3:
        errors.append(("name", gettext("Ghi tên giấy tờ, ví dụ: Hợp đồng thuê nhà")))
    if intake.over_limit(request):
        errors.append(("file", gettext("Tệp quá nặng. Chụp lại ở cỡ vừa, hoặc tách thành nhiều tệp.")))
    elif intake.without_space(request):
        errors.append(("file", str(intake.no_space())))
    elif sent is None:
        errors.append(("file", gettext("Chọn một tệp PDF hoặc ảnh chụp")))
    if errors or sent is None:
        return errors
    try:
        with transaction.atomic():
            kind = "business" if actor.kind == "business" else "citizen"
            store = keeping.store_for(number=actor.identity_number, kind=kind, name=actor.name, at=at)
            keeping.upload_own(
                store, actor=actor, content=cast(BinaryIO, sent), file_name=sent.name or "tep", name=name, at=at
            )
    except files.FileRefusedError as refused:
        return [("file", problem.sentence) for problem in refused.problems]
    return []


@access("signed_in")
@require_POST
def hiding(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """Out of sight of desks and pickers, or back."""
    paper = owned(request, key)
    hidden = request.POST.get("hidden") == "1"
    with transaction.atomic():
        keeping.hide(paper, actor=request.actor, hidden=hidden, at=timezone.now())
    messages.success(request, gettext("Đã ẩn giấy này.") if hidden else gettext("Giấy này hiện lại rồi."))
    return redirect("vault:paper", key)


@access("signed_in")
@require_POST
def removal(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """One's own upload goes; what an agency issued stays."""
    paper = owned(request, key)
    try:
        with transaction.atomic():
            keeping.remove_own(paper, actor=request.actor, at=timezone.now())
    except PermissionError as refused:
        messages.warning(request, str(refused))
        return redirect("vault:paper", key)
    messages.success(request, gettext("Đã xoá «%(name)s» khỏi kho.") % {"name": paper.name})
    return redirect("vault:home")


@access("signed_in")
@require_GET
def readings(request: AuthenticatedRequest) -> HttpResponse:
    """Every reading by an official, a system, a link or a delegate, the latest first."""
    store = own_store(request.actor)
    lines: list[rows.ReadingLine] = []
    following = ""
    if store is not None:
        lines, following = rows.readings_of_store(store, after=request.GET.get("after", "")[:60], limit=PAGE)
    context = {
        "readings": lines,
        "following": f"?after={following}" if following else None,
        "first": request.path if request.GET.get("after") else None,
    }
    return render(request, "vault/readings.html", context)


@access("signed_in")
@require_http_methods(["GET", "POST"])
def export(request: AuthenticatedRequest) -> HttpResponseBase:
    """Everything as one archive; asked by a press, for it is written down."""
    store = own_store(request.actor)
    errors: Errors = []
    if request.method == "POST" and store is not None:
        at = timezone.now()
        try:
            with transaction.atomic():
                archive = exporting.export(store, actor=request.actor, at=at)
            name = f"kho-giay-to-{timezone.localtime(at):%Y%m%d}.zip"
            return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")
        except ValueError as too_large:
            errors.append(("", str(too_large)))
        except OSError:
            sentence = gettext("Máy chủ không còn chỗ để đóng gói lúc này. Thử lại sau, kho của bạn vẫn nguyên.")
            errors.append(("", sentence))
    context = {"store": store, "errors": errors}
    return render(request, "vault/export.html", context, status=422 if errors else 200)
