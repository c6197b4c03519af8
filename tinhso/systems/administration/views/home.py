"""The administrator's first page: what can be changed, and how things stand."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.outbox import public as outbox
from tinhso.systems.administration.navigation import MANAGING


@access("official", *MANAGING)
def home(request: AuthenticatedRequest) -> HttpResponse:
    actor = request.actor
    trust_place = (
        [(Right.MANAGE_ORGANIZATION, "trust", _("Danh sách tin cậy"), _("chữ ký của tổ chức nào được tin"), "check")]
        if accounts.administers(actor, Right.MANAGE_ORGANIZATION)
        else []
    )
    places = [
        (Right.MANAGE_CALENDAR, "calendar", _("Lịch làm việc"), _("ngày nghỉ, ngày làm bù"), "calendar"),
        (Right.MANAGE_CALENDAR, "open_times", _("Giờ mở cửa"), _("khung giờ của từng đơn vị"), "clock"),
        (
            Right.MANAGE_ORGANIZATION,
            "organization",
            _("Tổ chức"),
            _("đơn vị, chức vụ, người, uỷ quyền, sáp nhập"),
            "hall",
        ),
        (
            Right.MANAGE_ORGANIZATION,
            "sign_ins",
            _("Khoá đăng nhập"),
            _("người bị khoá vì nhập sai mật khẩu"),
            "key",
        ),
        (
            Right.MANAGE_ORGANIZATION,
            "certificates",
            _("Chứng thư ký số"),
            _("ai ký được, con dấu số của cơ quan"),
            "pen",
        ),
        *trust_place,
        (
            Right.MANAGE_CATALOGUE,
            "catalogue",
            _("Thủ tục"),
            _("phí, miễn giảm, thời hạn, quy trình áp dụng"),
            "document",
        ),
        (Right.MANAGE_PROCESSES, "processes", _("Quy trình"), _("các bước và số giờ của bước"), "flow"),
        (Right.READ_AUDIT, "trail", _("Nhật ký"), _("ai đã làm gì, khi nào"), "eye"),
        (Right.OPERATE, "health", _("Tình trạng hệ thống"), _("hàng đợi, việc định kỳ"), "chart"),
    ]
    cards = [
        (reverse(f"administration:{view}"), title, note, icon)
        for right, view, title, note, icon in places
        if actor.has(right)
    ]
    health = outbox.health(at=timezone.now()) if actor.has(Right.OPERATE) else None
    return render(request, "administration/home.html", {"cards": cards, "health": health})
