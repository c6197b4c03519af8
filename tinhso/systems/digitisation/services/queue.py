"""The queue: a batch is read in pieces, so that an urgent batch passes a long one between two pieces."""

import contextlib

from django.db import connection, transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from tinhso.systems.digitisation.models import Batch

PIECE = 10  # pages
TASK = "tinhso.systems.digitisation.tasks.read_piece"


def enqueue(*, batch_id: int, priority: int) -> None:
    """In the caller's transaction; a batch stands in the queue once."""
    # a savepoint: a batch that stands in the queue already must not break the caller's transaction
    with contextlib.suppress(exceptions.AlreadyEnqueued), transaction.atomic():
        app.configure_task(
            TASK, queue="digitisation", priority=priority, lock=f"batch-{batch_id}", queueing_lock=f"batch-{batch_id}"
        ).defer(batch_id=batch_id)


def urge(*, batch_id: int) -> None:
    """Read before others; the piece in hand is finished first."""
    Batch.objects.filter(pk=batch_id).update(priority=Batch.Priority.URGENT)
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set priority = %s where queueing_lock = %s and status = 'todo'",
            [Batch.Priority.URGENT, f"batch-{batch_id}"],
        )
    enqueue(batch_id=batch_id, priority=Batch.Priority.URGENT)
