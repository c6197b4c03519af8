"""The catalogue of a pack: procedures, fees, reliefs, what dossiers follow, everyday words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from tinhso.systems.administration.packs.ledger import Ledger
from tinhso.systems.administration.packs.reading import Book, Row, unique
from tinhso.systems.procedures import public as procedures

FILE = "procedures.jsonl"
LOCAL_TEXTS = ("plain_name", "summary", "duration", "fee_text", "life_event")
PAPER_KEYS = {
    "key": str,
    "name": str,
    "originals": int,
    "copies": int,
    "required": bool,
    "case": str,
    "form_name": str,
    "note": str,
    "is_shown_only": bool,
}
CHANNELS = ("online", "desk", "post")
UNITS_OF_TIME = ("working_hours", "working_days", "calendar_days")

Values = dict[str, Any]


@dataclass(slots=True)
class Catalogue:
    """The tables, read. Bindings name their process and form by key until these are published."""

    procedures: dict[str, Values] = field(default_factory=dict)
    fees: dict[tuple[str, str], Values] = field(default_factory=dict)
    rules: dict[tuple[str, str], Values] = field(default_factory=dict)
    bindings: dict[str, Values] = field(default_factory=dict)
    synonyms: list[tuple[str, str]] = field(default_factory=list)


def read(book: Book, *, units: Mapping[str, Any], processes: set[str], forms: set[str]) -> Catalogue:
    """Read and check the tables; `units`, `processes` and `forms` are what the rest of the pack offers."""
    found = Catalogue()
    _read_procedures(book, found)
    _read_fees(book, found)
    _read_rules(book, found)
    _read_bindings(book, found, units, processes, forms)
    said = book.table("synonyms.csv", ("said", "meant"))
    unique(said, lambda row: (row.cells["said"], row.cells["meant"]), "từ")
    found.synonyms = [(row.needed("said", longest=120), row.needed("meant", longest=200)) for row in said]
    return found


def _read_procedures(book: Book, found: Catalogue) -> None:
    raw = book.bytes_of(FILE)
    if raw is None:
        book.wrong(FILE, 0, "không có tệp này trong gói", "Thêm tệp, xem packs/README.md.")
        return
    for number, text in enumerate(raw.splitlines(), start=1):
        if not text.strip():
            continue
        try:
            record = procedures.parse_line(text)
            national = procedures.clean_record(record)
        except procedures.RejectedRecordError as problem:
            book.wrong(FILE, number, str(problem), "Sửa dòng này.", hides=True)
            continue
        code = national["code"]
        if code in found.procedures:
            book.wrong(FILE, number, f"thủ tục {code} trùng với một dòng trước", "Giữ một dòng.")
        found.procedures[code] = {
            "national": national,
            "local": _local(book, number, record.get("local")),
            "popularity": _popularity(book, number, record.get("popularity")),
            "essential": record.get("essential") is True,
        }


def _popularity(book: Book, line: int, value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        book.wrong(FILE, line, "«popularity» không phải số nguyên từ 0 đến 100", "Sửa lại.")
        return 0
    return value


def _local(book: Book, line: int, value: Any) -> Values:
    """The province's part of a procedure, checked key by key."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        book.wrong(FILE, line, "«local» không phải đối tượng { … }", "Sửa lại.")
        return {}
    strange = sorted(set(value) - {*LOCAL_TEXTS, "keywords", "papers", "results"})
    if strange:
        book.wrong(FILE, line, f"«local» có mục lạ {', '.join(strange)[:200]}", "Xoá hoặc sửa tên mục.")
    for name in LOCAL_TEXTS:
        if not isinstance(value.get(name, ""), str):
            book.wrong(FILE, line, f"«local.{name}» phải là chữ", "Sửa lại.")
    keywords = value.get("keywords", [])
    if not isinstance(keywords, list) or not all(isinstance(word, str) for word in keywords):
        book.wrong(FILE, line, "«local.keywords» phải là danh sách chữ", "Sửa lại.")
    results = value.get("results", [])
    if not isinstance(results, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in results):
        book.wrong(FILE, line, "«local.results» phải là danh sách [mã, tên]", "Sửa lại.")
    papers = value.get("papers", [])
    if not isinstance(papers, list) or not all(_is_paper(paper) for paper in papers):
        names = ", ".join(PAPER_KEYS)
        book.wrong(FILE, line, "«local.papers» có giấy tờ sai dạng", f"Mỗi giấy tờ cần đúng các mục: {names}.")
    elif len({paper["key"] for paper in papers}) != len(papers):
        book.wrong(FILE, line, "«local.papers» có hai giấy tờ cùng khoá", "Đặt khoá khác nhau.")
    return value


