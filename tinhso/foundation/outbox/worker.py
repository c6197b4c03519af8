"""The worker: one process that delivers events, runs regular jobs and works off the job queue.

Each loop survives a database that goes away: it lets go of its connection, waits a little longer each time (up to five
seconds) and goes on. Asked to stop, every loop finishes the piece it has in hand.
"""

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import psycopg
from django.db import connection
from procrastinate import App, exceptions
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job, Status
from procrastinate.psycopg_connector import PsycopgConnector

from tinhso.foundation.outbox import selectors, services

log = logging.getLogger(__name__)

RELAY_PAUSE_SECONDS = 0.5
TELL_ALIVE_SECONDS = 10.0
STALLED_AFTER_SECONDS = 30.0
LONGEST_BACK_OFF_SECONDS = 5.0
CONCURRENT_JOBS = 2
POLL_SECONDS = 3.0  # a notice of a new job may be lost with its connection; looking again loses nothing
OVERDUE_SECONDS = 15.0
ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 25.0  # jobs in hand get 20 of them
HUNG_SECONDS = 2.0
OVERDUE = """
select exists (
    select 1 from procrastinate_jobs as waiting
    where waiting.status = 'todo' and coalesce(waiting.scheduled_at, now()) <= now()
      and (select max(at) from procrastinate_events where job_id = waiting.id) < now() - make_interval(secs => %s)
) and not exists (select 1 from procrastinate_jobs where status = 'doing')
"""


class Worker:
    """Runs until `stop` is called."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._told: dict[str, float] = {}

    def stop(self, *_: int | FrameType | None) -> None:
        self.stopping.set()

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        threads = [
            threading.Thread(target=self._loop, args=(self._relay, RELAY_PAUSE_SECONDS), name="relay"),
            # Three, so that a slow job (mail over a bad line) does not hold up the timers; one run per job at a time.
            *(
                threading.Thread(target=self._loop, args=(services.run_due_jobs, 1.0), name=f"regular jobs {n}")
                for n in range(3)
            ),
        ]
        for thread in threads:
            thread.start()
        asyncio.run(self._work_off_jobs())
        for thread in threads:
            thread.join()

    def _relay(self) -> int:
        if selectors.RELAY not in self._told:
            services.note_subscriptions()
        made = services.deliver_pending(limit=1000)
        if time.monotonic() - self._told.get(selectors.RELAY, 0) > TELL_ALIVE_SECONDS:
            services.note_alive(selectors.RELAY)
            self._told[selectors.RELAY] = time.monotonic()
        return made

    def _loop(self, step: Callable[[], int], pause_seconds: float) -> None:
        back_off = pause_seconds
        while not self.stopping.is_set():
            try:
                busy = step()
                back_off = pause_seconds
                wait = 0.0 if busy else pause_seconds
            except Exception:
                log.exception("%s: again in %.1f s", threading.current_thread().name, back_off)
                wait = back_off
                back_off = min(back_off * 2, LONGEST_BACK_OFF_SECONDS)
                with contextlib.suppress(Exception):
                    connection.close()
            self.stopping.wait(wait)
        with contextlib.suppress(Exception):
            connection.close()

    async def _work_off_jobs(self) -> None:
        back_off = 0.5
        while not self.stopping.is_set():
            try:
                connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4, timeout=25)
                with django_app.replace_connector(connector) as jobs:
                    async with jobs.open_async():
                        await self._until_stopped(jobs)
                back_off = 0.5
            except Exception:
                log.exception("jobs: again in %.1f s", back_off)
                await asyncio.sleep(back_off)
                back_off = min(back_off * 2, LONGEST_BACK_OFF_SECONDS)

    async def _until_stopped(self, jobs: App) -> None:
        """Work off the queue until asked to stop, or until its own loop ends (which it does when the database goes)."""
        queue = asyncio.create_task(
            jobs.run_worker_async(
                concurrency=CONCURRENT_JOBS,
                fetch_job_polling_interval=POLL_SECONDS,
                install_signal_handlers=False,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
                shutdown_graceful_timeout=20,
            )
        )
        try:
            looked_at = 0.0
            while not queue.done() and not self.stopping.is_set():
                if time.monotonic() - looked_at > TELL_ALIVE_SECONDS:
                    await asyncio.wait_for(rescue(jobs), ANSWER_SECONDS)
                    if await asyncio.wait_for(asyncio.to_thread(_look_after_jobs), ANSWER_SECONDS):
                        log.warning("jobs wait and none is fetched: the queue is taken up anew")
                        break
                    looked_at = time.monotonic()
                await asyncio.wait([queue], timeout=0.5)
        finally:  # also where looking failed: a queue left behind would hold its connections
            await _end(queue, PATIENCE_SECONDS if self.stopping.is_set() else HUNG_SECONDS)


async def _end(queue: asyncio.Task[None], patience: float) -> None:
    """Asked once it finishes the jobs in hand; asked twice it lets go, also of a fetch that never returns."""
    for _ask in range(3):
        queue.cancel()
        done, _ = await asyncio.wait([queue], timeout=patience)
        if done:
            break
        patience = HUNG_SECONDS
    else:
        log.error("the queue could not be ended; its connections are closed under it")
        return
    with contextlib.suppress(asyncio.CancelledError):
        await queue


async def rescue(jobs: App) -> int:
    """Hand out again the jobs of workers that gave no sign for 30 seconds; how many."""
    stalled = list(await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS))
    for job in stalled:
        log.warning("job %s (%s) is handed out again: its worker is gone", job.id, job.task_name)
        await _hand_out_again(jobs, job)
    return len(stalled)


async def _hand_out_again(jobs: App, job: Job) -> None:
    """Where its successor stands in the queue already it is ended: as long as it counts as in hand it holds the lock
    of both, and neither would ever be done."""
    try:
        await jobs.job_manager.retry_job(job)
    except exceptions.UniqueViolation:
        await jobs.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
    except exceptions.ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        log.info("job %s: another worker was quicker", job.id)


def _look_after_jobs() -> bool:
    """Tell that this loop lives; whether a job waits too long although nothing is being worked on."""
    try:
        services.note_alive(selectors.JOBS)
        with connection.cursor() as cursor:
            cursor.execute(OVERDUE, [OVERDUE_SECONDS])
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()
