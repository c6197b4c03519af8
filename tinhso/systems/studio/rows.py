"""What is typed into one row of the step table, read into the row with a sentence for everything that is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import Row, StepTable, Way
from tinhso.lib import feel
from tinhso.lib.vietnamese import nfc
from tinhso.systems.studio import tables

WAYS = 8  # lines for ways on the page at the most
_WORD = re.compile(r"[a-z][a-z0-9_]*")
PLAIN = ("name", "note", "role", "unit", "stage", "clock", "assignee", "each", "message", "process", "part", "topic",
         "result", "value", "decision", "hours_by", "after", "calendar", "code")  # fmt: skip


@dataclass(slots=True)
class RowTyped:
    """The row as typed, as far as it can be read, and what is wrong: field → sentence."""

    row: Row
    typed: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)


def read(table: StepTable, row: Row, posted: Mapping[str, str]) -> RowTyped:
    typed = {name: nfc(posted.get(name, "")).strip()[:2000] for name in posted}
    found = RowTyped(row, typed)
    own: dict[str, Any] = {name: typed[name] for name in PLAIN if name in typed}
    fresh = replace(row, **own) if own else row
    if row.kind == "user":
        fresh = _read_step(found, fresh)
    if row.kind in ("timer", "boundary"):
        fresh = _read_limit(found, fresh)
    if row.kind not in ("end", "terminate", "error"):
        fresh = _read_ways(found, table, fresh)
    if row.kind in ("user", "rule", "receive", "call", "sub") and not fresh.name:
        found.errors["name"] = _("Đặt tên để người nhận việc hiểu phải làm gì.")
    if row.kind == "rule":
        _check_rule(found, fresh)
    found.row = fresh
    return found


def _read_step(found: RowTyped, row: Row) -> Row:
    hours = found.typed.get("hours", "").replace(",", ".")
    if hours:
        try:
            value = Decimal(hours)
        except InvalidOperation:
            value = Decimal(0)
        if not value.is_finite() or not 0 < value <= 10_000:
            found.errors["hours"] = _("Số giờ làm việc lớn hơn 0, ví dụ 8 hoặc 4,5.")
        else:
            hours = f"{value.normalize():f}"
    outcomes = []
    for number, line in enumerate(found.typed.get("outcomes", "").splitlines(), 1):
        if not line.strip():
            continue
        key, _sign, label = (part.strip() for part in line.partition("="))
        key = key if label else workflow.slug(key)
        label = label or line.strip()
        if not _WORD.fullmatch(key):
            found.errors["outcomes"] = _("Dòng %(n)d: mã kết quả viết bằng chữ thường không dấu.") % {"n": number}
        outcomes.append((key, label.replace(";", ",").replace("=", ":")))
    if len({key for key, _label in outcomes}) != len(outcomes):
        found.errors["outcomes"] = _("Hai kết quả trùng mã.")
    returns = tuple(name.removeprefix("return-") for name in found.typed if name.startswith("return-"))
    return replace(row, hours=hours, outcomes=tuple(outcomes), returns=returns)


def _read_limit(found: RowTyped, row: Row) -> Row:
    """«15» and a unit become P15D, PT8H; a message instead of a limit for a watch."""
    if found.typed.get("message"):
        return replace(row, after="", message=found.typed["message"])
    amount = found.typed.get("amount", "")
    if not amount.isdigit() or not 0 < int(amount) < 10_000:
        found.errors["amount"] = _("Ghi một số từ 1 trở lên.")
        return row
    after = {"days": f"P{amount}D", "hours": f"PT{amount}H", "months": f"P{amount}M"}.get(
        found.typed.get("per", "days")
    )
    return replace(row, after=after or f"P{amount}D", interrupts="keeps_going" not in found.typed)


def _read_ways(found: RowTyped, table: StepTable, row: Row) -> Row:
    ways: list[Way] = []
    old = {(way.to, way.when): way for way in row.ways}
    split = found.typed.get("split", row.split) or ""
    for number in range(WAYS):
        target = found.typed.get(f"to-{number}", "")
        if not target:
            continue
        when = found.typed.get(f"when-{number}", "")
        answer = found.typed.get(f"answer-{number}", "")
        if answer:
            when = f'outcome = "{answer}"'
        if split == "and":
            when = ""
        if target not in table.known():
            found.errors[f"to-{number}"] = _("Bước này không còn trong bảng.")
        if when:
            try:
                feel.parse(when)
            except feel.FeelError as error:
                found.errors[f"when-{number}"] = _("Điều kiện: %(why)s") % {"why": error}
        known = old.get((target, when))
        ways.append(Way(target, when, found.typed.get(f"label-{number}", ""), flow=known.flow if known else ""))
    if not ways:
        found.errors["to-0"] = _("Chọn bước đi tiếp.")
    if len(ways) > 1 and split in ("", "xor", "or") and sum(not way.when for way in ways) > 1:
        found.errors["to-0"] = _("Chỉ một nhánh được để trống điều kiện (nhánh còn lại).")
    kind = (split or "xor") if len(ways) > 1 else ""
    return replace(row, ways=tuple(ways), split=row.kind if row.kind in ("xor", "and", "or") and kind else kind)


def _check_rule(found: RowTyped, row: Row) -> None:
    if not _WORD.fullmatch(row.result):
        found.errors["result"] = _("Tên kết quả viết bằng chữ thường không dấu, ví dụ muc_phi.")
    if row.decision:
        found.row = replace(row, value="")
        return
    try:
        feel.parse(row.value)
    except feel.FeelError as error:
        found.errors["value"] = _("Biểu thức: %(why)s") % {"why": error}


def limit_of(row: Row) -> tuple[str, str]:
    """(amount, days | hours | months) of a duration, as the page asks for it."""
    match = re.fullmatch(r"P(?:(\d+)D|T(\d+)H|(\d+)M)", row.after)
    if match is None:
        return row.after.strip("P"), "days"
    return next((value, unit) for value, unit in zip(match.groups(), ("days", "hours", "months"), strict=True) if value)


def answer_of(when: str) -> str:
    """The outcome a condition asks for, where it asks for nothing else."""
    match = re.fullmatch(r'outcome\s*=\s*"([a-z0-9_]+)"', when)
    return match[1] if match else ""


def ways_of(table: StepTable, row: Row) -> list[dict[str, str]]:
    """Lines of the page: the ways there are, and two to fill in."""
    lines = [
        {
            "to": way.to,
            "answer": answer_of(way.when),
            "when": "" if answer_of(way.when) else way.when,
            "label": way.name,
        }
        for way in row.ways
    ]
    return (lines + [{"to": "", "answer": "", "when": "", "label": ""}] * 2)[:WAYS]


def said(table: StepTable, row: Row) -> list[str]:
    """Where a row goes on, as a person reads it."""
    names = {one.key: tables.title(one) for one in table.rows}
    labels = dict(row.outcomes)
    told = []
    for way in row.ways:
        target = names.get(way.to, way.to)
        answer = answer_of(way.when)
        if answer:
            told.append(_("«%(answer)s» → %(step)s") % {"answer": labels.get(answer, answer), "step": target})
        elif way.when:
            told.append(_("nếu %(when)s → %(step)s") % {"when": way.when, "step": target})
        elif len(row.ways) > 1 and row.split != "and":
            told.append(_("còn lại → %(step)s") % {"step": target})
        else:
            told.append(f"→ {target}")
    return told