def _is_paper(paper: Any) -> bool:
    return (
        isinstance(paper, dict)
        and set(paper) == set(PAPER_KEYS)
        and all(isinstance(paper[name], kind) for name, kind in PAPER_KEYS.items())
        and bool(paper["key"] and paper["name"])
    )


def _procedure(row: Row, found: Catalogue, column: str = "procedure", *, empty: bool = False) -> str:
    code = row.cells[column]
    if code not in found.procedures and not (empty and not code):
        row.unknown(f"thủ tục «{code}»", FILE, "Thêm thủ tục hoặc sửa mã.")
    return code


def _condition(row: Row, column: str = "condition") -> str:
    condition = row.text(column)
    problem = procedures.check_condition(condition)
    if problem:
        row.wrong(f"biểu thức ở cột «{column}» không đọc được ({problem.rstrip('.')})", "Sửa biểu thức FEEL.")
    return condition


def _read_fees(book: Book, found: Catalogue) -> None:
    columns = ("procedure", "key", "kind", "name", "amount", "per", "channel", "condition", "formula", "note")
    rows = book.table("fees.csv", (*columns, "legal_basis"))
    unique(rows, lambda row: (row.cells["procedure"], row.cells["key"]), "khoản thu")
    for row in rows:
        code = _procedure(row, found)
        found.fees[code, row.key()] = {
            "kind": row.among("kind", ("phi", "le_phi")),
            "name": row.needed("name", longest=300),
            "amount": row.number("amount"),
            "per": row.among("per", ("dossier", "copy", "page")),
            "channel": row.among("channel", CHANNELS, empty=True),
            "condition": _condition(row),
            "formula": _condition(row, "formula"),
            "note": row.text("note"),
            "legal_basis": row.needed("legal_basis"),
        }


def _read_rules(book: Book, found: Catalogue) -> None:
    columns = ("key", "procedure", "fee", "kind", "effect", "value", "condition", "explanation", "legal_basis")
    rows = book.table("fee_rules.csv", (*columns, "valid_from", "valid_to"))
    unique(rows, lambda row: (row.cells["key"], row.cells["valid_from"]), "quy định")
    for row in rows:
        code = _procedure(row, found, empty=True)
        fee, effect, value = row.cells["fee"], row.cells["effect"], row.number("value") or Decimal(0)
        if fee and (code, fee) not in found.fees:
            row.wrong(f"khoản thu «{fee}» của thủ tục «{code}» không có trong fees.csv", "Sửa cột «fee».")
        if effect == "percent" and value > 100:
            row.wrong(f"giảm {value}% là quá 100%", "Sửa cột «value».")
        first, last = row.span()
        found.rules[row.key(), first.isoformat()] = {
            "code": code,
            "fee_key": fee,
            "kind": row.among("kind", ("phi", "le_phi"), empty=True),
            "effect": row.among("effect", ("exempt", "percent", "amount")),
            "value": value,
            "condition": _condition(row),
            "explanation": row.needed("explanation"),
            "legal_basis": row.needed("legal_basis"),
            "valid_to": last,
        }


def _read_bindings(
    book: Book, found: Catalogue, units: Mapping[str, Any], processes: set[str], forms: set[str]
) -> None:
    parts = _read_parts(book, found)
    columns = ("procedure", "process", "form", "limit_value", "limit_unit", "cutoff", "handling", "result_code")
    rows = book.table("bindings.csv", (*columns, "result_name", "channels", "legal_basis"), optional=("note",))
    unique(rows, lambda row: row.cells["procedure"], "thủ tục")
    for row in rows:
        code = _procedure(row, found)
        children = parts.pop(code, [])
        limit = row.number("limit_value", most=100_000)
        if limit is None and not children:
            row.wrong("không có thời hạn và không có phần liên thông", "Điền «limit_value» hoặc thêm phần.")
        found.bindings[code] = {
            "process_key": _offered(row, "process", processes, "processes/*.bpmn"),
            "form_key": _offered(row, "form", forms, "forms/*.json", empty=True),
            "limit_value": limit,
            "limit_unit": row.among("limit_unit", UNITS_OF_TIME) if limit is not None else "",
            "cutoff": row.hour("cutoff"),
            **_handling(row, units),
            "result_code": row.text("result_code", longest=60),
            "result_name": row.needed("result_name"),
            "channels": _channels(row),
            "legal_basis": row.text("legal_basis"),
            "children": children,
        }
    for code in parts if "bindings.csv" not in book.unread else ():
        book.wrong("binding_parts.csv", 0, f"thủ tục {code} không có trong bindings.csv", "Thêm dòng.")


def _offered(row: Row, column: str, offered: set[str], where: str, *, empty: bool = False) -> str:
    name = row.cells[column]
    if name not in offered and not (empty and not name):
        row.wrong(f"«{name}» ở cột «{column}» không có trong {where}", "Thêm tệp hoặc sửa khoá.")
    return name


