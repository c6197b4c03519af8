"""Writing, sealing and checking the trail."""

import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from tinhso.foundation.audit import models
from tinhso.foundation.audit.records import Act, Seal, Verdict
from tinhso.foundation.statements import prepared

SAME_READING = timedelta(minutes=10)
_recent_readings: dict[tuple[str, str, str, str], float] = {}


def _dumps(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def append(act: Act) -> None:
    values = [act.subject, act.act, act.actor, act.actor_name, _dumps(dict(act.data or {})), act.at]
    prepared("SELECT audit_append(%s, %s, %s, %s, %s::jsonb, %s)", values)


def append_many(acts: Iterable[Act]) -> None:
    rows = list(acts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append_many(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[])",
            [
                [row.subject for row in rows],
                [row.act for row in rows],
                [row.actor for row in rows],
                [row.actor_name for row in rows],
                [_dumps(dict(row.data or {})) for row in rows],
                [row.at for row in rows],
            ],
        )


def note_reading(reading: models.Reading) -> None:
    """Write the reading unless the same was written within the last ten minutes."""
    key = (reading.owner, reading.actor, reading.subject, reading.what)
    now = time.monotonic()
    if not connection.in_atomic_block and now - _recent_readings.get(key, -1e9) < SAME_READING.total_seconds():
        return
    same = models.Reading.objects.filter(
        owner=reading.owner,
        actor=reading.actor,
        subject=reading.subject,
        what=reading.what,
        at__gt=reading.at - SAME_READING,
    )
    if not same.exists():
        reading.save()
    if not connection.in_atomic_block:
        if len(_recent_readings) > 10_000:
            _recent_readings.clear()
        _recent_readings[key] = now


def seal() -> Seal | None:
    """Close the current epoch: open the next, wait for those still writing, chain the digest. None when it is empty.

    Opens transactions of its own, for the next epoch must be seen before the wait begins; so call it outside one.
    """
    _open_next_epoch()
    latest = None
    for epoch in models.Epoch.objects.filter(is_closed=False).order_by("number"):
        if epoch.number < _current_epoch():
            latest = _close(epoch) or latest
    return latest


def _current_epoch() -> int:
    return models.Epoch.objects.order_by("-number").values_list("number", flat=True)[0]


def _open_next_epoch() -> None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE audit_epoch IN SHARE ROW EXCLUSIVE MODE")
        models.Epoch.objects.get_or_create(number=1, defaults={"floor": 0})
        cursor.execute("SELECT coalesce(max(id), 0) FROM audit_entry")
        (last,) = cursor.fetchone()
        models.Epoch.objects.create(number=_current_epoch() + 1, floor=last)


def _close(epoch: models.Epoch) -> Seal | None:
    """Wait for those still writing into the epoch, then chain its digest to the seal before."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(20262, %s)", [epoch.number])
        if not models.Epoch.objects.select_for_update().filter(pk=epoch.pk, is_closed=False).exists():
            return None  # another sealer was faster
        previous = models.Seal.objects.order_by("-epoch").first()
        rows, value = _digest(cursor, epoch.number, epoch.floor, bytes(previous.hash) if previous else None)
        models.Epoch.objects.filter(pk=epoch.pk).update(is_closed=True)
        if rows == 0:
            return None
        row = models.Seal.objects.create(
            epoch=epoch.number, floor=epoch.floor, rows=rows, sealed_at=timezone.now(), hash=value
        )
    return Seal(row.epoch, row.rows, row.sealed_at, value.hex())


def _digest(cursor: Any, epoch: int, floor: int, previous: bytes | None) -> tuple[int, bytes]:
    cursor.execute("SELECT rows, hash FROM audit_digest_of_epoch(%s, %s, %s)", [epoch, floor, previous])
    rows, value = cursor.fetchone()
    return rows, bytes(value)


BROKEN_LINKS = """
SELECT subject, number FROM (
  SELECT e.*, lag(hash) OVER chain AS previous, lag(number) OVER chain AS before
  FROM audit_entry e WINDOW chain AS (PARTITION BY subject ORDER BY number)
) link
WHERE number <> coalesce(before, 0) + 1
   OR hash <> audit_digest(previous, subject, number, act, actor, actor_name, data, at, recorded_at, epoch)
ORDER BY id LIMIT 100
"""


def verify() -> Verdict:
    """Recompute every link and every seal."""
    problems: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(BROKEN_LINKS)
        problems += [
            f"Chuỗi «{subject}» đứt ở dòng {number}: nội dung không khớp mã băm hoặc thiếu dòng trước."
            for subject, number in cursor.fetchall()
        ]
        problems += _verify_seals(cursor)
        cursor.execute("SELECT count(*) FROM audit_entry")
        (rows,) = cursor.fetchone()
    sealed = sum(models.Seal.objects.values_list("rows", flat=True))
    return Verdict(rows, models.Seal.objects.count(), max(rows - sealed, 0), tuple(problems))


def _verify_seals(cursor: Any) -> Iterable[str]:
    previous: bytes | None = None
    for row in models.Seal.objects.order_by("epoch"):
        rows, value = _digest(cursor, row.epoch, row.floor, previous)
        when = f"{timezone.localtime(row.sealed_at):%H:%M %d/%m/%Y}"
        if rows != row.rows:
            yield f"Niêm phong số {row.epoch} ({when}) có {row.rows} dòng, nay còn {rows} dòng."
        elif value != bytes(row.hash):
            yield f"Niêm phong số {row.epoch} ({when}) không khớp: dòng nhật ký hoặc niêm phong trước đã bị sửa."
        previous = bytes(row.hash)


def reading(
    *, owner: str, actor: str, actor_name: str, unit_name: str, what: str, purpose: str, subject: str, at: datetime
) -> models.Reading:
    return models.Reading(
        owner=owner,
        at=at,
        actor=actor,
        actor_name=actor_name[:200],
        unit_name=unit_name[:300],
        what=what[:300],
        purpose=purpose[:300],
        subject=subject[:100],
    )
