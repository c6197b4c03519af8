"""Answers to a form that its own rules accept: a pool for each form, made from its data schema."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from tinhso.foundation.forms import public as forms
from tinhso.foundation.forms.options import named
from tinhso.systems.one_stop.demo.people import People
from tinhso.systems.one_stop.services.checking import Applicant

POOL = 12  # different answers a form gets; the applicant's own are laid over them
TRIES = 240


def _in_days(first: int, last: int) -> Callable[[date, Random], str]:
    """A day so many days from today; negative: before it."""
    return lambda today, chance: (today + timedelta(days=chance.randrange(first, last))).isoformat()


def _number(first: int, last: int) -> Callable[[date, Random], str]:
    return lambda _today, chance: str(chance.randrange(first, last))


def _said(text: str) -> Callable[[date, Random], str]:
    return lambda _today, _chance: text


# Questions whose answers must agree with others.
_SPECIAL: dict[str, Callable[[date, Random], str]] = {
    "death_time": _said("07:30"),
    "code": _number(4500, 4800),
    "start_date": _in_days(5, 40),
    "after": _said("Theo giấy tờ kèm theo, phần đề nghị thay đổi"),
    "lived_from": _in_days(-3000, -800),
    "lived_to": _in_days(-400, -20),
    "stay_from": _in_days(0, 1),
    "decision_country": _said("US"),
    "frame": lambda _today, chance: f"RLHPC{chance.randrange(10**6, 10**7)}",
    "insurance_number": lambda _today, chance: f"72{chance.randrange(10**7, 10**8)}",
    "old_year": lambda today, _chance: str(today.year),
    "father_birth_year": _number(1955, 1962),
    "mother_birth_year": _number(1957, 1962),
    "use_from": _in_days(5, 6),
    "use_to": _in_days(7, 8),
    **dict.fromkeys(
        ("arrive_date", "from_date", "leave_date", "resume_date", "suspend_from", "visit_date", "work_date"),
        _in_days(5, 9),
    ),
}


class Samples:
    """Pools of valid answers by form version."""

    def __init__(self, people: People, chance: Random, today: date) -> None:
        self.people, self.chance, self.today = people, chance, today
        self.pools: dict[int, list[dict[str, Any]]] = {}
        self.refused: dict[int, Mapping[str, str]] = {}

    def answers(self, version_id: int | None, applicant: Applicant) -> dict[str, Any]:
        """What this applicant answers; {} where the procedure has no form."""
        if version_id is None:
            return {}
        if version_id not in self.pools:
            self.pools[version_id] = self._pool(version_id)
        answers = dict(self.chance.choice(self.pools[version_id]))
        mine = {
            "applicant_name": applicant.name,
            "applicant_id": applicant.identity_number,
            "applicant_phone": applicant.phone,
            "applicant_address": applicant.address,
        }
        return {**answers, **{key: value for key, value in mine.items() if value and key in answers}}

    def _pool(self, version_id: int) -> list[dict[str, Any]]:
        schema = forms.data_schema(version_id=version_id)
        found: list[dict[str, Any]] = []
        for _ in range(TRIES):
            judged = forms.validate(version_id=version_id, data=self._object(schema))
            if judged.errors:
                self.refused[version_id] = judged.errors
            else:
                found.append(dict(judged.data))
            if len(found) == POOL:
                break
        return found or [self._object(schema)]

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        filled = {key: self._value(key, one) for key, one in schema["properties"].items()}
        return {key: value for key, value in filled.items() if value is not None}

    def _value(self, key: str, schema: Mapping[str, Any]) -> Any:
        kind, chance = schema.get("x-kind", ""), self.chance
        if key in _SPECIAL:
            return _SPECIAL[key](self.today, chance)
        if schema.get("type") == "array":
            items = schema.get("items", {})
            if "properties" in items:
                return [self._object(items) for _ in range(max(1, int(schema.get("minItems", 1))))]
            return [chance.choice(items["enum"])] if items.get("enum") else []
        if "enum" in schema:
            return chance.choice(schema["enum"])
        if "x-list" in schema:
            return self._listed(schema["x-list"])
        if schema.get("type") == "boolean":
            return True
        if schema.get("type") in {"integer", "number"}:
            low = int(schema.get("minimum", 1))
            return chance.randint(max(low, 1), max(low, min(int(schema.get("maximum", 3)), max(low, 1) + 2)))
        if schema.get("format") == "date":
            return self._date(key).isoformat()
        if schema.get("pattern") == r"^\d\d:\d\d$":
            return "08:30"
        return self._text(key, kind, schema)

    def _listed(self, name: str) -> str | None:
        usual = {"provinces": "80", "ethnicities": "01", "nationalities": "VN"}
        values = list(named(name))
        if usual.get(name) in values:
            return usual[name]
        return self.chance.choice(values) if values else None

    def _date(self, key: str) -> date:
        if "child" in key:
            return self.today - timedelta(days=self.chance.randrange(2, 40))
        if "birth" in key:
            return self.today - timedelta(days=365 * self.chance.randrange(24, 60))
        if key.endswith(("_to", "ceremony_date")):
            return self.today + timedelta(days=self.chance.randrange(30, 600))
        return self.today - timedelta(days=self.chance.randrange(1, 10))

    def _text(self, key: str, kind: str, schema: Mapping[str, Any]) -> str:
        people, chance = self.people, self.chance
        makers = {
            "name": people.name,
            "personal_id": lambda: people.number(chance.randrange(1965, 2002)),
            "tax_code": people.tax_code,
            "phone": people.phone,
            "email": lambda: f"ho.so.{chance.randrange(10**6)}@example.vn",
            "place": people.street,
            "year": lambda: str(chance.randrange(1965, 2000)),
        }
        if kind in makers:
            return makers[kind]()
        if "year" in key:
            return str(chance.randrange(1965, 2000))
        if "name" in key:
            return people.name()
        longest = int(schema.get("maxLength", 200))
        return ("Theo giấy tờ kèm theo" if longest >= 21 else str(chance.randrange(10**4)))[:longest]
