"""Walk 1, after the filing: follow, supplement, withdraw, receive, rate; with and without JavaScript."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS
from tests.journeys.filed import run
from tests.journeys.rules import violations
from tests.running import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
# Made in one go, because each start of a command costs seconds: enough of each kind for every test below.
POOL = """
made = {"under_way": [], "asked": [], "returned": []}
for _ in range(9):
    code = file_one()
    do("accept_dossier", code, "motcua.xa")
    made["under_way"].append(code)
for _ in range(3):
    code = file_one()
    do("accept_dossier", code, "motcua.xa")
    do("request_supplement", code, "chuyenvien", items=["Giấy tờ chứng minh quan hệ cha con"], reason="Bản chụp mờ")
    made["asked"].append(code)
for _ in range(3):
    code = file_one()
    do("accept_dossier", code, "motcua.xa")
    do("finish_examination", code, "chuyenvien")
    do("draft_result", code, "chuyenvien", draft={"content": "Trích lục"})
    do("approve", code, "lanhdao")
    do("number_result", code, "vanthu", number=f"{code[-4:]}/TL", day=timezone.localdate())
    do("return_result", code, "motcua.xa")
    made["returned"].append(code)
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def dossiers(province: Any) -> dict[str, list[str]]:
    """Codes of the demo citizen's dossiers by where they are; each test takes its own."""
    made: dict[str, list[str]] = run(province, POOL)
    return made


@pytest.fixture(params=["phone", "desk", "phone without scripts"])
def width(request: pytest.FixtureRequest) -> int:
    return WIDTHS[request.param.split()[0]]


@pytest.fixture
def person(request: pytest.FixtureRequest, open_page: Any) -> Any:
    """The demo citizen's page."""
    scripts = "without" not in request.node.callspec.id
    page = open_page("congdan", javascript=scripts)
    page.evaluate_javascript = scripts
    return page


def look(open_page: Any, address: str) -> None:
    page = open_page("congdan", policy=False)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
    found = violations(page, AXE)
    assert found == [], f"{address}\n" + "\n".join(found)


def find_message(page: Any, words: str) -> None:
    """On whichever page of the messages; the worker brings them in its own time, a second or two on a free machine."""
    for _ in range(30):
        page.goto("/my/messages")
        while words not in page.content() and page.locator("a[rel=next]").count():
            page.click("a[rel=next]")
            page.wait_for_load_state()
        if words in page.content():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"«{words}» did not come: {page.inner_text('main')}")


def test_one_sees_who_has_it_until_when_and_why(person, dossiers, open_page):
    code = dossiers["under_way"].pop()
    person.goto("/my")
    person.click(f"a[href='/my/dossiers/{code}']")
    heading = person.locator("h1").inner_text()
    assert re.match(r"Hồ sơ của bạn đang ở .+, bước .+", heading), heading
    assert person.locator(".hold .who strong").inner_text().strip()
    assert re.search(r"\d\d/\d\d/\d{4}", person.locator(".hold .date").inner_text())
    assert "ngày làm việc" in person.locator("#h-why + p").inner_text()
    assert person.locator(".days .end").count() == 1
    assert person.locator(".line .now").count() == 1
    look(open_page, f"/my/dossiers/{code}")


def give(person: Any, paper: dict[str, Any]) -> None:
    """Choose a file: with scripts it goes at once, in pieces; without, when the button is pressed."""
    person.set_input_files("main input[type=file] >> nth=0", paper)
    if person.evaluate_javascript:
        person.wait_for_selector(f"main li:has-text('{paper['name']}')")
        person.wait_for_selector("main progress", state="detached")
    else:
        person.click("main form .btns button.btn-main")


def test_one_is_asked_for_a_paper_and_gives_it(person, dossiers, open_page):
    code = dossiers["asked"].pop()
    find_message(person, code)
    person.goto(f"/my/dossiers/{code}")
    assert person.locator("h1").inner_text() == "Hồ sơ của bạn cần bổ sung giấy tờ"
    assert "Giấy tờ chứng minh quan hệ" in person.content()
    look(open_page, f"/my/dossiers/{code}")
    look(open_page, f"/my/dossiers/{code}/supplement")
    person.locator("header .btn-main").click()
    person.click("main form button.btn-main")
    assert "Chọn ít nhất một tệp" in person.locator(".errors").inner_text()
    broken = {"name": "hong.pdf", "mimeType": "application/pdf", "buffer": b"khong phai PDF"}
    give(person, broken)
    person.wait_for_selector("main .error:has-text('hong.pdf')")
    give(person, {"name": "moi.pdf", "mimeType": "application/pdf", "buffer": pdf(7)})
    if person.evaluate_javascript:
        person.wait_for_selector("main li.have")
        person.click("main form .btns button.btn-main")
    assert "Đã gửi 1 giấy bổ sung" in person.content()
    assert "bước" in person.locator("h1").inner_text()


def test_one_withdraws_with_a_reason(person, dossiers, open_page):
    code = dossiers["under_way"].pop()
    look(open_page, f"/my/dossiers/{code}/withdrawal")
    person.goto(f"/my/dossiers/{code}")
    person.click(".acts .btn-plain")
    person.click("main .btn-danger")
    assert "vì sao" in person.locator(".errors").inner_text()
    person.fill("#reason", "Tôi nộp nhầm thủ tục")
    person.click("main .btn-danger")
    assert person.locator("h1").inner_text() == "Bạn đã rút hồ sơ này"
    person.goto(f"/my/dossiers/{code}/withdrawal")
    assert person.locator("textarea").count() == 0


def test_one_receives_the_result_and_rates_it(person, dossiers, open_page):
    code = dossiers["returned"].pop()
    look(open_page, f"/my/dossiers/{code}")
    person.goto(f"/my/dossiers/{code}")
    assert person.locator("h1").inner_text() == "Bạn đã nhận kết quả của hồ sơ này"
    person.click("aside form button.btn-main")
    assert "từ 1 đến 5" in person.locator(".errors").inner_text()
    person.check("input[name=score][value='4']")
    person.fill("#comment", "Nhanh")
    person.click("aside form button.btn-main")
    assert "Cảm ơn bạn" in person.content()


def test_anybody_with_the_code_sees_only_how_far_it_is(open_page, dossiers):
    code = dossiers["under_way"].pop()
    page = open_page()
    page.goto("/track")
    page.fill("#code", code.lower())
    page.click("main form button")
    assert code in page.content()
    assert "Ưởng" not in page.content()
    assert page.locator(".hold").count() == 0


def test_suggestions_come_while_typing(open_page):
    page = open_page()
    page.goto("/")
    page.type("#q", "giay khai sinh", delay=20)
    page.wait_for_selector("#hits a")
    assert page.url.endswith("/")
    page.locator("#hits a").first.click()
    page.wait_for_url("**/procedures/*")
    assert page.locator("h1").count() == 1
