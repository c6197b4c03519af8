"""The door of the catalogue of procedures (thủ tục hành chính)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from tinhso.lib.working_time import Rule
from tinhso.systems.procedures import cleaning, decisions, fees, revision, selectors, services
from tinhso.systems.procedures.catalogue import numbered_lines as numbered_lines
from tinhso.systems.procedures.catalogue import parse_line as parse_line
from tinhso.systems.procedures.cleaning import RejectedRecordError as RejectedRecordError
from tinhso.systems.procedures.decisions import Changes as Changes
from tinhso.systems.procedures.records import Binding as Binding
from tinhso.systems.procedures.records import Block as Block
from tinhso.systems.procedures.records import Child as Child
from tinhso.systems.procedures.records import Fee as Fee
from tinhso.systems.procedures.records import FeeLine as FeeLine
from tinhso.systems.procedures.records import FeeRuleView as FeeRuleView
from tinhso.systems.procedures.records import FieldCount as FieldCount
from tinhso.systems.procedures.records import Hit as Hit
from tinhso.systems.procedures.records import Paper as Paper
from tinhso.systems.procedures.records import Procedure as Procedure
from tinhso.systems.procedures.search import catalogue as search_catalogue
from tinhso.systems.procedures.search import ranking
from tinhso.systems.procedures.search.index import Entry
from tinhso.systems.procedures.services import Incoming as Incoming
from tinhso.systems.procedures.services import Published as Published

LEVEL_ORDER = ("commune", "province", "ministry", "other")


def get_procedure(*, code: str, on: date | None = None) -> Procedure:
    """The procedure in force on a day (today). Raises LookupError."""
    return selectors.procedure_on(code, on or selectors.today())


def get_version(*, version_id: int) -> Procedure:
    """The very version a dossier keeps, in force or not. Raises LookupError."""
    return selectors.version_by_id(version_id)


def search(*, text: str, limit: int = 20, online_only: bool = False) -> list[Hit]:
    """Find by words with or without marks, by code, or by a question as people ask it; best first."""
    found = ranking.find(search_catalogue.current(), text, limit=limit, online_only=online_only)
    return [_hit(entry) for entry in found]


def popular(*, limit: int = 10) -> list[Hit]:
    """What people mostly come for, by the pack's order; online services first."""
    entries = [entry for entry in search_catalogue.current().entries if entry.popularity or entry.is_essential]
    entries.sort(key=lambda entry: (not entry.is_online, -entry.popularity, entry.code))
    return [_hit(entry) for entry in entries[:limit]]


def fields() -> tuple[FieldCount, ...]:
    """Fields with the number of procedures in force today; those with most online services first."""
    return selectors.fields()


