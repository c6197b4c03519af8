"""Where time is lost, from the event log alone: by step, unit and subject; and the paths really taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.workflow.engine import Plan
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, ProcessVersion
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.trial.chance import Profile
from tinhso.foundation.workflow.trial.replay import Lived

SAMPLE = 400  # measured steps of each kind a simulation draws from
BY = {"step": "w.node", "unit": "w.unit_id::text", "topic": "w.topic"}


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Hours on the wall, of one step, unit or topic: until somebody took it, in their hands, and while the clock stood.

    median, p90: of a visit as a whole. share: of all time in the table.
    """

    key: str
    name: str
    visits: int
    waiting: float
    working: float
    paused: float
    median: float
    p90: float
    share: float


@dataclass(frozen=True, slots=True)
class Followed:
    """One step was followed by another so often; drawn: whether the process has that way."""

    source: str
    target: str
    count: int
    hours: float  # from the end of one to the beginning of the next, median
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """A course really taken, step by step, and how many cases took it."""

    nodes: tuple[str, ...]
    count: int
    share: float
    hours: float  # median, from start to end


_TIMES = """
SELECT {by} AS key, max(w.name) AS name, count(*) AS visits,
  avg(CASE WHEN w.clock = 'running'
      THEN extract(epoch FROM coalesce(w.claimed_at, w.done_at) - w.opened_at) END) / 3600,
  avg(CASE WHEN w.clock = 'running' THEN extract(epoch FROM w.done_at - coalesce(w.claimed_at, w.done_at)) END) / 3600,
  avg(CASE WHEN w.clock <> 'running' THEN extract(epoch FROM w.done_at - w.opened_at) END) / 3600,
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM w.done_at - w.opened_at) / 3600),
  sum(extract(epoch FROM w.done_at - w.opened_at)) / 3600
FROM workflow_workitem w
WHERE w.state = 'done' AND w.version_id = ANY(%(versions)s) AND w.done_at >= %(since)s
GROUP BY 1 ORDER BY 8 DESC LIMIT %(limit)s
"""


def times(*, process_key: str, by: str, since: datetime, limit: int = 50) -> list[TimeSpent]:
    """by: step | unit | topic."""
    given = {"versions": _versions(process_key), "since": since, "limit": limit}
    found = _rows(_TIMES.format(by=BY[by]), given)
    total = sum(float(row[7] or 0) for row in found) or 1.0
    return [
        TimeSpent(
            key=row[0], name=row[1] if by == "step" else row[0], visits=row[2], waiting=float(row[3] or 0),
            working=float(row[4] or 0), paused=float(row[5] or 0), median=float(row[6][0]), p90=float(row[6][1]),
            share=float(row[7] or 0) / total,
        )
        for row in found
    ]  # fmt: skip


_FOLLOWED = """
WITH steps AS (
  SELECT w.case_id, w.node, w.opened_at, w.done_at,
    lead(w.node) OVER course AS next_node, lead(w.opened_at) OVER course AS next_at
  FROM workflow_workitem w
  WHERE w.version_id = ANY(%(versions)s) AND w.opened_at >= %(since)s AND w.state = 'done'
  WINDOW course AS (PARTITION BY w.case_id ORDER BY w.opened_at, w.id)
)
SELECT node, next_node, count(*),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM next_at - done_at), 0) / 3600)
FROM steps WHERE next_node IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 200
"""


def followed(*, process_key: str, since: datetime) -> list[Followed]:
    """The directly-follows graph, commonest first, against the drawn one."""
    versions = _versions(process_key)
    if not versions:
        return []
    drawn = drawn_pairs(plan_of(versions[-1]))
    return [
        Followed(source, target, count, float(hours or 0), (source, target) in drawn)
        for source, target, count, hours in _rows(_FOLLOWED, {"versions": versions, "since": since})
    ]


_VARIANTS = """
WITH courses AS (
  SELECT w.case_id, array_agg(w.node ORDER BY w.opened_at, w.id) AS nodes
  FROM workflow_workitem w JOIN workflow_caserun c ON c.id = w.case_id
  WHERE c.version_id = ANY(%(versions)s) AND c.status = 'ended' AND c.ended_at >= %(since)s AND w.state = 'done'
  GROUP BY 1
)
SELECT k.nodes, count(*), sum(count(*)) OVER (),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.ended_at - c.started_at) / 3600)
FROM courses k JOIN workflow_caserun c ON c.id = k.case_id GROUP BY 1 ORDER BY 2 DESC LIMIT %(limit)s
"""


