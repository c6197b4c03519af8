"""Resumable uploads over HTTP: tus 1.0 with creation, creation-with-upload, checksum, termination and expiration.

The page sends the CSRF token of its form in `X-CSRFToken`. `GET` on an upload is ours: its state as JSON, with the
reasons why a finished file was not taken.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.http import http_date

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import public, services
from tinhso.foundation.files.models import UploadSession
from tinhso.foundation.files.problems import FileRefusedError
from tinhso.foundation.files.services import UploadStateError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
STATUS_OF = {"too_large": 413, "empty": 400, "no_space": 507, "too_many": 429}
PIECE = "application/offset+octet-stream"


def _tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Errors become tus answers with a Vietnamese sentence; every answer names the version."""

    @wraps(view)
    def answer(request: AuthenticatedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except LookupError as error:
            response = _sentence(404, str(error).strip("'"))
        except UnreadablePostError:
            response = _sentence(400, "Đường truyền đứt giữa chừng, phần đã tới được giữ lại")
        except FileRefusedError as error:
            first = error.problems[0]
            response = _sentence(STATUS_OF.get(first.code, 415), first.sentence, code=first.code)
        except UploadStateError as error:
            response = _sentence(error.status, str(error))
            if error.status in (409, 423, 460):
                response.headers["Upload-Offset"] = str(error.offset)
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def _sentence(status: int, sentence: str, code: str = "") -> HttpResponse:
    return JsonResponse({"code": code, "sentence": sentence}, status=status, json_dumps_params={"ensure_ascii": False})


@access("signed_in")
@_tus
def uploads(request: AuthenticatedRequest) -> HttpResponse:
    """POST makes an upload; OPTIONS says what we can do."""
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response.headers["Tus-Version"] = VERSION
        response.headers["Tus-Extension"] = EXTENSIONS
        response.headers["Tus-Max-Size"] = str(services.limit())
        response.headers["Tus-Checksum-Algorithm"] = ",".join(services.DIGESTS)
        return response
    if request.method != "POST":
        return _not_allowed("OPTIONS, POST")
    session = services.start_upload(
        owner=request.actor.key,
        name=_metadata(request.headers.get("Upload-Metadata", "")).get("filename", "tep"),
        size=_whole(request.headers.get("Upload-Length", "")),
    )
    response = HttpResponse(status=201)
    if request.content_type == PIECE:
        response.headers["Upload-Offset"] = str(_take(request, session, 0))
    response.headers["Location"] = f"/files/uploads/{session.pk}"
    response.headers["Upload-Expires"] = http_date(session.expires_at.timestamp())
    return response


@access("signed_in")
@_tus
def upload(request: AuthenticatedRequest, upload_id: str) -> HttpResponse:
    """HEAD: how far; PATCH: the next piece; DELETE: forget; GET: state as JSON."""
    session = services.session_of(upload_id=upload_id, owner=request.actor.key)
    if session.expires_at <= timezone.now() and not session.is_finished:
        return _sentence(410, "Phần tải dở đã quá 7 ngày nên không còn. Gửi lại tệp từ đầu")
    handler = {"HEAD": _state, "GET": _state, "PATCH": _piece, "DELETE": _forget}.get(request.method or "")
    return handler(request, session) if handler else _not_allowed("HEAD, GET, PATCH, DELETE")


def _state(request: HttpRequest, session: UploadSession) -> HttpResponse:
    seen = public.view_of(session)
    body = {
        "id": seen.id,
        "name": seen.name,
        "size": seen.size,
        "offset": seen.offset,
        "kept": seen.file is not None,
        "pages": seen.file.pages if seen.file else None,
        "problems": [problem.sentence for problem in seen.problems],
    }
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response.headers["Upload-Offset"] = str(seen.offset)
    response.headers["Upload-Length"] = str(seen.size)
    return response


def _piece(request: HttpRequest, session: UploadSession) -> HttpResponse:
    if request.content_type != PIECE:
        return _sentence(415, f"Phần của tệp phải gửi với kiểu {PIECE}")
    offset = _take(request, session, _whole(request.headers.get("Upload-Offset", "")))
    response = HttpResponse(status=204)
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Expires"] = http_date(session.expires_at.timestamp())
    return response


def _take(request: HttpRequest, session: UploadSession, offset: int) -> int:
    checksum = request.headers.get("Upload-Checksum", "")
    offset = services.receive_piece(session, request, offset=offset, checksum=checksum)  # type: ignore[arg-type]
    if offset == session.size:
        with transaction.atomic():
            services.finish(session)
    return offset


def _forget(request: HttpRequest, session: UploadSession) -> HttpResponse:
    with transaction.atomic():
        services.drop(session)
    return HttpResponse(status=204)


def _not_allowed(methods: str) -> HttpResponse:
    response = _sentence(405, "Không làm được như vậy ở địa chỉ này")
    response.headers["Allow"] = methods
    return response


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UploadStateError(400, "Thiếu cỡ của tệp hoặc vị trí của phần gửi")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """`filename <base64>,filetype <base64>`; what cannot be read is left out."""
    found = {}
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(encoded, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