def browse(
    *,
    field: str = "",
    level: str = "",
    online_only: bool = False,
    essential_only: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[Hit]:
    """Procedures in force today: of a field (its slug), of a level; commonest first, then by code.

    after: code of the last one on the page before.
    """
    entries = [
        entry
        for entry in search_catalogue.current().entries
        if (not field or selectors.slug_of(entry.field) == field)
        and (not level or level in entry.levels)
        and (entry.is_online or not online_only)
        and (entry.is_essential or not essential_only)
    ]
    entries.sort(key=lambda entry: (-entry.popularity, not entry.is_online, entry.code))
    place = next((number for number, entry in enumerate(entries, 1) if entry.code == after), 0)
    return [_hit(entry) for entry in entries[place : place + limit]]


def _hit(entry: Entry) -> Hit:
    level = next((level for level in LEVEL_ORDER if level in entry.levels), "other")
    return Hit(
        code=entry.code,
        name=entry.name,
        field=entry.field,
        level=level,
        is_online=entry.is_online,
        plain_name=entry.plain_name,
        summary=entry.summary,
    )


def binding_on(*, code: str, on: date) -> Binding:
    """Raises LookupError where the procedure cannot be filed here that day."""
    return selectors.binding_on(code, on)


def get_binding(*, binding_id: int) -> Binding:
    """The binding a dossier follows for life. Raises LookupError."""
    return selectors.binding_by_id(binding_id)


def fee_lines(*, code: str, on: date, data: Mapping[str, Any], channel: str, copies: int = 1) -> list[FeeLine]:
    """What must be paid, with exemptions and time-limited reductions applied and explained.

    data: the form's data, with the facts of `payer_facts` under `person`. channel: online | desk | post. Fees without
    a fixed amount are not among the lines.
    """
    return fees.lines(code=code, on=on, data=data, channel=channel, copies=copies)


def payer_facts(*, assurance: int) -> dict[str, int]:
    """What conditions of fees may know of the payer beside the form: `person.assurance`, `person.integrated_papers`.

    How many papers an electronic identity holds, only its platform knows; until it tells, nobody is taken to have any.
    """
    return {"assurance": assurance, "integrated_papers": 0}


def fee_rules(*, code: str, on: date) -> list[FeeRuleView]:
    """Exemptions and reductions that touch the procedure's fees that day or later, those of every procedure too."""
    return selectors.fee_rules(code, on)


def codes_of_process(*, process_key: str, on: date) -> list[str]:
    """Procedures whose new dossiers follow this process on a day."""
    return selectors.codes_of_process(process_key, on)


def codes_of_form(*, form_key: str, on: date) -> list[str]:
    """Procedures whose new dossiers are filed on this form on a day."""
    return selectors.codes_of_form(form_key, on)


# For the loader of packs and the administrator's screens; callers open the transaction and write the audit.


def clean_record(record: Any) -> dict[str, Any]:
    """A catalogue record as kept. Raises RejectedRecordError."""
    return cleaning.clean(record)


def publish(incoming: Sequence[Incoming], *, on: date, source: str) -> Published:
    """Publish procedures that differ as versions from a day on. source: pack | catalogue."""
    return services.publish(incoming, on=on, source=source)


def check_condition(condition: str) -> str:
    """What is wrong with a FEEL condition, in a sentence; empty when nothing is."""
    return decisions.check_condition(condition)


def set_fees(
    rows: Iterable[Mapping[str, Any]], *, gone: Iterable[tuple[str, str]] = (), on: date, first_day: date
) -> Changes:
    """Fees as the province decided them: each row has `code` (procedure) and the columns of Fee; gone: (code, key)."""
    return decisions.set_fees(rows, gone=gone, on=on, first_day=first_day)


def set_fee_rules(rows: Iterable[Mapping[str, Any]], *, gone: Iterable[tuple[str, date]] = ()) -> Changes:
    """Exemptions and reductions with days of their own; gone: (key, valid_from)."""
    return decisions.set_fee_rules(rows, gone=gone)


def set_bindings(rows: Iterable[Mapping[str, Any]], *, gone: Iterable[str] = (), on: date, first_day: date) -> Changes:
    """What new dossiers follow from `on`; gone: codes that are no longer filed here."""
    return decisions.set_bindings(rows, gone=gone, on=on, first_day=first_day)


def set_synonyms(rows: Iterable[tuple[str, str]]) -> Changes:
    """All everyday words: (what people say, what the catalogue writes)."""
    return decisions.set_synonyms(rows)


def change_fee(
    *, code: str, key: str, amount: Decimal | None, legal_basis: str, on: date, decision_version_id: int | None = None
) -> None:
    """One fee of a procedure gets another amount (dong) or decision table from a day on. Raises LookupError."""
    decisions.change_fee(
        code=code, key=key, on=on, amount=amount, legal_basis=legal_basis, decision_version_id=decision_version_id
    )


def change_clock(
    *, code: str, limit_value: Decimal | None, limit_unit: str, cutoff: time | None, legal_basis: str, on: date,
    limit_decision_id: int | None = None,
) -> int:  # fmt: skip
    """New dossiers of a procedure get another limit (by a decision table, where one is named) from a day on; id of
    the new binding. Raises LookupError."""
    return decisions.change_clock(
        code=code, limit_value=limit_value, limit_unit=limit_unit, cutoff=cutoff, legal_basis=legal_basis, on=on,
        limit_decision_id=limit_decision_id,
    )  # fmt: skip


def follow_decision(*, old_versions: Iterable[int], version_id: int, on: date) -> int:
    """Fees and limits that follow an older version of a decision table take this one from a day on; how many."""
    return decisions.follow_decision(old_versions=old_versions, version_id=version_id, on=on)


def rule_for(*, binding: Binding, data: Mapping[str, Any], on: date) -> Rule:
    """The rule a dossier with this data follows: the binding's limit, or what its decision table answers."""
    return selectors.rule_for(binding, data, on)


def change_process(*, code: str, process_key: str, process_version_id: int, on: date) -> int:
    """New dossiers of a procedure follow another process version from a day on. Raises LookupError."""
    return decisions.change_binding(code=code, on=on, process_key=process_key, process_version_id=process_version_id)


def change_form(*, code: str, form_key: str, form_version_id: int, on: date) -> int:
    """New dossiers of a procedure are filed on another form version from a day on. Raises LookupError."""
    return decisions.change_binding(code=code, on=on, form_key=form_key, form_version_id=form_version_id)


def look_again() -> None:
    """See what was changed a moment ago, also by another process (copies are up to a second old)."""
    revision.look_again()
