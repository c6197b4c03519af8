"""A process with its versions: what differs between any two, where time goes, which ways cases really took."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio import selectors
from tinhso.systems.studio.views.common import studio
from tinhso.systems.studio.words import DIFFERENCES

PERIODS = (31, 92, 366)


def _versions(key: str) -> list[dict[str, object]]:
    found = [dict(row) for row in workflow.versions_of(key=key)]
    if not found:
        raise Http404
    return found


def _of_number(versions: list[dict[str, object]], text: str) -> dict[str, object] | None:
    return next((row for row in versions if str(row["number"]) == text), None)


@studio
def process(request: AuthenticatedRequest, key: str) -> HttpResponse:
    versions = _versions(key)
    running = workflow.open_counts(version_ids=[int(str(row["version_id"])) for row in versions])
    _key, _number, content = workflow.version_file(version_id=int(str(versions[0]["version_id"])))
    context = {
        "key": key,
        "name": workflow.read_table(content).name or key,
        "versions": [{**row, "running": running.get(int(str(row["version_id"])), 0)} for row in versions],
        "codes": procedures.codes_of_process(process_key=key, on=timezone.localdate()),
        "published": {draft.version_id: draft for draft in selectors.published("process", key)},
        "migrations": workflow.migrations(process_key=key)[:10],
        "draft": next((one for one in selectors.open_drafts() if (one.kind, one.key) == ("process", key)), None),
    }
    return render(request, "studio/process.html", context)


@studio
def version(request: AuthenticatedRequest, key: str, number: int) -> HttpResponse:
    """The BPMN of a version, for the viewer and for other modellers."""
    row = _of_number(_versions(key), str(number))
    if row is None:
        raise Http404
    _key, _number, content = workflow.version_file(version_id=int(str(row["version_id"])))
    answer = HttpResponse(content, content_type="application/xml")
    if "save" in request.GET:
        answer.headers["Content-Disposition"] = f'attachment; filename="{key}-v{number}.bpmn"'
    return answer


@studio
def difference(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Any two versions side by side, in words."""
    versions = _versions(key)
    new = _of_number(versions, request.GET.get("new", "")) or versions[0]
    old = _of_number(versions, request.GET.get("old", "")) or versions[min(1, len(versions) - 1)]
    files = [workflow.version_file(version_id=int(str(row["version_id"])))[2] for row in (old, new)]
    context = {
        "key": key,
        "name": workflow.read_table(files[1]).name or key,
        "old": old,
        "new": new,
        "numbers": [(str(row["number"]), f"v{row['number']}") for row in versions],
        "differences": workflow.compare_processes(old=files[0], new=files[1]),
        "difference_words": DIFFERENCES,
    }
    return render(request, "studio/difference.html", context)


@studio
def time_spent(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """Where time is lost, from the event log alone: by step, unit, procedure; and the ways really taken."""
    versions = _versions(key)
    days = int(request.GET["days"]) if request.GET.get("days", "") in map(str, PERIODS) else PERIODS[0]
    since = timezone.now() - timedelta(days=days)
    steps = workflow.read_table(workflow.version_file(version_id=int(str(versions[0]["version_id"])))[2])
    names = {row.key: row.name or str(workflow.KINDS.get(row.kind, row.key)) for row in steps.rows}
    by_unit = workflow.time_spent(process_key=key, by="unit", since=since)
    context = {
        "key": key,
        "name": steps.name or key,
        "days": days,
        "periods": PERIODS,
        "names": names,
        "newest": versions[0]["number"],
        "by_step": workflow.time_spent(process_key=key, by="step", since=since),
        "by_unit": [(one, _unit_name(one.key)) for one in by_unit],
        "by_topic": workflow.time_spent(process_key=key, by="topic", since=since),
        "variants": workflow.variants(process_key=key, since=since),
        "strange": [one for one in workflow.followed(process_key=key, since=since) if not one.is_drawn],
    }
    return render(request, "studio/time.html", context)


def _unit_name(text: str) -> str:
    try:
        return organizations.get_unit(unit_id=int(text)).name
    except (LookupError, ValueError):
        return text
