"""A procedure with its process, form, tables and fees as one file that another province loads and adapts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio import services
from tinhso.systems.studio.models import Draft
from tinhso.systems.studio.permissions import require

FORMAT = "tinhso-procedure/1"
MAX_BYTES = 4_000_000


class PackageError(ValueError):
    """The file is no package of a procedure; a Vietnamese sentence."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import brought in: drafts to be adapted and published, lists, fees."""

    code: str
    drafts: tuple[Draft, ...]
    lists: tuple[str, ...]
    fees: int


def export(*, code: str, on: date) -> dict[str, Any]:
    """Everything a dossier of the procedure follows on a day. Raises LookupError."""
    procedure = procedures.get_procedure(code=code, on=on)
    binding = procedures.binding_on(code=code, on=on)
    key, _number, content = workflow.version_file(version_id=binding.process_version_id)
    processes = _processes(key, content)
    tables = {fee.key: _table_key(fee.decision_version_id) for fee in procedure.fees}
    limit_table = _table_key(binding.limit_decision_id)
    decided = {*_decisions(processes), *tables.values(), limit_table} - {""}
    schema = forms.schema_of(version_id=binding.form_version_id) if binding.form_version_id else None
    limit = binding.rule.limit
    return {
        "format": FORMAT,
        "procedure": {"code": code, "name": procedure.name, "field": procedure.field},
        "limit": {"value": str(limit.value), "unit": limit.unit, "decision": limit_table} if limit else None,
        "legal_basis": binding.rule.legal_basis,
        "result": {"name": binding.result_name, "code": binding.result_code},
        "processes": processes,
        "form": {"key": binding.form_key, "schema": schema} if schema else None,
        "lists": {name: forms.list_rows(name=name) for name in _lists(schema or {})},
        "decisions": [_decision(name) for name in sorted(decided)],
        "fees": [
            {"key": fee.key, "kind": fee.kind, "name": fee.name, "amount": str(fee.amount) if fee.amount is not None
             else None, "per": fee.per, "channel": fee.channel, "legal_basis": fee.legal_basis,
             "decision": tables[fee.key]}
            for fee in procedure.fees
        ],
    }  # fmt: skip


def _processes(key: str, content: bytes) -> list[dict[str, str]]:
    """The process and those it calls, each once."""
    found, todo = [], [(key, content)]
    seen = {key}
    while todo:
        one, bpmn = todo.pop(0)
        found.append({"key": one, "name": workflow.read_table(bpmn).name, "bpmn": bpmn.decode()})
        for row in workflow.read_table(bpmn).rows:
            if row.process and row.process not in seen:
                seen.add(row.process)
                version = workflow.latest_version(key=row.process)
                todo.append((row.process, workflow.version_file(version_id=version)[2]))
    return found


def _lists(schema: Mapping[str, Any]) -> list[str]:
    return sorted({one.own("tt:options") for one in forms.drafting.parts(schema)} - {""})


def _decisions(processes: Sequence[Mapping[str, str]]) -> set[str]:
    rows = [row for one in processes for row in workflow.read_table(one["bpmn"].encode()).rows]
    return {name for row in rows for name in (row.decision, row.hours_by)}


def _table_key(version_id: int | None) -> str:
    return workflow.decision_key(version_id=version_id) if version_id else ""


def _decision(key: str) -> dict[str, str]:
    return {"key": key, "dmn": workflow.decision_file(version_id=workflow.latest_decision(key=key)).decode()}


def read(content: bytes) -> dict[str, Any]:
    """Raises PackageError."""
    if len(content) > MAX_BYTES:
        raise PackageError("Tệp lớn hơn 4 MB.")
    try:
        package = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise PackageError("Tệp không phải gói thủ tục (JSON, UTF-8).") from error
    if not isinstance(package, dict) or package.get("format") != FORMAT:
        raise PackageError("Tệp không phải gói thủ tục của Tỉnh Số, hoặc thuộc phiên bản khác.")
    if not isinstance(package.get("processes"), list) or not package["processes"]:
        raise PackageError("Gói không có quy trình.")
    return package


