"""Running cases carried over in batches, everything of them as it was kept, and brought back exactly."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow import assignment
from tinhso.foundation.workflow.migration import CannotMigrateError, Carrier, automatic_map
from tinhso.foundation.workflow.models import (
    CaseEvent,
    CaseMigration,
    CaseMigrationItem,
    CaseRun,
    ProcessVersion,
    Subscription,
    Timer,
    WorkItem,
)
from tinhso.foundation.workflow.planning import lead_node, timer_at
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.records import MigrationView, MovableCase
from tinhso.foundation.workflow.services import tell_standing
from tinhso.lib.feel.values import VIETNAM

BATCH = 500
KEEP, RESTART = "keep", "restart"
ITEM_FIELDS = ("node", "name", "stage", "clock", "version_id", "role", "unit_id", "assignee_id")
_HELD = (
    "SELECT * FROM workflow_caserun WHERE root_id IN (SELECT root_id FROM workflow_caserun WHERE id = ANY(%s))"
    " ORDER BY root_id, id FOR UPDATE"
)


def proposed_map(*, from_version: int, to_version: int) -> tuple[dict[str, str], list[str]]:
    return automatic_map(plan_of(from_version), plan_of(to_version))


def dry_run(*, from_version: int, to_version: int, node_map: Mapping[str, str], limit: int = 1000) -> list[MovableCase]:
    """Every running case with where it stands and why it cannot go over; nothing is changed."""
    carrier = Carrier(from_version, to_version, node_map)
    rows = CaseRun.objects.filter(version_id=from_version, status=CaseRun.Status.OPEN).order_by("id")
    found = []
    for case in rows[:limit]:
        lead = lead_node(carrier.old, case.state)
        found.append(
            MovableCase(case.pk, case.subject, case.title, lead["name"] if lead else "", carrier.problem(case.state))
        )
    return found


def start(
    *,
    from_version: int,
    to_version: int,
    node_map: Mapping[str, str],
    timers: str,
    actor: Actor,
    reason: str,
    at: datetime,
) -> int:
    """Note a migration; `run_batch` does the work. Raises ValueError with a Vietnamese sentence."""
    versions = ProcessVersion.objects.in_bulk([from_version, to_version])
    if from_version == to_version or len(versions) != 2:
        raise ValueError("Chọn hai phiên bản khác nhau của cùng một quy trình.")
    if versions[from_version].definition_id != versions[to_version].definition_id:
        raise ValueError("Hai phiên bản không thuộc cùng một quy trình.")
    if not reason.strip():
        raise ValueError("Ghi lý do chuyển, để người giữ hồ sơ hiểu.")
    if timers not in (KEEP, RESTART):
        raise ValueError("Hẹn giờ: giữ ngày cũ hoặc tính lại.")
    migration = CaseMigration.objects.create(
        from_version_id=from_version, to_version_id=to_version, node_map=dict(node_map), timers=timers,
        actor=actor.key, actor_name=actor.name, reason=reason.strip(), started_at=at,
    )  # fmt: skip
    return migration.pk


def run_batch(*, migration_id: int, at: datetime, size: int = BATCH) -> int:
    """Carry the next cases over in one transaction; how many were looked at, 0 when all have been."""
    with transaction.atomic():
        migration = CaseMigration.objects.select_for_update().get(pk=migration_id)
        if migration.finished_at or migration.reverted_at:
            return 0
        waiting = CaseRun.objects.filter(
            version_id=migration.from_version_id, status=CaseRun.Status.OPEN, id__gt=migration.after_case_id
        )
        ids = list(waiting.order_by("id").values_list("id", flat=True)[:size])
        if not ids:
            CaseMigration.objects.filter(pk=migration_id).update(finished_at=at)
            return 0
        _Batch(migration, ids, at).carry()
        CaseMigration.objects.filter(pk=migration_id).update(after_case_id=ids[-1])
    return len(ids)


def revert_batch(*, migration_id: int, actor: Actor, at: datetime, size: int = BATCH) -> int:
    """Bring the next cases back to exactly what they were; a case that has moved on since stays, saying so."""
    with transaction.atomic():
        migration = CaseMigration.objects.select_for_update().get(pk=migration_id)
        CaseMigration.objects.filter(pk=migration_id, reverted_at=None).update(
            reverted_at=at, finished_at=migration.finished_at or at
        )
        items = list(migration.items.filter(problem="", reverted="").order_by("case_id")[:size])
        _restore(migration, items, actor, at)
    return len(items)


class _Batch:
    """Some cases of a migration, held with their families."""

    def __init__(self, migration: CaseMigration, ids: Sequence[int], at: datetime) -> None:
        self.migration = migration
        self.at = at
        self.carrier = Carrier(migration.from_version_id, migration.to_version_id, migration.node_map)
        wanted = set(ids)
        self.cases = [
            case
            for case in CaseRun.objects.raw(_HELD, [list(ids)])
            if case.pk in wanted and case.status == CaseRun.Status.OPEN
            and case.version_id == migration.from_version_id
        ]  # fmt: skip
        held = [case.pk for case in self.cases]
        self.items = _grouped(WorkItem.objects.filter(case_id__in=held, state=WorkItem.State.OPEN).order_by("id"))
        self.timers = _grouped(Timer.objects.filter(case_id__in=held).order_by("id"))
        self.waits = _grouped(Subscription.objects.filter(case_id__in=held).order_by("id"))
        self.events: list[CaseEvent] = []
        self.kept: list[CaseMigrationItem] = []
        self.changed_items: list[WorkItem] = []
        self.gone: dict[type[Any], list[int]] = {Timer: [], Subscription: []}
        self.new: dict[type[Any], list[Any]] = {Timer: [], Subscription: []}

    def carry(self) -> None:
        moved = [case for case in self.cases if self.carry_one(case)]
        CaseMigrationItem.objects.bulk_create(self.kept)
        CaseEvent.objects.bulk_create(self.events)
        _write_cases(moved)
        _write_items(self.changed_items)
        for model, ids in self.gone.items():
            model._default_manager.filter(pk__in=ids).delete()
            model._default_manager.bulk_create(self.new[model])
        before = {one.case_id: one.before["state"] for one in self.kept if not one.problem}
        for case in moved:
            tell_standing(case, self.carrier.old, before[case.pk], self.at)

    def carry_one(self, case: CaseRun) -> bool:
        try:
            after = self.carrier.after(case.state)
        except CannotMigrateError as error:
            self.kept.append(CaseMigrationItem(migration=self.migration, case_id=case.pk, problem=str(error)))
            return False
        items, timers, waits = (held.get(case.pk, []) for held in (self.items, self.timers, self.waits))
        before = {
            "state": case.state,
            "items": [{"id": one.pk, **{name: getattr(one, name) for name in ITEM_FIELDS}} for one in items],
            "timers": [[one.token, one.node, one.fire_at.isoformat()] for one in timers],
            "waits": [[one.token, one.node, one.message] for one in waits],
        }
        data = {"from": case.version_id, "to": self.migration.to_version_id, "before": case.state,
                "reason": self.migration.reason, "migration": self.migration.pk}  # fmt: skip
        self.events.append(_event(case, "migrate", self.migration.actor, self.migration.actor_name, self.at, data))
        for item in items:
            self.move_item(item, after)
        case.version_id, case.state, case.rev = self.migration.to_version_id, after, case.rev + 1
        self.arm(case, after, timers, waits)
        self.kept.append(CaseMigrationItem(migration=self.migration, case_id=case.pk, before=before, rev=case.rev))
        return True

    def move_item(self, item: WorkItem, after: Mapping[str, Any]) -> None:
        """The step as the other version has it; another role gives it to somebody who holds that post."""
        node_id = after["tok"][item.token.split(".")[0]][0]
        node = self.carrier.new["nodes"][node_id]
        item.node, item.name = node_id, node["name"]
        item.stage, item.clock = node.get("stage", ""), node.get("clock", "running")
        item.version_id = self.migration.to_version_id
        if item.role != node["role"] and "each" not in node:
            item.role = node["role"]
            people = assignment.candidates(item.unit_id, item.role, self.at.astimezone(VIETNAM).date())
            item.assignee_id = assignment.choose(people, [item.assignee_id] if len(people) > 1 else ())
        self.changed_items.append(item)

    def arm(self, case: CaseRun, after: Mapping[str, Any], timers: list[Timer], waits: list[Subscription]) -> None:
        """Timers keep their moment where their event is still there, unless told otherwise; new ones start now."""
        nodes, names = self.carrier.new["nodes"], self.carrier.node_map
        wanted = {
            (token, armed): kind
            for token, place in after["tok"].items()
            for kind, armed in nodes[place[0]].get("arms", ())
        }
        rows: tuple[tuple[type[Any], str, Sequence[Any]], ...] = (
            (Timer, "timer", timers),
            (Subscription, "wait", waits),
        )
        for model, kind, held in rows:
            there = {(row.token, names.get(row.node, row.node)): row for row in held}
            for key, row in there.items():
                renamed = row.node != key[1]
                restarted = kind == "timer" and self.migration.timers == RESTART
                if wanted.get(key) == kind and not renamed and not restarted:
                    continue
                self.gone[model].append(row.pk)
                if wanted.get(key) == kind:
                    moment = self.fire_at(case, nodes[key[1]]) if restarted else getattr(row, "fire_at", None)
                    self.new[model].append(self.armed(model, case, *key, moment))
            for key in (key for key, its in wanted.items() if its == kind and key not in there):
                moment = self.fire_at(case, nodes[key[1]]) if kind == "timer" else None
                self.new[model].append(self.armed(model, case, *key, moment))

    def fire_at(self, case: CaseRun, node: Mapping[str, Any]) -> datetime:
        return timer_at(node, case.units.get("handling"), self.at)

    def armed(self, model: type[Any], case: CaseRun, token: str, node: str, moment: datetime | None) -> Any:
        if model is Timer:
            return model(case_id=case.pk, token=token, node=node, fire_at=moment)
        return Subscription(case_id=case.pk, token=token, node=node, message=self.carrier.new["nodes"][node]["message"])


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _event(case: CaseRun, kind: str, actor: str, name: str, at: datetime, data: Mapping[str, Any]) -> CaseEvent:
    return CaseEvent(case_id=case.pk, number=case.rev + 1, at=at, kind=kind, actor=actor, actor_name=name, data=data)


_CASES = """
UPDATE workflow_caserun c SET version_id = r.version_id, state = r.state, rev = r.rev
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, version_id bigint, state jsonb, rev int) WHERE c.id = r.id
"""
_ITEMS = """
UPDATE workflow_workitem w SET node = r.node, name = r.name, stage = r.stage, clock = r.clock,
  version_id = r.version_id, role = r.role, unit_id = r.unit_id, assignee_id = r.assignee_id
FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, node text, name text, stage text, clock text, version_id bigint,
  role text, unit_id bigint, assignee_id bigint) WHERE w.id = r.id
"""


def _write_cases(cases: Iterable[CaseRun]) -> None:
    _write(_CASES, [{"id": c.pk, "version_id": c.version_id, "state": c.state, "rev": c.rev} for c in cases])


def _write_items(items: Iterable[WorkItem]) -> None:
    _write(_ITEMS, [{"id": item.pk, **{name: getattr(item, name) for name in ITEM_FIELDS}} for item in items])


def _write(statement: str, rows: list[dict[str, Any]]) -> None:
    """Many rows by one statement: twenty times the pace of a CASE for each column."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows)])


MOVED_ON = "Hồ sơ đã đi tiếp sau khi chuyển, nên giữ nguyên ở phiên bản mới."


def _restore(migration: CaseMigration, items: Sequence[CaseMigrationItem], actor: Actor, at: datetime) -> None:
    ids = [item.case_id for item in items]
    cases = {case.pk: case for case in CaseRun.objects.raw(_HELD, [ids])}
    back: list[CaseRun] = []
    events, rows, timers, waits = [], [], [], []
    states = {}
    for item in items:
        case = cases[item.case_id]
        if case.rev != item.rev or case.status != CaseRun.Status.OPEN:
            item.reverted = MOVED_ON
            continue
        item.reverted = "yes"
        events.append(_event(case, "revert", actor.key, actor.name, at, {"migration": migration.pk}))
        states[case.pk] = case.state
        case.version_id, case.state, case.rev = migration.from_version_id, item.before["state"], case.rev + 1
        back.append(case)
        rows += [WorkItem(pk=one["id"], **{name: one[name] for name in ITEM_FIELDS}) for one in item.before["items"]]
        timers += [Timer(case_id=case.pk, token=t, node=n, fire_at=datetime.fromisoformat(f))
                   for t, n, f in item.before["timers"]]  # fmt: skip
        waits += [Subscription(case_id=case.pk, token=t, node=n, message=m) for t, n, m in item.before["waits"]]
    for outcome in {item.reverted for item in items}:
        CaseMigrationItem.objects.filter(pk__in=[i.pk for i in items if i.reverted == outcome]).update(reverted=outcome)
    CaseEvent.objects.bulk_create(events)
    _write_cases(back)
    _write_items(rows)
    held = [case.pk for case in back]
    Timer.objects.filter(case_id__in=held).delete()
    Timer.objects.bulk_create(timers)
    Subscription.objects.filter(case_id__in=held).delete()
    Subscription.objects.bulk_create(waits)
    for case in back:
        tell_standing(case, plan_of(migration.to_version_id), states[case.pk], at)


