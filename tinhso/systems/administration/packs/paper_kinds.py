"""Kinds of paper of the data store: what results and papers of procedures are, by how they are named."""

from dataclasses import asdict

from tinhso.systems.administration.packs.ledger import Ledger
from tinhso.systems.administration.packs.reading import Book, Row, unique
from tinhso.systems.vault import public as vault

FILE = "paper_kinds.csv"
COLUMNS = ("key", "name", "name_en", "phrases", "result_codes", "papers", "valid_months", "held_by", "legal_basis")


def read(book: Book) -> dict[str, vault.Kind]:
    """The table, checked; without the file there are no kinds, and every paper is asked for."""
    rows = book.table(FILE, COLUMNS)
    unique(rows, lambda row: row.cells["key"], "loại giấy tờ")
    return {row.key(): _kind(row) for row in rows}


def _kind(row: Row) -> vault.Kind:
    papers = _list(row, "papers", longest=120)
    if strange := [paper for paper in papers if paper.count("/") != 1]:
        row.wrong(f"«{strange[0]}» ở cột «papers» không có dạng thủ tục/giấy tờ", "Viết 1.000894/marital_status.")
    months = row.whole("valid_months", least=1, most=1200) if row.cells["valid_months"] else None
    return vault.Kind(
        key=row.cells["key"],
        name=row.needed("name", longest=300),
        name_en=row.text("name_en", longest=300),
        phrases=_list(row, "phrases", longest=200),
        result_codes=_list(row, "result_codes", longest=60),
        papers=papers,
        valid_months=months,
        held_by=row.text("held_by", longest=300),
        legal_basis=row.text("legal_basis"),
    )


def _list(row: Row, column: str, *, longest: int) -> tuple[str, ...]:
    found = tuple(part.strip() for part in row.cells[column].split(";") if part.strip())
    if any(len(part) > longest for part in found):
        row.wrong(f"một mục ở cột «{column}» dài quá {longest} ký tự", "Viết ngắn lại.")
    return found


def apply(found: dict[str, vault.Kind], ledger: Ledger) -> None:
    """Kinds that the pack changed since its last load."""
    changed = ledger.changed(FILE, {key: asdict(kind) for key, kind in found.items()})
    gone = list(ledger.gone(FILE))
    if changed or gone:
        vault.set_kinds([found[key] for key in changed], gone=gone)
