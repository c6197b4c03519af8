"""What the worker does regularly for the portal; each run is harmless when repeated."""

from datetime import time, timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.systems.portal import drafts, figures


@periodic(label="Đếm lại thời gian giải quyết thực tế", every=timedelta(hours=1))
def recount_figures() -> None:
    with transaction.atomic():
        figures.recount(at=timezone.now())


@periodic(label="Bỏ bản nháp để quên quá một năm", at=time(3, 20))
def drop_forgotten_drafts() -> int:
    """Personal data nobody came back for in a year is not kept; how many."""
    with transaction.atomic():
        return drafts.drop_forgotten(at=timezone.now())
