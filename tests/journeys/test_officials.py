"""Officials on a phone and at a desk: a paper dossier by keyboard alone, to its result."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.rules import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
CARD = "0721900{n:05d}||Nguyễn Thị Ưởng|12031990|Nữ|Khu phố 4, Phường Tân Ninh, Tây Ninh|01012022"
OFFICIAL_PAGES = {
    "motcua.xa": ["/inbox", "/desk", "/dossiers", "/dossiers?q=khong+co", "/register"],
    "chuyenvien": ["/inbox", "/inbox?whose=posts"],
    "lanhdao": ["/inbox", "/lateness"],
}


def keeps_the_rules(page: Any) -> None:
    fits = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert fits[0] <= fits[1], f"{page.url} scrolls sideways: {fits[0]} in {fits[1]}"
    found = violations(page, AXE)
    assert found == [], f"{page.url}\n" + "\n".join(found)


def take_in_by_keyboard(page: Any, number: int) -> str:
    """Walk 2: scan, find, tick, receive; not one click. The code of the dossier."""
    page.goto("/desk")
    page.wait_for_function("document.activeElement.id === 'card'")
    page.keyboard.type(CARD.format(n=number))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'procedure'")
    page.keyboard.type("khai sinh")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.dataset.key === '1'")  # the first hit waits for Enter or its digit
    with page.expect_navigation():
        page.keyboard.press("1")
    keeps_the_rules(page)
    page.locator("#receive input[name=given]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("F9")
    page.wait_for_url("**/desk/received/*")
    keeps_the_rules(page)
    return page.url.rsplit("/", 1)[-1]


def do(page: Any, code: str, key: str, **typed: str) -> None:
    """Open the dossier, press the key of the act, fill in, send by F9."""
    page.goto(f"/dossiers/{code}")
    keeps_the_rules(page)
    page.keyboard.press(key)
    page.wait_for_url("**/acts/*")
    keeps_the_rules(page)
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)
    page.keyboard.press("F9")
    page.wait_for_url("**/inbox")


def test_a_paper_dossier_goes_to_its_result_by_keyboard(open_page, width):
    code = take_in_by_keyboard(open_page("motcua.xa"), width)
    specialist = open_page("chuyenvien")
    do(specialist, code, "t", note="Đủ điều kiện")
    do(specialist, code, "t", content="Giấy khai sinh")
    leader = open_page("lanhdao")
    leader.goto(f"/dossiers/{code}")
    assert leader.get_by_role("heading", name="Dự thảo kết quả").is_visible()
    do(leader, code, "t", note="Đồng ý")
    do(open_page("vanthu"), code, "t", number=f"{width}/2026-GKS")
    desk = open_page("motcua.xa")
    do(desk, code, "t")
    desk.goto(f"/dossiers/{code}")
    assert "Đã trả kết quả" in desk.content()


def test_a_supplement_is_asked_once_and_printed(open_page, width):
    desk = open_page("motcua.xa")
    code = take_in_by_keyboard(desk, width + 10_000)
    specialist = open_page("chuyenvien")
    do(specialist, code, "b", items="Giấy chứng sinh bản chính", reason="Bản chụp không đọc được")
    desk.goto(f"/dossiers/{code}")
    assert "Chờ dân bổ sung" in desk.content()
    printed = desk.request.get(f"/dossiers/{code}/printing/supplement.pdf")
    assert printed.status == 200
    assert printed.body().startswith(b"%PDF-")


def test_an_agency_is_found_by_typing_and_all_are_chosen_by_one_key(open_page, width):
    code = take_in_by_keyboard(open_page("motcua.xa"), width + 20_000)
    specialist = open_page("chuyenvien")
    specialist.goto(f"/dossiers/{code}/acts/consultation")
    specialist.fill("#units-find", "cong an tan lap")
    assert specialist.locator("label.choice:visible").all_inner_texts() == ["Công an xã Tân Lập"]
    keeps_the_rules(specialist)
    specialist.press("#units-find", "Enter")
    specialist.keyboard.press("Space")
    specialist.fill("[name=question]", "Đề nghị xác minh nơi cư trú")
    specialist.fill("[name=due_date]", "31/02/2026")
    with specialist.expect_navigation():
        specialist.keyboard.press("F9")
    assert specialist.locator("label.choice:visible input:checked").count() == 1
    specialist.goto("/inbox?whose=posts")
    with specialist.expect_navigation():
        specialist.keyboard.press("a")
    keeps_the_rules(specialist)
    boxes = specialist.locator("input[name=code]")
    assert boxes.count() == specialist.locator("input[name=code]:checked").count() > 0


@pytest.mark.parametrize(("username", "address"), [(u, a) for u, pages in OFFICIAL_PAGES.items() for a in pages])
def test_every_page_of_officials_keeps_the_rules(open_page, username, address):
    page = open_page(username)
    page.goto(address)
    keeps_the_rules(page)
