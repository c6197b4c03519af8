"""The trail only grows, and whoever changes it is found out."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tinhso.foundation.audit import models, public

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def record(subject: str = "H53-1", act: str = "accept", **data: object) -> None:
    public.record(subject=subject, act=act, actor="account:1", actor_name="Bà A", data=data, at=AT)


def tamper(sql: str) -> None:
    """As somebody with all power over the database would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)


@pytest.mark.django_db
def test_acts_on_a_subject_are_told_in_order_with_their_data() -> None:
    record(act="submit", papers=3)
    record(subject="other")
    record(act="accept", note="đủ", on=AT.date())
    entries = public.trail(subject="H53-1")
    assert [(e.sequence, e.act, dict(e.data)) for e in entries] == [
        (1, "submit", {"papers": 3}),
        (2, "accept", {"note": "đủ", "on": "2026-11-20"}),
    ]
    assert entries[0].at == AT
    assert public.trail(subject="H53-1", limit=1)[0].act == "accept"


@pytest.mark.django_db
def test_many_acts_are_written_in_one_call() -> None:
    acts = [public.Act("H53-1", f"act{n}", "job:demo", AT, data={"n": n}) for n in range(3)]
    public.record_many([*acts, public.Act("H53-2", "only", "job:demo", AT)])
    assert [(e.sequence, e.act) for e in public.trail(subject="H53-1")] == [(1, "act0"), (2, "act1"), (3, "act2")]
    assert public.verify().problems == ()


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_rows_can_be_neither_changed_nor_removed(sql: str) -> None:
    record()
    with pytest.raises(DatabaseError, match="chỉ được ghi thêm"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["act = 'refuse'", "data = '{\"fee\": 0}'", "actor_name = 'Ông B'", "at = at - interval '1 day'", "epoch = 7"],
)
def test_a_row_changed_behind_the_guard_is_found(change: str) -> None:
    for number in range(3):
        record(fee=number)
    tamper(f"UPDATE audit_entry SET {change} WHERE number = 2")  # noqa: S608 the words above, not a reader's
    assert "«H53-1» đứt ở dòng 2" in " ".join(public.verify().problems)


@pytest.mark.django_db
def test_a_row_taken_out_of_the_middle_is_found() -> None:
    for _ in range(3):
        record()
    tamper("DELETE FROM audit_entry WHERE number = 2")
    assert "«H53-1» đứt ở dòng 3" in " ".join(public.verify().problems)


@pytest.mark.django_db(transaction=True)
def test_a_sealed_chain_cannot_lose_its_tail_or_be_rewritten_whole() -> None:
    record()
    record()
    sealed = public.seal()
    assert sealed is not None
    assert sealed.rows == 2
    record()
    assert public.seal() is not None
    assert public.seal() is None
    assert public.verify() == public.Verdict(rows=3, seals=2, unsealed=0, problems=())
    tamper("DELETE FROM audit_entry WHERE number = 3")
    assert "nay còn 0 dòng" in " ".join(public.verify().problems)
    tamper(
        "UPDATE audit_entry SET act = 'x', hash = "
        "audit_digest(NULL, subject, 1, 'x', actor, actor_name, data, at, recorded_at, epoch) WHERE number = 1"
    )
    assert "Niêm phong số 1" in " ".join(public.verify().problems)
    with pytest.raises(CommandError, match="đã bị thay đổi"):
        call_command("audit", "verify")


@pytest.mark.django_db(transaction=True)
def test_one_subject_written_by_many_at_once_stays_one_chain() -> None:
    run_together(8, lambda n: [record(act=f"{n}-{i}") for i in range(10)])
    assert [e.sequence for e in public.trail(subject="H53-1")] == list(range(1, 81))
    assert public.verify().problems == ()


@pytest.mark.django_db(transaction=True)
def test_a_seal_waits_for_those_still_writing_and_they_never_wait_for_it() -> None:
    written, go_on = threading.Event(), threading.Event()

    def write_slowly(_: int) -> None:
        with transaction.atomic():
            record(subject="slow")
            written.set()
            assert go_on.wait(20)

    def seal_meanwhile(_: int) -> None:
        assert written.wait(20)
        sealed.append(public.seal())

    def write_on(_: int) -> None:
        assert written.wait(20)
        for _ in range(20):
            record(subject="quick")
        go_on.set()

    sealed: list[public.Seal | None] = []
    together([lambda: write_slowly(0), lambda: seal_meanwhile(0), lambda: write_on(0)])
    public.seal()
    verdict = public.verify()
    assert (verdict.rows, verdict.unsealed, verdict.problems) == (21, 0, ())
    assert sealed[0] is not None


def run_together(count: int, work: Callable[[int], object]) -> None:
    together([lambda n=n: work(n) for n in range(count)])


def together(works: list[Callable[[], object]]) -> None:
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


def read(subject: str = "H53-1", owner: str = "072198000017") -> None:
    public.record_reading(
        owner=owner,
        actor="account:1",
        actor_name="Bà A",
        unit_name="UBND phường",
        what="Hồ sơ",
        purpose="Giải quyết hồ sơ",
        subject=subject,
    )


@pytest.mark.django_db
def test_a_person_sees_who_read_their_data_and_one_look_counts_once() -> None:
    read()
    read()
    read(subject="H53-2")
    read(owner="072198000018")
    readings = public.readings_of(owner="072198000017")
    assert [(r.subject, r.unit_name) for r in readings] == [("H53-2", "UBND phường"), ("H53-1", "UBND phường")]
    assert public.readings_of(owner="") == []


@pytest.mark.django_db
def test_a_look_ten_minutes_later_counts_again() -> None:
    read()
    tamper("UPDATE audit_reading SET at = at - interval '11 minutes'")
    read()
    assert models.Reading.objects.count() == 2
    assert models.Reading.objects.filter(at__gt=AT - timedelta(days=10_000)).count() == 2


@pytest.mark.django_db
def test_one_transaction_may_write_on_any_number_of_subjects() -> None:
    """A declared holiday moves the due dates of ten thousand dossiers at once."""
    public.record_many(public.Act(f"H53-{n}", "recompute", "job:calendar", AT) for n in range(12_000))
    assert models.Entry.objects.count() == 12_000
