"""Housekeeping of uploads, by the worker."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.files import services
from tinhso.foundation.outbox.public import periodic


@periodic(label="Bỏ tệp tải dở quá bảy ngày", every=timedelta(hours=1))
def drop_expired_uploads() -> int:
    """Forget unfinished uploads left for a week; how many."""
    with transaction.atomic():
        return services.drop_expired(timezone.now())
