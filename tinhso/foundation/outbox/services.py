"""Publishing, delivering and replaying events; running regular jobs."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from tinhso.foundation.outbox import registry
from tinhso.foundation.outbox.models import Delivery, PeriodicJob, Subscription
from tinhso.foundation.statements import prepared

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12  # 2 s, 4 s, … 34 min: about 70 minutes before a person must look
DISPATCH_LOCK = 0x74696E68_01  # any constant of our own: one relay shares out events at a time
RUN_LOCK = 0x74696E68


def publish(event: Any) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an event is published in the transaction that caused it")
    payload = msgspec.json.encode(event).decode()
    prepared("select outbox_publish(%s, %s, %s::jsonb)", [type(event).__name__, event.key, payload])


def rebuild(kind: type[Any], key: str, payload: Mapping[str, Any]) -> Any:
    """The event as its class; fields an older release did not write take their defaults."""
    return msgspec.convert({**payload, "key": key}, type=kind, strict=False)


def note_subscriptions() -> None:
    """Remember since when each handler of this release listens."""
    Subscription.objects.bulk_create(
        [Subscription(handler=s.name, kind=s.kind.__name__) for s in registry.subscribers.values()],
        ignore_conflicts=True,
    )


DISPATCH = """
with taken as (
    select id, kind, key from outbox_storedevent where not is_dispatched order by id limit %(limit)s for update
), marked as (
    update outbox_storedevent e set is_dispatched = true from taken t where e.id = t.id
)
insert into outbox_delivery (event_id, handler, key, next_try_at)
select t.id, h.handler, t.key, clock_timestamp()
from taken t join unnest(%(kinds)s::text[], %(handlers)s::text[]) as h(kind, handler) on h.kind = t.kind
order by t.id
on conflict do nothing
"""


def dispatch(*, limit: int) -> int:
    """Share out new events to their handlers, in order; how many deliveries came of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select exists (select 1 from outbox_storedevent where not is_dispatched)")
        if not cursor.fetchone()[0]:
            return 0
        # Two relays sharing out side by side could put a later event of a key before an earlier one.
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [DISPATCH_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        named = list(registry.subscribers.values())
        cursor.execute(
            DISPATCH,
            {"limit": limit, "kinds": [s.kind.__name__ for s in named], "handlers": [s.name for s in named]},
        )
        return cursor.rowcount


HEADS = """
select d.id from outbox_delivery d
where d.state = 'waiting' and d.next_try_at <= clock_timestamp() and not exists (
    select 1 from outbox_delivery p
    where p.state = 'waiting' and p.handler = d.handler and p.key = d.key and p.event_id < d.event_id)
order by d.event_id limit %s
"""


def _heads(limit: int) -> list[int]:
    """Deliveries that may be made now: the first that waits of each handler and key."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, [limit])
        return [row[0] for row in cursor.fetchall()]


def deliver_pending(*, limit: int = 1000) -> int:
    made = 0
    while made < limit:
        shared_out = dispatch(limit=1000)
        tried = [deliver(delivery_id) for delivery_id in _heads(min(200, limit - made))]
        made += tried.count(True)
        if not shared_out and not any(tried):
            break
    return made


def deliver(delivery_id: int) -> bool:
    """Run one handler and mark its delivery in the same transaction; False where it failed or another relay has it."""
    try:
        with transaction.atomic():
            delivery = (
                Delivery.objects.select_related("event")
                .select_for_update(skip_locked=True, of=("self",))
                .filter(id=delivery_id, state=Delivery.State.WAITING)
                .first()
            )
            if delivery is None:
                return False
            subscriber = registry.subscribers.get(delivery.handler)
            if subscriber is None:
                raise LookupError(f"no handler is called {delivery.handler} in this release")
            stored = delivery.event
            with transaction.atomic():
                subscriber.call(rebuild(subscriber.kind, stored.key, stored.payload))
            Delivery.objects.filter(id=delivery_id).update(state=Delivery.State.DONE, done_at=timezone.now(), error="")
            return True
    except Exception as error:
        if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
            raise  # the database is gone: nothing was tried, nothing is to be counted against the handler
        note_failure(delivery_id, error)
        return False


def note_failure(delivery_id: int, error: Exception) -> None:
    """Back off (2 s, 4 s, 8 s …) without holding up other keys; dead after MOST_ATTEMPTS, told as an alarm."""
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(id=delivery_id)
        if delivery.state != Delivery.State.WAITING:
            return
        delivery.attempts += 1
        delivery.next_try_at = timezone.now() + timedelta(seconds=2**delivery.attempts)
        delivery.error = f"{type(error).__name__}: {error}"[:2000]
        if delivery.attempts >= MOST_ATTEMPTS:
            delivery.state = Delivery.State.DEAD
        delivery.save(update_fields=["attempts", "next_try_at", "error", "state"])
    level = logging.ERROR if delivery.state == Delivery.State.DEAD else logging.WARNING
    log.log(
        level,
        "outbox delivery %s to %s failed (%s of %s)",
        delivery_id, delivery.handler, delivery.attempts, MOST_ATTEMPTS,
        exc_info=error,
    )  # fmt: skip


def replay(*, handler: str = "", event_id: int | None = None) -> int:
    """Try dead deliveries again (of one handler, of one event); how many wait again."""
    dead = Delivery.objects.filter(state=Delivery.State.DEAD)
    if handler:
        dead = dead.filter(handler=handler)
    if event_id is not None:
        dead = dead.filter(event_id=event_id)
    return dead.update(state=Delivery.State.WAITING, attempts=0, next_try_at=timezone.now())


REDELIVER = """
insert into outbox_delivery (event_id, handler, key, next_try_at)
select e.id, s.handler, e.key, clock_timestamp()
from outbox_storedevent e join outbox_subscription s on s.kind = e.kind and e.published_at >= s.since
where e.is_dispatched and s.handler = any(%s)
  and not exists (select 1 from outbox_delivery d where d.event_id = e.id and d.handler = s.handler)
on conflict do nothing
"""


def deliver_missing() -> int:
    """Share out again what reconciliation found missing at a handler; how many deliveries that makes."""
    with connection.cursor() as cursor:
        cursor.execute(REDELIVER, [list(registry.subscribers)])
        return cursor.rowcount


def forget_delivered(*, older_than: timedelta) -> int:
    """Remove events all of whose deliveries are done, in small bites; how many events went."""
    removed = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FORGET, [timezone.now() - older_than])
            bite = cursor.fetchone()[0]
        removed += bite
        if bite < 5000:
            return removed


FORGET = """
with old as (
    select id from outbox_storedevent e
    where published_at < %s and is_dispatched
      and not exists (select 1 from outbox_delivery d where d.event_id = e.id and d.state <> 'done')
    order by published_at limit 5000
), unlinked as (
    delete from outbox_delivery d using old where d.event_id = old.id
), removed as (
    delete from outbox_storedevent e using old where e.id = old.id returning 1
)
select count(*) from removed
"""


def run_due_jobs() -> int:
    """Run each regular job that is due, unless another process runs it; how many ran."""
    _note_jobs()
    due = PeriodicJob.objects.filter(name__in=registry.regular_jobs, next_at__lte=timezone.now()).order_by("next_at")
    return sum(run_job(registry.regular_jobs[name]) for name in due.values_list("name", flat=True))


def _note_jobs() -> None:
    """A row for each regular job of this release; a daily one waits for its hour."""
    now = timezone.now()
    first = {job.name: job.next_after(now) if job.at else now for job in registry.regular_jobs.values()}
    known = set(PeriodicJob.objects.filter(name__in=first).values_list("name", flat=True))
    PeriodicJob.objects.bulk_create(
        [PeriodicJob(name=name, next_at=at) for name, at in first.items() if name not in known], ignore_conflicts=True
    )


def run_job(job: registry.RegularJob) -> bool:
    """Run one regular job now and note how it ended; False where another process is at it."""
    with connection.cursor() as cursor:
        # Of the session, not of a transaction: the job opens its own, and a killed worker lets go at once.
        cursor.execute("select pg_try_advisory_lock(%s, hashtext(%s))", [RUN_LOCK, job.name])
        if not cursor.fetchone()[0]:
            return False
    try:
        row = PeriodicJob.objects.filter(name=job.name)
        if not row.filter(next_at__lte=timezone.now()).exists():
            return False  # another thread ran it since the list was read
        row.update(started_at=timezone.now())
        try:
            job.call()
        except Exception as error:
            if not connection.is_usable():
                raise
            log.exception("regular job %s failed", job.name)
            failures = (row.values_list("failures", flat=True).first() or 0) + 1
            wait = min(job.every, timedelta(seconds=2 ** min(failures, 10)))
            row.update(
                failures=failures, error=f"{type(error).__name__}: {error}"[:2000], next_at=timezone.now() + wait
            )
        else:
            ended = timezone.now()
            row.update(finished_at=ended, failures=0, error="", next_at=job.next_after(ended))
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", [RUN_LOCK, job.name])
    return True


def note_alive(name: str) -> None:
    """A loop of the worker tells that it goes round."""
    ended = timezone.now()
    PeriodicJob.objects.update_or_create(name=name, defaults={"finished_at": ended, "next_at": ended})
