"""What waits, what is dead, what was published against what arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from tinhso.foundation.outbox import registry
from tinhso.foundation.outbox.models import Delivery, PeriodicJob

RELAY = "outbox.relay"
JOBS = "outbox.jobs"
LOOPS = {RELAY: "Giao sự kiện", JOBS: "Chạy việc nền"}
LOOP_PATIENCE = timedelta(seconds=60)
LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Health:
    """The worker's side of the installation at a moment; durations in seconds."""

    events_waiting: int
    events_dead: int
    oldest_event_seconds: float
    jobs_waiting: int
    jobs_failed: int
    oldest_job_seconds: float
    silent: tuple[str, ...]  # labels of loops and regular jobs that should have run
    failing: tuple[str, ...]  # names of regular jobs whose last run failed

    @property
    def is_good(self) -> bool:
        return not self.silent and max(self.oldest_event_seconds, self.oldest_job_seconds) <= LONGEST_WAIT_SECONDS


@dataclass(frozen=True, slots=True)
class DeadLetter:
    delivery_id: int
    event_id: int
    kind: str
    key: str
    handler: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class KindBalance:
    """Both ends of one handler and kind since a moment: published = done + waiting + dead + missing."""

    kind: str
    handler: str
    published: int
    done: int
    waiting: int
    dead: int

    @property
    def missing(self) -> int:
        return self.published - self.done - self.waiting - self.dead


WAITING = """
select
  (select count(*) from (select 1 from outbox_delivery where state = 'waiting' limit 100000) w)
    + (select count(*) from (select 1 from outbox_storedevent where not is_dispatched limit 100000) u),
  (select count(*) from (select 1 from outbox_delivery where state = 'dead' limit 100000) d),
  coalesce(extract(epoch from %(at)s - least(
    (select published_at from outbox_storedevent where not is_dispatched order by id limit 1),
    (select e.published_at from outbox_delivery d join outbox_storedevent e on e.id = d.event_id
      where d.state = 'waiting' and d.attempts = 0 order by d.event_id limit 1))), 0),
  (select count(*) from procrastinate_jobs where status = 'todo'),
  (select count(*) from procrastinate_jobs where status = 'failed'),
  coalesce((select extract(epoch from %(at)s - min(coalesce(j.scheduled_at, e.at))) from procrastinate_jobs j
    join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
    where j.status = 'todo' and coalesce(j.scheduled_at, e.at) <= %(at)s), 0)
"""


def health(*, at: datetime) -> Health:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"at": at})
        waiting, dead, oldest, jobs, failed, oldest_job = cursor.fetchone()
    rows = {row.name: row for row in PeriodicJob.objects.all()}
    return Health(
        events_waiting=waiting,
        events_dead=dead,
        oldest_event_seconds=max(0.0, float(oldest)),
        jobs_waiting=jobs,
        jobs_failed=failed,
        oldest_job_seconds=max(0.0, float(oldest_job)),
        silent=_silent(rows, at),
        failing=tuple(sorted(row.name for row in rows.values() if row.failures and row.name in registry.regular_jobs)),
    )


def _silent(rows: dict[str, PeriodicJob], at: datetime) -> tuple[str, ...]:
    expected = {name: (label, LOOP_PATIENCE) for name, label in LOOPS.items()}
    expected |= {job.name: (job.label, job.patience) for job in registry.regular_jobs.values()}
    return tuple(label for name, (label, patience) in expected.items() if _is_silent(rows.get(name), patience, at))


def _is_silent(row: PeriodicJob | None, patience: timedelta, at: datetime) -> bool:
    if row is None:
        return True
    return at - (row.finished_at or row.created_at) > patience


def dead_letters(*, limit: int = 50) -> list[DeadLetter]:
    rows = Delivery.objects.filter(state=Delivery.State.DEAD).select_related("event").order_by("event_id")[:limit]
    return [
        DeadLetter(row.id, row.event_id, row.event.kind, row.key, row.handler, row.attempts, row.error) for row in rows
    ]


BALANCE = """
select s.kind, s.handler, count(e.id),
  count(*) filter (where d.state = 'done'),
  count(*) filter (where d.state = 'waiting' or (e.id is not null and not e.is_dispatched)),
  count(*) filter (where d.state = 'dead')
from outbox_subscription s
left join outbox_storedevent e on e.kind = s.kind and e.published_at >= greatest(s.since, %(since)s)
left join outbox_delivery d on d.event_id = e.id and d.handler = s.handler
where s.handler = any(%(handlers)s)
group by s.kind, s.handler order by s.kind, s.handler
"""


def reconcile(*, since: datetime) -> list[KindBalance]:
    """Count both ends, per kind and handler of this release, of what was published since a moment."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCE, {"since": since, "handlers": list(registry.subscribers)})
        return [KindBalance(*row) for row in cursor.fetchall()]
