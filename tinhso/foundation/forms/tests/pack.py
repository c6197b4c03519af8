"""Good answers for every form of the pack, made from the forms themselves."""

import csv
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tinhso.foundation.forms.compile import compile_form
from tinhso.foundation.forms.schema import CHOOSING, Field, Form, Kind
from tinhso.foundation.forms.validate import Judged, judge

FOLDER = Path(settings.BASE_DIR) / "packs" / "tay_ninh" / "forms"
KEYS = sorted(path.stem for path in FOLDER.glob("*.json"))
AT = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
BY_KIND = {
    "personal_id": "072190004217",
    "phone": "0912345678",
    "tax_code": "072190004217",
    "email": "ten@vidu.vn",
    "name": "Nguyễn Thị Ưởng",
    "place": "Khu phố 1, phường Tân Ninh, tỉnh Tây Ninh",
    "year": "1990",
}


@cache
def lists() -> dict[str, dict[str, str]]:
    return {
        path.stem: {row["value"]: row["label"] for row in csv.DictReader(path.open(encoding="utf-8"))}
        for path in (FOLDER / "lists").glob("*.csv")
    }


@cache
def form(key: str) -> Form:
    schema = json.loads((FOLDER / f"{key}.json").read_text("utf-8"))
    return compile_form(schema, list_names=frozenset(lists()))


def options_of(one: Field) -> dict[str, str]:
    return lists()[one.options_list] if one.options_list else dict(one.options)


def judged(key: str, data: dict[str, Any]) -> Judged:
    return judge(form(key), data, at=AT, options_of=options_of)


def answer(one: Field, turn: int) -> Any:
    """A good answer; `turn` chooses among the choices."""
    if one.kind is Kind.LIST:
        return [{row.key: answer(row, turn) for row in one.row_layout if row.calc is None} for _ in range(2)]
    if one.kind in CHOOSING:
        options = list(options_of(one))
        return options[turn % len(options)]
    if one.kind is Kind.CHECKBOX:
        return True
    if one.kind is Kind.NUMBER:
        return one.min if one.min is not None else 1
    if one.kind is Kind.DATE:
        return ("2026-11-05" if "child" in one.key else "1990-05-17") if one.subtype == "date" else "07:30"
    return "5610" if one.pattern is not None else BY_KIND.get(one.check, f"Nội dung {one.key}")


SPECIAL = {
    "stay_from": "2026-12-01",
    "stay_to": "2028-12-01",
    "start_date": "2026-12-01",
    "ceremony_date": "2026-12-01",
    "death_date": "2026-11-18",
    "lived_to": "2020-01-01",
    "lost_area": 0,
}


def filled(key: str, turn: int = 0) -> dict[str, Any]:
    data = {one.key: answer(one, turn) for one in form(key).order if one.holds_value and one.calc is None}
    return {**data, **{name: value for name, value in SPECIAL.items() if name in data}}
