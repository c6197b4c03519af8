"""Walk 9: an original at the desk becomes a certified electronic copy, which anybody can verify."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.journeys.rules import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")


def original() -> bytes:
    document, out = pikepdf.new(), BytesIO()
    for _ in range(2):
        document.add_blank_page(page_size=(595, 842))
    document.save(out)
    return out.getvalue()


def looked_over(page: Any) -> None:
    found = violations(page, AXE)
    assert found == [], f"{page.url}\n" + "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_an_original_becomes_a_certified_copy(open_page: Any, width: int) -> None:
    name = f"Bằng tốt nghiệp {width}"
    desk = open_page("motcua.xa", policy=False)
    desk.goto("/certified-copies")
    looked_over(desk)
    desk.goto("/certified-copies/new")
    looked_over(desk)
    desk.set_input_files("#file", files=[{"name": "q.pdf", "mimeType": "application/pdf", "buffer": original()}])
    desk.fill("#name", name)
    desk.fill("#issuer", "Sở Giáo dục và Đào tạo")
    desk.fill("#owner_name", "Nguyễn Thị Ưởng")
    desk.fill("#owner_number", "072190004217")
    desk.click("text=Nhận và đối chiếu")
    desk.wait_for_selector("#pages")
    place = desk.url
    looked_over(desk)
    for number in (1, 2):
        desk.check(f"input[name=pages][value='{number}']")
    desk.click("text=Đã đối chiếu, chuyển ký")
    desk.wait_for_selector("text=Chờ lãnh đạo ký")

    leader = open_page("lanhdao", policy=False)
    leader.goto(place)
    looked_over(leader)
    leader.goto("/certified-copies/signing")
    looked_over(leader)
    leader.check(f"input[name=copies] >> nth={leader.locator('input[name=copies]').count() - 1}")
    leader.click("text=Ký các bản đã chọn")
    leader.wait_for_selector("text=Đã ký.")

    clerk = open_page("vanthu", policy=False)
    clerk.goto("/certified-copies/sealing")
    looked_over(clerk)
    clerk.goto(place)
    clerk.click("button:has-text('Đóng dấu cơ quan')")
    clerk.wait_for_selector("text=Trang xác minh")
    looked_over(clerk)
    verification = clerk.get_attribute("text=Trang xác minh", "href")
    clerk.goto("/certified-copies/register")
    assert name in clerk.inner_text("main")
    looked_over(clerk)

    anybody = open_page(javascript=False)
    anybody.goto(verification)
    said = anybody.inner_text("main")
    assert "đang còn hiệu lực" in said
    assert "Nguyễn T. Ư." in said

    owner = open_page("congdan", javascript=False)
    owner.goto("/my/vault")
    assert name in owner.inner_text("main")
