"""Some dossiers ask another agency: a step of theirs, answered in time, late, or gone on without."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from tinhso.foundation.organizations.public import Unit
from tinhso.foundation.workflow.lived import LivedCase
from tinhso.foundation.workflow.public import CaseChange
from tinhso.systems.one_stop.services.asked import STAGE
from tinhso.systems.one_stop.services.consulting import MESSAGE

__all__ = ["ANSWER", "GONE_ON", "MESSAGE", "QUESTION", "Asking", "Question"]

QUESTION = "Đề nghị cho ý kiến về nội dung thuộc lĩnh vực quản lý."
ANSWER = "Thống nhất với đề nghị của cơ quan chủ trì."
GONE_ON = "Đã quá hạn trả lời; hồ sơ đủ căn cứ giải quyết."
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Put to a unit; what became of it stands in the step."""

    unit: Unit
    item: Json
    at: datetime
    due: datetime


class Asking:
    """The questions of one dossier."""

    def __init__(self, case: LivedCase, chance: Random, departments: Sequence[Unit]) -> None:
        self.case, self.chance, self.departments = case, chance, departments
        self.asked: list[Question] = []

    def ask(self, at: datetime, due: datetime) -> list[CaseChange]:
        """Ask a department now; nothing where the process lets nobody be asked at this moment."""
        if not self.departments or all(wait["message"] != MESSAGE for wait in self.case.waits.values()):
            return []
        unit = self.chance.choice(self.departments)
        row = {"unit": unit.id, "role": "unit_head", "due": due.isoformat()}
        changes = self.case.message(MESSAGE, at, {"consulted": [row]})
        self.asked += [Question(unit, item, at, due) for item in self.case.open_items() if item["stage"] == STAGE]
        return changes

    def moments(self, asked: Question) -> tuple[datetime, datetime]:
        """When the agency answers, and until when the examiner waits."""
        long = asked.due - asked.at
        return asked.at + long * self.chance.choice((0.5, 0.8, 0.9, 1.3)), asked.at + long * 1.1

    def open(self) -> list[Question]:
        return [asked for asked in self.asked if asked.item["state"] == "open"]

    def give_up(self, at: datetime) -> list[CaseChange]:
        """The examiner goes on without those that keep silent."""
        return [
            change
            for asked in self.open()
            for change in self.case.complete(
                asked.item, "unanswered", at, person_id=None, name="Tỉnh Số", actor="system:workflow", note=GONE_ON
            )
        ]

    def rows(self, dossier_id: int, handling_unit_id: int) -> Iterator[tuple[Any, ...]]:
        """As the table keeps them."""
        for asked in self.asked:
            item = asked.item
            answered = item["outcome"] == "answer"
            ended_at = item["done_at"] if item["state"] != "open" else None
            yield (
                dossier_id, asked.unit.id, QUESTION, "", "", handling_unit_id, asked.at, asked.due,
                ANSWER if answered else "", True if answered else None, item["done_by_name"] if answered else "",
                ended_at if answered else None, None if answered else ended_at,
            )  # fmt: skip
