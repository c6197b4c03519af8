"""BPMN → step table: a gateway right behind a step becomes its ways; one that only brings ways together falls away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tinhso.foundation.workflow.drawing.elements import KIND_OF_TAG, WORDS
from tinhso.foundation.workflow.drawing.table import GATES, SPLITS, Row, StepTable, Way
from tinhso.foundation.workflow.reading import Element, Problems, Source, child, children, read, text_of, tt
from tinhso.foundation.workflow.records import ProcessRefusedError


def read_table(bpmn: bytes) -> StepTable:
    """The table of a drawing. Raises ProcessRefusedError where the file is no process."""
    problems = Problems()
    source = read(bpmn, problems)
    if source is None:
        raise ProcessRefusedError(problems.found)
    found = _Reader(source)
    found.read_scope(source.process, "")
    rows = _fold(_without_merges(found.joined()))
    name = " ".join((source.process.get("name") or "").split())
    return StepTable(str(source.process.get("id") or ""), name, tuple(rows), tt(source.process, "types"))


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.rows: list[Row] = []
        self.defaults: dict[str, str] = {}  # gateway → its default arrow
        self.arrows: list[tuple[str, Way]] = []
        self.lanes: dict[str, Element] = {}

    def read_scope(self, scope: Element, within: str) -> None:
        for lane in scope.iter("{*}lane"):
            for reference in lane.iter("{*}flowNodeRef"):
                self.lanes[text_of(reference)] = lane
        for tag, element in children(scope):
            if tag == "sequenceFlow":
                self.read_arrow(element)
            elif tag in KIND_OF_TAG:
                self.rows.append(self.row(tag, element, within))
                if tag == "subProcess":
                    self.read_scope(element, str(element.get("id") or ""))

    def read_arrow(self, element: Element) -> None:
        condition = text_of(child(element, "conditionExpression")).removeprefix("=").strip()
        name = " ".join((element.get("name") or "").split())
        way = Way(str(element.get("targetRef") or ""), condition, name, flow=str(element.get("id") or ""))
        self.arrows.append((str(element.get("sourceRef") or ""), way))

    def row(self, tag: str, element: Element, within: str) -> Row:
        key = str(element.get("id") or "")
        if element.get("default"):
            self.defaults[key] = str(element.get("default"))
        words: dict[str, Any] = {word: tt(element, attribute) for word, attribute in WORDS.items()}
        lane = self.lanes.get(key)
        if lane is not None:
            words = {**words, **{word: words[word] or tt(lane, word) for word in ("role", "unit")}}
        loop = child(element, "multiInstanceLoopCharacteristics")
        outcomes = [pair.partition("=")[::2] for pair in tt(element, "outcomes").split(";") if pair.strip()]
        row = Row(
            key=key,
            kind=KIND_OF_TAG[tag],
            name=" ".join((element.get("name") or "").split()),
            note=text_of(child(element, "documentation")),
            within=within,
            outcomes=tuple((answer.strip(), label.strip()) for answer, label in outcomes),
            returns=tuple(tt(element, "returnTo").split()),
            each=(tt(loop, "forEach") or tt(element, "forEach") or key) if loop is not None else "",
            lead=tt(element, "lead") != "false",
            on=str(element.get("attachedToRef") or ""),
            interrupts=element.get("cancelActivity", "true") != "false",
            process=str(element.get("calledElement") or ""),
            message=self.source.messages.get(str(element.get("messageRef") or ""), ""),
            **words,
        )
        return self.with_event(row, element)

    def with_event(self, row: Row, element: Element) -> Row:
        """What an event waits for or tells."""
        for tag, definition in children(element):
            if tag == "timerEventDefinition":
                return replace(row, after=text_of(child(definition, "timeDuration")))
            if tag == "messageEventDefinition":
                message = self.source.messages.get(str(definition.get("messageRef") or ""), "")
                return replace(row, message=message, kind="message" if row.kind == "timer" else row.kind)
            if tag == "errorEventDefinition":
                reference = str(definition.get("errorRef") or "")
                code = self.source.errors.get(reference, reference)
                return replace(row, code=code or "*", kind="error" if row.kind == "end" else row.kind)
            if tag == "terminateEventDefinition":
                return replace(row, kind="terminate")
        return row

    def joined(self) -> list[Row]:
        """Rows with their arrows; the default one loses its condition, for it is taken when no other is."""
        found = []
        for row in self.rows:
            default = self.defaults.get(row.key)
            ways = [
                replace(way, when="") if way.flow == default else way
                for source, way in self.arrows
                if source == row.key
            ]
            split = row.kind if row.kind in SPLITS and len(ways) > 1 else ""
            found.append(replace(row, ways=tuple(ways), split=split))
        return found


def _incoming(rows: list[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        for way in row.ways:
            found.setdefault(way.to, []).append(row.key)
    return found


def _without_merges(rows: list[Row]) -> list[Row]:
    """Exclusive gateways that only bring ways together fall away: a row may be reached from many."""
    while True:
        incoming, by_key = _incoming(rows), {row.key: row for row in rows}
        merge = next((row for row in rows if _is_merge(row, incoming, by_key)), None)
        if merge is None:
            return rows
        target = merge.ways[0].to
        rows = [
            replace(row, ways=tuple(replace(way, to=target) if way.to == merge.key else way for way in row.ways))
            for row in rows
            if row.key != merge.key
        ]


def _is_merge(row: Row, incoming: Mapping[str, list[str]], by_key: Mapping[str, Row]) -> bool:
    if row.kind != "xor" or len(row.ways) != 1 or row.ways[0].when or row.ways[0].to == row.key:
        return False
    target = by_key.get(row.ways[0].to)
    before = [by_key[key] for key in incoming.get(row.key, ())]
    return (
        target is not None
        and target.kind not in ("and", "or")  # a join counts its arrows
        and len(before) > 1
        and not any(way.to == target.key for one in before for way in one.ways)
        and not any(one.kind == "event" for one in before)
    )


def _fold(rows: list[Row]) -> list[Row]:
    """A gateway reached only from one step is that step's ways."""
    incoming, by_key = _incoming(rows), {row.key: row for row in rows}
    folded: dict[str, Row] = {}
    for row in rows:
        if row.kind in GATES or len(row.ways) != 1 or row.ways[0].when:
            continue
        gate = by_key.get(row.ways[0].to)
        if gate and gate.kind in SPLITS and len(gate.ways) > 1 and len(incoming[gate.key]) == 1 and not gate.note:
            folded[row.key] = replace(row, split=gate.kind, ways=gate.ways, gate=gate.key)
    gone = {row.gate for row in folded.values()}
    return [folded.get(row.key, row) for row in rows if row.key not in gone]
