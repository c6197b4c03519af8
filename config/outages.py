"""The database gone for a while: requests wait for it (the pool, 25 seconds), reads are tried once more.

What cannot be answered is a clear page, never a half-done act.
"""

import logging
import sys
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template import loader
from django.utils.translation import gettext

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 10
GONE = ("57P", "08", "53")  # shut down, broken connection, no more connections or disk
TRY_AGAIN = ("40",)  # deadlock, serialisation: nothing was written


def sqlstate(error: BaseException | None) -> str | None:
    """The SQLSTATE of a database error; an empty text where the server said nothing, as when it died."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_outage(error: BaseException | None) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = sqlstate(error) or ""
    return not state or state.startswith(GONE + TRY_AGAIN)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: an outage is 503 and says that nothing was lost; anything else is our fault and is logged."""
    if is_outage(sys.exc_info()[1]):
        return unavailable(request)
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": gettext("Hệ thống gặp lỗi; chúng tôi đã được báo.")}, status=500)
    return HttpResponseServerError(loader.render_to_string("outage.html", {"outage": False}))


def unavailable(request: HttpRequest) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/api/"):
        sentence = gettext("Cơ sở dữ liệu tạm gián đoạn; gửi lại với cùng khoá sau ít giây, không sợ ghi trùng.")
        response = JsonResponse({"detail": sentence}, status=503)
    else:
        sent = request.method not in {"GET", "HEAD"}
        response = HttpResponse(loader.render_to_string("outage.html", {"outage": True, "sent": sent}), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.database_gone = True  # type: ignore[attr-defined]
    return response


class OutageMiddleware:
    """Outermost: a read that met a database going down is tried once more, by then the pool has a living connection."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method in {"GET", "HEAD"} and getattr(response, "database_gone", False):
            log.warning("%s is tried again: the database went away", request.path)
            response = self.get_response(request)
        return response
