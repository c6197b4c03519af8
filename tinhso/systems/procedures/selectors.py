"""Reads of the catalogue; copies are kept in the process and made again when the revision moves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tinhso.foundation.workflow import public as workflow
from tinhso.lib.working_time import VIETNAM, Limit, Rule
from tinhso.systems.procedures import models, reading, revision
from tinhso.systems.procedures.records import Binding, Child, Fee, FeeRuleView, FieldCount, Paper, Procedure
from tinhso.systems.procedures.revision import Kept

MOST_KEPT = 600  # procedures read and bindings kept in one process


def today() -> date:
    return timezone.localdate()


class _Memory:
    """What one process remembers of one revision."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, date], Procedure] = {}
        self.bindings: dict[int, Binding] = {}
        self.binding_ids: dict[tuple[str, date], int] = {}
        self.fees: dict[tuple[str, date], tuple[list[models.Fee], list[models.FeeRule]]] = {}


_memory = Kept(_Memory)


def procedure_on(code: str, day: date) -> Procedure:
    """Raises LookupError."""
    kept = _memory.get().versions
    found = kept.get((code, day))
    if found is None:
        found = _keep(kept, (code, day), _read_procedure(code, day))
    return found


def _keep(kept: dict[Any, Any], name: Any, found: Any) -> Any:
    """Codes come from addresses too: what is remembered of them has an end."""
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[name] = found
    return found


def _read_procedure(code: str, day: date) -> Procedure:
    versions = models.ProcedureVersion.objects.select_related("procedure").filter(procedure__code=_known_shape(code))
    version = versions.on(day).order_by("-number").first()
    if version is None:
        raise LookupError(f"Không có thủ tục mã {code[:40]} có hiệu lực ngày {day:%d/%m/%Y}.")
    fees = models.Fee.objects.on(day).filter(procedure=version.procedure).order_by("id")
    binding = models.Binding.objects.on(day).filter(procedure=version.procedure).order_by("-id").first()
    found = assemble(version, tuple(_fee(f) for f in fees), is_online=binding is not None)
    if binding is not None and not version.local.get("duration") and not reading.has_unit(version.national):
        found = replace(
            found, duration_text=reading.limit_text(binding.limit_value, binding.limit_unit, binding.cutoff)
        )
    return found


def _known_shape(code: str) -> str:
    """The code, or an empty one where the database could not even be asked for it."""
    return "" if "\x00" in code else code[:40]


def version_by_id(version_id: int) -> Procedure:
    """The version a dossier keeps. Raises LookupError."""
    version = models.ProcedureVersion.objects.select_related("procedure").filter(id=version_id).first()
    if version is None:
        raise LookupError(f"Không có phiên bản thủ tục số {version_id}.")
    fees = models.Fee.objects.on(version.valid_from).filter(procedure=version.procedure).order_by("id")
    return assemble(version, tuple(_fee(f) for f in fees), is_online=True)


def assemble(version: models.ProcedureVersion, fees: tuple[Fee, ...], *, is_online: bool) -> Procedure:
    """The national record with the province's part laid over it, its long texts made readable."""
    national, local = version.national, version.local
    steps, requirements = national["steps_text"], national["requirements"]
    papers = local.get("papers") or national["papers"]
    return Procedure(
        code=national["code"],
        name=national["name"],
        field=national["field"],
        levels=tuple(national["levels"]),
        issuing_agency=national["issuing_agency"],
        executing_agency=national["executing_agency"],
        subjects=tuple(national["subjects"]),
        duration_text=local.get("duration") or reading.duration(national),
        fee_text=local.get("fee_text") or reading.fee_text(national["fee_text"]),
        requirements=requirements,
        steps_text=steps,
        papers=tuple(Paper(**paper) for paper in papers),
        fees=fees,
        methods=tuple(national["methods"]),
        legal_basis=tuple((number, title) for number, title in national["legal_basis"]),
        results=tuple((code, name) for code, name in (local.get("results") or national["results"])),
        version_id=version.id,
        is_online=is_online,
        plain_name=local.get("plain_name") or reading.plain_name(national["name"]),
        summary=local.get("summary", ""),
        steps=reading.tidy(steps),
        requirement_blocks=reading.tidy(requirements),
        fee_blocks=reading.tidy(local.get("fee_text") or national["fee_text"]),
        paper_notes=tuple(national["paper_notes"]),
        decision_no=national["decision_no"],
        source_url=national["source_url"],
        is_essential=version.procedure.is_essential,
        life_event=local.get("life_event", ""),
        valid_from=version.valid_from.isoformat(),
    )


def _fee(fee: models.Fee) -> Fee:
    return Fee(
        key=fee.key,
        kind=fee.kind,
        name=fee.name,
        amount=fee.amount,
        note=fee.note,
        legal_basis=fee.legal_basis,
        per=fee.per,
        channel=fee.channel,
        decision_version_id=fee.decision_version_id,
    )


def fees_and_rules(code: str, day: date) -> tuple[list[models.Fee], list[models.FeeRule]]:
    """Fees of the procedure in force that day, and the exemptions and reductions that may touch them."""
    kept = _memory.get().fees
    if (code, day) not in kept:
        fees = list(models.Fee.objects.on(day).filter(procedure__code=_known_shape(code)).order_by("id"))
        rules = models.FeeRule.objects.on(day).select_related("procedure").order_by("id")
        mine = [rule for rule in rules if rule.procedure is None or rule.procedure.code == code] if fees else []
        _keep(kept, (code, day), (fees, mine))
    return kept[code, day]


