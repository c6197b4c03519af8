"""`pack load`: check everything, then load everything in one transaction; say what changed."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.audit import public as audit
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.administration.models import PackLoad
from tinhso.systems.administration.packs import catalogue, organization, paper_kinds
from tinhso.systems.administration.packs.ledger import Ledger
from tinhso.systems.administration.packs.reading import Book, PackRefusedError, Problem, unique
from tinhso.systems.vault import public as vault

FORMAT = 1  # of the tables; a loader that reads them otherwise gets another number, and loads again
ACCOUNT_COLUMNS = ("username", "name", "kind", "identity_number", "assurance", "person", "role_label", "email", "phone")
_PROCESS_NAME = re.compile(rb'<(?:\w+:)?process\b[^>]*\bname="([^"]*)"')


@dataclass(slots=True)
class LoadReport:
    """What a load did; `changes` are sentences."""

    name: str
    unchanged: bool = False
    changes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Pack:
    """A pack read and found sound."""

    book: Book
    head: dict[str, Any]
    organization: organization.Organization
    catalogue: catalogue.Catalogue
    kinds: dict[str, vault.Kind]
    accounts: list[Mapping[str, str]]

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.head["effective_from"])


def load(folder: Path, *, at: datetime) -> LoadReport:
    """Load a pack in the caller's transaction. Raises PackRefusedError: roll the transaction back."""
    if not folder.is_dir():
        raise PackRefusedError([Problem(str(folder), 0, "không có thư mục này", "Kiểm tra đường dẫn của gói.")])
    whole = fingerprint_of(folder)
    last = PackLoad.objects.select_for_update().filter(name=folder.name[:60]).first()
    if last is not None and last.fingerprint == whole:
        return LoadReport(name=folder.name, unchanged=True)
    pack = read(folder)
    ledger = Ledger(before=last.rows if last else {})
    report = LoadReport(name=pack.head["name"])
    _apply(pack, ledger, report, at)
    PackLoad.objects.update_or_create(
        name=folder.name[:60], defaults={"fingerprint": whole, "rows": ledger.now, "loaded_at": at}
    )
    audit.record(subject="pack", act="pack_loaded", actor="job:pack", data={"name": folder.name, "of": whole[:16]})
    return report


