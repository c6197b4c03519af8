"""`/healthz`: is the installation well? 200 when it is, 503 when somebody must look."""

from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from tinhso.foundation.accounts.public import access
from tinhso.foundation.outbox import public as outbox


def database_answers() -> bool:
    """Asked on a connection of its own, within two seconds: the pool would wait for a database that is away."""
    try:
        with psycopg.connect(**{**connection.get_connection_params(), "connect_timeout": 2}) as direct:
            direct.execute("select 1")
    except psycopg.Error:
        return False
    return True


def report() -> dict[str, Any]:
    found: dict[str, Any] = {"status": "bad", "version": settings.VERSION, "database": "gone"}
    if not database_answers():
        return found
    try:
        state = outbox.health(at=timezone.now())
    except (DatabaseError, InterfaceError) as error:
        return found | {"database": f"not ready: {type(error).__name__}"}
    return found | {
        "status": "ok" if state.is_good else "bad",
        "database": "ok",
        "jobs": {"waiting": state.jobs_waiting, "failed": state.jobs_failed},
        "events": {"waiting": state.events_waiting, "dead": state.events_dead},
        "oldest_waiting_seconds": round(max(state.oldest_job_seconds, state.oldest_event_seconds), 1),
        "silent": state.silent,
        "failing": state.failing,
    }


@access("public")
def healthz(request: HttpRequest) -> JsonResponse:
    found = report()
    response = JsonResponse(
        found, json_dumps_params={"ensure_ascii": False}, status=200 if found["status"] == "ok" else 503
    )
    response.headers["Cache-Control"] = "no-store"
    return response
