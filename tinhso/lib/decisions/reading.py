"""DMN XML → table, tolerant of versions: elements are found by their local names."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from tinhso.lib.decisions.table import HIT_POLICIES, ROUNDINGS, TYPES, DecisionTable, Input, Output, Rule

MAX_BYTES = 1_000_000
MAX_RULES = 1_000
OURS = "urn:tinhso:decision:1"
Element = Any
_TYPES = {"integer": "number", "long": "number", "double": "number", "decimal": "number", "text": "string"}


class DecisionRefusedError(ValueError):
    """The file holds no decision table that can be read; a Vietnamese sentence."""


def read_dmn(content: bytes) -> DecisionTable:
    """The one decision table of a DMN file. Raises DecisionRefusedError."""
    root = _root(content)
    found = [(one, table) for one in _all(root, "decision") for table in _children(one, "decisionTable")]
    if len(found) != 1:
        raise DecisionRefusedError(f"Tệp có {len(found)} bảng quyết định, cần đúng 1. Tách mỗi bảng thành một tệp.")
    decision, table = found[0]
    inputs = tuple(_input(one) for one in _children(table, "input"))
    outputs = tuple(_output(one, decision) for one in _children(table, "output"))
    rules = tuple(_rule(one) for one in _children(table, "rule"))
    if not outputs:
        raise DecisionRefusedError("Bảng quyết định chưa có cột kết quả.")
    if len(rules) > MAX_RULES:
        raise DecisionRefusedError(f"Bảng có {len(rules)} dòng, nhiều hơn {MAX_RULES}. Tách thành nhiều bảng.")
    policy = " ".join([table.get("hitPolicy") or "UNIQUE", table.get("aggregation") or ""]).strip()
    if policy not in HIT_POLICIES:
        raise DecisionRefusedError(f"Cách chọn dòng «{policy}» không được dùng. Chọn: {', '.join(HIT_POLICIES)}.")
    name = decision.get("name") or decision.get("id") or ""
    return DecisionTable(decision.get("id") or "", name, inputs, outputs, rules, policy)


def _root(content: bytes) -> Element:
    if len(content) > MAX_BYTES:
        raise DecisionRefusedError(f"Tệp lớn hơn {MAX_BYTES // 1000} KB.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DecisionRefusedError(f"XML hỏng: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise DecisionRefusedError("Tệp có khai báo DOCTYPE, không được nhận.")
    if _local(root) != "definitions":
        raise DecisionRefusedError("Không phải tệp DMN (thiếu «definitions»).")
    return root


def _local(element: Element) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _all(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if _local(one) == name)


def _children(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element if _local(one) == name)


def _text(element: Element | None) -> str:
    """The text an element holds, in its `text` child as DMN writes it."""
    if element is None:
        return ""
    held = next(_children(element, "text"), None)
    return "".join((held if held is not None else element).itertext()).strip()


def _type(name: str | None) -> str:
    plain = (name or "string").rpartition(":")[2].casefold()
    plain = _TYPES.get(plain, plain)
    return plain if plain in TYPES else "string"


def _input(element: Element) -> Input:
    expression = next(_children(element, "inputExpression"), None)
    allowed = _text(next(_children(element, "inputValues"), None))
    values = tuple(part.strip()[1:-1] for part in allowed.split(",") if part.strip()[:1] == '"') if allowed else ()
    kind = _type(expression.get("typeRef") if expression is not None else None)
    return Input(_text(expression), element.get("label") or _text(expression), kind, values)


def _output(element: Element, decision: Element) -> Output:
    rounding = element.get(f"{{{OURS}}}rounding") or ""
    if rounding not in ROUNDINGS:
        raise DecisionRefusedError(f"Cách làm tròn «{rounding}» không có.")
    name = element.get("name") or decision.get("id") or ""
    unit = element.get(f"{{{OURS}}}unit") or "1"
    return Output(name, element.get("label") or "", _type(element.get("typeRef")), rounding, unit)


def _rule(element: Element) -> Rule:
    notes = [_text(one) for one in _children(element, "annotationEntry")]
    note = next((one for one in notes if one), "") or _text(next(_children(element, "description"), None))
    return Rule(
        tests=tuple(_text(one) for one in _children(element, "inputEntry")),
        results=tuple(_text(one) for one in _children(element, "outputEntry")),
        basis=note,
        id=element.get("id") or "",
    )
