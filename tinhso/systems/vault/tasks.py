"""What the worker does regularly for stores; each run is harmless when repeated."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.systems.vault.services import lapsing


@periodic(label="Báo giấy tờ trong kho hết giá trị", every=timedelta(minutes=30))
def tell_of_expired_papers() -> int:
    """Dossiers that lean on a paper whose days are over hear of it; how many papers."""
    told = 0
    while True:
        with transaction.atomic():
            batch = lapsing.tell_of_expired(at=timezone.now())
        told += batch
        if batch < lapsing.BATCH:
            return told
