"""The programming interface `/api/v1`: one OpenAPI 3.1 document, a router from each system, errors as problem+json."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tinhso.foundation.accounts.public import access
from tinhso.foundation.workflow.public import StaleWorkItemError
from tinhso.systems.one_stop.public import RefusedError, RepeatedWithOtherContentError

api = NinjaAPI(
    title="Tỉnh Số",
    version="1.0.0",
    description="Thủ tục hành chính và hồ sơ của tỉnh, cho hệ thống khác. Lỗi trả về theo RFC 9457 (problem+json).",
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
)
api.add_router("", "tinhso.systems.procedures.api.router")
api.add_router("", "tinhso.systems.one_stop.api.router")
api.add_router("", "tinhso.systems.vault.api.router")


def problem(status: int, title: str, detail: str = "", **more: Any) -> HttpResponse:
    """An error a machine and a person can read."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail or title, **more}
    return JsonResponse(
        body, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )


@api.exception_handler(RefusedError)
def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    findings = [{"place": f.place, "sentence": f.sentence, "blocking": f.blocking} for f in error.findings]
    return problem(422, "Hồ sơ chưa hợp lệ", str(error), findings=findings)


@api.exception_handler(RepeatedWithOtherContentError)
def repeated(request: HttpRequest, error: RepeatedWithOtherContentError) -> HttpResponse:
    return problem(409, "Khoá chống gửi trùng đã được dùng", str(error))


@api.exception_handler(StaleWorkItemError)
def stale(request: HttpRequest, error: StaleWorkItemError) -> HttpResponse:
    return problem(409, "Việc đã có người làm", str(error))


@api.exception_handler(PermissionError)
def forbidden(request: HttpRequest, error: PermissionError) -> HttpResponse:
    return problem(403, "Không được phép", str(error))


@api.exception_handler(LookupError)
def missing(request: HttpRequest, error: LookupError) -> HttpResponse:
    return problem(404, "Không tìm thấy", str(error))


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "Không tìm thấy")


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(401, "Cần khoá kết nối hoặc đăng nhập")


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "Yêu cầu không đọc được", "" if error.status_code == 400 else str(error))


SENTENCES = {
    "missing": "Thiếu trường này.",
    "string_too_short": "Quá ngắn.",
    "string_too_long": "Quá dài.",
    "string_pattern_mismatch": "Không đúng dạng.",
    "literal_error": "Không có trong các giá trị được nhận.",
    "string_type": "Phải là chữ.",
    "int_type": "Phải là số nguyên.",
    "int_parsing": "Phải là số nguyên.",
    "bool_parsing": "Phải là đúng hoặc sai.",
    "dict_type": "Phải là một đối tượng.",
    "list_type": "Phải là một danh sách.",
    "too_long": "Quá nhiều phần tử.",
    "greater_than_equal": "Nhỏ hơn mức cho phép.",
    "less_than_equal": "Lớn hơn mức cho phép.",
    "extra_forbidden": "Trường này không có trong tài liệu.",
}


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    findings = [
        {
            "place": ".".join(str(part) for part in one["loc"][1:]),
            "sentence": SENTENCES.get(one["type"], "Giá trị không hợp lệ."),
            "blocking": True,
        }
        for one in error.errors
    ]
    return problem(422, "Yêu cầu không đúng tài liệu", findings=findings)


@access("public")
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(api.get_openapi_schema(), json_dumps_params={"ensure_ascii": False})


urlpatterns = [path("openapi.json", openapi, name="openapi"), path("", api.urls)]