def _handling(row: Row, units: Mapping[str, Any]) -> Values:
    """`commune`; `commune:police` (the unit `police-…` of the commune's place); or the key of a unit."""
    handling, _, role = row.cells["handling"].partition(":")
    if handling != "commune" and (role or handling not in units):
        row.unknown(f"đơn vị giải quyết «{handling}»", "units.csv", "Dùng commune hoặc khoá đơn vị.")
    if role and not any(key.startswith(f"{role}-") for key in units):
        row.unknown(f"đơn vị có khoá {role}-…", "units.csv", "Thêm vào units.csv hoặc sửa cột «handling».")
    return {"handling": handling, "handling_role": role}


def _channels(row: Row) -> list[str]:
    channels = [channel for channel in row.cells["channels"].split(";") if channel]
    strange = [channel for channel in channels if channel not in CHANNELS]
    if strange or not channels:
        row.wrong(f"kênh nhận «{row.cells['channels']}» không dùng được", "Dùng online;desk;post.")
    return channels


def _read_parts(book: Book, found: Catalogue) -> dict[str, list[Values]]:
    columns = ("procedure", "key", "name", "part_procedure", "unit", "limit_value", "limit_unit", "cutoff", "after")
    rows = book.table("binding_parts.csv", (*columns, "legal_basis"))
    unique(rows, lambda row: (row.cells["procedure"], row.cells["key"]), "phần liên thông")
    parts: dict[str, list[Values]] = {}
    for row in rows:
        mine = parts.setdefault(_procedure(row, found), [])
        before = {part["key"] for part in mine}
        after = [key for key in row.cells["after"].split(";") if key]
        if not set(after) <= before:
            row.wrong(f"phần «{row.cells['after']}» phải đứng ở dòng trên", "Sắp lại thứ tự các dòng.")
        limit, cutoff = row.number("limit_value", most=100_000), row.hour("cutoff")
        if limit is None:
            row.wrong("phần liên thông không có thời hạn", "Điền «limit_value».")
        mine.append(
            {
                "key": row.key(),
                "name": row.needed("name"),
                "procedure_code": _procedure(row, found, "part_procedure"),
                "unit": row.key("unit"),
                "limit_value": str(limit),
                "limit_unit": row.among("limit_unit", UNITS_OF_TIME),
                "cutoff": _clock(cutoff),
                "after": after,
                "legal_basis": row.text("legal_basis"),
            }
        )
    return parts


def _clock(value: time | None) -> str | None:
    return f"{value:%H:%M}" if value else None


def apply_procedures(found: Catalogue, ledger: Ledger, *, on: date, first_day: date) -> procedures.Published:
    changed = ledger.changed(FILE, found.procedures)
    incoming = [
        procedures.Incoming(
            code=code,
            national=values["national"],
            local=values["local"],
            popularity=values["popularity"],
            is_essential=values["essential"],
            first_day=first_day,
        )
        for code, values in changed.items()
    ]
    return procedures.publish(incoming, on=on, source="pack")


def apply_decisions(
    found: Catalogue,
    ledger: Ledger,
    *,
    processes: Mapping[str, int],
    forms: Mapping[str, int],
    on: date,
    first_day: date,
) -> None:
    """Fees, reliefs, bindings and words that the pack changed since its last load."""
    fees = ledger.changed("fees.csv", found.fees)
    rows = [{"code": code, "key": key, **values} for (code, key), values in fees.items()]
    gone = [(code, key) for code, _, key in (name.partition("|") for name in ledger.gone("fees.csv"))]
    procedures.set_fees(rows, gone=gone, on=on, first_day=first_day)
    rules = ledger.changed("fee_rules.csv", found.rules)
    rows = [{"key": key, "valid_from": date.fromisoformat(first), **v} for (key, first), v in rules.items()]
    old = [name.partition("|") for name in ledger.gone("fee_rules.csv")]
    procedures.set_fee_rules(rows, gone=[(key, date.fromisoformat(first)) for key, _, first in old])
    bound = {
        code: {
            **values,
            "process_version_id": processes[values["process_key"]],
            "form_version_id": forms[values["form_key"]] if values["form_key"] else None,
        }
        for code, values in found.bindings.items()
    }
    changed = ledger.changed("bindings.csv", bound)
    rows = [{"code": code, **values} for code, values in changed.items()]
    procedures.set_bindings(rows, gone=ledger.gone("bindings.csv"), on=on, first_day=first_day)
    if ledger.changed("synonyms.csv", {"all": sorted(found.synonyms)}):
        procedures.set_synonyms(found.synonyms)
