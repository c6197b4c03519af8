"""A whole province for browser tests: its own database, loaded from the pack, served as in production."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conftest import CHROMIUM
from tests.running import Province

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip
WIDTHS = {"phone": 390, "desk": 1366}


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """Started as `make up` starts it, without sample dossiers."""
    started = Province(tmp_path_factory.mktemp("province"))
    try:
        started.up(with_key=False)
        yield started
    finally:
        started.down()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Of one module: playwright keeps a loop running in this thread, in which tests elsewhere could run none."""
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> int:
    """Each walk goes on a phone's and on a desk's width."""
    return WIDTHS[request.param]


@pytest.fixture
def open_page(browser: Any, province: Province, width: int) -> Iterator[Callable[..., Any]]:
    """`open_page()`: a fresh browser at this width that refuses to be silent about script errors.

    username: signed in as this demo account. javascript: False for a browser without. policy: False to let the test
    itself put a script into the page.
    """
    contexts = []
    complaints: list[str] = []

    def open_(username: str = "", *, javascript: bool = True, policy: bool = True) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            base_url=province.address,
            java_script_enabled=javascript,
            bypass_csp=not policy,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if _is_policy(said) else None)
        if username:
            sign_in(page, username, province.password)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _is_policy(said: Any) -> bool:
    return said.type == "error" and "Content Security Policy" in said.text


def sign_in(page: Any, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
