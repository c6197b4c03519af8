"""Running cases to another version: the map, the dry run, the batches, the way back."""

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.studio import services
from tinhso.systems.studio.views.common import studio

SHOWN = 500
FIRST_BATCHES = 4  # carried over while the person waits; the worker does the rest


@studio
@require_http_methods(["GET", "POST"])
def plan(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Nothing moves before every running case was listed with the reason it can or cannot."""
    versions = list(workflow.versions_of(key=key))
    if not versions:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    numbers = {str(row["number"]): row for row in versions}
    old = numbers.get(asked.get("old", ""), versions[min(1, len(versions) - 1)])
    new = numbers.get(asked.get("new", ""), versions[0])
    from_version, to_version = int(old["version_id"]), int(new["version_id"])
    before = workflow.read_table(workflow.version_file(version_id=from_version)[2])
    after = workflow.read_table(workflow.version_file(version_id=to_version)[2])
    found, lost = workflow.proposed_map(from_version=from_version, to_version=to_version)
    node_map = dict(found)
    for step in lost:
        target = asked.get(f"map-{step}", "")
        if target in after.known():
            node_map[step] = target
    error, reason = "", asked.get("reason", "")[:1000]
    if request.method == "POST" and "go" in request.POST:
        try:
            with transaction.atomic():
                made = services.begin_migration(
                    from_version=from_version, to_version=to_version, node_map=node_map,
                    timers=asked.get("timers", "keep"), reason=reason, actor=request.actor, at=timezone.now(),
                )  # fmt: skip
            _go_on(request, made)
            return redirect("studio:migration", made)
        except ValueError as refusal:
            error = str(refusal)
    cases = workflow.try_migration(from_version=from_version, to_version=to_version, node_map=node_map, limit=SHOWN)
    names = {row.key: row.name or row.key for row in before.rows}
    context = {
        "key": key,
        "old": old,
        "new": new,
        "numbers": [(str(row["number"]), f"v{row['number']}") for row in versions],
        "found": [(names.get(a, a), next((r.name for r in after.rows if r.key == b), b)) for a, b in found.items()],
        "lost": [(step, names.get(step, step), node_map.get(step, "")) for step in lost],
        "targets": [
            (row.key, row.name or row.key) for row in after.rows if row.kind in ("user", "receive", "call", "sub")
        ],
        "movable": [one for one in cases if not one.problem],
        "staying": [one for one in cases if one.problem],
        "running": workflow.open_counts(version_ids=[from_version]).get(from_version, 0),
        "shown": SHOWN,
        "timers": asked.get("timers", "keep"),
        "reason": reason,
        "error": error,
        "name": after.name or key,
        "codes": one_stop.codes_of(subjects=[one.subject for one in cases]),
    }
    return render(request, "studio/migration_plan.html", context, status=422 if error else 200)


def _go_on(request: AuthenticatedRequest, migration_id: int) -> None:
    """What a person waits for; the worker goes on with the rest."""
    services.carry_on(
        migration=workflow.migration(migration_id=migration_id), actor=request.actor, at=timezone.now(),
        batches=FIRST_BATCHES,
    )  # fmt: skip


@studio
@require_http_methods(["GET", "POST"])
def migration(request: AuthenticatedRequest, migration_id: int) -> HttpResponse:
    """How far it is; what stayed and why; one click brings everything back."""
    try:
        found = workflow.migration(migration_id=migration_id)
    except LookupError:
        raise Http404 from None
    if request.method == "POST":
        if request.POST.get("step") == "revert" and not found.reverted_at:
            with transaction.atomic():
                services.begin_revert(migration_id=migration_id, actor=request.actor, at=timezone.now())
        _go_on(request, migration_id)
        return redirect("studio:migration", migration_id)
    key, _number, content = workflow.version_file(version_id=found.to_version)
    subjects = [subject for subject, _why in (*found.stayed, *found.not_reverted)]
    context = {
        "found": found,
        "key": key,
        "name": workflow.read_table(content).name or key,
        "codes": one_stop.codes_of(subjects=subjects),
    }
    return render(request, "studio/migration.html", context)