def fee_rules(code: str, on: date) -> list[FeeRuleView]:
    ends_later = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    mine = Q(procedure__isnull=True) | Q(procedure__code=code)
    return [
        FeeRuleView(
            rule.key,
            rule.procedure_id is None,
            rule.fee_key,
            rule.kind,
            rule.effect,
            rule.value,
            rule.condition,
            rule.explanation,
            rule.legal_basis,
            rule.valid_from,
            rule.valid_to,
        )
        for rule in models.FeeRule.objects.filter(ends_later, mine).order_by("procedure__code", "valid_from", "id")
    ]


def codes_of_process(process_key: str, on: date) -> list[str]:
    rows = models.Binding.objects.on(on).filter(process_key=process_key)
    return sorted(set(rows.values_list("procedure__code", flat=True)))


def codes_of_form(form_key: str, on: date) -> list[str]:
    rows = models.Binding.objects.on(on).filter(form_key=form_key)
    return sorted(set(rows.values_list("procedure__code", flat=True)))


def binding_on(code: str, day: date) -> Binding:
    """Raises LookupError where the procedure cannot be filed here that day."""
    ids = _memory.get().binding_ids
    if (code, day) not in ids:
        found = (
            models.Binding.objects.on(day)
            .filter(procedure__code=_known_shape(code))
            .order_by("-id")
            .values_list("id", flat=True)
        )
        _keep(ids, (code, day), found[0] if found else 0)
    if not ids[code, day]:
        raise LookupError(f"Thủ tục {code[:40]} chưa nhận hồ sơ trên hệ thống ngày {day:%d/%m/%Y}.")
    return binding_by_id(ids[code, day])


def binding_by_id(binding_id: int) -> Binding:
    """Raises LookupError."""
    kept = _memory.get().bindings
    if binding_id not in kept:
        row = models.Binding.objects.select_related("procedure").filter(id=binding_id).first()
        if row is None:
            raise LookupError(f"Không có ràng buộc quy trình số {binding_id}.")
        _keep(kept, binding_id, _binding(row))
    return kept[binding_id]


def _binding(row: models.Binding) -> Binding:
    limit = Limit(value=row.limit_value, unit=row.limit_unit) if row.limit_value is not None else None
    return Binding(
        id=row.id,
        procedure_code=row.procedure.code,
        process_version_id=row.process_version_id,
        form_version_id=row.form_version_id,
        rule=Rule(
            limit=limit,
            cutoff=row.cutoff,
            on_supplement=row.on_supplement,
            on_financial_duty=row.on_financial_duty,
            compare=row.compare,
            due_soon_minutes=row.due_soon_minutes,
            legal_basis=row.legal_basis,
        ),
        handling=row.handling,
        result_name=row.result_name,
        result_code=row.result_code,
        children=tuple(_child(child) for child in row.children),
        process_key=row.process_key,
        form_key=row.form_key,
        channels=tuple(row.channels),
        handling_role=row.handling_role,
        limit_decision_id=row.limit_decision_id,
    )


def rule_for(binding: Binding, data: Mapping[str, Any], on: date) -> Rule:
    """The rule of a dossier with this data: the limit of the binding, or what its decision table answers."""
    if binding.limit_decision_id is None:
        return binding.rule
    try:
        found = workflow.decide(
            version_id=binding.limit_decision_id, facts=data, at=datetime.combine(on, time(12), VIETNAM)
        )
    except (LookupError, workflow.DecisionError):
        return binding.rule
    value = next(iter(found.outputs.values()))
    if not isinstance(value, Decimal) or not 0 <= value <= 1000 or binding.rule.limit is None:
        return binding.rule
    basis = "; ".join(found.bases) or binding.rule.legal_basis
    return replace(binding.rule, limit=replace(binding.rule.limit, value=value), legal_basis=basis)


def _child(child: Mapping[str, Any]) -> Child:
    limit, cutoff = child.get("limit_value"), child.get("cutoff")
    return Child(
        key=child["key"],
        name=child["name"],
        procedure_code=child.get("procedure_code", ""),
        unit=child["unit"],
        rule=Rule(
            limit=Limit(value=Decimal(limit), unit=child["limit_unit"]) if limit else None,
            cutoff=time.fromisoformat(cutoff) if cutoff else None,
            legal_basis=child.get("legal_basis", ""),
        ),
        after=tuple(child.get("after", ())),
    )


@lru_cache(maxsize=1)
def _fields_of(revision: int, day: date) -> tuple[FieldCount, ...]:
    counts: dict[str, list[int]] = {}
    bound = set(models.Binding.objects.on(day).values_list("procedure_id", flat=True))
    rows = models.ProcedureVersion.objects.on(day).values_list("field", "procedure_id").order_by("id")
    for name, procedure_id in rows:
        count = counts.setdefault(name, [0, 0])
        count[0] += 1
        count[1] += procedure_id in bound
    ranked = sorted(counts.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
    return tuple(FieldCount(name=n, slug=reading.slug(n), procedures=a, online=b) for n, (a, b) in ranked)


def fields() -> tuple[FieldCount, ...]:
    """Fields with the number of procedures in force today; those with most online services first."""
    return _fields_of(revision.number(), today())


@lru_cache(maxsize=1000)
def slug_of(field: str) -> str:
    return reading.slug(field)
