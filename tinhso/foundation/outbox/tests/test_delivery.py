"""Events arrive: exactly once in the database, in order per key, without one failure holding up the others."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.outbox import registry, selectors, services
from tinhso.foundation.outbox.models import Delivery, PeriodicJob, StoredEvent, Subscription

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class LampLit(outbox.Event):
    colour: str
    price: Decimal
    day: date
    at: datetime
    note: str = "without a note"


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "subscribers", {})
    monkeypatch.setattr(registry, "kinds", {})
    monkeypatch.setattr(registry, "regular_jobs", {})


def lamp(key: str = "A", colour: str = "red") -> LampLit:
    return LampLit(key, colour, Decimal("8000.50"), date(2026, 11, 20), datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC))


def listen(seen: list[Any], failing: dict[str, int] | None = None) -> None:
    left = failing if failing is not None else {}

    @outbox.handles(LampLit)
    def see(event: LampLit) -> None:
        seen.append(event)
        if left.get(event.key, 0) > 0:
            left[event.key] -= 1
            raise ValueError(f"cannot see {event.key}")


def due_now() -> None:
    Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_an_event_arrives_as_it_was_published() -> None:
    seen: list[Any] = []
    listen(seen)
    outbox.publish(lamp())
    assert outbox.deliver_pending() == 1
    assert seen == [lamp()]
    assert outbox.deliver_pending() == 0


def test_an_event_published_in_sql_arrives_too_and_new_fields_take_their_default() -> None:
    seen: list[Any] = []
    listen(seen)
    payload = '{"colour":"red","price":"8000.50","day":"2026-11-20","at":"2026-11-20T01:02:03Z","gone":"unknown"}'
    with connection.cursor() as cursor:
        cursor.execute("select outbox_publish('LampLit', 'A', %s::jsonb)", [payload])
    outbox.deliver_pending()
    assert seen == [lamp()]


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.publish(lamp())


@pytest.mark.django_db(transaction=True)
def test_a_transaction_rolled_back_publishes_nothing() -> None:
    with transaction.atomic():
        outbox.publish(lamp())
        transaction.set_rollback(True)
    assert not StoredEvent.objects.exists()


def test_a_failure_backs_off_and_does_not_hold_up_other_keys() -> None:
    seen: list[Any] = []
    listen(seen, {"A": 1})
    for key in "AB":
        outbox.publish(lamp(key))
    assert outbox.deliver_pending() == 1
    assert [e.key for e in seen] == ["A", "B"]
    waiting = Delivery.objects.get(state="waiting")
    assert waiting.attempts == 1
    assert waiting.next_try_at > timezone.now()
    assert "cannot see A" in waiting.error
    due_now()
    assert outbox.deliver_pending() == 1


def test_events_of_one_key_keep_their_order_through_a_failure() -> None:
    seen: list[Any] = []
    listen(seen, {"A": 1})
    for colour in ("red", "amber", "green"):
        outbox.publish(lamp("A", colour))
    assert outbox.deliver_pending() == 0
    due_now()
    assert outbox.deliver_pending() == 3
    assert [e.colour for e in seen] == ["red", "red", "amber", "green"]


def test_one_handler_failing_does_not_hold_up_another() -> None:
    seen: list[Any] = []
    listen([], {"A": 99})

    @outbox.handles(LampLit)
    def see_too(event: LampLit) -> None:
        seen.append(event)

    outbox.publish(lamp())
    outbox.publish(lamp())
    assert outbox.deliver_pending() == 2
    assert len(seen) == 2


def test_the_effects_of_a_failed_handler_are_undone() -> None:
    @outbox.handles(LampLit)
    def half(event: LampLit) -> None:
        Subscription.objects.create(handler="half", kind="effect")
        raise ValueError("half way")

    outbox.publish(lamp())
    outbox.deliver_pending()
    assert not Subscription.objects.filter(handler="half").exists()


def test_after_twelve_attempts_it_is_a_dead_letter_that_can_be_replayed(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Any] = []
    listen(seen, {"A": services.MOST_ATTEMPTS})
    outbox.publish(lamp())
    outbox.publish(lamp("A", "green"))
    for _ in range(services.MOST_ATTEMPTS):
        outbox.deliver_pending()
        due_now()
    assert [letter.key for letter in selectors.dead_letters()] == ["A"]
    assert any(record.levelname == "ERROR" for record in caplog.records)
    assert selectors.health(at=timezone.now()).events_dead == 1
    outbox.deliver_pending()
    assert seen[-1].colour == "green"  # later events of the key go on once a person has been called
    assert services.replay() == 1
    assert outbox.deliver_pending() == 1
    assert seen[-1].colour == "red"


def test_a_delivery_to_a_handler_this_release_does_not_know_waits_and_says_so() -> None:
    listen([])
    outbox.publish(lamp())
    services.dispatch(limit=10)
    registry.subscribers.clear()
    assert outbox.deliver_pending() == 0
    assert "no handler" in Delivery.objects.get().error


def test_an_event_published_by_a_handler_is_delivered_in_the_same_round() -> None:
    seen: list[str] = []

    @outbox.handles(LampLit)
    def chain(event: LampLit) -> None:
        seen.append(event.colour)
        if event.colour == "red":
            outbox.publish(lamp("A", "green"))

    outbox.publish(lamp())
    assert outbox.deliver_pending() == 2
    assert seen == ["red", "green"]


def test_two_events_of_the_same_name_are_refused() -> None:
    listen([])

    @dataclass(frozen=True, slots=True)
    class Other(outbox.Event):
        pass

    Other.__name__ = "LampLit"
    with pytest.raises(ValueError, match="LampLit"):
        outbox.handles(Other)(print)


def test_reconciliation_counts_both_ends_and_finds_what_never_arrived() -> None:
    listen([])
    services.note_subscriptions()
    for key in "ABC":
        outbox.publish(lamp(key))
    start = timezone.now() - timedelta(hours=1)
    assert [(b.published, b.waiting, b.missing) for b in selectors.reconcile(since=start)] == [(3, 3, 0)]
    outbox.deliver_pending()
    Delivery.objects.filter(key="B").delete()
    assert [(b.published, b.done, b.missing) for b in selectors.reconcile(since=start)] == [(3, 2, 1)]
    assert services.deliver_missing() == 1
    outbox.deliver_pending()
    assert [(b.published, b.done, b.missing) for b in selectors.reconcile(since=start)] == [(3, 3, 0)]


def test_a_handler_that_subscribes_later_is_not_owed_the_past() -> None:
    outbox.publish(lamp())
    outbox.deliver_pending()
    StoredEvent.objects.update(published_at=timezone.now() - timedelta(hours=1))
    listen([])
    services.note_subscriptions()
    assert [b.published for b in selectors.reconcile(since=timezone.now() - timedelta(days=1))] == [0]


def test_old_delivered_events_are_forgotten_and_dead_ones_kept() -> None:
    listen([])
    for key in "ABC":
        outbox.publish(lamp(key))
    outbox.deliver_pending()
    StoredEvent.objects.filter(key__in="AB").update(published_at=timezone.now() - timedelta(days=100))
    Delivery.objects.filter(key="B").update(state="dead")
    assert services.forget_delivered(older_than=timedelta(days=90)) == 1
    assert sorted(StoredEvent.objects.values_list("key", flat=True)) == ["B", "C"]


def test_a_regular_job_runs_when_due_and_is_noted() -> None:
    runs: list[int] = []
    outbox.periodic(label="Thắp đèn", every=timedelta(seconds=30))(light := lambda: runs.append(1))
    assert services.run_due_jobs() == 1
    assert services.run_due_jobs() == 0
    PeriodicJob.objects.update(next_at=timezone.now())
    assert services.run_due_jobs() == 1
    assert len(runs) == 2
    assert light


def test_a_regular_job_that_fails_is_tried_again_soon_and_named() -> None:
    @outbox.periodic(label="Thắp đèn", every=timedelta(hours=1))
    def light() -> None:
        raise ValueError("no oil")

    assert services.run_due_jobs() == 1
    row = PeriodicJob.objects.get()
    assert row.failures == 1
    assert "no oil" in row.error
    assert row.next_at < timezone.now() + timedelta(seconds=10)
    assert selectors.health(at=timezone.now()).failing == (row.name,)


def test_silence_is_a_fault() -> None:
    outbox.periodic(label="Thắp đèn", every=timedelta(seconds=30))(lambda: None)
    now = timezone.now()
    assert "Thắp đèn" in selectors.health(at=now).silent
    services.run_due_jobs()
    for loop in selectors.LOOPS:
        services.note_alive(loop)
    assert selectors.health(at=timezone.now()).silent == ()
    assert selectors.health(at=timezone.now()).is_good
    later = selectors.health(at=now + timedelta(minutes=3))
    assert "Thắp đèn" in later.silent
    assert not later.is_good


def test_a_daily_job_runs_at_its_hour() -> None:
    from datetime import time

    job = registry.RegularJob("x", "x", timedelta(days=1), time(1, 30), lambda: None)
    evening = datetime(2026, 11, 20, 22, 0, tzinfo=registry.LOCAL)
    assert job.next_after(evening) == datetime(2026, 11, 21, 1, 30, tzinfo=registry.LOCAL)
    assert job.next_after(datetime(2026, 11, 20, 1, 0, tzinfo=registry.LOCAL)).day == 20
