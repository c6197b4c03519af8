"""Running cases carried over to another version of their process (chuyển phiên bản), or left, saying why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow.checks import title
from tinhso.foundation.workflow.engine import Plan, State
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, Subscription, Timer, WorkItem
from tinhso.foundation.workflow.planning import timer_at
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.services import lock_family
from tinhso.foundation.workflow.soundness import can_finish


class CannotMigrateError(Exception):
    """Where a case stands has no counterpart in the other version; a Vietnamese sentence."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What came of one case; `problem` is empty when it was (or, in a dry run, could be) carried over."""

    subject: str
    problem: str = ""


def migrate_state(old: Plan, new: Plan, state: State, node_map: Mapping[str, str]) -> State:
    """The marking in the other version: by node, renamed where the map says so; kinds and joins must agree.

    Tokens waiting in a join keep their place in it, so the arrow they came by must be there too.
    """
    tokens: dict[str, list[str]] = {}
    for token, (node_id, flow, parent) in state["tok"].items():
        target = node_map.get(node_id, node_id)
        node, before = new["nodes"].get(target), old["nodes"][node_id]
        if node is None:
            raise CannotMigrateError(f"Bước «{title(old, node_id)}» không còn; hãy chỉ bước thay thế.")
        if node["kind"] != before["kind"] or bool(node.get("each")) != bool(before.get("each")):
            raise CannotMigrateError(f"Bước «{title(old, node_id)}» đổi loại, không chuyển được.")
        around = tokens[parent][0] if parent else ""
        if node["scope"] != around:
            raise CannotMigrateError(f"Bước «{title(new, target)}» đã sang tiểu quy trình khác.")
        if node["kind"] in ("and", "or") and flow not in node["in"]:
            raise CannotMigrateError(f"Cổng «{title(old, node_id)}» không còn nhánh «{flow}» đang chờ.")
        tokens[token] = [target, flow, parent]
    kept = {node_map.get(n, n): outcome for n, outcome in state["out"].items() if node_map.get(n, n) in new["kept"]}
    after = {**state, "tok": tokens, "out": kept}
    if problems := can_finish(new, after):
        raise CannotMigrateError(f"Từ chỗ đang đứng không đi tới cuối được: {problems[0][0]}: {problems[0][1]}")
    return after


def migrate_cases(
    *, from_version: int, to_version: int, node_map: Mapping[str, str], actor: Actor, reason: str, at: datetime,
    dry_run: bool, limit: int,
) -> list[Migrated]:  # fmt: skip
    old, new = plan_of(from_version), plan_of(to_version)
    open_cases = CaseRun.objects.filter(version_id=from_version, status=CaseRun.Status.OPEN).order_by("id")
    results = []
    for case_id in list(open_cases.values_list("id", flat=True)[:limit]):
        case = lock_family(case_id=case_id).of(case_id)
        try:
            after = migrate_state(old, new, case.state, node_map)
        except CannotMigrateError as error:
            results.append(Migrated(case.subject, str(error)))
            continue
        results.append(Migrated(case.subject))
        if not dry_run:
            _write(case, after, to_version, new, actor, reason, at)
    return results


def _write(
    case: CaseRun, after: State, to_version: int, new: Plan, actor: Actor, reason: str, at: datetime
) -> None:  # fmt: skip
    CaseEvent.objects.create(
        case_id=case.pk, number=case.rev + 1, at=at, kind="migrate", actor=actor.key, actor_name=actor.name,
        data={"from": case.version_id, "to": to_version, "before": case.state, "reason": reason},
    )  # fmt: skip
    CaseRun.objects.filter(pk=case.pk).update(version_id=to_version, state=after, rev=case.rev + 1)
    for item in WorkItem.objects.filter(case_id=case.pk, state="open"):
        node_id = after["tok"][item.token.split(".")[0]][0]
        node = new["nodes"][node_id]
        WorkItem.objects.filter(pk=item.pk).update(
            version_id=to_version, node=node_id, name=node["name"], stage=node.get("stage", ""),
            clock=node.get("clock", "running"),
        )  # fmt: skip
    _arm_anew(case, after, new, at)


def _arm_anew(case: CaseRun, after: State, new: Plan, at: datetime) -> None:
    """Timers keep their moment where their event is still there; new ones are armed from now, vanished ones dropped."""
    wanted = {
        (token, armed): kind for token, place in after["tok"].items()
        for kind, armed in new["nodes"][place[0]].get("arms", ())
    }  # fmt: skip
    for model, kind in ((Timer, "timer"), (Subscription, "wait")):
        rows: Any = model.objects.filter(case_id=case.pk)  # type: ignore[attr-defined]
        there = {(row.token, row.node): row for row in rows}
        for key, row in there.items():
            if wanted.get(key) != kind:
                row.delete()
        for token, armed in [key for key, its in wanted.items() if its == kind and key not in there]:
            node = new["nodes"][armed]
            if kind == "timer":
                fire_at = timer_at(node, case.units.get("handling"), at)
                Timer.objects.create(case_id=case.pk, token=token, node=armed, fire_at=fire_at)
            else:
                Subscription.objects.create(case_id=case.pk, token=token, node=armed, message=node["message"])
