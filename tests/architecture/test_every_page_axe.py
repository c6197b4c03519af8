"""Every page of the map of addresses, as somebody who may open it: axe objects to nothing, nothing scrolls sideways.

The browser is given what Django's own client got inside the test's transaction, so the pages are those of the rights
matrix, and an address added to the map is looked at without being named here.
"""

import mimetypes
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from conftest import CHROMIUM
from tests.architecture.routes import Route, routes
from tests.architecture.samples import NOBODY, SAMPLES, fixed
from tests.architecture.world import EVERYBODY, World
from tests.journeys.conftest import FLAGS, WIDTHS
from tests.journeys.rules import violations
from tinhso.foundation.accounts.access import Verdict, judge

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

AXE = (Path(__file__).parents[1] / "journeys" / "axe.min.js").read_text("utf-8")
HOST = "http://localhost"
PAGES = [route for route in routes() if route.method == "GET" and not route.is_api]


def seen(world: World, route: Route) -> bytes | None:
    """The page as the first role sees it that gets one; None where nobody does (a file, a fragment, a redirection)."""
    sample = SAMPLES.get(route.path) or fixed()
    for role in EVERYBODY:
        allowed = judge(route.access, world.actors[role]) is Verdict.OPEN
        if not allowed or sample.may == NOBODY or (sample.may is not None and role not in sample.may):
            continue
        response = world.clients[role].get(route.address(sample.values(world)))
        if response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            return response.content if response.content.lstrip()[:9].lower() == b"<!doctype" else None
    return None


@pytest.fixture(scope="module")
def pages(world: World) -> dict[str, bytes]:
    """Every page by its path."""
    return {route.path: found for route in PAGES if (found := seen(world, route))}


@pytest.fixture(scope="module")
def look() -> Iterator[Callable[[bytes], list[str]]]:
    """What is wrong with a page. The browser has a thread of its own: beside its loop Django would refuse to work."""
    from playwright.sync_api import sync_playwright

    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        browser = thread.submit(lambda: playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)).result()
        yield lambda content: thread.submit(faults, browser, content).result()
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


def answer(first: bytes, missing: list[str]) -> Any:
    """What the browser gets: the page and the files it names; what is not there is noted."""

    def handle(route: Any) -> None:
        path = route.request.url.removeprefix(HOST).split("?")[0]
        if path == "/page":
            return route.fulfill(status=200, body=first, content_type="text/html; charset=utf-8")
        if not path.startswith("/static/"):
            return route.abort()
        found = finders.find(path.removeprefix("/static/"))
        if found is None:
            missing.append(f"{path} is not there")
            return route.abort()
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return route.fulfill(path=found, content_type=kind)

    return handle


def faults(browser: Any, content: bytes) -> list[str]:
    wrong: list[str] = []
    context = browser.new_context(bypass_csp=True)
    context.route("**/*", answer(content, wrong))
    page = context.new_page()
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{HOST}/page")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"scrolls sideways at {width}")
        wrong += violations(page, AXE)
    if not page.locator("link[rel=stylesheet]").count():
        wrong.append("no styles: that proves nothing")
    context.close()
    return wrong


@pytest.mark.parametrize("path", [route.path for route in PAGES])
def test_a_page_keeps_the_rules(path: str, pages: dict[str, bytes], look: Callable[[bytes], list[str]]) -> None:
    if path in pages:
        assert look(pages[path]) == []


@pytest.mark.parametrize(
    "path", ["", "my", "filing/<uuid:draft_id>/papers", "inbox", "dossiers/<str:code>", "desk", "admin", "studio"]
)
def test_a_page_of_each_area_was_there_to_be_looked_at(path: str, pages: dict[str, bytes]) -> None:
    assert path in pages
