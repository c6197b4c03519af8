"""Walk 8: somebody who was handed a paper sees on a phone whether it is genuine; the file never leaves the phone."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.rules import violations
from tests.journeys.test_page_weight import MOST_WITHOUT_FONTS, weigh
from tests.running import Province, pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
ISSUE = """
import json
from django.db import transaction
from tests.running import pdf
from tinhso.foundation.files import public as files
from tinhso.systems.verification.tests.factories import issued

with transaction.atomic():
    sha256 = files.keep(content=pdf(1801), name="a.pdf").sha256
    first = issued(sha256=sha256, source_ref="hanh-trinh-%(width)s")
    old = issued(source_ref="hanh-trinh-cu-%(width)s")
    issued(source_ref="hanh-trinh-cu-%(width)s")
print(json.dumps([first.token, old.token, first.printed]))
"""


@pytest.fixture
def tokens(province: Province, width: int) -> list[str]:
    """Of a paper in force, of one that was replaced, and the first as it is printed."""
    return list(province.python(ISSUE % {"width": width}))


def looked_over(page: Any) -> None:
    found = violations(page, AXE)
    assert found == [], f"{page.url}\n" + "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def chosen(page: Any, number: int) -> None:
    page.set_input_files("#file", files=[{"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf(number)}])


def test_a_paper_is_verified_and_its_file_compared_without_sending_it(open_page: Any, tokens: list[str]) -> None:
    page = open_page(policy=False)
    page.goto("/verify")
    looked_over(page)
    page.fill("#code", tokens[2].lower())
    page.press("#code", "Enter")
    page.wait_for_url(f"**/X/{tokens[0]}")
    looked_over(page)
    assert "Còn hiệu lực" in page.inner_text("main")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    for number, answer in ((1801, "Đúng tệp này"), (1802, "Khác tệp")):
        chosen(page, number)
        page.click("text=So tệp >> nth=-1")
        page.wait_for_selector(f"[data-answer] >> text={answer}")
    assert sent == []
    looked_over(page)


def test_only_the_hash_is_sent_to_find_the_paper_of_a_file(open_page: Any, tokens: list[str]) -> None:
    page = open_page()
    page.goto("/verify")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.method) if request.method == "POST" else None)
    chosen(page, 1801)
    page.click("text=Tìm giấy của tệp này")
    page.wait_for_url("**sha256=*")
    assert "12/GKS" in page.inner_text("main")
    assert posted == []


def test_all_of_it_works_without_javascript(open_page: Any, tokens: list[str]) -> None:
    page = open_page(javascript=False)
    page.goto(f"/X/{tokens[0]}")
    chosen(page, 1802)
    page.click("button:has-text('So tệp')")
    assert "Khác tệp." in page.inner_text(".alert-bad")
    page.goto(f"/X/{tokens[1]}")
    assert "đã được thay bằng bản khác" in page.inner_text("main")
    page.click("text=Xem bản đang có hiệu lực")
    assert "đang còn hiệu lực" in page.inner_text("main")


def test_the_pages_are_light(open_page: Any, tokens: list[str]) -> None:
    for address in ("/verify", f"/X/{tokens[0]}"):
        light, _fonts = weigh(open_page(), address)
        assert light <= MOST_WITHOUT_FONTS, f"{address}: {light}"
