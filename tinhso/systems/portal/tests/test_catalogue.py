"""Finding and reading procedures."""

from dataclasses import replace

import pytest
from django.test import Client

from tinhso.systems.portal.tests.factories import make_hit, make_procedure
from tinhso.systems.procedures import public as procedures
from tinhso.systems.procedures.public import FieldCount, Paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(monkeypatch):
    """A small catalogue behind the door: three procedures of two fields."""
    hits = [
        make_hit(),
        make_hit("1.000894", "Thủ tục đăng ký kết hôn", is_online=False),
        make_hit("1.001612", "Đăng ký thành lập hộ kinh doanh", field="Thành lập doanh nghiệp", level="province"),
    ]

    def search(*, text, limit=20, online_only=False):
        return [h for h in hits if h.is_online or not online_only][:limit] if "khong co" not in text else []

    def get_procedure(*, code, on=None):
        if code != "1.001193":
            raise LookupError(f"Không có thủ tục mã {code}.")
        return make_procedure()

    monkeypatch.setattr(procedures, "search", search)
    monkeypatch.setattr(procedures, "get_procedure", get_procedure)
    monkeypatch.setattr(
        procedures,
        "fields",
        lambda: (FieldCount("Hộ tịch", "ho-tich", 40, 12), FieldCount("Thuế", "thue", 117, 0)),
    )
    monkeypatch.setattr(
        procedures,
        "browse",
        lambda *, after="", limit=50, **_: [make_hit(f"9.{n:06d}", f"Thủ tục {n}") for n in range(100)][
            (int(after[2:]) + 1 if after else 0) :
        ][:limit],
    )
    return hits


def body(response):
    return response.content.decode()


def test_papers_of_a_case_stand_under_it_once_and_after_those_of_everybody(catalogue, monkeypatch):
    papers = [("Giấy chứng sinh", ""), ("Văn bản ủy quyền", "Nhờ người khác nộp"), ("Thẻ căn cước", "")]
    asked = tuple(Paper(f"p{n}", name, 1, 0, not case, case, "") for n, (name, case) in enumerate(papers))
    monkeypatch.setattr(procedures, "get_procedure", lambda **_: replace(make_procedure(), papers=asked))
    page = body(Client().get("/procedures/1.001193"))
    places = [page.index(words) for words in ("Giấy chứng sinh", "Thẻ căn cước", "<h3>Nhờ người", "Văn bản ủy quyền")]
    assert places == sorted(places)


def test_home_asks_first_what_the_person_needs(catalogue):
    page = body(Client().get("/"))
    assert "Bạn cần làm việc gì?" in page
    assert page.index('name="q"') < page.index("Theo việc trong đời")
    assert "Tất cả 157 thủ tục" in page


def test_search_marks_the_words_found_and_offers_to_narrow(catalogue):
    page = body(Client().get("/search", {"q": "khai sinh"}))
    assert "<mark>khai sinh</mark>" in page
    assert "3 thủ tục khớp" in page
    assert "Cấp xã (2)" in page


def test_search_narrowed_by_level_keeps_the_words(catalogue):
    page = body(Client().get("/search", {"q": "khai sinh", "level": "province"}))
    assert "hộ kinh doanh" in page
    assert "kết hôn" not in page
    assert 'value="khai sinh"' in page


def test_search_for_nothing_found_helps_on(catalogue):
    page = body(Client().get("/search", {"q": "khong co gi"}))
    assert "Thử nói cách khác" in page
    assert "Hộ tịch (40)" in page


@pytest.mark.parametrize("query", ["", "   ", "\x00", "x" * 5000, "<script>alert(1)</script>", "%", "'; drop table--"])
def test_search_answers_whatever_is_typed(catalogue, query):
    response = Client().get("/search", {"q": query})
    assert response.status_code == 200
    assert "<script>alert" not in body(response)


def test_suggestions_are_a_fragment(catalogue):
    page = body(Client().get("/search/suggestions", {"q": "khai"}))
    assert page.lstrip().startswith("<ul")
    assert "<html" not in page


def test_one_letter_suggests_nothing(catalogue):
    assert body(Client().get("/search/suggestions", {"q": "k"})).strip() == ""


def test_browsing_goes_on_from_the_last_one_seen(catalogue):
    first = body(Client().get("/procedures"))
    assert "Thủ tục 29" in first
    assert "Thủ tục 30" not in first
    assert "after=9.000029" in first
    second = body(Client().get("/procedures", {"after": "9.000029"}))
    assert "Thủ tục 30" in second


def test_an_unknown_field_is_not_found(catalogue):
    assert Client().get("/procedures", {"field": "khong-co"}).status_code == 404


def test_a_procedure_says_how_long_how_much_what_and_where(catalogue):
    page = body(Client().get("/procedures/1.001193"))
    for words in ("Bao lâu", "Trong ngày", "Bao nhiêu tiền", "Miễn phí", "Cần giấy gì", "1 giấy", "Nộp ở đâu"):
        assert words in page
    assert "Giấy chứng sinh" in page
    assert "123/2015/NĐ-CP" in page
    assert "Nộp hồ sơ" in page


def test_a_procedure_not_taken_online_sends_to_the_desk(catalogue, monkeypatch):
    monkeypatch.setattr(procedures, "get_procedure", lambda *, code, on=None: make_procedure(is_online=False))
    page = body(Client().get("/procedures/1.001193"))
    assert "chưa nộp được trên mạng" in page
    assert "/filing/" not in page


def test_a_paper_only_shown_is_not_counted_among_those_given(catalogue, monkeypatch):
    papers = (
        Paper("id", "Căn cước", 0, 0, True, "Giấy phải xuất trình", "", is_shown_only=True),
        Paper("birth", "Giấy chứng sinh", 1, 0, True, "Giấy phải nộp", ""),
    )
    monkeypatch.setattr(procedures, "get_procedure", lambda *, code, on=None: make_procedure(papers=papers))
    page = body(Client().get("/procedures/1.001193"))
    assert "1 giấy" in page
    assert "Xuất trình" in page
    assert page.index("Giấy phải xuất trình") < page.index("Căn cước") < page.index("Giấy phải nộp")


def test_a_code_that_is_no_more_is_not_found_in_words(catalogue):
    response = Client().get("/procedures/9.999999")
    assert response.status_code == 404
    assert "Không có thủ tục mã 9.999999." in body(response)


def test_a_thing_in_life_lists_what_the_catalogue_still_has(catalogue):
    page = body(Client().get("/life/child"))
    assert "Có con nhỏ" in page
    assert "Đăng ký khai sinh" in page


def test_an_unknown_thing_in_life_is_not_found(catalogue):
    assert Client().get("/life/khong-co").status_code == 404
