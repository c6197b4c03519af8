"""The worker fetches a deferred job within seconds, also after the database has cut its connections."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.manager import JobManager

from tinhso.foundation.outbox import worker as working
from tinhso.foundation.outbox.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True)]
TASK = "builtin:procrastinate.builtin_tasks.remove_old_jobs"
LISTENING = "query ilike 'listen%%' or query = 'SELECT 1'"


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker that works off jobs, in a thread of its own."""
    made = Worker()
    thread = threading.Thread(target=lambda: asyncio.run(made._work_off_jobs()))
    thread.start()
    yield made
    made.stop()
    thread.join(timeout=30)
    assert not thread.is_alive()


def defer() -> int:
    return app.configure_task(TASK, queue="builtin").defer(max_hours=1)


def seconds_until_done(job: int, *, limit: float) -> float:
    began = time.monotonic()
    while time.monotonic() - began < limit:
        with connection.cursor() as cursor:
            cursor.execute("select status from procrastinate_jobs where id = %s", [job])
            row = cursor.fetchone()
        if row is None or row[0] == "succeeded":
            return time.monotonic() - began
        time.sleep(0.1)
    raise AssertionError(f"job {job} was not done in {limit} s: {row}")


def cut(which: str) -> int:
    """End connections of others to this database; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"  # noqa: S608  # constants of ours
            f" where datname = current_database() and pid <> pg_backend_pid() and ({which})"
        )
        return int(cursor.fetchone()[0])


def test_a_job_is_fetched_after_the_listening_connection_was_cut(worker: Worker) -> None:
    seconds_until_done(defer(), limit=20)  # it runs
    assert cut(LISTENING) >= 1
    assert seconds_until_done(defer(), limit=20) < 10
    time.sleep(1)
    assert seconds_until_done(defer(), limit=20) < 10


def test_a_job_is_fetched_after_all_connections_were_cut(worker: Worker) -> None:
    seconds_until_done(defer(), limit=20)
    for _again in range(2):
        assert cut("true") >= 1
        assert seconds_until_done(defer(), limit=60) < 10


def test_a_fetch_that_never_returns_is_given_up(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Whatever it hangs on: a job that waits while nothing is being done makes the worker begin anew."""
    fetch, hung = JobManager.fetch_job, []

    async def hangs_once(self: JobManager, *args: Any, **values: Any) -> Any:
        if not hung:
            hung.append(True)
            await asyncio.Event().wait()
        return await fetch(self, *args, **values)

    monkeypatch.setattr(JobManager, "fetch_job", hangs_once)
    monkeypatch.setattr(working, "TELL_ALIVE_SECONDS", 1.0)
    monkeypatch.setattr(working, "OVERDUE_SECONDS", 2.0)
    request.getfixturevalue("worker")
    assert seconds_until_done(defer(), limit=30) < 15
    assert hung
