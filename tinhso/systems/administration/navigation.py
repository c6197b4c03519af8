"""The administrator's places in the officials' rail."""

from django.utils.translation import gettext_lazy

from tinhso.design.navigation import Entry, add
from tinhso.foundation.accounts.public import Right

MANAGING = (
    Right.MANAGE_CALENDAR,
    Right.MANAGE_ORGANIZATION,
    Right.MANAGE_CATALOGUE,
    Right.MANAGE_PROCESSES,
    Right.READ_AUDIT,
    Right.OPERATE,
)
PLACES = (
    ("home", 80, gettext_lazy("Quản trị"), "settings", MANAGING, "q"),
    ("calendar", 81, gettext_lazy("Lịch làm việc"), "calendar", (Right.MANAGE_CALENDAR,), "l"),
    ("organization", 82, gettext_lazy("Tổ chức"), "hall", (Right.MANAGE_ORGANIZATION,), "o"),
    ("catalogue", 83, gettext_lazy("Thủ tục, phí, thời hạn"), "document", (Right.MANAGE_CATALOGUE,), "p"),
    ("processes", 84, gettext_lazy("Quy trình"), "flow", (Right.MANAGE_PROCESSES,), "r"),
    ("trail", 85, gettext_lazy("Nhật ký"), "eye", (Right.READ_AUDIT,), "n"),
    ("health", 86, gettext_lazy("Tình trạng"), "chart", (Right.OPERATE,), "h"),
)


def add_entries() -> None:
    """Called once when the apps are ready."""
    add(Entry("rail", 60, gettext_lazy("Nghỉ, uỷ quyền"), "people", "administration:leave", key="u"))
    for view, order, label, icon, rights, key in PLACES:
        also = ("/admin/open-times",) if view == "calendar" else ()
        add(Entry("rail", order, label, icon, f"administration:{view}", rights=rights, key=key, also=also))
