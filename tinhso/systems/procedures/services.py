"""What changes the catalogue: publishing versions, fees, bindings, words. Callers open the transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import Greatest

from tinhso.systems.procedures import cleaning, revision
from tinhso.systems.procedures.models import Procedure, ProcedureVersion

BATCH = 400  # rows in one INSERT


@dataclass(slots=True)
class Incoming:
    """One procedure to publish: the national record cleaned and the province's part; None leaves it as it stands."""

    code: str
    national: Mapping[str, Any] | None
    local: Mapping[str, Any] | None = None
    popularity: int | None = None
    is_essential: bool | None = None
    first_day: date | None = None  # of its first version, where that is before the day of publishing


@dataclass(slots=True)
class Published:
    """What became of a batch."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    changed_codes: list[str] = field(default_factory=list)


def publish(incoming: Sequence[Incoming], *, on: date, source: str) -> Published:
    """Publish what differs as new versions from `on`; versions before it close that day. Codes must differ."""
    report = Published()
    procedures = _procedures(incoming, report)
    held = _open_versions(procedures)
    fresh: list[ProcedureVersion] = []
    closing: list[int] = []
    for item in incoming:
        version = _next_version(item, procedures[item.code], held.get(item.code), on=on, source=source)
        if version is None:
            report.unchanged += 1
            continue
        old = held.get(item.code)
        if old is not None:
            closing.append(old.id)
            report.updated += 1
        else:
            report.created += 1
        report.changed_codes.append(item.code)
        fresh.append(version)
    if fresh:
        revision.move()
        ProcedureVersion.objects.filter(id__in=closing).update(valid_to=Greatest("valid_from", Value(on)))
        ProcedureVersion.objects.bulk_create(fresh, batch_size=BATCH)
    return report


def _procedures(incoming: Sequence[Incoming], report: Published) -> dict[str, Procedure]:
    codes = [item.code for item in incoming]
    known = {p.code: p for p in Procedure.objects.filter(code__in=codes)}
    missing = [Procedure(code=code) for code in codes if code not in known]
    for made in Procedure.objects.bulk_create(missing, batch_size=2000):
        known[made.code] = made
    moved = []
    for item in incoming:
        procedure = known[item.code]
        wanted = (
            procedure.popularity if item.popularity is None else item.popularity,
            procedure.is_essential if item.is_essential is None else item.is_essential,
        )
        if wanted != (procedure.popularity, procedure.is_essential):
            procedure.popularity, procedure.is_essential = wanted
            moved.append(procedure)
    if moved:
        revision.move()
        Procedure.objects.bulk_update(moved, ["popularity", "is_essential"], batch_size=500)
    return known


def _open_versions(procedures: Mapping[str, Procedure]) -> dict[str, ProcedureVersion]:
    """Versions in force by code, without their long contents."""
    ids = {p.id: code for code, p in procedures.items()}
    rows = ProcedureVersion.objects.open().filter(procedure_id__in=ids).defer("national", "search_text")
    return {ids[row.procedure_id]: row for row in rows}


def _next_version(
    item: Incoming, procedure: Procedure, old: ProcedureVersion | None, *, on: date, source: str
) -> ProcedureVersion | None:
    national, national_hash, origin = item.national, "", source
    # The pack carries bare facts; once the full record came from the national catalogue, the pack does not undo it.
    keep = old is not None and source == "pack" and old.source == "catalogue"
    if national is None or keep:
        if old is None:
            raise LookupError(f"Thủ tục {item.code} chưa có trong danh mục.")
        national_hash, origin = old.national_hash, old.source
    else:
        national_hash = cleaning.digest(national)
    local_hash = (old.local_hash if old else "") if item.local is None else cleaning.digest(item.local)
    if old is not None and (old.national_hash, old.local_hash) == (national_hash, local_hash):
        return None
    if old is not None and (national is None or keep):
        national = old.national
    local = item.local if item.local is not None else (old.local if old else {})
    national = national or {}
    return ProcedureVersion(
        procedure=procedure,
        number=old.number + 1 if old else 1,
        valid_from=max(on, old.valid_from) if old else min(on, item.first_day or on),
        source=origin,
        national_hash=national_hash,
        local_hash=local_hash,
        name=national["name"],
        field=national["field"],
        levels=national["levels"],
        search_text=search_text(national, local),
        national=national,
        local=local,
    )


def search_text(national: Mapping[str, Any], local: Mapping[str, Any]) -> dict[str, Any]:
    """The words by which a procedure is found, short: the index of each process is built from these alone."""
    papers: Iterable[Mapping[str, Any]] = [*local.get("papers", ()), *national["papers"]]
    results = [name for _, name in national["results"]]
    return {
        "plain": local.get("plain_name", ""),
        "keywords": list(local.get("keywords", ())),
        "summary": local.get("summary", ""),
        "papers": [paper["name"][:90] for paper in papers][:10],
        "results": [name[:120] for name in results[:4]],
        "agency": " ".join(dict.fromkeys([national["issuing_agency"], national["executing_agency"][:120]])),
    }
