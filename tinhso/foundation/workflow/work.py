"""What is done with a step besides finishing it: taken, given to somebody else, sent back; and dates that move."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.statements import prepared
from tinhso.foundation.workflow import assignment
from tinhso.foundation.workflow.engine import step
from tinhso.foundation.workflow.models import CaseEvent, CaseRun, WorkItem
from tinhso.foundation.workflow.permissions import is_holder, why_not_complete, why_not_reassign
from tinhso.foundation.workflow.planning import Act
from tinhso.foundation.workflow.plans import plan_of
from tinhso.foundation.workflow.records import CaseChange, Completion, StaleWorkItemError, WrongOutcomeError
from tinhso.foundation.workflow.services import advance, complete, lock_family, stale_sentence
from tinhso.foundation.workflow.soundness import can_finish
from tinhso.foundation.workflow.ways import return_targets, title_of
from tinhso.lib.feel.values import VIETNAM


def _open_item(item_id: int) -> tuple[WorkItem, CaseRun]:
    """The item with its case held. Raises StaleWorkItemError where it is not open any more."""
    case_id = WorkItem.objects.filter(pk=item_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise StaleWorkItemError("Không tìm thấy việc này.")
    case = lock_family(case_id=case_id).of(case_id)
    item = WorkItem.objects.get(pk=item_id)
    if item.state != WorkItem.State.OPEN:
        raise StaleWorkItemError(stale_sentence(item))
    return item, case


def claim(*, item_id: int, actor: Actor, at: datetime) -> None:
    item, case = _open_item(item_id)
    if actor.person_id is None or not is_holder(actor, item, at):
        raise PermissionError(why_not_complete(actor, item, at) or "Tài khoản này không phải của một cán bộ.")
    _give(item, case, actor.person_id, actor, at, claimed_at=at)


def assign(*, item_id: int, person_id: int, actor: Actor, at: datetime, note: str = "") -> None:
    item, case = _open_item(item_id)
    if why := why_not_reassign(actor, item, at):
        raise PermissionError(why)
    if person_id not in assignment.candidates(item.unit_id, item.role, at.astimezone(VIETNAM).date()):
        name = organizations.person(person_id=person_id).name
        raise WrongOutcomeError(f"{name} không giữ vị trí làm được bước «{item.name}» trong ngày này.")
    _give(item, case, person_id, actor, at, claimed_at=None, note=note)


def _give(
    item: WorkItem,
    case: CaseRun,
    person_id: int,
    actor: Actor,
    at: datetime,
    *,
    claimed_at: datetime | None,
    note: str = "",
) -> None:
    WorkItem.objects.filter(pk=item.pk).update(assignee_id=person_id, claimed_at=claimed_at)
    CaseRun.objects.filter(pk=case.pk).update(rev=case.rev + 1)
    CaseEvent.objects.create(
        case_id=case.pk, number=case.rev + 1, at=at, kind="assign", node=item.node, actor=actor.key,
        actor_name=actor.name, data={"item": item.pk, "from": item.assignee_id, "to": person_id, "note": note},
    )  # fmt: skip
    assignment.forget_loads()


def targets_of(*, item_id: int) -> list[tuple[str, str]]:
    """(step, name) this item's case may be sent back to, in the order of the process."""
    item = WorkItem.objects.get(pk=item_id)
    visited = WorkItem.objects.filter(case_id=item.case_id, state="done").values_list("node", flat=True)
    plan = plan_of(item.version_id)
    return [(node, title_of(plan, node)) for node in return_targets(plan, item.node, set(visited))]


