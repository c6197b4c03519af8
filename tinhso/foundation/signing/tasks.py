"""Signing in the background."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.foundation.signing import archive, evidence, orders


@periodic(label="Ký các lô đang chờ", every=timedelta(seconds=1))
def sign_waiting() -> int:
    """Go on with batches; how many papers were dealt with."""
    return orders.run_waiting()


@periodic(label="Cập nhật danh sách thu hồi", every=timedelta(minutes=30))
def refresh_lists() -> int:
    """Revocation lists that are about to run out; how many came anew."""
    at = timezone.now()
    with transaction.atomic():
        evidence.drop_old(at)
    return evidence.refresh_lists(at)


@periodic(label="Bổ sung dấu thời gian còn thiếu", every=timedelta(minutes=1))
def catch_up() -> int:
    """Signatures made while the timestamp service was away; how many."""
    return archive.catch_up()


@periodic(label="Gia hạn dấu thời gian của tệp lưu trữ", every=timedelta(hours=1))
def renew_archive() -> int:
    """Archive files whose yearly renewal is due; how many."""
    return archive.renew_due()
