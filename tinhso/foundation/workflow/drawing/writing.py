"""Step table → BPMN 2.0 with its drawing, as any modeller opens it."""

import re
from typing import Any

from lxml import etree

from tinhso.foundation.workflow.drawing import layout
from tinhso.foundation.workflow.drawing.elements import BPMNDI, DC, DI, TAGS, WORDS, XSI, bpmn, ours
from tinhso.foundation.workflow.drawing.table import GATES, Row, StepTable, Way
from tinhso.foundation.workflow.vocabulary import BPMN, TT
from tinhso.lib.vietnamese import fold

Element = Any


def write_table(table: StepTable) -> bytes:
    """The file of a table. What is wrong with the process stays in it and is told by the check."""
    return _Writer(table).write()


class _Writer:
    def __init__(self, table: StepTable) -> None:
        self.table = table
        spaces = {None: BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "tt": TT}
        self.root = etree.Element(bpmn("definitions"), nsmap=spaces)
        self.root.set("id", f"{table.key}_definitions")
        self.root.set("targetNamespace", TT)
        self.used = set(table.known()) | {table.key}
        self.messages: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.shapes = layout.Drawing()

    def write(self) -> bytes:
        for row in self.table.rows:
            if row.message and row.message not in self.messages:
                self.messages[row.message] = self.named("message", row.message, {"name": row.message})
            if row.code and row.code != "*" and row.code not in self.errors:
                own = {"name": row.code, "errorCode": row.code}
                self.errors[row.code] = self.named("error", row.code, own)
        process = etree.SubElement(self.root, bpmn("process"), id=self.table.key, name=self.table.name)
        process.set("isExecutable", "true")
        if self.table.types:
            process.set(ours("types"), self.table.types)
        self.write_scope(process, "")
        layout.draw(self.root, self.table.key, self.shapes)
        etree.indent(self.root)
        return bytes(etree.tostring(self.root, xml_declaration=True, encoding="UTF-8"))

    def named(self, tag: str, name: str, own: dict[str, str]) -> str:
        key = self.fresh(f"{tag}_{slug(name)}")
        etree.SubElement(self.root, bpmn(tag), {"id": key, **own})
        return key

    def fresh(self, wanted: str) -> str:
        key, number = wanted, 2
        while key in self.used:
            key, number = f"{wanted}_{number}", number + 1
        self.used.add(key)
        return key

    def write_scope(self, parent: Element, within: str) -> None:
        arrows: list[tuple[str, Way, str]] = []
        for row in self.table.below(within):
            self.write_row(parent, row, arrows)
        for source, way, flow in arrows:
            self.write_arrow(parent, source, way, flow)
        self.shapes.scopes[within] = [(source, way.to, flow) for source, way, flow in arrows]

    def write_row(self, parent: Element, row: Row, arrows: list[tuple[str, Way, str]]) -> None:
        element = etree.SubElement(parent, bpmn(TAGS[row.kind]), id=row.key)
        if row.name:
            element.set("name", row.name)
        self.set_own(element, row)
        if row.note:
            etree.SubElement(element, bpmn("documentation")).text = row.note
        self.set_event(element, row)
        if row.each:
            loop = etree.SubElement(element, bpmn("multiInstanceLoopCharacteristics"))
            loop.set(ours("forEach"), row.each)
        self.shapes.add(row.key, row.kind, row.within, row.on)
        source, holder = row.key, element
        if row.kind not in GATES and len(row.ways) > 1:
            source = row.gate if row.gate and row.gate not in self.used else self.fresh(f"{row.key}_re")
            self.used.add(source)
            kind = row.split or "xor"
            holder = etree.SubElement(parent, bpmn(TAGS[kind]), id=source)
            self.shapes.add(source, kind, row.within, "")
            arrows.append((row.key, Way(source), self.fresh(f"{row.key}_{source}")))
        for way in row.ways:
            flow = way.flow if way.flow and way.flow not in self.used else self.fresh(f"{source}_{way.to}")
            self.used.add(flow)
            arrows.append((source, way, flow))
            if not way.when and len(row.ways) > 1 and (row.split or row.kind) in ("xor", "or"):
                holder.set("default", flow)
        if row.kind == "sub":
            self.write_scope(element, row.key)

    def set_own(self, element: Element, row: Row) -> None:
        for word, attribute in WORDS.items():
            if value := getattr(row, word):
                element.set(ours(attribute), value)
        if row.outcomes:
            element.set(ours("outcomes"), ";".join(f"{answer}={label}" for answer, label in row.outcomes))
        if row.returns:
            element.set(ours("returnTo"), " ".join(row.returns))
        if not row.lead:
            element.set(ours("lead"), "false")
        if row.process:
            element.set("calledElement", row.process)
        if row.on:
            element.set("attachedToRef", row.on)
        if not row.interrupts:
            element.set("cancelActivity", "false")
        if row.kind == "receive" and row.message:
            element.set("messageRef", self.messages[row.message])

    def set_event(self, element: Element, row: Row) -> None:
        if row.kind in ("timer", "boundary", "start") and row.after:
            definition = etree.SubElement(element, bpmn("timerEventDefinition"))
            duration = etree.SubElement(definition, bpmn("timeDuration"))
            duration.set(f"{{{XSI}}}type", "tFormalExpression")
            duration.text = row.after
        elif row.kind in ("message", "boundary", "start", "throw") and row.message:
            etree.SubElement(element, bpmn("messageEventDefinition"), messageRef=self.messages[row.message])
        elif row.kind in ("error", "boundary") and row.code:
            definition = etree.SubElement(element, bpmn("errorEventDefinition"))
            if row.code != "*":
                definition.set("errorRef", self.errors[row.code])
        elif row.kind == "terminate":
            etree.SubElement(element, bpmn("terminateEventDefinition"))

    def write_arrow(self, parent: Element, source: str, way: Way, flow: str) -> None:
        element = etree.SubElement(parent, bpmn("sequenceFlow"), id=flow, sourceRef=source, targetRef=way.to)
        if way.name:
            element.set("name", way.name)
        if way.when:
            condition = etree.SubElement(element, bpmn("conditionExpression"))
            condition.set(f"{{{XSI}}}type", "tFormalExpression")
            condition.text = way.when


def slug(text: str) -> str:
    """A key made of a name: letters without marks, digits and `_`, beginning with a letter."""
    words = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:40].strip("_")
    return words if words[:1].isalpha() else f"b_{words}".rstrip("_")
