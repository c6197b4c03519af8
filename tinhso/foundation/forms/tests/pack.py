"""Good answers for every form of the pack, made from the forms themselves."""

import csv
import json
from datetime import date, datetime, timedelta
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
    "mother_birth_year": "1960",
    "father_birth_year": "1958",
    "old_date": "2015-06-01",
    "old_year": "2026",
    "ward_id": "072090004218",
    "wife_id": "072190004218",
    "parent_dead": "no",
    "recognised_birth_date": "2020-02-03",
    "decision_country": "US",
    "destination_country": "KH",
    "new_head_id": "072090004218",
    "licence_date": "2015-03-04",
    "insurance_number": "7213004217",
    "old_number": "B1234567",
    "receiver_id": "072090004218",
    "court": "no",
    "cooperative_name": "Hợp tác xã Nông nghiệp Tân Ninh",
    "designer_kind": "company",
    "plot_area": 2,
    "divided": "no",
    "of_property": "no",
    "bought_before": "no",
    "earlier": "none",
    "now": "none",
    "width": 5,
    "member_count": 9,
    "capital": 50_000_000,
}
RECENT = frozenset({"bride_status_date", "groom_status_date", "health_date", "lost_date"})
SOON = frozenset(
    {"away_from", "arrive_date", "from_date", "resume_date", "suspend_from", "use_from", "visit_date", "work_date"}
)
LATER = frozenset({"leave_date", "suspend_to", "start_by"})
JUST_AFTER = frozenset({"use_to"})
IN_TWO_YEARS = frozenset({"away_to", "away_back"})
DAYS = ((RECENT, -20), (SOON, 10), (JUST_AFTER, 12), (LATER, 14), (IN_TWO_YEARS, 740))


def filled(key: str, turn: int = 0, day: date | None = None) -> dict[str, Any]:
    """Good answers of somebody who files on that day (the day of `judged` by default)."""
    data = {one.key: answer(one, turn) for one in form(key).order if one.holds_value and one.calc is None}
    near = {name: ((day or AT.date()) + timedelta(days=days)).isoformat() for names, days in DAYS for name in names}
    return {**data, **{name: value for name, value in {**SPECIAL, **near}.items() if name in data}}
