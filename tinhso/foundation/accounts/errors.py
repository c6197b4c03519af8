"""What a person sees when a door does not open: a sentence, and the next thing to do."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.access import StepUpRequiredError
from tinhso.foundation.accounts.records import ANONYMOUS
from tinhso.foundation.accounts.system_keys import KeyRefusedError


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def page(
    request: HttpRequest,
    status: int,
    *,
    title: str,
    sentence: str,
    href: str = "/",
    action: str = "",
) -> HttpResponse:
    """The page of an error, or its JSON for the API."""
    if is_api(request):
        return JsonResponse({"detail": sentence}, status=status, json_dumps_params={"ensure_ascii": False})
    if not hasattr(request, "actor"):
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
    words = {
        "title": title,
        "sentence": sentence,
        "href": href,
        "action": action or _("Về trang đầu"),
        "status": status,
    }
    return render(request, "accounts/error.html", words, status=status)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, or to the unlock page of a session that fell asleep, and back here afterwards."""
    if is_api(request):
        response = page(request, 401, title="", sentence=_("Cần đăng nhập hoặc khoá kết nối."))
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    entrance = reverse("accounts:unlock") if request.session.get("locked") else settings.LOGIN_URL
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_before(request)
    address = f"{entrance}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(_("Hãy đăng nhập lại."), status=401)
        response.headers["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _page_before(request: HttpRequest) -> str:
    """Where a form was sent from; a refused POST cannot be repeated by a link."""
    before = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}"
    return before[len(own) :] if before.startswith(own + "/") else "/"


def step_up(request: HttpRequest, assurance: int) -> HttpResponse:
    entrance = f"{reverse('accounts:vneid_start')}?{urlencode({'next': request.get_full_path()})}"
    return page(
        request,
        403,
        title=_("Cần định danh ở mức cao hơn"),
        sentence=str(StepUpRequiredError(assurance)),
        href=entrance,
        action=_("Đăng nhập bằng VNeID"),
    )


def closed(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        403,
        title=_("Bạn không có quyền vào trang này"),
        sentence=_(
            "Trang này dành cho người giữ một vị trí khác. "
            "Nếu công việc cần đến, hãy nhờ quản trị của đơn vị phân công vị trí."
        ),
        href=reverse("accounts:after_sign_in"),
        action=_("Về trang của tôi"),
    )


def change_password_first(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('account_change_password')}?{urlencode({'next': request.get_full_path()})}")


def refused_key(refusal: KeyRefusedError) -> HttpResponse:
    response = JsonResponse({"detail": str(refusal)}, status=refusal.status, json_dumps_params={"ensure_ascii": False})
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def refused_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`."""
    return page(
        request,
        403,
        title=_("Trang đã mở quá lâu"),
        sentence=_("Trang đã mở quá lâu hoặc trình duyệt chặn cookie. Hãy quay lại, tải lại trang rồi gửi lần nữa."),
        href=_page_before(request),
        action=_("Quay lại"),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler403`: the sentence of the rule that refused, where it gave one."""
    if isinstance(exception, StepUpRequiredError):
        return step_up(request, exception.assurance)
    if isinstance(exception, PermissionDenied) and str(exception):
        return page(request, 403, title=_("Không làm được việc này"), sentence=str(exception))
    return closed(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`: the sentence of the view that looked in vain, where it gave one."""
    given = exception.args[0] if type(exception) is Http404 and exception.args else ""
    is_sentence = isinstance(given, str) and " " in given and not given.startswith("No ")
    return page(
        request,
        404,
        title=_("Không có trang này"),
        sentence=given if is_sentence else _("Địa chỉ có thể đã gõ sai, hoặc nội dung đã được chuyển đi nơi khác."),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler400`."""
    return page(
        request,
        400,
        title=_("Không hiểu được yêu cầu"),
        sentence=_("Nội dung gửi lên không đúng dạng. Hãy quay lại trang trước và thử lần nữa."),
    )
