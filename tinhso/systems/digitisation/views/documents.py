"""One paper: the picture beside its fields, one key to confirm; and putting pages in order."""

from typing import Any

import cv2
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import public as files
from tinhso.foundation.files.public import FileRefusedError
from tinhso.systems.digitisation import copies, selectors, services
from tinhso.systems.digitisation.models import Document, Page
from tinhso.systems.digitisation.permissions import WORK
from tinhso.systems.digitisation.reading import opening
from tinhso.systems.digitisation.reading.fields import LABELS
from tinhso.systems.digitisation.services.confirming import day_as_written
from tinhso.systems.digitisation.services.pages import on_disk
from tinhso.systems.digitisation.views.opening import opened
from tinhso.systems.one_stop import public as one_stop

SMALL, LARGE = 360, 1600  # points of the longer side: in the strip, beside the fields


@access("official", *WORK)
@require_http_methods(["GET", "POST"])
def document(request: AuthenticatedRequest, document_id: int) -> HttpResponse:
    """Look, correct where something is wrong, press one key; the next paper comes by itself."""
    found = opened(lambda: selectors.document_for(document_id=document_id, actor=request.actor))
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        corrected = {name: request.POST[f"field-{name}"] for name in LABELS if f"field-{name}" in request.POST}
        try:
            services.confirm(document_id=found.pk, corrected=corrected, actor=request.actor, at=timezone.now())
        except PermissionError as error:
            raise PermissionDenied(str(error)) from error
        except (FileRefusedError, ValueError, LookupError) as error:
            errors = [("", str(error))]
        else:
            messages.success(request, f"Đã đưa «{found.name}» vào hồ sơ {found.dossier_code}.")
            following = selectors.next_to_confirm(found)
            return (
                redirect("digitisation:document", following.pk)
                if following
                else redirect("digitisation:batch", found.batch_id)
            )
    _note_reading(request, found)
    return render(
        request, "digitisation/document.html", _context(request, found, errors), status=422 if errors else 200
    )


def _context(request: AuthenticatedRequest, found: Document, errors: list[tuple[str, str]]) -> dict[str, Any]:
    pages = list(found.pages.defer("words", "search_text").order_by("position", "number"))
    wanted = request.GET.get("trang", "")
    shown = next((page for page in pages if str(page.number) == wanted), None)
    shown = shown or next((page for page in pages if page.kind == Page.Kind.CONTENT), pages[0] if pages else None)
    wanted_list = _list_of(found)
    return {
        "document": found,
        "batch": found.batch,
        "pages": pages,
        "shown": shown,
        "rows": [(name, label, _shown(name, found.fields.get(name, {}))) for name, label in LABELS.items()],
        "typed": request.POST,
        "list": wanted_list,
        "paper_options": [(paper.key, paper.name) for paper in wanted_list.papers] if wanted_list else [],
        "errors": errors,
    }


def _shown(name: str, field: dict[str, Any]) -> dict[str, Any]:
    """A field as a person writes it: the day as 12/11/2026."""
    return {**field, "value": day_as_written(field["value"])} if name == "date" and field else field


def _list_of(found: Document) -> one_stop.PaperList | None:
    try:
        return one_stop.papers_wanted(code=found.dossier_code) if found.dossier_code else None
    except LookupError:
        return None


def _note_reading(request: AuthenticatedRequest, found: Document | None) -> None:
    if found is None or not found.owner_number:
        return
    with transaction.atomic():
        accounts.note_reading(
            request.actor,
            owner=found.owner_number,
            what="Giấy tờ số hoá",
            purpose="Số hoá hồ sơ",
            subject=found.dossier_code,
        )


@access("official", *WORK)
@require_POST
def place(request: AuthenticatedRequest, document_id: int) -> HttpResponse:
    """Say which dossier, then which paper of its list."""
    found = opened(lambda: selectors.document_for(document_id=document_id, actor=request.actor))
    try:
        with transaction.atomic():
            services.assign(
                document_id=document_id,
                dossier_code=request.POST.get("dossier", "").strip().upper()[:60],
                paper_key=request.POST.get("paper", "")[:60],
                actor=request.actor,
                at=timezone.now(),
            )
    except (LookupError, ValueError, PermissionError) as error:
        _note_reading(request, found)
        context = _context(request, found, [("dossier", str(error))])
        return render(request, "digitisation/document.html", context, status=422)
    return redirect("digitisation:document", document_id)


@access("official", *WORK)
@require_POST
def merge(request: AuthenticatedRequest, document_id: int) -> HttpResponse:
    found = opened(lambda: selectors.document_for(document_id=document_id, actor=request.actor))
    try:
        with transaction.atomic():
            services.merge_with_previous(document_id=document_id, actor=request.actor, at=timezone.now())
    except (PermissionError, ValueError) as error:
        messages.error(request, str(error))
    return redirect("digitisation:batch", found.batch_id)


@access("official", *WORK)
@require_POST
def page_act(request: AuthenticatedRequest, page_id: int) -> HttpResponse:
    """Split before, earlier, later, blank, not blank: `do` names it."""
    page = opened(lambda: selectors.page_for(page_id=page_id, actor=request.actor))
    opened(lambda: selectors.batch_for(batch_id=page.batch_id, actor=request.actor))
    do, at = request.POST.get("do", ""), timezone.now()
    try:
        with transaction.atomic():
            if do == "split":
                services.split_before(page_id=page_id, actor=request.actor, at=at)
            elif do in ("earlier", "later"):
                services.move_page(page_id=page_id, earlier=do == "earlier", actor=request.actor, at=at)
            elif do in ("blank", "content"):
                services.mark_page(page_id=page_id, is_blank=do == "blank", actor=request.actor, at=at)
    except (PermissionError, ValueError, Document.DoesNotExist) as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(f"{reverse('digitisation:batch', args=[page.batch_id])}#p{page.number}")


@access("official")
def picture(request: AuthenticatedRequest, page_id: int) -> HttpResponse:
    """A page drawn from its master, turned upright; `?co=nho` for the strip."""
    page = opened(lambda: selectors.page_for(page_id=page_id, actor=request.actor))
    side = SMALL if request.GET.get("co") == "nho" else LARGE
    if side == LARGE:
        _note_reading(request, page.document)
    with on_disk(page.file.sha256) as path:
        drawn = copies.turned_up(opening.colour_page(path, page.file.media_type, page.file_page, side), page.turned)
    content = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
    answer = HttpResponse(content, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=600"
    return answer


@access("official", *WORK)
def copy(request: AuthenticatedRequest, document_id: int) -> HttpResponseBase:
    """The working copy, where it has been made."""
    found = opened(lambda: selectors.document_for(document_id=document_id, actor=request.actor))
    _note_reading(request, found)
    return opened(lambda: files.response(sha256=found.file_sha256, name=f"{found.name or 'giay-to'}.pdf", inline=True))
