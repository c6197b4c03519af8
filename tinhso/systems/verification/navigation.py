"""The way to the verification page, at the foot of every page."""

from django.utils.translation import gettext_lazy

from tinhso.design.navigation import Entry, add


def add_entries() -> None:
    """Called once when the apps are ready."""
    add(Entry("footer", 40, gettext_lazy("Xác minh giấy tờ"), "qr", "verification:verify", also=("/X",)))
