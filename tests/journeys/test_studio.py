"""The studio in a browser: made by keyboard alone, drawn under the strict policy, light enough, nothing for axe."""

import re
from typing import Any

import pytest

from tests.journeys.filed import run
from tests.journeys.test_administrator import keeps_the_rules, send

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 2_000_000


@pytest.fixture
def draft(open_page):
    """A fresh process of one's own, and the page it stands on."""
    page = open_page("quantri")
    page.goto("/studio")
    with page.expect_navigation():
        page.keyboard.press("n")
    page.fill("#name", f"Cấp giấy thử {page.viewport_size['width']}")
    send(page)
    return page


def of(page: Any, name: str) -> str:
    return f"{re.search(r'/studio/drafts/[0-9]+', page.url)[0]}/{name}"


def test_a_process_is_made_tried_and_submitted_by_keyboard_alone(draft):
    page = draft
    page.goto(of(page, "table"))
    page.focus("#name")
    page.keyboard.type("Thẩm tra thực địa")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Thẩm định")  # the list of steps jumps to what is typed
    send(page)
    assert "/table/tham_tra_thuc_dia" in page.url
    page.focus("#f-hours")
    page.keyboard.type("12")
    page.focus("#f-outcomes")
    page.keyboard.type("Đạt\nKhông đạt")
    send(page)
    assert page.locator("tr", has_text="Thẩm tra thực địa").count() >= 1
    page.goto(of(page, "trial"))
    for _ in range(3):
        page.focus("form.btns button >> nth=0")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert page.locator("ol.stack-2 li").count() == 3
    page.goto(of(page, "").rstrip("/"))
    page.focus("#purpose")
    page.keyboard.type("Theo quyết định mới của tỉnh")
    send(page)
    assert page.locator("text=Bạn đã soạn hoặc trình bản này").is_visible()


def test_it_is_done_without_javascript_too(open_page):
    page = open_page("quantri", javascript=False)
    page.goto("/studio/new/process")
    page.fill("#name", f"Không kịch bản {page.viewport_size['width']}")
    page.click("main form button.btn-main")
    page.goto(of(page, "table"))
    page.fill("#name", "Bước thêm")
    page.click("button[value=add]")
    page.click("main form button.btn-main")
    assert page.locator("td.first", has_text="Bước thêm").count() == 1


@pytest.mark.parametrize("name", ["drawing", "table", "simulation", "replay"])
def test_pages_of_a_process_keep_the_rules(draft, open_page, name):
    address = of(draft, name)
    page = open_page("quantri", policy=False)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    keeps_the_rules(page)


@pytest.mark.parametrize(
    "address",
    ["/studio", "/studio/new/form", "/studio/packages?q=khai+sinh", "/studio/processes/standard_commune",
     "/studio/processes/standard_commune/difference", "/studio/processes/standard_commune/time",
     "/studio/processes/standard_commune/migration"],
)  # fmt: skip
def test_pages_of_what_is_in_force_keep_the_rules(open_page, address):
    page = open_page("quantri", policy=False)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    keeps_the_rules(page)


@pytest.mark.parametrize(
    ("kind", "names"), [("form", ("fields", "form-drawing", "preview")), ("decision", ("grid", "decision-drawing"))]
)
def test_forms_and_tables_keep_the_rules(open_page, kind, names):
    page = open_page("quantri", policy=False)
    page.goto(f"/studio/new/{kind}")
    page.fill("#name", f"Thử {kind} {page.viewport_size['width']}")
    send(page)
    addresses = [of(page, name) for name in names]
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        keeps_the_rules(page)


def test_modellers_open_and_save_under_the_strict_policy(draft):
    page = draft
    page.goto(of(page, "drawing"))
    page.wait_for_selector(".djs-container")
    page.click("[data-save]")
    page.wait_for_selector("[data-status]:has-text('Đã ghi.')")
    page.goto(of(page, "table"))
    assert page.locator("td.first a").count() >= 7  # the drawing kept every step and what is ours on it
    assert page.locator("td.num", has_text="16").count() == 1


@pytest.mark.parametrize("name", ["drawing", "table"])
def test_a_page_of_the_studio_weighs_two_megabytes_at_the_most(draft, name):
    page = draft
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.dataReceived", lambda event: sizes.append(event["dataLength"]))  # after decompression
    page.goto(of(page, name))
    page.wait_for_load_state("networkidle")
    assert 10_000 < sum(sizes) <= MOST_BYTES


def test_a_dossier_shows_its_token_on_the_drawing_of_its_process(open_page, province):
    code = run(province, "print(json.dumps(file_one()))")
    page = open_page("motcua.xa", policy=False)
    page.goto(f"/dossiers/{code}/drawing")
    page.wait_for_selector(".token-here")
    assert page.get_attribute(".token-here", "data-element-id") == "intake"
    keeps_the_rules(page)
