"""What is measured inside the province's own Python: run as `python -m tests.load.inside VERB …` with its environment.

Each verb prints one line of JSON.
"""

import json
import os
import sys
import time
import timeit
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

from tests.load.digitising import digitisation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def communes(count: int) -> None:
    """Keys of communes that take the procedure of the load."""
    from tinhso.foundation.organizations import public as organizations

    print(json.dumps([unit.key for unit in organizations.units(kind="commune")][:count]))


def payloads(file: str) -> None:
    """Keep in `bench_payload` what one_stop's SQL function is given for each body of the file."""
    from django.core.serializers.json import DjangoJSONEncoder
    from django.db import connection

    from tinhso.systems.one_stop.services import intake

    requests = [_request(json.loads(line), "bench") for line in Path(file).read_text().splitlines()]
    found = [intake.prepare(one, intake.passed(one), intake.digest_of(one)) for one in requests]
    rows = [json.dumps(one, cls=DjangoJSONEncoder) for one in found]
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_payload")
        cursor.execute("create table bench_payload (id serial primary key, p jsonb not null)")
        cursor.executemany("insert into bench_payload (p) values (%s::jsonb)", [(row,) for row in rows])
    print(json.dumps({"payloads": len(rows), "bytes": len(rows[0])}))


def _request(body: dict[str, Any], once: str) -> Any:
    """What a system sends, as one_stop takes it."""
    from django.utils import timezone

    from tinhso.foundation.accounts.public import Actor, Right
    from tinhso.systems.one_stop.services import intake
    from tinhso.systems.one_stop.services.checking import Applicant
    from tinhso.systems.one_stop.types import PaperGiven

    rights = frozenset({Right.READ_DOSSIERS, Right.RECEIVE})
    return intake.Request(
        procedure_code=body["procedure_code"],
        data=body["data"],
        papers=[PaperGiven(p["key"], p["name"], p["sha256"], "") for p in body["papers"]],
        unit_key=body["unit"],
        actor=Actor(None, "system", "Đo tải", system="bench", system_rights=rights),
        at=timezone.now(),
        once=once,
        applicant=Applicant(**body["applicant"]),
        channel="api",
    )


def imports(postmaster: str, file: str, count: str) -> None:
    """CPU of taking over as many dossiers by the bulk path, two hundred a transaction."""
    from django.db import transaction

    from tests.load.machine import cpu_seconds
    from tinhso.systems.one_stop.services import intake

    bodies = [json.loads(line) for line in Path(file).read_text().splitlines()]
    left = [_request(bodies[n % len(bodies)], uuid.uuid4().hex) for n in range(int(count) + 200)]
    batches = [left[start : start + 200] for start in range(0, len(left), 200)]

    def take(batch: list[Any]) -> None:
        with transaction.atomic():
            results = intake.import_dossiers(batch)
        if refused := [one for one in results if isinstance(one, Exception)]:
            raise refused[0]

    take(batches[0])
    app, database = time.process_time(), cpu_seconds(int(postmaster))
    for batch in batches[1:]:
        take(batch)
    app, database = time.process_time() - app, cpu_seconds(int(postmaster)) - database
    print(json.dumps({"app_ms": app / int(count) * 1000, "database_ms": database / int(count) * 1000}))


def due_dates() -> None:
    """Microseconds of one due date of seven working days with a supplement of three days in between."""
    from tinhso.foundation.calendars import public as calendars
    from tinhso.foundation.organizations import public as organizations
    from tinhso.lib import working_time

    unit = organizations.units(kind="commune")[0]
    history = calendars.calendar_of(unit_id=unit.id)
    calendar = history.amendments[-1][1] if history.amendments else history.first
    at = datetime(2026, 11, 19, 9, 12, tzinfo=working_time.VIETNAM)
    rule = working_time.Rule(limit=working_time.Limit(Decimal(7), "working_days"))
    once = lambda: working_time.due_date(calendar, rule, at)  # noqa: E731
    once()
    loops = 20_000
    best = min(timeit.repeat(once, number=loops, repeat=5)) / loops
    print(json.dumps({"due_date_us": best * 1e6, "due": str(once())}))