def view(*, migration_id: int) -> MigrationView:
    """Raises LookupError."""
    migration = CaseMigration.objects.filter(pk=migration_id).select_related("from_version", "to_version").first()
    if migration is None:
        raise LookupError(f"Không có đợt chuyển phiên bản {migration_id}.")
    return _view(migration)


def recent(*, process_key: str = "", limit: int = 20) -> list[MigrationView]:
    rows = CaseMigration.objects.select_related("from_version__definition", "to_version").order_by("-id")
    if process_key:
        rows = rows.filter(from_version__definition__key=process_key)
    return [_view(row) for row in rows[:limit]]


def _view(migration: CaseMigration) -> MigrationView:
    counted, moved = migration.items, migration.items.filter(problem="")
    left = CaseRun.objects.filter(
        version_id=migration.from_version_id, status=CaseRun.Status.OPEN, id__gt=migration.after_case_id
    )
    return MigrationView(
        id=migration.pk,
        from_version=migration.from_version_id,
        to_version=migration.to_version_id,
        from_number=migration.from_version.number,
        to_number=migration.to_version.number,
        actor_name=migration.actor_name,
        reason=migration.reason,
        started_at=migration.started_at,
        finished_at=migration.finished_at,
        reverted_at=migration.reverted_at,
        moved=moved.count(),
        stayed=[(one.case.subject, one.problem) for one in counted.exclude(problem="").select_related("case")[:500]],
        stayed_count=counted.exclude(problem="").count(),
        left=0 if migration.finished_at else left.count(),
        reverted=counted.filter(reverted="yes").count(),
        not_reverted=[
            (one.case.subject, one.reverted)
            for one in counted.exclude(reverted__in=("", "yes")).select_related("case")[:500]
        ],
        to_revert=moved.filter(reverted="").count() if migration.reverted_at else 0,
    )


def open_counts(*, version_ids: Sequence[int]) -> dict[int, int]:
    """Running cases by version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id, count(*) FROM workflow_caserun WHERE status = 'open' AND version_id = ANY(%s)"
            " GROUP BY version_id",
            [list(version_ids)],
        )
        return dict(cursor.fetchall())
