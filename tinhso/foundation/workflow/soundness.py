"""Whether a process can go wrong: every course it can take is walked with the same pure `step`.

Each outcome of a step, each order of completion, each timer and message, each gateway whose condition depends on data
either way. Found: deadlock, a step opened twice, what is never reached, courses that never end, gateways without a way.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tinhso.foundation.workflow.checks import title
from tinhso.foundation.workflow.engine import WAITING, Effect, Event, Plan, Run, State, new_state, step
from tinhso.foundation.workflow.errors import EngineError
from tinhso.foundation.workflow.reading import Problem
from tinhso.lib import feel

MAX_STATES = 20_000
MAX_TOKENS = 40

_KNOWN = frozenset({"outcome", "outcomes"})

Sinks = frozenset[tuple[str, str]]  # (arrow into an end event, token of the sub-process around it)


class _ChoiceNeededError(Exception):
    def __init__(self, options: list[list[str]]) -> None:
        super().__init__()
        self.options = options


@dataclass
class Exploration:
    """What walking every course showed."""

    states: int = 0
    complete: bool = True  # false: the cap was reached, nothing is proved
    problems: list[Problem] = field(default_factory=list)
    finals: set[str] = field(default_factory=set)  # end events reached

    def add(self, element: str, wrong: str, remedy: str) -> None:
        if (element, wrong, remedy) not in self.problems:
            self.problems.append((element, wrong, remedy))


def check_soundness(plan: Plan, cap: int = MAX_STATES, *, flow_only: bool = False) -> Exploration:
    """Problems of a compiled plan; one «too large to prove» where more than `cap` states exist.

    flow_only: conditions and answers are not known here; a gateway takes one of the ways drawn.
    """
    explorer = _Explorer(plan, cap, flow_only)
    explorer.explore(None)
    found = explorer.found
    if not found.complete:
        found.add("quy trình", f"Quá lớn để chứng minh: hơn {cap} trạng thái.", "Tách thành các quy trình con.")
    elif not found.problems:
        explorer.name_unreached()
    return found


def can_finish(plan: Plan, state: State, cap: int = 2_000) -> list[Problem]:
    """What would go wrong from a given state on (after a move or a migration); empty when it can always end."""
    explorer = _Explorer(plan, cap)
    explorer.explore(state)
    return explorer.found.problems


class _Explorer:
    def __init__(self, plan: Plan, cap: int, flow_only: bool = False) -> None:
        self.plan = plan
        self.cap = cap
        self.flow_only = flow_only
        self.sinks: list[Sinks] = []  # by state: where tokens of this run have ended
        self.found = Exploration()
        self.seen: dict[Any, int] = {}
        self.before: dict[int, set[int]] = {}  # state → states it comes from
        self.samples: list[State] = []
        self.ends: set[int] = set()
        self.reached: set[str] = set()
        self.flows: set[str] = set()
        self._beside: set[str] | None = None

    def explore(self, state: State | None) -> None:
        todo: deque[int] = deque()
        if state is None:
            lists = {node["each"]: ["*"] for node in self.plan["nodes"].values() if "each" in node}
            self.take(new_state(lists), ("start",), None, todo)
        else:
            self.note(state, None, todo, frozenset())
        while todo and self.found.complete:
            number = todo.popleft()
            events = list(self.events(self.samples[number]))
            if not events and self.samples[number]["tok"]:
                self.report_deadlock(self.samples[number])
            for event in events:
                self.take(self.samples[number], event, number, todo)
        if self.found.complete:
            self.report_endless()

    # -- one step, with every way its gateways may go --------------------------------------------------------

    def take(self, state: State, event: Event, number: int | None, todo: deque[int]) -> None:
        scripts: list[list[list[str]]] = [[]]
        while scripts:
            script = scripts.pop()
            try:
                after, effects = step(self.plan, state, event, self.decider(script, event))
            except _ChoiceNeededError as needed:
                scripts.extend([*script, option] for option in needed.options)
                continue
            except EngineError as error:
                self.found.add(title(self.plan, error.node), str(error), "Ghi thêm nhánh mặc định hoặc sửa điều kiện.")
                continue
            self.reached.update(effect[1] for effect in effects if effect[0] in ("enter", "fire", "publish", "end"))
            self.note(after, number, todo, self.sinks_after(after, effects, number))

    def decider(self, script: list[list[str]], event: Event) -> Any:
        answers = iter(script)

        def decide(run: Run, gateway: str) -> list[str]:
            options = self.options(run, gateway, event)
            if len(options) > 1:
                chosen = next(answers, None)
                if chosen is None:
                    raise _ChoiceNeededError(options)
                taken = chosen
            else:
                taken = options[0]
            self.flows.update(taken)
            return taken

        return decide

    def options(self, run: Run, gateway: str, event: Event) -> list[list[str]]:
        """Every set of flows the gateway may take here; conditions on outcomes alone are known, others are not."""
        node = run.plan["nodes"][gateway]
        default = node.get("default")
        verdicts = [(f, self.verdict(run, f, event)) for f in node["out"] if f != default]
        if node["kind"] == "xor":
            found = []
            for flow, verdict in verdicts:
                if verdict is not False:
                    found.append([flow])
                if verdict is True:
                    return found
            if default:
                return [*found, [default]]
            return found if found and self.flow_only else [*found, []]
        sets: list[list[str]] = [[]]
        for flow, verdict in verdicts:
            with_it = [[*taken, flow] for taken in sets]
            sets = with_it if verdict is True else (sets if verdict is False else sets + with_it)
        if self.flow_only and not default and len(sets) > 1:
            sets = [taken for taken in sets if taken]
        return [taken or ([default] if default else []) for taken in sets]

    def verdict(self, run: Run, flow: str, event: Event) -> bool | None:
        """True, False, or None where the condition depends on data."""
        condition = run.plan["flows"][flow].get("if")
        if condition is None:
            return None if self.flow_only else True
        read = set(feel.names(condition))
        if self.flow_only and read:
            return None
        if not read <= _KNOWN or (event[0] == "child" and read):
            return None
        return feel.is_true(condition, run.context())

    # -- states ------------------------------------------------------------------------------------------------

    def note(self, state: State, number: int | None, todo: deque[int], sinks: Sinks) -> None:
        key = (self.key(state), frozenset((flow, state["tok"].get(parent, [""])[0]) for flow, parent in sinks))
        known = self.seen.get(key)
        if known is None:
            known = self.seen[key] = len(self.samples)
            self.samples.append(state)
            self.sinks.append(sinks)
            self.found.states += 1
            if not state["tok"]:
                self.ends.add(known)
                self.found.finals.add(state.get("end", ""))
            elif self.is_safe(state):
                todo.append(known)
            else:
                self.ends.add(known)  # reported already: not also as endless
            if self.found.states >= self.cap:
                self.found.complete = False
        if number is not None:
            self.before.setdefault(known, set()).add(number)

    def sinks_after(self, after: State, effects: list[Effect], number: int | None) -> Sinks:
        """Where tokens have ended; two by one arrow means that parallel branches were not joined before it."""
        found = set(self.sinks[number]) if number is not None else set()
        for effect in effects:
            if effect[0] != "sink":
                continue
            if effect[1:] in found and self.plan["flows"][effect[1]]["from"] not in self.beside():
                self.found.add(
                    title(self.plan, self.merge_before(effect[1])),
                    "Các nhánh song song đi qua đây hai lần mà không được gộp.",
                    "Gộp các nhánh song song bằng cổng AND.",
                )
            found.add((effect[1], effect[2]))
        return frozenset((flow, parent) for flow, parent in found if not parent or parent in after["tok"])

    def beside(self) -> set[str]:
        """Nodes of side lines that may come again and again."""
        if self._beside is None:
            self._beside = set()
            for node_id, node in self.plan["nodes"].items():
                if node["kind"] == "boundary" and not node["interrupts"]:
                    self._beside |= self.side_line(node_id)
        return self._beside

    def merge_before(self, flow: str) -> str:
        """The nearest place before an arrow where ways come together."""
        node_id = str(self.plan["flows"][flow]["from"])
        while len(ways := self.plan["nodes"][node_id]["in"]) == 1:
            node_id = str(self.plan["flows"][ways[0]]["from"])
        return node_id

    def key(self, state: State) -> Any:
        """A marking without the numbers of its tokens; a list step counts its open items."""

        def below(parent: str) -> Any:
            return tuple(
                sorted(
                    (node, flow, len(state["mi"].get(token, ())), below(token))
                    for token, (node, flow, scope) in state["tok"].items()
                    if scope == parent
                )
            )

        return below(""), tuple(sorted(state["out"].items())), state.get("end", "")

    def is_safe(self, state: State) -> bool:
        """No step stands open twice in one round of its scope, and tokens do not pile up."""
        places: dict[tuple[str, str], set[str]] = {}
        for node, flow, parent in state["tok"].values():
            kind = self.plan["nodes"][node]["kind"]
            if kind not in WAITING and kind != "sub":
                continue
            flows = places.setdefault((node, parent), set())
            if flow in flows or flows:
                self.found.add(
                    title(self.plan, node),
                    "Bước này có thể mở hai lần cùng lúc.",
                    "Gộp các nhánh song song bằng cổng AND trước bước này.",
                )
                return False
            flows.add(flow)
        if len(state["tok"]) > MAX_TOKENS:
            self.found.add("quy trình", "Số nhánh đang chạy tăng mãi.", "Gộp các nhánh trước khi quay lại.")
            return False
        return True

    def events(self, state: State) -> Iterator[Event]:
        nodes = self.plan["nodes"]
        for token, (node_id, _, _) in state["tok"].items():
            node = nodes[node_id]
            if node["kind"] == "user":
                item = next(iter(state["mi"].get(token, {token: None})))
                for outcome, _ in node.get("outcomes") or [("", "")]:
                    yield ("complete", item, outcome)
            elif node["kind"] == "call":
                yield ("child", token, "", "")
                for code in node.get("errors", {}):
                    yield ("child", token, "", code)
            for kind, armed in node.get("arms", ()):
                if self.may_fire(state, token, nodes[armed], armed):
                    yield ("timer" if kind == "timer" else "message", token, armed)

    def may_fire(self, state: State, token: str, armed: dict[str, Any], armed_id: str) -> bool:
        """A side line that leaves its step open is walked once at a time: it can come again without end."""
        if armed["kind"] != "boundary" or armed["interrupts"]:
            return True
        side = self.side_line(armed_id)
        scope = state["tok"][token][2]
        return all(place[0] not in side or place[2] != scope for place in state["tok"].values())

    def side_line(self, boundary: str) -> set[str]:
        """Nodes reached from the boundary and not from the step it stands on."""

        def ahead(first: str) -> set[str]:
            found: set[str] = set()
            todo = [first]
            while todo:
                node_id = todo.pop()
                if node_id not in found:
                    found.add(node_id)
                    todo.extend(self.plan["flows"][flow]["to"] for flow in self.plan["nodes"][node_id]["out"])
            return found

        return ahead(boundary) - ahead(self.plan["nodes"][boundary]["on"])

    # -- what is wrong -----------------------------------------------------------------------------------------

    def report_deadlock(self, state: State) -> None:
        for node_id in sorted({place[0] for place in state["tok"].values()}):
            if self.plan["nodes"][node_id]["kind"] in ("and", "or"):
                self.found.add(
                    title(self.plan, node_id),
                    "Tắc: cổng gộp này chờ một nhánh không bao giờ tới.",
                    "Tách bằng cổng nào thì gộp bằng cổng ấy; không quay vào giữa một khối song song.",
                )

    def report_endless(self) -> None:
        """States from which no end can be reached (and which are not a deadlock already named)."""
        good = set(self.ends)
        todo = list(good)
        while todo:
            for earlier in self.before.get(todo.pop(), ()):
                if earlier not in good:
                    good.add(earlier)
                    todo.append(earlier)
        bad = [number for number in range(len(self.samples)) if number not in good]
        if not bad or any("Tắc" in wrong for _, wrong, _ in self.found.problems):
            return
        for node_id in sorted({place[0] for place in self.samples[bad[-1]]["tok"].values()}):
            self.found.add(
                title(self.plan, node_id),
                "Từ bước này không có đường nào tới điểm kết thúc.",
                "Thêm đường tới một điểm kết thúc.",
            )

    def name_unreached(self) -> None:
        flows = self.plan["flows"]
        for node_id, node in self.plan["nodes"].items():
            waits = node["kind"] in WAITING or node["kind"] in ("sub", "publish", "boundary")
            if waits and node_id not in self.reached:
                self.found.add(
                    title(self.plan, node_id),
                    "Không bao giờ tới được bước này.",
                    "Kiểm tra điều kiện của các cổng phía trước và các kết quả của bước.",
                )
        for flow_id, flow in flows.items():
            source = self.plan["nodes"][flow["from"]]
            if source["kind"] in ("xor", "or") and len(source["out"]) > 1 and flow_id not in self.flows:
                self.found.add(
                    flow.get("name") or flow_id,
                    f"Nhánh này của «{title(self.plan, flow['from'])}» không bao giờ được chọn.",
                    "Sửa điều kiện hoặc xoá nhánh.",
                )
