"""Officials find dossiers by code, number, phone and name, within what they may see."""

from dataclasses import replace

import pytest

from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.permissions import Scope
from tinhso.systems.one_stop.searching import lexemes_of, patterns_of, search_text_of, tsquery_of, words_of
from tinhso.systems.one_stop.selectors import Filter, dossier_page, search, search_dossiers
from tinhso.systems.one_stop.selectors.lists import cursor_of, read_cursor
from tinhso.systems.one_stop.tests.factories import ANSWERS, Office

ALL = Scope(everything=True, unit_ids=())


def named(office: Office, name: str) -> str:
    return office.submit(actor=replace(office.citizen, name=name), data={**ANSWERS, "applicant_name": name})


def codes(office: Office, text: str, scope: Scope = ALL) -> list[str]:
    return [row.code for row in search_dossiers(text=text, scope=scope, at=office.at)]


@pytest.mark.parametrize("text", ["Đặng Phượng Ỷ", "dang phuong y", "PHUONG Y", "y phuong", "đặng phư"])
def test_a_name_is_found_with_or_without_marks_whole_or_begun(office: Office, text: str) -> None:
    named(office, "Nguyễn Văn An")
    code = named(office, "Đặng Phượng Ỷ")
    assert codes(office, text) == [code]


def test_a_code_a_part_of_it_a_number_and_a_phone_are_found(office: Office) -> None:
    code = office.submit()
    for text in (code, code.lower(), code[:-2], "0721900", "072190004217", "0912345678", "0912 345"):
        assert code in codes(office, text), text


@pytest.mark.parametrize("text", ["", "   ", "'", "& | !", "%_", "khongcoai", ":*", "\\", "a" * 500])
def test_strange_words_find_nothing_and_break_nothing(office: Office, text: str) -> None:
    office.submit()
    assert codes(office, text) == []


def test_an_official_finds_only_what_the_units_reach(office: Office) -> None:
    code = office.submit()
    mine = permissions.scope_of(office.desk)
    others = permissions.scope_of(office.actors["baohiem"])
    assert codes(office, "ưởng", mine) == [code]
    assert codes(office, "ưởng", others) == []
    assert codes(office, code, others) == []


def test_pages_follow_each_other_without_gap_or_double(office: Office) -> None:
    sent = [office.submit() for _ in range(7)]
    by = Filter(scope=permissions.scope_of(office.actors["lanhdao"]))
    seen, after = [], ""
    while True:
        page = dossier_page(by=by, after=after, limit=3)
        seen += [row.code for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == sent[::-1]


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "1e9-2", "9" * 40 + "-1", "1-2-3"])
def test_a_cursor_made_elsewhere_starts_the_list_again(office: Office, cursor: str) -> None:
    office.submit()
    assert read_cursor(cursor) is None
    assert len(dossier_page(by=Filter(scope=ALL), after=cursor).rows) == 1


def test_a_cursor_is_read_to_the_microsecond(office: Office) -> None:
    moment = office.at.replace(microsecond=123_457)
    assert read_cursor(cursor_of(moment, 7)) == (moment, 7)


def test_words_are_folded_and_paired() -> None:
    assert words_of("Nguyễn Thị  Ưởng") == ["nguyen", "thi", "uong"]
    pairs, words = lexemes_of("Nguyễn Thị Ưởng")
    assert (pairs, words) == (["nguyenthi", "thiuong"], ["nguyen", "thi", "uong"])
    assert tsquery_of(pairs, finished=False) == "'nguyenthi' & 'thiuong':*"
    assert patterns_of(words) == ["% nguyen %", "% thi %", "% uong%"]
    assert lexemes_of("!!!") == []


@pytest.mark.parametrize("walk", [0, 1000])
def test_the_walk_and_the_index_find_the_same(office: Office, monkeypatch: pytest.MonkeyPatch, walk: int) -> None:
    monkeypatch.setattr(search, "WALK", walk)
    names = ["Trần Thị Hoa", "Trần Thị Hoài", "Hoa Thị Trần", "Nguyễn Trần Thị Hoa", "Trần Thịnh Hoa"]
    made = {name: named(office, name) for name in names}
    unit = Scope(everything=False, unit_ids=(office.dossier(made[names[0]]).handling_unit_id, 10**9))
    for scope in (ALL, unit):
        assert set(codes(office, "trần thị hoa", scope)) == {made[n] for n in (names[0], names[1], names[3])}
        assert set(codes(office, "trần thị", scope)) == {made[n] for n in names if n != names[2]}
        assert codes(office, "tran hoa thi", scope) == [made[n] for n in reversed(names) if n != names[1]]


def test_an_open_dossier_without_a_holder_cannot_be_written(office: Office) -> None:
    from django.db import IntegrityError, transaction

    dossier = office.dossier(office.submit())
    dossier.visible_reason = ""
    with pytest.raises(IntegrityError, match="never_in_limbo"), transaction.atomic():
        dossier.save()
    assert search_text_of(
        applicant_name="", phone="", procedure_code="3.000322", unit_ids=(), submitted_at=office.at
    ).startswith("t3000322")
