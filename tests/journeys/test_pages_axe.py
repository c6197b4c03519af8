"""Every page of citizens: nothing axe objects to, no sideways scroll, one title, no complaint of the content policy."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.rules import RULES, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
OPEN = {
    "home": "/",
    "search": "/search?q=lam+giay+khai+sinh+cho+con",
    "a question": "/search?q=mở quán ăn phải đăng ký ở đâu",
    "nothing found": "/search?q=xyzzy+plugh",
    "search, narrowed": "/search?q=dang+ky&online=1&level=commune",
    "all procedures": "/procedures",
    "essential services": "/procedures?essential=1",
    "a procedure filed online": "/procedures/1.001193",
    "a thing in life": "/life/child",
    "lookup": "/track",
    "lookup refused": "/track?code=abc",
    "figure on time": "/figures/on-time",
    "help": "/help",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "gallery": "/design",
    "sign-in": "/accounts/login/",
    "not found": "/procedures/9.999999",
}
MINE = {
    "my dossiers": "/my",
    "messages": "/my/messages",
    "my account": "/my/account",
    "who read my data": "/my/account/readings",
    "start filing": "/procedures/1.001193/filing",
    "a dossier not there": "/my/dossiers/H53.118.02-260101-0001",
}


def check(page: Any, address: str) -> None:
    page.goto(address)
    fits = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert fits[0] <= fits[1], f"{address} scrolls sideways: {fits[0]} in {fits[1]}"
    assert page.locator("h1").count() == 1
    found = violations(page, AXE)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("name", OPEN)
def test_a_page_open_to_all_keeps_the_rules(open_page, name):
    check(open_page(policy=False), OPEN[name])


@pytest.mark.parametrize("name", MINE)
def test_a_page_of_ones_own_keeps_the_rules(open_page, name):
    check(open_page("congdan", policy=False), MINE[name])


def test_english_keeps_the_rules_too(open_page):
    page = open_page(policy=False)
    page.goto("/help")
    page.click("footer button[name=language]")
    assert page.evaluate("document.documentElement.lang") == "en"
    check(page, "/")


def test_zoomed_to_twice_the_size_nothing_is_cut_off(open_page, width):
    page = open_page()
    page.set_viewport_size({"width": max(width // 2, 320), "height": 450})
    for address in ("/", "/procedures/1.001193", "/search?q=khai+sinh"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_the_rules_are_those_of_wcag_2_2():
    assert "wcag22aa" in RULES