def send_back(
    *, item_id: int, node: str, actor: Actor, reason: str, at: datetime, keep_others: bool = False, once: str = ""
) -> CaseChange:
    item, case = _open_item(item_id)
    if why := why_not_complete(actor, item, at):
        raise PermissionError(why)
    if not reason.strip():
        raise WrongOutcomeError("Trả lại một bước thì phải ghi lý do.")
    if node not in dict(targets_of(item_id=item_id)):
        raise WrongOutcomeError(f"Không trả lại được về bước «{node}».")
    event = ("move", item.token, node, not keep_others)
    _check_move(case, event)
    act = Act(
        "move", node, "returned", actor.key, actor.name, actor.person_id, reason, once,
        data={"item": item_id, "token": item.token, "from": item.node, "note": reason},
    )  # fmt: skip
    return advance(lock_family(case_id=case.pk), case, event, act, at)


def _check_move(case: CaseRun, event: tuple[object, ...]) -> None:
    """Branches that are kept may never meet again: then the case could not end."""
    plan = plan_of(case.version_id)
    after, _ = step(plan, case.state, event)
    if len(after["tok"]) > 1 and (problems := can_finish(plan, after)):
        where = ", ".join(f"«{element}»" for element, _, _ in problems)
        raise WrongOutcomeError(f"Giữ các nhánh khác thì hồ sơ sẽ tắc tại {where}; hãy dừng các nhánh đó.")


def complete_many(
    *, item_ids: Sequence[int], actor: Actor, outcome: str, at: datetime, note: str = ""
) -> list[Completion]:
    """Each in a savepoint of its own: one that fails leaves the others done."""
    results = []
    for item_id in dict.fromkeys(item_ids):
        try:
            with transaction.atomic():
                change = complete(
                    item_id=item_id, actor=actor, outcome=outcome, at=at, variables=None, note=note, once=""
                )
            results.append(Completion(item_id, change))
        except (StaleWorkItemError, PermissionError, WrongOutcomeError) as error:
            results.append(Completion(item_id, None, str(error)))
    return results


def set_legal_due(*, kind: str, due: Mapping[str, datetime | None]) -> None:
    prepared(SET_LEGAL_DUE, [list(due), list(due.values()), kind])


SET_LEGAL_DUE = """
WITH d AS (SELECT * FROM unnest(%s::text[], %s::timestamptz[]) AS d(subject, due)),
changed AS (
    UPDATE workflow_caserun c SET due_at = d.due FROM d WHERE c.kind = %s AND c.subject = d.subject
    RETURNING c.id, d.due
)
UPDATE workflow_workitem w SET legal_due_at = c.due,
    sort_at = coalesce(CASE WHEN w.is_lead THEN c.due END, w.due_at, c.due, '9999-01-01'::timestamptz)
FROM changed c WHERE w.case_id = c.id AND w.state = 'open' AND w.legal_due_at IS DISTINCT FROM c.due
"""


def reassign_vacant(*, at: datetime) -> int:
    """Give open items of people who left their post to who holds it now; how many moved.

    Looks at each post with open work once, not at each item: to the delegate or who came after, else to the one with
    least to do. Items of a merged unit go to the unit that took it over.
    """
    assignment.forget_loads()
    today = at.astimezone(VIETNAM).date()
    moved = 0
    groups = WorkItem.objects.filter(state="open").values_list("unit_id", "role", "assignee_id").distinct()
    for unit_id, role, assignee in list(groups.order_by("unit_id", "role", "assignee_id")):
        now_at = assignment.unit_now(unit_id, today)
        people = assignment.candidates(now_at, role, today)
        if now_at == unit_id and (assignee in people or (assignee is None and not people)):
            continue
        vacant = WorkItem.objects.filter(state="open", unit_id=unit_id, role=role, assignee_id=assignee)
        after = organizations.takers(person_id=assignee, unit_id=now_at, role=role, on=today) if assignee else []
        for item_id, case_id in list(vacant.order_by("id").values_list("id", "case_id")):
            lock_family(case_id=case_id)
            chosen = assignment.choose(people, [assignee, *after])
            changes = {"unit_id": now_at, "assignee_id": chosen, "claimed_at": None}
            moved += WorkItem.objects.filter(pk=item_id, state="open").update(**changes)
    return moved
