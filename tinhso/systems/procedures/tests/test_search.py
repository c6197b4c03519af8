"""People find what they need however they type it."""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from tinhso.lib.vietnamese import fold
from tinhso.systems.procedures import cleaning, decisions, public, services
from tinhso.systems.procedures.search import query
from tinhso.systems.procedures.search.catalogue import build
from tinhso.systems.procedures.tests.factories import DAY, publish, record

pytestmark = pytest.mark.django_db
PACK = settings.BASE_DIR / "packs" / "tay_ninh"
QUERIES = Path(__file__).with_name("search_queries.csv")
NATIONAL = settings.BASE_DIR.parent / "shared" / "data" / "procedures" / "procedures.jsonl.gz"


def load_pack() -> None:
    """The pack's procedures and words, without the rest of the province."""
    incoming = []
    for line in (PACK / "procedures.jsonl").read_bytes().splitlines():
        found = json.loads(line)
        incoming.append(
            services.Incoming(
                code=found["code"],
                national=cleaning.clean(found),
                local=found["local"],
                popularity=found["popularity"],
                is_essential=found["essential"],
            )
        )
    services.publish(incoming, on=DAY, source="pack")
    with (PACK / "synonyms.csv").open(encoding="utf-8") as file:
        decisions.set_synonyms([(row["said"], row["meant"]) for row in csv.DictReader(file)])


def labelled(part: str) -> Iterator[tuple[str, list[str]]]:
    with QUERIES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["part"] == part:
                yield row["query"], row["codes"].split(";")


def shares(part: str) -> tuple[float, float]:
    """Share of the labelled queries answered first, and among the first three; of codes the catalogue has."""
    known = {hit.code for hit in public.browse(limit=100_000)}
    asked = [(text, codes) for text, codes in labelled(part) if set(codes) & known]
    first = third = 0
    for text, codes in asked:
        found = [hit.code for hit in public.search(text=text, limit=3)]
        first += bool(found) and found[0] in codes
        third += any(code in codes for code in found)
    return first / len(asked), third / len(asked)


def test_there_are_enough_labelled_questions() -> None:
    assert sum(1 for _ in labelled("tune")) + sum(1 for _ in labelled("held")) >= 120


@pytest.mark.parametrize("part", ["tune", "held"])
def test_the_pack_alone_answers_people_s_questions(part: str) -> None:
    load_pack()
    first, third = shares(part)
    assert first >= 0.92
    assert third >= 0.97


@pytest.mark.slow
@pytest.mark.skipif(not NATIONAL.exists(), reason="the national catalogue is not beside the repository")
def test_the_whole_national_catalogue_answers_them_and_quickly() -> None:
    from tinhso.systems.procedures import catalogue

    load_pack()
    catalogue.import_file(NATIONAL, on=DAY)
    public.search(text="khai sinh")
    assert shares("tune") >= (0.95, 0.98)
    assert shares("held") >= (0.85, 0.95)
    spent = []
    for text, _ in labelled("held"):
        began = time.process_time()
        public.search(text=text)
        spent.append(time.process_time() - began)
    assert sorted(spent)[int(len(spent) * 0.95)] <= 0.1


@pytest.mark.parametrize(
    "text",
    ["khai sinh", "KHAI SINH", "Khai Sinh!", "khai sinh cho con", "lam giay khai sinh", "1.001193", "1001193",
     "mã 1.001193", "1.0011", "khaisinh", "khai sinhj", "khai siinh", "khai\tsinh", "khai sinh?" * 3],
)  # fmt: skip
def test_birth_registration_comes_first(text: str) -> None:
    load_pack()
    assert public.search(text=text)[0].code == "1.001193"


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "%%%", "'; DROP TABLE", "<script>", "\x00", "zzzzqqqq", "a" * 5000, "à " * 3000, "(" * 500,
     "9.999999", "1.", "👶", "اسم", "\ud800", "0"],
)  # fmt: skip
def test_nonsense_finds_little_and_breaks_nothing(text: str) -> None:
    load_pack()
    assert isinstance(public.search(text=text), list)


@limits(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_question(text: str) -> None:
    query.spoken(text)
    query.code_asked(text)
    query.marked_words(text)


def test_a_new_version_is_found_at_once_under_its_new_name() -> None:
    publish(record())
    assert not public.search(text="lễ hội đua ghe")
    publish(record(name="Cấp phép lễ hội đua ghe ngo"))
    assert public.search(text="le hoi dua ghe")[0].code == "1.001193"


def test_only_what_can_be_filed_when_asked_so() -> None:
    publish(record())
    assert public.search(text="khai sinh")
    assert not public.search(text="khai sinh", online_only=True)


def test_browsing_pages_through_a_field() -> None:
    load_pack()
    civil = next(field for field in public.fields() if field.name == "Hộ tịch")
    first = public.browse(field=civil.slug, limit=10)
    second = public.browse(field=civil.slug, limit=10, after=first[-1].code)
    assert len({hit.code for hit in first + second}) == 20
    assert {hit.field for hit in first + second} == {"Hộ tịch"}
    assert first[0].code == "1.001193"


def test_the_commonest_stand_first_among_the_popular() -> None:
    load_pack()
    assert {"1.001193", "2.000815", "1.004222"} <= {hit.code for hit in public.popular(limit=8)}


def test_folding_is_the_same_in_python_and_in_the_database() -> None:
    texts = ["Đường Hoà Thành", "hòa", "NGUYỄN THỊ ƯỞNG", "ß ﬁ É", "Trần Ðại Nghĩa", "Ắ ẳ ẵ ặ", "a\u0301"]
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute("SELECT vn_norm(%s)", [text])
            assert cursor.fetchone()[0] == fold(text)


def test_an_index_of_an_empty_catalogue_answers_nothing() -> None:
    assert build(DAY).entries == ()
    assert public.search(text="khai sinh") == []
    assert public.popular() == []
