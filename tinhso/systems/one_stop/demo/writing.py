"""Lived dossiers into the tables: numbers in order of arrival, everything else by COPY."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from tinhso.foundation.workflow.lived import write_cases
from tinhso.systems.one_stop.demo.lives import Lived, Story
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.services.routing import agency_code_of

COLUMNS = tuple(field.attname for field in Dossier._meta.concrete_fields)
JSON = frozenset({"units", "result_draft", "data", "sources"})
EVENTS = ("dossier_id", "at", "kind", "actor", "actor_name", "unit_id", "note", "new_due", "data")
PAPERS = (
    "dossier_id", "key", "name", "sha256", "file_name", "media_type", "size", "pages", "kind", "round", "added_at",
    "is_replaced",
)  # fmt: skip
FEES = (
    "dossier_id", "name", "kind", "amount", "explanation", "when", "demanded_at", "pay_by", "paid_at", "paid_how",
    "receipt_number", "recorded_by",
)  # fmt: skip


def write(stories: Sequence[Story]) -> int:
    """Write a batch; how many dossiers, parts included."""
    lived = [one for story in stories for one in story.lived.values()]
    number(lived)
    _copy("one_stop_dossier", COLUMNS, (_dossier_row(one.dossier) for one in lived))
    _copy(
        "one_stop_dossierevent",
        EVENTS,
        (
            (
                one.dossier.pk,
                line.at,
                line.kind,
                line.actor,
                line.name,
                line.unit_id,
                line.note,
                line.new_due,
                _json(line.data),
            )
            for one in lived
            for line in one.lines
        ),
    )
    write_cases(
        (story.case for story in stories), {subject_of(one.dossier): one.dossier.running_due_at for one in lived}
    )
    _audit(lived)
    return len(lived)


def subject_of(dossier: Dossier) -> str:
    return f"{dossier.parent_id}/{dossier.part_key}" if dossier.parent_id else str(dossier.pk)


def number(lived: Sequence[Lived]) -> None:
    """Codes, gapless per agency and day, in order of arrival; the counters move on for whoever comes after."""
    by_day: dict[tuple[str, date], list[Dossier]] = defaultdict(list)
    for one in sorted(lived, key=lambda one: (one.dossier.submitted_at, one.dossier.pk)):
        day = timezone.localtime(one.dossier.submitted_at).date()
        by_day[_agency(one.dossier), day].append(one.dossier)
    counts = Counter({key: len(dossiers) for key, dossiers in by_day.items()})
    keys = sorted(counts)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into one_stop_counter as k (agency, day, last)"
            " select * from unnest(%s::text[], %s::date[], %s::int[])"
            " on conflict (agency, day) do update set last = k.last + excluded.last returning agency, day, last",
            [[a for a, _ in keys], [d for _, d in keys], [counts[key] for key in keys]],
        )
        for agency, day, last in cursor.fetchall():
            dossiers = by_day[agency, day]
            for place, dossier in enumerate(dossiers, start=last - len(dossiers) + 1):
                dossier.code = f"{agency}-{day:%y%m%d}-{place:04d}"


def _agency(dossier: Dossier) -> str:
    return agency_code_of(dossier.handling_unit_id if dossier.parent_id else dossier.receiving_unit_id)


def _dossier_row(dossier: Dossier) -> list[Any]:
    return [_json(value) if column in JSON else value for column in COLUMNS for value in (getattr(dossier, column),)]


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def write_papers(rows: Iterable[Sequence[Any]]) -> None:
    _copy("one_stop_dossierpaper", PAPERS, rows)


def write_ratings(rows: Iterable[Sequence[Any]]) -> None:
    _copy("one_stop_rating", ("dossier_id", "score", "comment", "at"), rows)


QUESTIONS = (
    "dossier_id", "unit_id", "question", "asked_by", "asked_by_name", "asked_by_unit_id", "asked_at", "due_at",
    "answer", "agrees", "answered_by_name", "answered_at", "cancelled_at",
)  # fmt: skip


def write_questions(rows: Iterable[Sequence[Any]]) -> None:
    _copy("one_stop_consultation", QUESTIONS, rows)


def write_fees(rows: Iterable[Sequence[Any]]) -> None:
    _copy("one_stop_fee", FEES, rows)


def _audit(lived: Sequence[Lived]) -> None:
    """One link in each dossier's chain: that it was brought in, and by what."""
    now = timezone.now()
    subjects = [one.dossier.code for one in lived]
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit_append_many(%s, array_fill(%s::text, array[%s]), array_fill(%s::text, array[%s]),"
            " array_fill(''::text, array[%s]), array_fill('{}'::jsonb, array[%s]), %s)",
            [subjects, "dossier.imported", len(subjects), "job:demo", len(subjects), len(subjects), len(subjects),
             [now] * len(subjects)],
        )  # fmt: skip


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
