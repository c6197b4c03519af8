"""Signing stands in the inbox: a leader looks through results and signs them in one go, the clerk seals them."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_officials import do, keeps_the_rules, take_in_by_keyboard

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = os.environ.get("TINHSO_PICTURES")  # a folder to look at the pages in


def picture(page: Any, name: str, width: int) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


def drafted(open_page: Any, number: int) -> str:
    code = take_in_by_keyboard(open_page("motcua.xa"), number)
    specialist = open_page("chuyenvien")
    do(specialist, code, "t", note="Đủ điều kiện")
    do(specialist, code, "t", content="Giấy khai sinh của cháu Nguyễn An\nSinh ngày 12/11/2026")
    return code


def chosen(page: Any, codes: list[str], act: str) -> None:
    page.goto("/inbox?whose=posts")
    for code in codes:
        page.check(f"input[name=code][value='{code}']")
    picture(page, f"inbox-{act}", page.viewport_size["width"])
    page.click(f"button[name=do][value={act}]")


def until_done(page: Any, words: str) -> None:
    for _ in range(60):
        page.wait_for_timeout(500)
        if words in page.content():
            return
    raise AssertionError(page.inner_text("main"))


def test_results_are_looked_through_signed_and_sealed_in_one_go(open_page, width):
    codes = [drafted(open_page, 30_000 + width * 3 + n) for n in range(2)]
    leader = open_page("lanhdao")
    chosen(leader, codes, "signing")
    leader.wait_for_url("**/inbox/signing/*/1")
    leader.wait_for_timeout(300)
    picture(leader, "reader", width)
    keeps_the_rules(leader)
    leader.keyboard.press("x")
    leader.wait_for_url("**/inbox/signing/*/2")
    leader.keyboard.press("x")
    leader.wait_for_url(lambda url: not url.endswith("/2"))
    picture(leader, "round", width)
    keeps_the_rules(leader)
    leader.keyboard.press("F9")
    until_done(leader, "Đã ký xong: 2 trên 2")
    picture(leader, "signed", width)
    keeps_the_rules(leader)

    clerk = open_page("vanthu")
    clerk.goto(f"/dossiers/{codes[0]}/acts/number")
    picture(clerk, "number", width)
    keeps_the_rules(clerk)
    chosen(clerk, codes, "sealing")
    clerk.fill("[name=first]", str(width))
    clerk.fill("[name=symbol]", "/2026-KT")
    picture(clerk, "sealing", width)
    keeps_the_rules(clerk)
    clerk.keyboard.press("F9")
    until_done(clerk, "Đã ký xong: 2 trên 2")

    desk = open_page("motcua.xa")
    desk.goto(f"/dossiers/{codes[0]}")
    assert f"{width}/2026-KT" in desk.content()
    assert "Chữ ký số hợp lệ." in desk.content()
    picture(desk, "dossier", width)
    keeps_the_rules(desk)


@pytest.mark.parametrize("address", ["/admin/trust", "/admin/certificates", "/admin/certificates?q=phường Tân Ninh"])
def test_administrators_see_trust_and_certificates(open_page, width, address):
    page = open_page("quantri")
    page.goto(address)
    if "q=" in address:
        page.click("main ul a >> nth=0")
        page.click("main table a >> nth=0")
    picture(page, "admin" + address.replace("/", "-")[:22].replace("?", "-"), width)
    keeps_the_rules(page)


def test_a_leader_signs_one_on_its_page(open_page, width):
    code = drafted(open_page, 50_000 + width)
    leader = open_page("lanhdao")
    leader.goto(f"/dossiers/{code}/acts/approval")
    picture(leader, "approval", width)
    keeps_the_rules(leader)
    do(leader, code, "t", note="Đồng ý")
    leader.goto(f"/dossiers/{code}")
    assert "Chữ ký số hợp lệ." in leader.content()
