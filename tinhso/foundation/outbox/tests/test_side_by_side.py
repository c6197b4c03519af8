"""Two relays at once, jobs of a worker that died, a regular job in two processes: each thing happens once."""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.outbox import registry, services
from tinhso.foundation.outbox.models import Delivery, PeriodicJob, StoredEvent
from tinhso.foundation.outbox.worker import rescue

pytestmark = [pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True, slots=True)
class BellRung(outbox.Event):
    number: int


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("subscribers", "kinds", "regular_jobs"):
        monkeypatch.setattr(registry, name, {})


def in_threads(count: int, work: Any) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_relays_deliver_each_event_once_and_in_order_per_key() -> None:
    heard: list[tuple[str, int]] = []

    @outbox.handles(BellRung)
    def hear(event: BellRung) -> None:
        heard.append((event.key, event.number))

    with transaction.atomic():
        for number in range(40):
            for key in "ABC":
                outbox.publish(BellRung(key, number))

    def relay() -> None:
        while (
            Delivery.objects.filter(state="waiting").exists()
            or StoredEvent.objects.filter(is_dispatched=False).exists()
        ):
            services.deliver_pending()

    in_threads(3, relay)
    assert set(Counter(heard).values()) == {1}
    assert len(heard) == 120
    for key in "ABC":
        assert [number for k, number in heard if k == key] == list(range(40))


def test_a_regular_job_runs_in_one_process_at_a_time() -> None:
    running, most, runs = [0], [0], [0]
    gate = threading.Barrier(3, timeout=10)

    @outbox.periodic(label="Rung chuông", every=timedelta(hours=1))
    def ring() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        runs[0] += 1
        threading.Event().wait(0.3)
        running[0] -= 1

    services.run_due_jobs()
    PeriodicJob.objects.update(next_at="2026-01-01T00:00:00Z")

    def at_once() -> None:
        gate.wait()
        services.run_due_jobs()

    in_threads(3, at_once)
    assert most == [1]
    assert runs == [2]


def stalled(queueing_lock: str | None = None) -> int:
    """A job in the hands of a worker that gave no sign for a minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute') returning id"
        )
        return job("doing", queueing_lock, worker=cursor.fetchone()[0])


def job(status: str, queueing_lock: str | None = None, worker: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, worker_id, lock, queueing_lock) "
            "values ('default', 'somebody.work', '{}', %s, %s, %s, %s) returning id",
            [status, worker, queueing_lock, queueing_lock],
        )
        return int(cursor.fetchone()[0])


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select status from procrastinate_jobs where id = %s", [job])
        return str(cursor.fetchone()[0])


def rescued() -> int:
    async def run() -> int:
        with app.replace_connector(PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2)) as jobs:
            async with jobs.open_async():
                return await rescue(jobs)

    return asyncio.run(run())


def test_a_job_of_a_worker_that_gave_no_sign_is_handed_out_again() -> None:
    left = stalled()
    assert rescued() == 1
    assert status_of(left) == "todo"


def test_a_job_left_behind_gives_its_lock_to_the_successor_in_the_queue() -> None:
    left, successor, other = stalled("left-behind"), job("todo", "left-behind"), stalled()
    assert rescued() == 2
    assert (status_of(left), status_of(successor), status_of(other)) == ("aborted", "todo", "todo")
    assert rescued() == 0
