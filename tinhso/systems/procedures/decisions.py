"""Decisions of the province about a procedure: fees, reliefs, the process, the clock. Callers open the transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import F, Model, Value
from django.db.models.functions import Greatest

from tinhso.lib import feel
from tinhso.systems.procedures import revision
from tinhso.systems.procedures.models import Binding, Fee, FeeRule, Procedure, Synonym

Row = TypeVar("Row", bound=Model)


@dataclass(slots=True)
class Changes:
    """How many rows were put in force, ended, and left alone."""

    made: int = 0
    ended: int = 0
    unchanged: int = 0


def check_condition(condition: str) -> str:
    """The sentence of what is wrong with a FEEL condition, or an empty text."""
    try:
        feel.parse(condition) if condition else None
    except feel.FeelError as problem:
        return str(problem)
    return ""


def _replace(
    rows: Iterable[Mapping[str, Any]],
    held: Mapping[Any, Row],
    gone: Iterable[Any],
    key: Callable[[Mapping[str, Any]], Any],
    model: type[Row],
    *,
    on: date,
    first_day: date,
) -> Changes:
    """Put rows in force that differ from those held, from `on` (new ones from their first day); end those `gone`."""
    changes = Changes()
    fresh: list[Row] = []
    ending = [held[name].pk for name in gone if name in held]
    for values in rows:
        old = held.get(key(values))
        if old is not None and all(getattr(old, column) == value for column, value in values.items()):
            changes.unchanged += 1
            continue
        if old is not None:
            ending.append(old.pk)
        fresh.append(model(**values, valid_from=on if old is not None else min(on, first_day)))
    if fresh or ending:
        revision.move()
        model._default_manager.filter(pk__in=ending).update(valid_to=Greatest("valid_from", Value(on)))
        model._default_manager.bulk_create(fresh, batch_size=500)
    changes.made, changes.ended = len(fresh), len(ending)
    return changes


def _by_procedure(row: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    values = {column: value for column, value in row.items() if column != "code"}
    return {**values, "procedure_id": ids[row["code"]] if row["code"] else None}


def set_fees(
    rows: Iterable[Mapping[str, Any]], *, gone: Iterable[tuple[str, str]] = (), on: date, first_day: date
) -> Changes:
    """Fees as the province decided them: each row has `code` (procedure) and the columns of Fee; gone: (code, key)."""
    ids = dict(Procedure.objects.values_list("code", "id"))
    held = {(fee.procedure_id, fee.key): fee for fee in Fee.objects.open()}
    plain = [_by_procedure(row, ids) for row in rows]
    ended = [(ids.get(code), key) for code, key in gone]
    return _replace(plain, held, ended, lambda row: (row["procedure_id"], row["key"]), Fee, on=on, first_day=first_day)


def set_fee_rules(rows: Iterable[Mapping[str, Any]], *, gone: Iterable[tuple[str, date]] = ()) -> Changes:
    """Exemptions and reductions; their days are their own (`valid_from`, `valid_to`); gone: (key, valid_from)."""
    ids = dict(Procedure.objects.values_list("code", "id"))
    changes = Changes()
    held = {(rule.key, rule.valid_from): rule for rule in FeeRule.objects.all()}
    for row in rows:
        values = _by_procedure(row, ids)
        rule = held.get((values["key"], values["valid_from"])) or FeeRule()
        if rule.pk and all(getattr(rule, column) == value for column, value in values.items()):
            changes.unchanged += 1
            continue
        for column, value in values.items():
            setattr(rule, column, value)
        rule.save()
        changes.made += 1
    ended = [held[name].pk for name in gone if name in held]
    changes.ended = FeeRule.objects.filter(pk__in=ended).delete()[0]
    if changes.made or changes.ended:
        revision.move()
    return changes


def set_bindings(rows: Iterable[Mapping[str, Any]], *, gone: Iterable[str] = (), on: date, first_day: date) -> Changes:
    """What new dossiers follow; a binding a dossier may have is ended, never changed. gone: procedure codes."""
    ids = dict(Procedure.objects.values_list("code", "id"))
    held = {row.procedure_id: row for row in Binding.objects.open()}
    plain = [_by_procedure(row, ids) for row in rows]
    ended = [ids.get(code) for code in gone]
    return _replace(plain, held, ended, lambda row: row["procedure_id"], Binding, on=on, first_day=first_day)


def set_synonyms(rows: Iterable[tuple[str, str]]) -> Changes:
    wanted = set(rows)
    held = {(row.said, row.meant): row.pk for row in Synonym.objects.all()}
    gone, fresh = set(held) - wanted, sorted(wanted - set(held))
    if gone or fresh:
        revision.move()
        Synonym.objects.filter(pk__in=[held[pair] for pair in gone]).delete()
        Synonym.objects.bulk_create([Synonym(said=said, meant=meant) for said, meant in fresh])
    return Changes(made=len(fresh), ended=len(gone), unchanged=len(wanted) - len(fresh))


def follow_decision(*, old_versions: Iterable[int], version_id: int, on: date) -> int:
    """Fees and limits that follow an older version of a decision table take this one from a day on; how many."""
    old = list(old_versions)
    fees = list(Fee.objects.open().filter(decision_version_id__in=old).values_list("procedure__code", "key"))
    codes = list(Binding.objects.open().filter(limit_decision_id__in=old).values_list("procedure__code", flat=True))
    for code, key in fees:
        change_fee(code=code, key=key, on=on, decision_version_id=version_id)
    for code in codes:
        change_binding(code=code, on=on, limit_decision_id=version_id)
    return len(fees) + len(codes)


def change_fee(*, code: str, key: str, on: date, **changed: Any) -> None:
    """One fee gets other columns from a day on. Raises LookupError."""
    old = Fee.objects.open().filter(procedure__code=code, key=key).first()
    if old is None:
        raise LookupError(f"Thủ tục {code[:40]} không có khoản thu «{key[:60]}».")
    revision.move()
    Fee.objects.filter(pk=old.pk).update(valid_to=Greatest(F("valid_from"), Value(on)))
    for column, value in changed.items():
        setattr(old, column, value)
    old.pk, old.valid_from, old.valid_to = None, on, None
    old._state.adding = True
    old.save()


def change_clock(
    *, code: str, limit_value: Decimal | None, limit_unit: str, cutoff: time | None, legal_basis: str, on: date,
    limit_decision_id: int | None = None,
) -> int:  # fmt: skip
    """New dossiers get another limit from a day on; id of the new binding. Raises LookupError."""
    return change_binding(
        code=code,
        on=on,
        limit_value=limit_value,
        limit_unit=limit_unit if limit_value is not None else "",
        cutoff=cutoff,
        legal_basis=legal_basis,
        limit_decision_id=limit_decision_id,
    )


def change_binding(*, code: str, on: date, **changed: Any) -> int:
    """New dossiers of a procedure follow a changed binding from a day on. Raises LookupError."""
    old = Binding.objects.open().filter(procedure__code=code).first()
    if old is None:
        raise LookupError(f"Thủ tục {code[:40]} chưa nhận hồ sơ trên hệ thống.")
    revision.move()
    Binding.objects.filter(pk=old.pk).update(valid_to=Greatest(F("valid_from"), Value(on)))
    for column, value in changed.items():
        setattr(old, column, value)
    old.pk, old.valid_from, old.valid_to = None, on, None
    old._state.adding = True
    old.save()
    return old.pk
