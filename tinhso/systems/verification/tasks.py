"""What the worker does regularly; each run is harmless when repeated."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.systems.verification.services import judging


@periodic(label="Kiểm tra chữ ký của giấy có mã xác minh", every=timedelta(minutes=10))
def judge_waiting() -> int:
    """Verdicts that are missing, or older than the trust list; how many."""
    told = 0
    while True:
        with transaction.atomic():
            batch = judging.judge_waiting(at=timezone.now())
        told += batch
        if batch < judging.BATCH:
            return told
