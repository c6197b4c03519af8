"""What an administrator decides, one function each; callers open the transaction."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.audit import public as audit
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.administration.permissions import require
from tinhso.systems.procedures import public as procedures

CATALOGUE, PROCESSES = "catalogue", "processes"


def _note(subject: str, act: str, actor: Actor, at: datetime, data: Mapping[str, Any]) -> None:
    audit.record(subject=subject, act=act, actor=actor.key, actor_name=actor.name, data=data, at=at)


def change_fee(
    *, code: str, key: str, amount: Decimal | None, legal_basis: str, on: date, actor: Actor, at: datetime,
    decision: str = "",
) -> None:  # fmt: skip
    """A fee gets another amount (dong), or a decision table that gives it, from a day on.

    Raises LookupError, PermissionError.
    """
    require(actor, Right.MANAGE_CATALOGUE)
    table = workflow.latest_decision(key=decision) if decision else None
    procedures.change_fee(code=code, key=key, amount=amount, legal_basis=legal_basis, on=on, decision_version_id=table)
    data = {"procedure": code, "fee": key, "amount": str(amount), "legal_basis": legal_basis, "from": on.isoformat()}
    data |= {"decision": decision} if decision else {}
    _note(CATALOGUE, "fee_changed", actor, at, data)


def add_reduction(*, code: str, rule: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """An exemption or reduction for some days. rule: the columns of a fee rule. Raises PermissionError."""
    require(actor, Right.MANAGE_CATALOGUE)
    procedures.set_fee_rules([{"code": code, **rule}])
    data = {"procedure": code, **{name: str(value) for name, value in rule.items() if value not in ("", None)}}
    _note(CATALOGUE, "reduction_added", actor, at, data)


def change_clock(
    *,
    code: str,
    limit_value: Decimal | None,
    limit_unit: str,
    cutoff: time | None,
    legal_basis: str,
    on: date,
    actor: Actor,
    at: datetime,
    decision: str = "",
) -> int:
    """New dossiers of a procedure get another limit from a day on; id of the new binding. Raises LookupError.

    decision: key of a decision table that gives the limit of each dossier; the plain one holds where no row fits.
    """
    require(actor, Right.MANAGE_CATALOGUE)
    binding = procedures.change_clock(
        code=code, limit_value=limit_value, limit_unit=limit_unit, cutoff=cutoff, legal_basis=legal_basis, on=on,
        limit_decision_id=workflow.latest_decision(key=decision) if decision else None,
    )  # fmt: skip
    data = {
        "procedure": code,
        "limit": f"{limit_value} {limit_unit}" if limit_value is not None else "",
        "decision": decision,
        "cutoff": f"{cutoff:%H:%M}" if cutoff else "",
        "legal_basis": legal_basis,
        "from": on.isoformat(),
    }
    _note(CATALOGUE, "clock_changed", actor, at, data)
    return binding


def change_process(*, code: str, process_key: str, on: date, actor: Actor, at: datetime) -> int:
    """New dossiers of a procedure follow another process from a day on. Raises LookupError, PermissionError."""
    require(actor, Right.MANAGE_CATALOGUE)
    version = workflow.latest_version(key=process_key)
    binding = procedures.change_process(code=code, process_key=process_key, process_version_id=version, on=on)
    data = {"procedure": code, "process": process_key, "version": version, "from": on.isoformat()}
    _note(CATALOGUE, "process_bound", actor, at, data)
    return binding


def change_step_hours(
    *, version_id: int, process_key: str, hours: Mapping[str, str], actor: Actor, on: date, at: datetime
) -> list[str]:
    """Publish a process with other hours; new dossiers of its procedures follow it, running ones stay on theirs.

    Answers the codes of those procedures. Raises LookupError, workflow.ProcessRefusedError, PermissionError.
    """
    require(actor, Right.MANAGE_PROCESSES)
    codes = procedures.codes_of_process(process_key=process_key, on=on)
    new_version = workflow.change_step_hours(version_id=version_id, hours=hours, at=at, by=actor.key)
    for code in codes:
        procedures.change_process(code=code, process_key=process_key, process_version_id=new_version, on=on)
    data = {"process": process_key, "from": version_id, "to": new_version, "hours": dict(hours), "procedures": codes}
    _note(PROCESSES, "hours_changed", actor, at, data)
    return codes