def fingerprint_of(folder: Path) -> str:
    """Of every file of the pack, by name and content."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\x00")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read(folder: Path) -> _Pack:
    """Read and check the whole pack without touching the database. Raises PackRefusedError with every mistake found."""
    book = Book(folder)
    head = _head(book)
    units = organization.read(book)
    offered = {path.stem for path in book.files("forms", "*.json")}
    found = catalogue.read(
        book, units=units.units, processes={path.stem for path in book.files("processes", "*.bpmn")}, forms=offered
    )
    kinds = paper_kinds.read(book)
    people = _accounts(book, units.people)
    _messages(book)
    if book.problems:
        raise PackRefusedError(sorted(book.problems))
    return _Pack(book, head, units, found, kinds, people)


def _head(book: Book) -> dict[str, Any]:
    head = book.json("pack.json")
    if head is None:
        return {}
    if not isinstance(head, dict):
        book.wrong("pack.json", 1, "không phải đối tượng { … }", "Sửa lại.")
        return {}
    for name in ("name", "effective_from", "province_unit"):
        if not isinstance(head.get(name), str) or not head[name]:
            book.wrong("pack.json", 0, f"thiếu «{name}»", "Thêm mục này.")
    if head.get("format") != FORMAT:
        book.wrong("pack.json", 0, f"«format» phải là {FORMAT}", "Dùng gói hợp với phiên bản phần mềm này.")
    try:
        date.fromisoformat(head.get("effective_from") or "2000-01-01")
    except (TypeError, ValueError):
        book.wrong("pack.json", 0, "«effective_from» không phải ngày", "Viết theo dạng 2025-07-01.")
    return head


def _accounts(book: Book, people: Mapping[str, Any]) -> list[Mapping[str, str]]:
    rows = book.table("demo_accounts.csv", ACCOUNT_COLUMNS)
    unique(rows, lambda row: row.cells["username"], "tài khoản")
    for row in rows:
        row.needed("username", longest=150)
        row.among("kind", ("citizen", "business", "official"))
        row.whole("assurance", least=0, most=3)
        if row.cells["person"] and row.cells["person"] not in people:
            row.unknown(f"cán bộ «{row.cells['person']}»", "people.csv", "Thêm hoặc sửa khoá.")
    return [row.cells for row in rows]


def _messages(book: Book) -> None:
    """Templates of messages are read where they stand; here only their form is checked."""
    environment = jinja2.Environment(autoescape=True)
    for path in book.files("messages", "*.txt"):
        name = f"messages/{path.name}"
        raw = book.bytes_of(name) or b""
        try:
            text = raw.decode("utf-8-sig")
            environment.parse(text)
        except UnicodeDecodeError:
            book.wrong(name, 0, "không phải chữ UTF-8", "Lưu lại tệp theo UTF-8.")
        except jinja2.TemplateSyntaxError as problem:
            book.wrong(name, problem.lineno, f"mẫu tin viết sai ({problem.message})", "Kiểm tra dấu {{ }}.")
        else:
            if not text.partition("\n")[0].strip():
                book.wrong(name, 1, "dòng đầu (tiêu đề) để trống", "Viết tiêu đề ở dòng đầu.")


def _apply(pack: _Pack, ledger: Ledger, report: LoadReport, at: datetime) -> None:
    """In the order in which one part needs another; the doors below may still refuse forms, processes or days."""
    book, on, first_day = pack.book, timezone.localdate(at), pack.first_day
    organization.apply(pack.organization, ledger)
    _say_tables(ledger, report)
    _calendar(book, report, at)
    form_ids, process_ids = _forms(book, at), _processes(book, at)
    if book.problems:
        raise PackRefusedError(sorted(book.problems))
    _say_versions("forms/", form_ids, ledger, report)
    _say_versions("processes/", process_ids, ledger, report)
    published = catalogue.apply_procedures(pack.catalogue, ledger, on=on, first_day=first_day)
    report.changes.append(
        f"procedures.jsonl: {published.created} created, {published.updated} updated, {published.unchanged} unchanged"
    )
    before = set(ledger.counts)
    catalogue.apply_decisions(pack.catalogue, ledger, processes=process_ids, forms=form_ids, on=on, first_day=first_day)
    paper_kinds.apply(pack.kinds, ledger)
    _say_tables(ledger, report, but=before)
    counts = accounts.load_demo_accounts(pack.accounts)
    report.changes.append("demo_accounts.csv: " + ", ".join(f"{number} {what}" for what, number in counts.items()))


def _say_tables(ledger: Ledger, report: LoadReport, *, but: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    for table, (new, changed, gone) in ledger.counts.items():
        if table not in but and (new or changed or gone):
            kept = f", {gone} no longer in the pack" if gone else ""
            report.changes.append(f"{table}: {new} created, {changed} updated{kept}")


def _say_versions(what: str, ids: Mapping[str, int], ledger: Ledger, report: LoadReport) -> None:
    changed = ledger.changed(what, dict(ids))
    if changed:
        report.changes.append(f"{what}: {len(changed)} published ({', '.join(sorted(changed))})")


def _calendar(book: Book, report: LoadReport, at: datetime) -> None:
    result = calendars.load(folder=book.folder, at=at)
    for file, line, what, todo in result.problems:
        book.wrong(file, line, what.rstrip("."), todo)
    report.changes.append(f"calendar: {result.created} created, {result.updated} updated, {result.unchanged} unchanged")


def _forms(book: Book, at: datetime) -> dict[str, int]:
    if not (book.folder / "forms").is_dir():
        return {}
    try:
        return forms.load_folder(folder=book.folder / "forms", at=at)
    except forms.FormRefusedError as refused:
        for place, sentence in refused.problems:
            book.wrong("forms/", 0, f"{place}: {sentence}".rstrip("."), "")
        return {}


def _processes(book: Book, at: datetime) -> dict[str, int]:
    ids: dict[str, int] = {}
    for path in book.files("processes", "*.bpmn"):
        content = path.read_bytes()
        named = _PROCESS_NAME.search(content)
        name = named.group(1).decode("utf-8", "replace") if named else path.stem
        try:
            ids[path.stem] = workflow.publish_process(key=path.stem, name=name, bpmn=content, at=at)
        except workflow.ProcessRefusedError as refused:
            for element, what, todo in refused.problems:
                book.wrong(f"processes/{path.name}", 0, f"{element}: {what}".rstrip("."), todo)
    return ids
