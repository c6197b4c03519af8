"""Identifiers: judged by the published rules, never raising on any text."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.lib import identifiers

GOLDEN = Path(__file__).resolve().parents[5] / "shared" / "domain" / "golden" / "identifiers.jsonl"


def judged(kind, text, **context):
    found = identifiers.check(kind, text, context)
    return found.verdict, list(found.reasons)


@pytest.mark.skipif(not GOLDEN.exists(), reason="the published cases are not on this machine")
def test_all_published_cases_pass():
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found = identifiers.check(case["kind"], case["input"], case["context"])
        answers = {"verdict": found.verdict, "reasons": list(found.reasons), "parsed": found.parsed}
        assert answers == case["expect"], case["id"]


ALPHABET = st.one_of(st.text(), st.text("0123456789ABHGXZ.,-/ |+hz٣０", max_size=40))


@pytest.mark.parametrize("kind", sorted(identifiers.KINDS))
@given(text=ALPHABET, birth=st.text(max_size=12), today=st.sampled_from(["2026-11-20", "", "abc", None]))
def test_no_text_makes_a_check_raise(kind, text, birth, today):
    found = identifiers.check(kind, text, {"birth_date": birth, "sex": birth, "today": today})
    assert found.verdict in ("valid", "accepted", "invalid")
    assert (found.parsed is None) == (found.verdict == "invalid")
    assert not (found.verdict == "valid" and found.reasons)
    assert all(identifiers.sentence_of(reason) != reason for reason in found.reasons)


@given(text=ALPHABET)
def test_no_text_makes_the_reading_of_a_card_raise(text):
    identifiers.parse_card(text)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("dossier_code", " h53.012-261120-0001", ("accepted", ["normalised"])),
        ("dossier_code", "H53.012-261120-00001", ("accepted", ["sequence_length"])),
        (
            "dossier_code",
            "000.00.12.H53-20201320-00001",
            ("accepted", ["date_8_digits", "bad_date", "sequence_length"]),
        ),
        ("agency_code", "12.H53", ("accepted", ["old_short_form"])),
        ("agency_code", "H53.1.2.3.4", ("invalid", ["too_many_levels"])),
        ("agency_code", "X99.1", ("accepted", ["level1_unknown"])),
        ("agency_code", "0100112438", ("invalid", ["check_digit"])),
        ("agency_code", "Z01.A", ("valid", [])),
        ("agency_code", "H53..1", ("invalid", ["no_match"])),
        ("agency_code", "H53.-1", ("invalid", ["no_match"])),
        ("procedure_code", "1.004227 ", ("accepted", ["normalised"])),
        ("procedure_code", "1.004227.H53", ("invalid", ["no_match"])),
        ("personal_id", "", ("invalid", ["not_digits"])),
        ("personal_id", "０３７090012345", ("invalid", ["not_digits"])),
        ("personal_id", "100090012345", ("accepted", ["birth_country_unlisted"])),
        ("tax_code", "0100112437001", ("accepted", ["normalised"])),
        ("tax_code", "0100 112 437", ("accepted", ["normalised"])),
        ("tax_code", "12345", ("invalid", ["check_digit"])),
        ("phone", "028 3829 1234", ("accepted", ["normalised"])),
        ("phone", "+84912345678", ("valid", [])),
        ("phone", "0112345678", ("invalid", ["no_match"])),
        ("edxml_document_id", "H53.12,2026/02/03,5/QĐ-UBND", ("accepted", ["number_without_leading_zero"])),
        ("edxml_document_id", "H53.12,2026/02/03", ("invalid", ["parts"])),
        ("edxml_document_id", "550e8400-e29b-41d4-a716-446655440000", ("valid", [])),
    ],
)
def test_forms_and_their_reasons(kind, text, expected):
    assert judged(kind, text) == expected


def test_a_personal_number_is_compared_with_what_is_written_elsewhere():
    context = {"birth_date": date(1991, 5, 17), "sex": "female", "today": date(2026, 11, 20)}
    assert judged("personal_id", "037090012345", **context) == ("accepted", ["sex_mismatch", "birth_year_mismatch"])
    assert judged("personal_id", "037250012345", today="2026-11-20")[1] == ["birth_year_in_future"]


def test_a_persons_tax_code_is_the_personal_number_only_since_july_2025():
    assert judged("tax_code", "037090012345", today="2025-06-30") == ("invalid", ["check_digit"])
    assert judged("tax_code", "037090012345", today="2025-07-01") == ("valid", [])


def test_an_unknown_kind_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="unknown kind"):
        identifiers.check("passport", "C1234567")


def test_the_qr_of_an_identity_card():
    card = identifiers.parse_card("072198000123|290123456|Trần Thị Mẫu|01021998|Nữ|Ấp 1, xã Mẫu, Tây Ninh|15032022")
    assert card is not None
    assert (card.identity_number, card.old_number, card.sex) == ("072198000123", "290123456", "Nữ")
    assert (card.birth_date, card.issued_date) == (date(1998, 2, 1), date(2022, 3, 15))
    shorter = identifiers.parse_card("072198000123||Trần Thị Mẫu|31021998|Nu|Ấp 1|")
    assert shorter is not None
    assert (shorter.old_number, shorter.birth_date, shorter.issued_date) == ("", None, None)


@pytest.mark.parametrize(
    "text", ["", "072198000123", "07219800012|x|y|z|a|b", "000000000000||A|01011990|Nam|B", "|" * 30]
)
def test_what_is_no_card_is_none(text):
    assert identifiers.parse_card(text) is None