def variants(*, process_key: str, since: datetime, limit: int = 12) -> list[Variant]:
    """The courses ended cases really took, commonest first."""
    found = _rows(_VARIANTS, {"versions": _versions(process_key), "since": since, "limit": limit})
    return [
        Variant(tuple(nodes), count, count / float(total), float(hours or 0)) for nodes, count, total, hours in found
    ]


def drawn_pairs(plan: Plan) -> set[tuple[str, str]]:
    """Pairs of steps of people that can follow each other by the drawing: beside each other in a block counts too."""
    nodes, flows = plan["nodes"], plan["flows"]
    users = [node_id for node_id, node in nodes.items() if node["kind"] == "user"]

    def next_users(node_id: str) -> set[str]:
        found: set[str] = set()
        seen: set[str] = set()
        todo = [node_id, *(b for b, boundary in nodes.items() if boundary.get("on") == node_id)]
        while todo:
            for flow in nodes[todo.pop()]["out"]:
                target = flows[flow]["to"]
                if target in seen:
                    continue
                seen.add(target)
                if nodes[target]["kind"] == "user":
                    found.add(target)
                else:
                    todo.append(target)
                    todo += [nodes[target]["start"]] if nodes[target]["kind"] == "sub" else []
        return found

    pairs = {(one, target) for one in users for target in next_users(one)}
    splits = [next_users(node_id) for node_id, node in nodes.items() if node["kind"] in ("and", "or")]
    return pairs | {(a, b) for group in splits for a in group for b in group}


# -- what was measured, for trials --------------------------------------------------------------------------------


_SAMPLED = """
SELECT node, unit_id, opened_at, done_at FROM (
  SELECT w.node, w.unit_id, w.opened_at, w.done_at,
    row_number() OVER (PARTITION BY w.node ORDER BY w.done_at DESC) AS n
  FROM workflow_workitem w WHERE w.state = 'done' AND w.version_id = ANY(%(versions)s) AND w.done_at >= %(since)s
) latest WHERE n <= %(sample)s
"""
_ANSWERS = """
SELECT w.node, w.outcome, count(*) FROM workflow_workitem w
WHERE w.state = 'done' AND w.version_id = ANY(%(versions)s) AND w.done_at >= %(since)s GROUP BY 1, 2
"""


def profile(*, process_key: str, since: datetime) -> Profile:
    """Working hours and answers of each step as measured, for a simulation."""
    given = {"versions": _versions(process_key), "since": since, "sample": SAMPLE}
    hours: dict[str, list[float]] = {}
    for node, unit_id, opened_at, done_at in _rows(_SAMPLED, given):
        spent = calendars.working_hours_between(unit_id=unit_id, start=opened_at, end=done_at)
        hours.setdefault(node, []).append(spent)
    outcomes: dict[str, dict[str, float]] = {}
    for node, outcome, count in _rows(_ANSWERS, given):
        outcomes.setdefault(node, {})[outcome] = float(count)
    return Profile(hours, outcomes)


def histories(*, process_key: str, since: datetime, limit: int = 2000) -> list[Lived]:
    """Cases that ended since, as they were lived, newest first."""
    cases = list(
        CaseRun.objects.filter(
            version_id__in=_versions(process_key), status=CaseRun.Status.ENDED, ended_at__gte=since
        ).order_by("-ended_at")[:limit]
    )
    acts: dict[int, list[tuple[str, str, str]]] = {}
    events = CaseEvent.objects.filter(
        case_id__in=[case.pk for case in cases], kind__in=("complete", "timer", "message", "child", "move")
    )
    for case_id, kind, node, data in events.order_by("case_id", "number").values_list(
        "case_id", "kind", "node", "data"
    ):
        acts.setdefault(case_id, []).append((kind, node, str(data.get("outcome", ""))))
    return [Lived(case.subject, case.state["vars"], acts.get(case.pk, []), case.ended) for case in cases]


def _versions(process_key: str) -> list[int]:
    rows = ProcessVersion.objects.filter(definition__key=process_key).order_by("number")
    return list(rows.values_list("id", flat=True))


def _rows(sql: str, given: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(given))
        return list(cursor.fetchall())
