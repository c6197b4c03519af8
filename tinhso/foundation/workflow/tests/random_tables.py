"""Random sound processes, built as an administrator builds them: rows with ways, blocks within blocks."""

import random
from dataclasses import replace

from tinhso.foundation.workflow.drawing.table import Row, StepTable, Way

ROLES = ("desk_officer", "specialist", "unit_head", "leader", "clerk")


class Builder:
    """Each block begins at one row and leaves by open ends: rows still to be told where to go on."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.rows: list[Row] = []
        self.count = 0

    def table(self) -> StepTable:
        begin = self.add("start", "")
        self.link(begin, self.sequence("", 3))
        return StepTable("p", "Quy trình thử", tuple(self.rows), self.chance.choice(["", "amount=number"]))

    def key(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, kind: str, within: str, **own: object) -> str:
        key = self.key(kind)
        self.rows.append(Row(key, kind, within=within, **own))  # type: ignore[arg-type]
        return key

    def step(self, within: str) -> str:
        chance = self.chance
        kind = chance.choice(["user"] * 6 + ["receive", "send", "rule", "call", "timer"])
        if kind == "user":
            own = {
                "name": f"Bước «{self.count}» ỷ & <b>",
                "role": chance.choice(ROLES),
                "hours": chance.choice(["", "4", "8.5"]),
                "clock": chance.choice(["", "", "paused", "citizen"]),
                "stage": chance.choice(["", "processing"]),
                "note": chance.choice(["", "Xem kỹ giấy tờ"]),
                "each": chance.choice(["", "", "", "agencies"]),
                "lead": chance.random() < 0.9,
                "unit": chance.choice(["", "desk"]),
            }
            return self.add("user", within, **own)
        own = {
            "receive": {"message": chance.choice(["đã trả lời", "paid"])},
            "send": {"topic": "signature_requested"},
            "rule": {"result": "fee", "value": "amount * 2"},
            "call": {"process": "other", "part": "one"},
            "timer": {"after": "P3D", "calendar": chance.choice(["", "work"])},
        }[kind]
        return self.add(kind, within, name=f"{kind} {self.count}", **own)

    def sequence(self, within: str, depth: int) -> str:
        """A run of blocks that ends for good; its first row."""
        first, ends = self.block(within, depth)
        for _ in range(self.chance.randint(0, 3)):
            begin, after = self.block(within, depth)
            for one in ends:
                self.link(one, begin)
            ends = after
        end = self.add("end", within, name=self.chance.choice(["", "Xong"]))
        for one in ends:
            self.link(one, end)
        return first

    def block(self, within: str, depth: int) -> tuple[str, list[str]]:
        kind = self.chance.choice(["step", "step", "choice", "parallel", "back", "group", "limit"]) if depth else "step"
        if kind == "step":
            key = self.step(within)
            return key, [key]
        return getattr(self, kind)(within, depth - 1)

    def choice(self, within: str, depth: int) -> tuple[str, list[str]]:
        key = self.step(within)
        ends: list[str] = []
        ways = []
        for number in range(self.chance.randint(2, 3)):
            begin, open_ends = self.block(within, depth)
            ways.append(Way(begin, f"amount > {number}" if number else "", name=f"nhánh {number}"))
            ends += open_ends
        self.put(key, split="xor", ways=tuple(ways))
        return key, ends

    def parallel(self, within: str, depth: int) -> tuple[str, list[str]]:
        key, join = self.step(within), ""
        ways, ends = [], []
        for _ in range(self.chance.randint(2, 3)):
            begin, open_ends = self.block(within, depth)
            if len(open_ends) > 1:  # a join counts its arrows: ways come together first
                meet = self.add("send", within, name="gộp", topic="x")
                for one in open_ends:
                    self.link(one, meet)
                open_ends = [meet]
            ways.append(Way(begin))
            ends += open_ends
        join = self.add("and", within)
        for one in ends:
            self.link(one, join)
        self.put(key, split="and", ways=tuple(ways))
        return key, [join]

    def back(self, within: str, depth: int) -> tuple[str, list[str]]:
        first = self.add("user", within, name="Thẩm định", role="specialist")  # a ring must wait somewhere
        last, on = self.step(within), self.step(within)
        self.link(first, last)
        self.put(last, split="xor", ways=(Way(on), Way(first, "is_wrong = true")))
        return first, [on]

    def group(self, within: str, depth: int) -> tuple[str, list[str]]:
        key = self.add("sub", within, name="Nhóm")
        begin = self.add("start", key)
        self.link(begin, self.sequence(key, min(depth, 1)))
        return key, [key]

    def limit(self, within: str, depth: int) -> tuple[str, list[str]]:
        key = self.add("user", within, name="Chờ bổ sung", role="citizen")
        late = self.add("boundary", within, on=key, after="P15D", interrupts=True)
        closed = self.step(within)
        self.link(late, closed)
        return key, [key, closed]

    def link(self, source: str, target: str) -> None:
        self.put(source, ways=(Way(target),))

    def put(self, key: str, **own: object) -> None:
        place = next(number for number, row in enumerate(self.rows) if row.key == key)
        self.rows[place] = replace(self.rows[place], **own)  # type: ignore[arg-type]


def random_table(seed: int) -> StepTable:
    table = Builder(random.Random(seed)).table()
    return replace(table, rows=tuple(_nested(table, "")))


def _nested(table: StepTable, within: str) -> list[Row]:
    """Rows of a group right behind it, as a reader of the table meets them."""
    return [
        one for row in table.below(within) for one in (row, *(_nested(table, row.key) if row.kind == "sub" else ()))
    ]
