"""The list of batches with what is read of each, sending one, and one batch as a strip of pages."""

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files.public import FileRefusedError
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.systems.digitisation import permissions, selectors, services
from tinhso.systems.digitisation.models import Batch
from tinhso.systems.digitisation.permissions import WORK
from tinhso.systems.digitisation.reading import tesseract
from tinhso.systems.digitisation.views.opening import opened
from tinhso.systems.one_stop import public as one_stop


@access("official", *WORK)
@require_http_methods(["GET", "POST"])
def batches(request: AuthenticatedRequest) -> HttpResponse:
    """Newest first; what is being read shows how far it is."""
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            return _send(request)
        except FileRefusedError as error:
            errors = [("scan", str(error))]
        except (LookupError, PermissionError) as error:
            errors = [("dossier", str(error))]
    before, status = request.GET.get("before", ""), request.GET.get("status", "")
    status = status if status in Batch.Status.values else ""
    found = selectors.batches_for(actor=request.actor, before=int(before) if before.isdigit() else None, status=status)
    context = {
        "batches": found,
        "status": status,
        "chips": [(word, f"?status={key}", key == status, None) for key, word in Batch.Status.choices],
        "paged": bool(before),
        "following": found[-1].pk if len(found) == selectors.LIST else None,
        "reading": any(one.status in ("queued", "reading") for one in found),
        "priorities": Batch.Priority.choices,
        "typed": request.POST,
        "errors": errors,
        "folder": organizations.get_unit(unit_id=permissions.unit_of(request.actor)).key,
        "notice": "" if tesseract.is_there() else tesseract.MISSING,
    }
    return render(request, "digitisation/batches.html", context, status=422 if errors else 200)


def _send(request: AuthenticatedRequest) -> HttpResponse:
    code = request.POST.get("dossier", "").strip().upper()[:60]
    if code and (why := one_stop.why_not_scan(code=code, actor=request.actor)):
        raise PermissionError(why)
    sent = request.FILES.getlist("scan")
    scans = [
        (one.name or "ban-quet", services.keep_scan(content=cast(BinaryIO, one), name=one.name or "ban-quet"))
        for one in sent
    ]
    priority = request.POST.get("priority", "")
    with transaction.atomic():
        received = services.receive_batch(
            unit_id=permissions.unit_of(request.actor),
            scans=scans,
            name=scans[0][0] if scans else "",
            source=Batch.Source.UPLOAD,
            actor=request.actor,
            at=timezone.now(),
            priority=int(priority) if priority in map(str, Batch.Priority.values) else Batch.Priority.NORMAL,
            dossier_code=code,
        )
        if received.is_new:
            services.enqueue(batch_id=received.batch.pk, priority=received.batch.priority)
    if received.is_new:
        messages.success(request, "Đã nhận lô quét, đang chờ đọc. Đồng chí làm việc khác được.")
    else:
        messages.info(
            request,
            f"Lô này đã gửi lúc {timezone.localtime(received.batch.received_at):%H:%M %d/%m/%Y}; không nhận lần nữa.",
        )
    return redirect("digitisation:batch", received.batch.pk)


@access("official", *WORK)
def batch(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """Its papers, each with its pages in order, and what can be done with them."""
    found = opened(lambda: selectors.batch_for(batch_id=batch_id, actor=request.actor))
    groups = selectors.papers_of(found)
    plain = [paper for paper, _ in groups if paper and paper.status == "ready" and not paper.doubts]
    context = {
        "batch": found,
        "groups": groups,
        "plain": len(plain),
        **_signing(request, found),
        "is_reading": found.status in ("queued", "reading"),
    }
    return render(request, "digitisation/batch.html", context)


def _signing(request: AuthenticatedRequest, found: Batch) -> dict[str, Any]:
    """How many papers wait for this officer's signature and for the agency's, and why they cannot be signed."""
    sign, seal = services.to_sign(found, request.actor).count(), services.to_seal(found).count()
    post_id = services.sealing_post(found, request.actor) if seal else None
    able = signing.can_sign(actor=request.actor) if sign else None
    keeps = signing.can_sign(actor=request.actor, kind="seal", post_id=post_id) if post_id is not None else None
    return {
        "to_sign": sign if able and able.is_able else 0,
        "to_seal": seal if keeps and keeps.is_able else 0,
        "why_not_sign": " ".join(one.sentence for one in (able, keeps) if one and not one.is_able),
    }


@access("official", *WORK)
@require_POST
def confirm_plain(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """Confirm every paper in which nothing is doubtful."""
    found = opened(lambda: selectors.batch_for(batch_id=batch_id, actor=request.actor))
    try:
        count = services.confirm_plain(batch=found, actor=request.actor, at=timezone.now())
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error
    except (FileRefusedError, ValueError, LookupError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Đã đưa {count} giấy vào hồ sơ.")
    return redirect("digitisation:batch", batch_id)


@access("official", *WORK)
@require_POST
def urge(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """Read this batch before others: somebody waits at the desk."""
    found = opened(lambda: selectors.batch_for(batch_id=batch_id, actor=request.actor))
    with transaction.atomic():
        services.urge(batch_id=found.pk)
    messages.success(request, "Lô này được đọc trước.")
    return redirect("digitisation:batch", batch_id)
