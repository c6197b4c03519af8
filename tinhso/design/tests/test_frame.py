"""What every page is sent with: language by choice, compression for text, error pages that need nothing."""

import gzip

import pytest
from django.http import HttpResponse
from django.template import loader
from django.test import Client, RequestFactory
from django.utils.translation import get_language

from tinhso.design.compression import CompressionMiddleware
from tinhso.design.language import LanguageMiddleware

LONG = "Hồ sơ của bạn đang ở UBND phường. " * 40


def language_of(**cookies):
    request = RequestFactory().get("/", headers={"accept-language": "en-US,en;q=0.9"})
    request.COOKIES.update(cookies)
    seen = []

    def view(_request):
        seen.append(get_language())
        return HttpResponse("")

    response = LanguageMiddleware(view)(request)
    assert response["Content-Language"] == seen[0]
    return seen[0]


def test_an_english_browser_still_reads_vietnamese():
    assert language_of() == "vi"


def test_the_reader_who_chose_english_reads_english():
    assert language_of(django_language="en") == "en"


def test_a_language_we_do_not_speak_is_vietnamese():
    assert language_of(django_language="xx") == "vi"


def sent(content, kind):
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    return CompressionMiddleware(lambda _request: HttpResponse(content, content_type=kind))(request)


def test_a_page_leaves_compressed():
    response = sent(LONG, "text/html; charset=utf-8")
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == LONG


def test_a_pdf_leaves_untouched():
    response = sent(b"%PDF-1.7 " * 100, "application/pdf")
    assert "Content-Encoding" not in response


@pytest.mark.parametrize("outage", [True, False])
def test_the_page_of_an_outage_needs_neither_request_nor_database(outage):
    page = loader.get_template("outage.html").render({"outage": outage, "sent": True})
    assert "<h1>" in page
    assert 'href="/"' in page


@pytest.mark.django_db
def test_the_gallery_is_sent_with_the_strict_policy():
    response = Client().get("/design")
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response.content.count(b"<h1>") == 1


@pytest.mark.django_db
def test_an_unknown_address_says_so_in_words():
    response = Client().get("/khong-co-trang-nay")
    assert response.status_code == 404
    assert "Không có trang này" in response.content.decode()
    assert "Resolver404" not in response.content.decode()
