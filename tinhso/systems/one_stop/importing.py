"""Taking over dossiers of another system from a file: by the same rules as a submission, many at once, repeatable."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.db import transaction

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.files import public as files
from tinhso.lib.line_files import numbered_lines
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.services.checking import Applicant
from tinhso.systems.one_stop.types import Finding, PaperGiven, Receipt, RefusedError

BATCH = 200  # dossiers a transaction


class ImportedPaper(msgspec.Struct, forbid_unknown_fields=True):
    """`file` beside the file of dossiers, or `sha256` of one kept before."""

    key: str
    name: str
    file: str = ""
    sha256: str = ""


class ImportedApplicant(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    identity_number: str
    kind: Literal["citizen", "business"] = "citizen"
    phone: str = ""
    email: str = ""
    address: str = ""


class ImportedDossier(msgspec.Struct, forbid_unknown_fields=True):
    """One line: as `POST /api/v1/dossiers` takes it, with its once-key."""

    once: str
    procedure_code: str
    unit: str
    applicant: ImportedApplicant
    data: dict[str, Any] = {}
    papers: list[ImportedPaper] = []
    return_channel: Literal["electronic", "desk", "post"] = "electronic"
    origin_code: str = ""


@dataclass(slots=True)
class Report:
    created: int = 0
    repeated: int = 0
    rejected: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.created} created, {self.repeated} repeated, {len(self.rejected)} rejected"


def import_file(path: Path, *, source: str, at: datetime, say: Callable[[Report], None]) -> Report:
    """Take over every usable line, two hundred a transaction; what was broken off goes on where it stopped.

    source: name of the other system; its once-keys are its own. Raises UnreadableFileError.
    """
    rights = frozenset({Right.RECEIVE, Right.READ_DOSSIERS})
    actor = Actor(None, "system", f"Hệ thống {source}", system=source, system_rights=rights)
    report, lines = Report(), numbered_lines(path)
    while batch := list(islice(lines, BATCH)):
        with transaction.atomic():
            _take(batch, path.parent, actor, at, report)
        say(report)
    return report


def _take(batch: list[tuple[int, bytes | None]], folder: Path, actor: Actor, at: datetime, report: Report) -> None:
    usable: list[tuple[int, services.Request]] = []
    for number, raw in batch:
        try:
            usable.append((number, _request(msgspec.json.decode(raw or b"", type=ImportedDossier), folder, actor, at)))
        except msgspec.ValidationError as error:
            report.rejected.append(f"dòng {number}: {_where(error)}")
        except (msgspec.DecodeError, UnicodeDecodeError):
            report.rejected.append(f"dòng {number}: không phải một đối tượng JSON.")
        except RefusedError as error:
            report.rejected.append(f"dòng {number}: {_sentences(error)}")
    for (number, _), result in zip(usable, services.import_dossiers([one for _, one in usable]), strict=True):
        if isinstance(result, Receipt):
            report.created += not result.repeated
            report.repeated += result.repeated
        else:
            said = _sentences(result) if isinstance(result, RefusedError) else str(result)
            report.rejected.append(f"dòng {number}: {said}")


def _request(line: ImportedDossier, folder: Path, actor: Actor, at: datetime) -> services.Request:
    if not 8 <= len(line.once) <= 120:
        raise RefusedError([Finding("once", "«once» phải dài từ 8 đến 120 ký tự.")])
    return services.Request(
        procedure_code=line.procedure_code,
        data=line.data,
        papers=[_paper(paper, folder) for paper in line.papers],
        unit_key=line.unit,
        actor=actor,
        at=at,
        once=line.once,
        applicant=Applicant(**msgspec.structs.asdict(line.applicant)),
        channel="api",
        return_channel=line.return_channel,
        origin_code=line.origin_code[:60],
    )


def _paper(paper: ImportedPaper, folder: Path) -> PaperGiven:
    """The paper with its file kept. Raises RefusedError."""
    if not paper.file:
        return PaperGiven(paper.key, paper.name, paper.sha256, "")
    place = (folder / paper.file).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_file():
        raise RefusedError([Finding(paper.key, f"Không có tệp «{paper.file}» trong thư mục của tệp nhập.")])
    try:
        with place.open("rb") as content:
            kept = files.keep(content=content, name=place.name)
    except files.FileRefusedError as error:
        raise RefusedError([Finding(paper.key, problem.sentence) for problem in error.problems]) from None
    return PaperGiven(paper.key, paper.name, kept.sha256, place.name)


def _sentences(error: RefusedError) -> str:
    return " ".join(
        f"{finding.place}: {finding.sentence}" if finding.place else finding.sentence for finding in error.findings
    )


def _where(error: msgspec.ValidationError) -> str:
    """The place, out of the library's English sentence."""
    said, _, place = str(error).partition(" - at ")
    named = said.split("`")[1] if "field" in said and "`" in said else ""
    parts = [part for part in (place.strip("`").removeprefix("$").removeprefix("."), named) if part]
    return f"sai hoặc thiếu ở «{'.'.join(parts) or 'cả dòng'}»."