def tasks(postmaster: str, count: str) -> None:
    """CPU of accepting a dossier at the desk: right, process step, clock, audit, event, message; all committed."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tests.load.machine import cpu_seconds
    from tinhso.foundation.accounts import public as accounts
    from tinhso.foundation.accounts.models import Account
    from tinhso.systems.one_stop.models import Dossier
    from tinhso.systems.one_stop.services import handling

    desk = accounts.actor_of_account(account_id=Account.objects.get(username="motcua.xa").pk)
    mine = {post.unit_id for post in desk.posts} | {unit for post in desk.posts for unit in post.unit_path}
    waiting = Dossier.objects.filter(state="submitted", receiving_unit_id__in=mine, parent_id=None).order_by("-id")
    codes = list(waiting.values_list("code", flat=True)[: int(count) + 5])

    def accept(code: str) -> None:
        with transaction.atomic():
            handling.accept_dossier(code=code, actor=desk, at=timezone.now())

    for code in codes[:5]:
        accept(code)
    app, database = time.process_time(), cpu_seconds(int(postmaster))
    for code in codes[5:]:
        accept(code)
    app, database = time.process_time() - app, cpu_seconds(int(postmaster)) - database
    done = max(1, len(codes) - 5)
    connection.close()
    print(json.dumps({"tasks": len(codes) - 5, "app_ms": app / done * 1000, "database_ms": database / done * 1000}))


def simulation() -> None:
    """Cases by chance per core-second, on the largest process of the pack."""
    from tinhso.foundation.workflow import public as workflow
    from tinhso.foundation.workflow.compiler import compile_process
    from tinhso.foundation.workflow.trial.chance import Profile, simulate

    largest = max(workflow.processes(), key=lambda row: row["checks"]["states"])
    _key, _number, content = workflow.version_file(version_id=largest["version_id"])
    plan, _problems = compile_process(content)
    if plan is None:
        raise RuntimeError("the process does not compile")
    cases, began = 40_000, time.process_time()
    simulate(plan, Profile(), cases=cases, limit_hours=40)
    print(json.dumps({"process": largest["key"], "per_second": cases / (time.process_time() - began)}))


COPIES = """
WITH made AS (
  INSERT INTO workflow_caserun (kind, subject, version_id, units, state, rev, status, stage, ended, title, topic,
    due_at, priority, root_id, parent_id, parent_token, started_at, ended_at)
  SELECT kind, 'bench-' || n, version_id, units, state, rev, status, stage, ended, title, topic, due_at, priority,
    -n, parent_id, parent_token, started_at, ended_at
  FROM workflow_caserun, generate_series(1, %s) AS n WHERE id = %s RETURNING id
), rooted AS (SELECT id FROM made)
INSERT INTO workflow_workitem (case_id, token, version_id, kind, subject, node, name, stage, clock, role, unit_id,
  assignee_id, is_lead, state, opened_at, claimed_at, due_at, legal_due_at, sort_at, priority, title, topic, outcome,
  done_by_name, note)
SELECT made.id, token, version_id, kind, subject, node, name, stage, clock, role, unit_id, assignee_id, is_lead, state,
  opened_at, claimed_at, due_at, legal_due_at, sort_at, priority, title, topic, outcome, done_by_name, note
FROM made, workflow_workitem w WHERE w.case_id = %s
"""


def migration(count: str) -> None:
    """Seconds to carry running cases over to a version in which a step was renamed, and to bring them back."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tinhso.foundation.accounts.public import Actor
    from tinhso.foundation.organizations import public as organizations
    from tinhso.foundation.workflow import public as workflow

    def published(step: str) -> int:
        rows = (
            workflow.Row("start", "start", ways=(workflow.Way(step),)),
            workflow.Row(step, "user", "Thẩm định", role="specialist", hours="8", ways=(workflow.Way("end"),)),
            workflow.Row("end", "end"),
        )
        table = workflow.write_table(workflow.StepTable("bench", "Đo tải", rows))
        return workflow.publish_process(key="bench", name="Đo tải", bpmn=table, at=timezone.now())

    with transaction.atomic():
        unit = organizations.units(kind="commune")[0].id
        first = published("old")
        one = workflow.start_case(
            kind="bench", subject="bench-0", version_id=first, units={"handling": unit}, variables={}, title="",
            topic="", due_at=None, at=timezone.now(),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(COPIES, [int(count) - 1, one.case_id, one.case_id])
            cursor.execute("UPDATE workflow_caserun SET root_id = id WHERE kind = 'bench'")
        second = published("new")
    actor = Actor(account_id=1, kind="official", name="Đo tải", person_id=1)
    made = workflow.start_migration(
        from_version=first, to_version=second, node_map={"old": "new"}, timers="keep", actor=actor, reason="Đo",
        at=timezone.now(),
    )  # fmt: skip
    began = time.monotonic()
    while workflow.migrate_batch(migration_id=made, at=timezone.now()):
        pass
    took, began = time.monotonic() - began, time.monotonic()
    moved = workflow.migration(migration_id=made).moved
    while workflow.revert_batch(migration_id=made, actor=actor, at=timezone.now()):
        pass
    print(json.dumps({"moved": moved, "seconds": took, "back": time.monotonic() - began}))


def sessions() -> None:
    """Signed-in cookies: an ordinary official, and the one who may see the whole province."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from tinhso.foundation.accounts.models import Account
    from tinhso.foundation.organizations import public as organizations

    province = organizations.units(kind="province")[0]
    chair = organizations.holders(unit_id=province.id, role="leader")[0]
    whole, _ = Account.objects.get_or_create(
        username="bench.tinh", defaults={"name": chair.name, "kind": "official", "person_id": chair.id, "assurance": 2}
    )
    found: dict[str, Any] = {}
    for name, account in (("ordinary", Account.objects.get(username="chuyenvien")), ("province", whole)):
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
        session.set_expiry(timedelta(hours=12))
        session.create()
        found[name] = session.session_key
    print(json.dumps(found))


if __name__ == "__main__":
    django.setup()
    verbs: dict[str, Any] = {
        "communes": lambda count: communes(int(count)), "payloads": payloads, "imports": imports, "tasks": tasks,
        "due_dates": due_dates, "sessions": sessions, "simulation": simulation, "migration": migration,
        "digitisation": digitisation,
    }  # fmt: skip
    verbs[sys.argv[1]](*sys.argv[2:])
