"""The desk's places in the officials' rail."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from tinhso.design.navigation import Entry, add
from tinhso.foundation.accounts.public import Right
from tinhso.foundation.workflow import public as workflow


def _mine(request: HttpRequest) -> int:
    counted = getattr(request, "work_counts", None)  # the inbox has counted already
    return (counted or workflow.badges(actor=request.actor, at=timezone.now(), only=("mine",)))["mine"]  # type: ignore[attr-defined]


def add_entries() -> None:
    """Called once when the apps are ready."""
    add(Entry("rail", 10, gettext_lazy("Việc của tôi"), "inbox", "one_stop:inbox", count=_mine, key="i"))
    add(Entry("rail", 20, gettext_lazy("Tiếp nhận"), "scan", "one_stop:desk", rights=(Right.RECEIVE,), key="t"))
    add(Entry("rail", 30, gettext_lazy("Tra cứu hồ sơ"), "search", "one_stop:dossiers", key="d"))
    add(
        Entry(
            "rail", 40, gettext_lazy("Sổ theo dõi"), "document", "one_stop:register", rights=(Right.RECEIVE,), key="s"
        )
    )
    add(
        Entry("rail", 50, gettext_lazy("Chậm muộn"), "chart", "one_stop:lateness", rights=(Right.SEE_FIGURES,), key="c")
    )
