"""Where the shapes of a drawing stand: left to right by how far a step is from the start, branches below each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from tinhso.foundation.workflow.drawing.elements import BPMNDI, DC, DI

STEP_X, STEP_Y = 160, 120  # from one column, one line to the next
MARGIN = 60
SIZES: Mapping[str, tuple[int, int]] = {
    "task": (110, 80),
    "gate": (50, 50),
    "event": (36, 36),
}
_EVENTS = frozenset({"start", "end", "terminate", "error", "timer", "message", "throw", "boundary"})
_GATES = frozenset({"xor", "and", "or", "event"})


@dataclass(slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(slots=True)
class Shape:
    kind: str
    within: str
    on: str
    box: Box = field(default_factory=lambda: Box(0, 0, 0, 0))


@dataclass(slots=True)
class Drawing:
    """Shapes by key, and by scope the arrows (source, target, id)."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    scopes: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def add(self, key: str, kind: str, within: str, on: str) -> None:
        self.shapes[key] = Shape(kind, within, on)


def draw(root: Any, process: str, drawing: Drawing) -> None:
    """Add the diagram to a file."""
    _place(drawing, "", MARGIN, MARGIN)
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", id=f"{process}_diagram")
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", id=f"{process}_plane", bpmnElement=process)
    for key, shape in drawing.shapes.items():
        element = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", id=f"{key}_di", bpmnElement=key)
        if shape.kind == "sub":
            element.set("isExpanded", "true")
        if shape.kind == "xor":
            element.set("isMarkerVisible", "true")
        box = shape.box
        own = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        etree.SubElement(element, f"{{{DC}}}Bounds", {name: f"{value:g}" for name, value in own.items()})
    for arrows in drawing.scopes.values():
        for source, target, flow in arrows:
            if source in drawing.shapes and target in drawing.shapes:
                edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{flow}_di", bpmnElement=flow)
                for x, y in _bends(drawing.shapes[source], drawing.shapes[target]):
                    etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{y:g}")


def _place(drawing: Drawing, within: str, left: float, top: float) -> tuple[float, float]:
    """Give the shapes of a scope their boxes; width and height it takes."""
    keys = [key for key, shape in drawing.shapes.items() if shape.within == within]
    arrows = [(source, target) for source, target, _ in drawing.scopes.get(within, ())]
    hosts = {key: drawing.shapes[key].on for key in keys if drawing.shapes[key].on in drawing.shapes}
    columns = _columns(keys, [*arrows, *((host, key) for key, host in hosts.items())])
    sizes = {key: _size(drawing, key) for key in keys}
    lines = _lines([key for key in keys if key not in hosts], columns, arrows, hosts)
    width, x = _widths(columns, sizes, left)
    heights: dict[int, float] = {}
    for key, line in lines.items():
        heights[line] = max(heights.get(line, STEP_Y), sizes[key][1] + 50)
    y, bottom = {}, top
    for line in sorted(heights):
        y[line], bottom = bottom, bottom + heights[line]
    for key, line in lines.items():
        shape, (wide, high) = drawing.shapes[key], sizes[key]
        shape.box = Box(x[columns[key]], y[line] + (heights[line] - high) / 2, wide, high)
        if shape.kind == "sub":
            _place(drawing, key, shape.box.x + 30, shape.box.y + 20)
    beside: dict[str, int] = {}
    for key, host in hosts.items():
        box, (wide, high) = drawing.shapes[host].box, sizes[key]
        number = beside[host] = beside.get(host, 0) + 1
        drawing.shapes[key].box = Box(box.x + 24 * number - wide / 2 + 20, box.y + box.height - high / 2, wide, high)
    return width, bottom - top


def _size(drawing: Drawing, key: str) -> tuple[float, float]:
    shape = drawing.shapes[key]
    if shape.kind == "sub":
        wide, high = _place(drawing, key, 0, 0)
        return wide + 60, high + 40
    return SIZES["event" if shape.kind in _EVENTS else "gate" if shape.kind in _GATES else "task"]


def _columns(keys: list[str], arrows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How far each shape is from the start; arrows that lead back do not count."""
    ahead: dict[str, list[str]] = {key: [] for key in keys}
    reached = set()
    for source, target in arrows:
        if source in ahead and target in ahead:
            ahead[source].append(target)
            reached.add(target)
    order: list[str] = []  # each shape after everything it leads to
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()
    for first in [key for key in keys if key not in reached] + keys:
        todo = [(first, iter(ahead[first]))] if first not in state else []
        state.setdefault(first, 1)
        while todo:
            key, rest = todo[-1]
            onward = next(rest, None)
            if onward is None:
                todo.pop()
                state[key] = 2
                order.append(key)
            elif onward not in state:
                state[onward] = 1
                todo.append((onward, iter(ahead[onward])))
            elif state[onward] == 1:
                back.add((key, onward))
    columns = dict.fromkeys(keys, 0)
    for key in reversed(order):
        for target in ahead[key]:
            if (key, target) not in back:
                columns[target] = max(columns[target], columns[key] + 1)
    return columns


def _lines(
    keys: list[str], columns: Mapping[str, int], arrows: list[tuple[str, str]], hosts: Mapping[str, str]
) -> dict[str, int]:
    """The line of each shape: that of what leads to it where it is free, else the next one below."""
    before: dict[str, list[str]] = {}
    for source, target in arrows:
        before.setdefault(target, []).append(source)
    taken: set[tuple[int, int]] = set()
    lines: dict[str, int] = {}
    for key in sorted(keys, key=lambda one: columns[one]):
        sources = [hosts.get(source, source) for source in before.get(key, ())]
        wanted = min((lines[source] for source in sources if source in lines), default=0)
        below = any(source in hosts for source in before.get(key, ()))
        line = wanted + (1 if below else 0)
        while (columns[key], line) in taken:
            line += 1
        taken.add((columns[key], line))
        lines[key] = line
    return lines


def _widths(
    columns: Mapping[str, int], sizes: Mapping[str, tuple[float, float]], left: float
) -> tuple[float, dict[int, float]]:
    """The width of all columns together, and where each begins."""
    widest: dict[int, float] = {}
    for key, column in columns.items():
        widest[column] = max(widest.get(column, 0), sizes[key][0])
    x, at = {}, left
    for column in sorted(widest):
        x[column], at = at, at + max(STEP_X - 50, widest[column]) + 50
    return at - left, x


def _bends(source: Shape, target: Shape) -> list[tuple[float, float]]:
    """An arrow of right angles; one that leads back goes round below."""
    a, b = source.box, target.box
    if source.on:
        start = (a.x + a.width / 2, a.y + a.height)
        return [start, (start[0], b.middle), (b.x, b.middle)] if b.x > start[0] else [*_round(a, b)]
    if b.x <= a.x:
        return _round(a, b)
    start, finish = (a.x + a.width, a.middle), (b.x, b.middle)
    if start[1] == finish[1]:
        return [start, finish]
    turn = finish[0] - 25
    return [start, (turn, start[1]), (turn, finish[1]), finish]


def _round(a: Box, b: Box) -> list[tuple[float, float]]:
    low = max(a.y + a.height, b.y + b.height) + 20
    from_x, to_x = a.x + a.width / 2, b.x + b.width / 2
    return [(from_x, a.y + a.height), (from_x, low), (to_x, low), (to_x, b.y + b.height)]
