"""The queue: a batch is read in pieces, so that an urgent batch passes a long one between two pieces."""

import contextlib

from procrastinate import exceptions
from procrastinate.contrib.django import app

PIECE = 10  # pages
TASK = "tinhso.systems.digitisation.tasks.read_piece"


def enqueue(*, batch_id: int, priority: int) -> None:
    """In the caller's transaction; a batch stands in the queue once."""
    with contextlib.suppress(exceptions.AlreadyEnqueued):
        app.configure_task(
            TASK, queue="digitisation", priority=priority, lock=f"batch-{batch_id}", queueing_lock=f"batch-{batch_id}"
        ).defer(batch_id=batch_id)
