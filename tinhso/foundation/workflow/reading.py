"""BPMN 2.0 XML → its process element, safely: no entities, no DTD, no network, bounded size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from tinhso.foundation.workflow.vocabulary import BPMN, TT

MAX_BYTES = 1_000_000

Element = Any  # lxml's elements have no stubs here
Problem = tuple[str, str, str]  # element, what is wrong, what to do


@dataclass(slots=True)
class Problems:
    """Collected while reading, so that one check names everything that is wrong."""

    found: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    is_lenient: bool = False  # asked about a file, not asked to run it
    flow_only: bool = False  # lenient, and a drawing of somebody else's without our attributes: judged on its flow

    def add(self, element: str, wrong: str, remedy: str = "") -> None:
        if (element, wrong, remedy) not in self.found:
            self.found.append((element, wrong, remedy))

    def warn(self, element: str, wrong: str, remedy: str = "") -> None:
        """Something to mend that keeps nothing from running."""
        if (element, wrong, remedy) not in self.warnings:
            self.warnings.append((element, wrong, remedy))

    def lack(self, element: str, wrong: str, remedy: str = "") -> None:
        """Something the house needs that a drawing of somebody else's cannot have: refused only in our own files."""
        (self.warn if self.flow_only else self.add)(element, wrong, remedy)


@dataclass(frozen=True, slots=True)
class Source:
    """A process element with what stands beside it in the file."""

    process: Element
    messages: dict[str, str]  # id → name
    errors: dict[str, str]  # id → code


def local(element: Element) -> str:
    """Name of a BPMN element; empty for elements of other namespaces, comments and instructions."""
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    return str(name.localname) if name.namespace == BPMN else ""


def children(element: Element) -> Iterator[tuple[str, Element]]:
    return ((name, child) for child in element if (name := local(child)))


def child(element: Element, name: str) -> Element | None:
    return next((found for at, found in children(element) if at == name), None)


def text_of(element: Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def tt(element: Element, name: str, default: str = "") -> str:
    return str(element.get(f"{{{TT}}}{name}", default)).strip()


def named(element: Element) -> str:
    """As messages to the official call it."""
    name = " ".join((element.get("name") or "").split())
    return f"{name} ({element.get('id')})" if name else str(element.get("id") or local(element))


def read(bpmn: bytes, problems: Problems) -> Source | None:
    """The one executable process of the file, or None with the problem noted."""
    root = _root(bpmn, problems)
    if root is None:
        return None
    if local(root) != "definitions":
        problems.add("tệp", "Không phải tệp BPMN 2.0 (thiếu «definitions»).", "Xuất lại tệp từ công cụ vẽ BPMN.")
        return None
    processes = [element for name, element in children(root) if name == "process" and len(element)]
    if len(processes) != 1:
        problems.add(
            "tệp", f"Tệp có {len(processes)} quy trình có nội dung, cần đúng 1.", "Tách mỗi quy trình thành một tệp."
        )
        return None
    problems.flow_only = problems.is_lenient and not any(_is_ours(element) for element in processes[0].iter())
    return Source(processes[0], _table(root, "message", "name"), _table(root, "error", "errorCode"))


def _is_ours(element: Element) -> bool:
    return any(str(name).startswith(f"{{{TT}}}") for name in element.attrib)


def _root(bpmn: bytes, problems: Problems) -> Element | None:
    if len(bpmn) > MAX_BYTES:
        problems.add("tệp", f"Tệp lớn hơn {MAX_BYTES // 1000} KB.", "Tách quy trình thành các quy trình con.")
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(bpmn, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        problems.add("tệp", f"XML hỏng: {error}", "Mở lại bằng công cụ vẽ BPMN và lưu lại.")
        return None
    if root.getroottree().docinfo.doctype:
        problems.add("tệp", "Tệp có khai báo DOCTYPE, không được nhận.", "Bỏ dòng DOCTYPE.")
        return None
    return root


def _table(root: Element, name: str, key: str) -> dict[str, str]:
    return {str(e.get("id")): str(e.get(key) or e.get("name") or "") for at, e in children(root) if at == name}


def walk(element: Element, visit: Callable[[Element, str], None], scope: str = "") -> None:
    """Visit every element directly inside the process and, with their scope, inside its sub-processes."""
    for name, found in children(element):
        visit(found, scope)
        if name == "subProcess":
            walk(found, visit, str(found.get("id") or ""))
