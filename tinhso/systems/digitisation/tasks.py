"""What the worker does for digitisation."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from tinhso.foundation.accounts.public import actor_of_job
from tinhso.foundation.outbox.public import periodic
from tinhso.systems.digitisation import services
from tinhso.systems.digitisation.models import Batch
from tinhso.systems.digitisation.services.queue import PIECE, TASK


@app.task(name=TASK, queue="digitisation")
def read_piece(batch_id: int) -> None:
    """A few pages of a batch, then the end of the queue of its priority."""
    try:
        if not services.read_piece(batch_id=batch_id, limit=PIECE, at=timezone.now()):
            batch = Batch.objects.get(pk=batch_id)
            with transaction.atomic():
                services.enqueue(batch_id=batch_id, priority=batch.priority)
    finally:
        connection.close()


@periodic(label="Lấy bản quét từ thư mục của máy quét", every=timedelta(seconds=15))
def collect_scans() -> int:
    return len(services.collect(actor=actor_of_job(name="scans"), at=timezone.now()))


@periodic(label="Đưa lô quét chưa đọc vào hàng đợi", every=timedelta(seconds=20))
def queue_batches() -> int:
    """A batch is never forgotten: whatever became of its job, it stands in the queue until it is read."""
    waiting = Batch.objects.filter(status__in=(Batch.Status.QUEUED, Batch.Status.READING)).order_by("-priority", "id")
    for batch in waiting[:200]:
        with transaction.atomic():
            services.enqueue(batch_id=batch.pk, priority=batch.priority)
    return len(waiting[:200])
