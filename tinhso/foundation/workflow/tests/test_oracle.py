"""Random walks through random processes beside SpiffWorkflow, which serves as the oracle.

It is asked only where it is right (docs/decisions/0015): its parallel join fires early in the second round of a loop
round a parallel block, and its inclusive join looks back along the first incoming flow of each merge only. So no loop
holds a block with branches here, and branches of an inclusive block are plain steps; ours is tested alone there.
"""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from tinhso.foundation.workflow.engine import new_state, step, with_variables
from tinhso.foundation.workflow.soundness import check_soundness
from tinhso.foundation.workflow.tests.factories import bpmn, end, flow, node, on_error, plan_of, start, user

WALKS = 5000 if os.environ.get("TINHSO_FULL") == "1" else 60
MOST_STEPS = 60


class Drawing:
    """A random process of nested blocks: steps, choices, parallel and inclusive branches, loops of plain steps, groups
    of steps, groups that may fail, steps of several at once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.parts: list[Any] = []  # XML, or a group: (id, its parts, its arrows)
        self.arrows: list[tuple[str, str, str]] = []  # source, target, variable that must be 1 ("" for always)
        self.asks: dict[str, list[str]] = {}  # step → variables it answers with 0 or 1
        self.count = self.errors = 0
        first, last = self.sequence(3, in_loop=False)
        self.parts += [start(), end()]
        self.arrows += [("start", first, ""), (last, "end", "")]

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def step(self) -> tuple[str, str]:
        name = self.name("t")
        self.parts.append(user(name))
        return name, name

    def sequence(self, depth: int, *, in_loop: bool) -> tuple[str, str]:
        first, last = self.block(depth, in_loop=in_loop)
        for _ in range(self.chance.randint(0, 2)):
            begin, finish = self.block(depth, in_loop=in_loop)
            self.arrows.append((last, begin, ""))
            last = finish
        return first, last

    def block(self, depth: int, *, in_loop: bool) -> tuple[str, str]:
        kinds = ["step", "step", "choice"] + (
            [] if in_loop else ["parallel", "inclusive", "loop", "group", "failing", "many"]
        )
        kind = self.chance.choice(kinds) if depth else "step"
        return self.step() if kind == "step" else getattr(self, kind)(depth - 1, in_loop)

    def choice(self, depth: int, in_loop: bool) -> tuple[str, str]:
        return self.branches("exclusiveGateway", depth, in_loop, ask=True, default=True)

    def inclusive(self, depth: int, in_loop: bool) -> tuple[str, str]:
        return self.branches("inclusiveGateway", 0, in_loop, ask=True, default=True)

    def parallel(self, depth: int, in_loop: bool) -> tuple[str, str]:
        return self.branches("parallelGateway", depth, in_loop, ask=False, default=False)

    def branches(self, tag: str, depth: int, in_loop: bool, *, ask: bool, default: bool) -> tuple[str, str]:
        asker, _ = self.step()
        split, join = self.name("g"), self.name("g")
        self.arrows.append((asker, split, ""))
        variables = [self.name("v") for _ in range(self.chance.randint(1, 2))] if ask else []
        ways = [*variables, ""] if ask else [""] * self.chance.randint(2, 3)
        for way in ways:
            begin, finish = self.sequence(depth, in_loop=in_loop)
            self.arrows += [(split, begin, way), (finish, join, "")]
            if default and not way:
                self.parts.append(node(tag, split, default=f"{split}_{begin}"))
        if not default:
            self.parts.append(node(tag, split))
        self.parts.append(node(tag, join))
        self.asks[asker] = variables
        return asker, join

    def loop(self, depth: int, in_loop: bool) -> tuple[str, str]:
        merge, split, again = self.name("g"), self.name("g"), self.name("v")
        begin, finish = self.sequence(min(depth, 1), in_loop=True)
        asker, _ = self.step()
        after, _ = self.step()
        self.parts += [node("exclusiveGateway", merge), node("exclusiveGateway", split, default=f"{split}_{after}")]
        self.arrows += [
            (merge, begin, ""), (finish, asker, ""), (asker, split, ""), (split, merge, again), (split, after, "")
        ]  # fmt: skip
        self.asks[asker] = [again]
        return merge, after

    def many(self, depth: int, in_loop: bool) -> tuple[str, str]:
        name = self.name("m")
        self.parts.append(user(name, SEVERAL))
        return name, name

    def group(self, depth: int, in_loop: bool) -> tuple[str, str]:
        """A sub-process: a run of blocks of its own."""
        name = self.name("s")
        outer, self.parts, self.arrows = (self.parts, self.arrows), [], []
        begin, finish = self.sequence(min(depth, 1), in_loop=False)
        first, last = self.name("b"), self.name("e")
        self.parts += [start(first), end(last)]
        self.arrows += [(first, begin, ""), (finish, last, "")]
        inner = (name, self.parts, self.arrows)
        self.parts, self.arrows = outer
        self.parts.append(inner)
        return name, name

    def failing(self, depth: int, in_loop: bool) -> tuple[str, str]:
        """A sub-process that ends, or fails and is caught on its edge."""
        name, caught, meet = self.name("s"), self.name("c"), self.name("g")
        self.errors += 1
        code = f"x{self.errors}"  # of its own: Spiff lets another group beside this one catch the same error too
        outer, self.parts, self.arrows = (self.parts, self.arrows), [], []
        asker, _ = self.step()
        on, _ = self.step()
        first, last, failed, split, way = (self.name(kind) for kind in "befgv")
        self.parts += [start(first), end(last), end(failed, f'<errorEventDefinition errorRef="{code}"/>')]
        self.parts.append(node("exclusiveGateway", split, default=f"{split}_{on}"))
        self.arrows += [(first, asker, ""), (asker, split, ""), (split, failed, way), (split, on, ""), (on, last, "")]
        self.asks[asker] = [way]
        inner = (name, self.parts, self.arrows)
        self.parts, self.arrows = outer
        mended, _ = self.step()
        self.parts += [inner, on_error(caught, name, code), node("exclusiveGateway", meet)]
        self.arrows += [(caught, mended, ""), (mended, meet, ""), (name, meet, "")]
        return name, meet

    def elements(self, equals: str, several: str) -> list[str]:
        return _drawn(self.parts, self.arrows, equals, several)


SEVERAL = "<several/>"
OF_OURS = '<multiInstanceLoopCharacteristics tt:forEach="agencies"/>'
OF_THE_ORACLE = (
    "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
)


def _drawn(parts: list[Any], arrows: list[tuple[str, str, str]], equals: str, several: str) -> list[str]:
    drawn = [
        part.replace(SEVERAL, several)
        if isinstance(part, str)
        else node("subProcess", part[0], "".join(_drawn(part[1], part[2], equals, several)))
        for part in parts
    ]
    return [*drawn, *(flow(a, b, f"{v} {equals} 1" if v else "") for a, b, v in arrows)]


class Ours:
    def __init__(self, drawing: Drawing) -> None:
        self.plan = plan_of(*drawing.elements("=", OF_OURS))
        self.state, _ = step(self.plan, new_state({"agencies": ["1", "2"]}), ("start",))

    def open(self) -> list[str]:
        open_items = [place[0] for token, place in self.state["tok"].items() for _ in self.state["mi"].get(token, [0])]
        return sorted(p for p in open_items if self.plan["nodes"][p]["kind"] == "user")

    def done(self, name: str, answers: dict[str, int]) -> None:
        token = next(t for t, place in self.state["tok"].items() if place[0] == name)
        item = next(iter(self.state["mi"].get(token, [token])))
        self.state, _ = step(self.plan, with_variables(self.state, answers), ("complete", item, ""))


class Oracle:
    def __init__(self, drawing: Drawing) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(bpmn(*drawing.elements("==", OF_THE_ORACLE))))
        self.run = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        self.run.do_engine_steps()

    def ready(self) -> Iterator[Any]:
        return iter(self.run.get_tasks(state=TaskState.READY, manual=True))

    def open(self) -> list[str]:
        return sorted(task.task_spec.bpmn_id for task in self.ready())

    def done(self, name: str, answers: dict[str, int]) -> None:
        task = next(task for task in self.ready() if task.task_spec.bpmn_id == name)
        task.data.update(answers)
        task.run()
        self.run.do_engine_steps()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_random_walks_through_random_processes_agree_with_the_oracle(part: int) -> None:
    compared = 0
    for number in range(part, WALKS, 4):
        chance = random.Random(number)
        drawing = Drawing(chance)
        ours, oracle = Ours(drawing), Oracle(drawing)
        assert check_soundness(ours.plan, cap=500).problems in ([], [TOO_LARGE])
        for _ in range(MOST_STEPS):
            assert ours.open() == oracle.open(), f"walk {number}"
            compared += 1
            if not ours.open():
                break
            name = chance.choice(ours.open())
            answers = {variable: chance.randint(0, 1) for variable in drawing.asks.get(name, ())}
            ours.done(name, answers)
            oracle.done(name, answers)
    assert compared > WALKS


TOO_LARGE = ("quy trình", "Quá lớn để chứng minh: hơn 500 trạng thái.", "Tách thành các quy trình con.")
