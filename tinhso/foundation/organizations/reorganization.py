"""Carrying out a merger that was reviewed. The caller opens the transaction; all of it happens or none."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tinhso.foundation.organizations import mergers, models, services
from tinhso.foundation.organizations.events import UnitsMerged
from tinhso.foundation.organizations.mergers import MergerPlan, MergerRefusedError, PostStep
from tinhso.foundation.organizations.services import Doer, note
from tinhso.foundation.outbox import public as outbox


def carry_out_merger(plan: MergerPlan, *, by: Doer, at: datetime) -> int:
    """Do what the plan says, if the organisation is still as it was reviewed. Answers the id of the merger.

    Raises MergerRefusedError.
    """
    request = plan.request
    if request.effective_on > timezone.localdate(at):
        raise MergerRefusedError(f"Chưa đến ngày có hiệu lực ({request.effective_on:%d/%m/%Y}); khi đó mới thực hiện.")
    with connection.cursor() as cursor:  # whoever changes the organisation meanwhile waits
        cursor.execute("SELECT number FROM organizations_revision WHERE id = 1 FOR UPDATE")
    if mergers.plan_merger(request).fingerprint != plan.fingerprint:
        raise MergerRefusedError("Tổ chức đã thay đổi từ lúc lập phương án. Hãy lập và rà soát lại.")
    units = _make_units(plan, by)
    unit_map = {step.old_id: units[step.new_key] for step in plan.units}
    post_map = _move_posts(plan, units)
    _move_codes(plan, units, unit_map)
    models.Unit.objects.filter(pk__in=list(unit_map)).update(valid_to=request.effective_on)
    for old, new in unit_map.items():
        models.Unit.objects.filter(pk=old).update(successor_id=new)
    moved = {dependant.name: dependant.move(unit_map, post_map) for dependant in mergers.dependants()}
    return _record(plan, unit_map, post_map, moved, by=by, at=at)


def _make_units(plan: MergerPlan, by: Doer) -> dict[str, int]:
    """Ids by key of every unit the plan leads to, new ones made."""
    request = plan.request
    ids = {step.new_key: step.new_id for step in plan.units if step.new_id is not None}
    for key, name, kind, above in plan.new_units:
        unit = services.open_unit(
            key=key,
            name=name,
            kind=kind,
            parent_id=ids[above] if above else request.target_parent_id,
            place_code=request.target_place_code if not above else "",
            on=request.effective_on,
            by=by,
        )
        ids[key] = unit.pk
    return ids


def _move_posts(plan: MergerPlan, units: Mapping[str, int]) -> dict[int, int]:
    on = plan.request.effective_on
    old_posts = {post.pk: post for post in models.Post.objects.filter(pk__in=[step.old_id for step in plan.posts])}
    seats = {step.old_id: _seat(old_posts[step.old_id], step, units, on) for step in plan.posts if step.joins is None}
    post_map = {step.old_id: seats[step.joins or step.old_id].pk for step in plan.posts}
    for old, new in post_map.items():
        models.Post.objects.filter(pk=old).update(valid_to=on, successor_id=new)
    for step in plan.posts:
        _move_people(step.old_id, seats[step.old_id].pk if step.joins is None else None, plan)
    return post_map


def _seat(old: models.Post, step: PostStep, units: Mapping[str, int], on: date) -> models.Post:
    return models.Post.objects.create(
        key=f"{step.unit_key}/{old.pk}",
        unit_id=units[step.unit_key],
        role=step.role,
        title=step.new_title,
        order=old.order,
        valid_from=on,
        valid_to=old.valid_to,
    )


def _move_people(old_post: int, new_post: int | None, plan: MergerPlan) -> None:
    """Whoever sits in the old seat, will sit in it or acts in it goes over for the days that remain."""
    on = plan.request.effective_on
    remaining = Q(valid_to=None) | Q(valid_to__gt=on)
    for row in models.Assignment.objects.filter(remaining, post_id=old_post):
        start, end = max(row.valid_from, on), row.valid_to
        _cut(row, on)
        if new_post is not None:
            models.Assignment.objects.create(
                post_id=new_post,
                person_id=row.person_id,
                valid_from=start,
                valid_to=end,
                decision=plan.request.decision,
            )
    for delegation in models.Delegation.objects.filter(remaining, post_id=old_post):
        start, end = max(delegation.valid_from, on), delegation.valid_to
        _cut(delegation, on)
        if new_post is not None:
            models.Delegation.objects.create(
                post_id=new_post,
                from_person_id=delegation.from_person_id,
                to_person_id=delegation.to_person_id,
                valid_from=start,
                valid_to=end,
                reason=delegation.reason,
            )


def _cut(row: models.Assignment | models.Delegation, on: date) -> None:
    """Ends on the day; what had not begun is gone from the old seat."""
    row.valid_to = max(on, row.valid_from)
    row.save(update_fields=["valid_to"])


def _move_codes(plan: MergerPlan, units: Mapping[str, int], unit_map: Mapping[int, int]) -> None:
    on = plan.request.effective_on
    old_rows = {
        (row.scheme, row.code): row
        for row in models.AgencyCode.objects.filter(models.in_force(on), unit_id__in=list(unit_map))
    }
    for row in old_rows.values():
        row.valid_to = on
        row.save(update_fields=["valid_to"])
    for step in plan.codes:
        fresh = step.becomes and (step.code == step.becomes or not step.code)
        if fresh:
            models.AgencyCode.objects.create(
                unit_id=units[step.unit_key], scheme=step.scheme, code=step.becomes, valid_from=on
            )
    in_force = models.AgencyCode.objects.filter(models.in_force(on))
    ids = {(row.scheme, row.code): row.pk for row in in_force}
    for step in plan.codes:
        successor = ids.get((step.scheme, step.becomes))
        if step.code and successor:
            models.AgencyCode.objects.filter(pk=old_rows[step.scheme, step.code].pk).update(successor_id=successor)


def _record(
    plan: MergerPlan,
    unit_map: Mapping[int, int],
    post_map: Mapping[int, int],
    moved: Mapping[str, int],
    *,
    by: Doer,
    at: datetime,
) -> int:
    request = plan.request
    row = models.Merger.objects.create(
        title=request.title,
        decision=request.decision,
        effective_on=request.effective_on,
        plan={**mergers.as_json(plan), "moved": dict(moved)},
        carried_out_by=by.name,
        carried_out_at=at,
    )
    for old, new in unit_map.items():
        note(by, f"unit:{old}", "merge_unit", into=new, merger=row.pk, decision=request.decision)
    note(
        by, f"merger:{row.pk}", "carry_out_merger", title=request.title, fingerprint=plan.fingerprint, moved=dict(moved)
    )
    outbox.publish(
        UnitsMerged(
            key=f"merger:{row.pk}",
            merger_id=row.pk,
            title=request.title,
            effective_on=request.effective_on.isoformat(),
            units=tuple(unit_map.items()),
            posts=tuple(post_map.items()),
        )
    )
    return row.pk
