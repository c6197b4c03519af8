"""The forms of the pack: each can be filled in, its rules hold, and no expression fails silently."""

import csv
from typing import Any

import pytest

from tinhso.foundation.forms.tests.pack import FOLDER, KEYS, filled, form, judged


def test_every_form_serves_a_procedure() -> None:
    with (FOLDER.parent / "bindings.csv").open(encoding="utf-8") as table:
        bound = {row["form"] for row in csv.DictReader(table)} - {""}
    assert bound == set(KEYS)


@pytest.mark.parametrize("turn", range(7))
@pytest.mark.parametrize("key", KEYS)
def test_good_answers_pass_whatever_is_chosen(key: str, turn: int) -> None:
    assert judged(key, filled(key, turn)).errors == {}


@pytest.mark.parametrize("key", KEYS)
def test_rows_stand_under_a_heading_of_their_group(key: str) -> None:
    """A group that bears the title of its page has no heading of its own: h3 would follow h1."""
    for page in form(key).pages:
        assert all(group.title != page.title for group in page.groups if any(one.rows for one in group.fields))


@pytest.mark.parametrize("key", KEYS)
def test_the_pledge_is_the_last_thing_asked(key: str) -> None:
    assert form(key).pages[-1].groups[-1].fields[-1].key == "pledge"


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_form_asks_and_every_sentence_names_its_question(key: str) -> None:
    result = judged(key, {})
    assert len(result.errors) >= 5
    assert all(len(sentence) > 8 for sentence in result.errors.values())


@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        ("birth_registration", {"mother_birth_year": "2020"}, "mother_birth_year"),
        ("birth_registration", {"child_birth_date": "2026-11-21"}, "child_birth_date"),
        ("birth_registration", {"child_birth_date": "1920-01-01", "mother_birth_year": "1900"}, "child_birth_date"),
        ("marriage_registration", {"bride_birth_date": "2008-11-21"}, "bride_birth_date"),
        ("marriage_registration", {"groom_birth_date": "2006-11-21"}, "groom_birth_date"),
        ("marriage_registration", {"ceremony_date": "2026-11-19"}, "ceremony_date"),
        ("temporary_residence", {"stay_to": "2029-01-01"}, "stay_to"),
        ("temporary_residence", {"stay_to": "2026-11-01"}, "stay_to"),
        ("household_business", {"owner_birth_date": "2010-01-01"}, "owner_birth_date"),
        ("household_business", {"lines": [{"name": "Ăn uống", "code": "56"}]}, "lines.0.code"),
        ("household_business", {"lines": []}, "lines"),
        ("land_change", {"after": "Nội dung before"}, "after"),
        ("land_change", {"change": "area", "lost_area": 900, "plot_area": 100}, "lost_area"),
        ("death_registration", {"death_date": "1980-01-01"}, "death_date"),
        ("marital_status", {"lived_to": "1980-01-01"}, "lived_to"),
    ],
)
def test_a_rule_of_the_law_refuses(key: str, changes: dict[str, Any], field: str) -> None:
    assert field in judged(key, {**filled(key), **changes}).errors


def test_a_bride_of_eighteen_today_may_marry() -> None:
    assert (
        judged("marriage_registration", {**filled("marriage_registration"), "bride_birth_date": "2008-11-20"}).errors
        == {}
    )


def test_copies_are_counted() -> None:
    documents = [
        {"name": "Bằng", "issued_by": "Sở", "pages": 2, "copies": 3},
        {"name": "Thẻ", "issued_by": "Sở", "pages": 1, "copies": 4},
    ]
    values = judged("certified_copy", {**filled("certified_copy"), "documents": documents}).values
    assert values["copies"] == 7
    assert values["documents"][0]["sheets"] == 6


def test_a_child_without_a_declared_father_has_no_father_in_the_data() -> None:
    data = {**filled("birth_registration"), "parents_married": "no", "father_declared": "no"}
    assert not [
        name
        for name in judged("birth_registration", data).values
        if name.startswith("father_") and name != "father_declared"
    ]