def bring_in(*, package: Mapping[str, Any], with_fees: bool, actor: Actor, at: datetime, on: date) -> Brought:
    """Open drafts from a package, under keys of our own; fees only where the procedure is known here and it is asked.

    All or nothing: the caller's transaction. Raises PackageError, services.DraftError.
    """
    require(actor)
    try:
        return _bring_in(package, with_fees, actor, at, on)
    except (KeyError, TypeError, AttributeError) as error:
        raise PackageError(f"Gói thiếu phần «{error}».") from error


def _bring_in(package: Mapping[str, Any], with_fees: bool, actor: Actor, at: datetime, on: date) -> Brought:
    code = str(package["procedure"]["code"])
    drafts: list[Draft] = []
    tables: dict[str, str] = {}  # key in the package → key here
    for one in package.get("decisions") or ():
        name = str(one["key"])
        made = services.new_draft(kind="decision", name=name, content=str(one["dmn"]), actor=actor, at=at)
        drafts, tables = [*drafts, made], {**tables, name: made.key}
    processes: dict[str, str] = {}
    for one in reversed(package["processes"]):  # those that are called come first
        bpmn = _pointed(str(one["bpmn"]), processes, tables)
        made = services.new_draft(kind="process", name=str(one["name"] or one["key"]), content=bpmn, actor=actor, at=at)
        drafts, processes = [*drafts, made], {**processes, str(one["key"]): made.key}
    known = set(forms.list_names())
    fresh = [name for name in package.get("lists") or {} if name not in known]
    for name in fresh:
        forms.set_list(name=name, rows=[(str(a), str(b)) for a, b in package["lists"][name]])
    if package.get("form"):
        schema = package["form"]["schema"]
        text = json.dumps(schema, ensure_ascii=False)
        drafts.append(
            services.new_draft(kind="form", name=str(schema.get("name") or package["form"]["key"]), content=text,
                               actor=actor, at=at)
        )  # fmt: skip
    fees = _bring_fees(code, package.get("fees") or [], on) if with_fees else 0
    return Brought(code, tuple(drafts), tuple(fresh), fees)


def _pointed(bpmn: str, processes: Mapping[str, str], tables: Mapping[str, str]) -> str:
    """A process that calls and asks what came with it under the keys it has here."""
    try:
        table = workflow.read_table(bpmn.encode())
    except workflow.ProcessRefusedError as error:
        raise PackageError(f"Quy trình trong gói không đọc được: {error}") from error
    rows = tuple(
        replace(
            row, process=processes.get(row.process, row.process), decision=tables.get(row.decision, row.decision),
            hours_by=tables.get(row.hours_by, row.hours_by),
        )
        for row in table.rows
    )  # fmt: skip
    return workflow.write_table(replace(table, rows=rows)).decode()


def _bring_fees(code: str, fees: list[Mapping[str, Any]], on: date) -> int:
    try:
        procedures.get_procedure(code=code, on=on)
    except LookupError as error:
        raise PackageError(f"Ở đây chưa có thủ tục {code[:40]}, nên chưa nhận mức thu được.") from error
    rows = []
    for fee in fees:
        try:
            amount = Decimal(str(fee["amount"])) if fee.get("amount") is not None else None
        except InvalidOperation as error:
            raise PackageError(f"Mức thu «{fee.get('amount')}» không phải số.") from error
        own = {name: str(fee[name]) for name in ("key", "kind", "name")}
        own |= {name: str(fee.get(name) or "") for name in ("channel", "legal_basis")}
        own |= {"condition": "", "formula": "", "note": "", "per": str(fee.get("per") or "dossier")}
        rows.append({"code": code, "amount": amount, **own})
    return procedures.set_fees(rows, on=on, first_day=on).made if rows else 0
