"""What a first visit costs over the wire, on a phone with a slow line: everything compressed as it is really sent."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_WITHOUT_FONTS = 40_000  # bytes
MOST_WITH_FONTS = 100_000
PAGES = ["/", "/search?q=khai+sinh", "/procedures", "/procedures/1.001193", "/track", "/help"]


def weigh(page, address):
    """Bytes over the wire of everything a fresh browser fetches: (all but fonts, fonts)."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds, sizes = {}, {}
    session.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))
    session.on(
        "Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"])
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    fonts = sum(size for request, size in sizes.items() if kinds.get(request) == "Font")
    return sum(sizes.values()) - fonts, fonts


@pytest.mark.parametrize("address", PAGES)
def test_a_first_visit_stays_light(open_page, address):
    light, fonts = weigh(open_page(), address)
    assert light > 1000
    assert light <= MOST_WITHOUT_FONTS, f"{address}: {light} bytes without fonts"
    assert light + fonts <= MOST_WITH_FONTS, f"{address}: {light} + {fonts} bytes with fonts"


def test_a_page_can_be_read_before_any_font_arrives(open_page):
    page = open_page()
    page.route("**/*.woff2", lambda route: route.abort())
    page.goto("/procedures/1.001193")
    assert page.locator("h1").is_visible()
    assert page.locator("h1").bounding_box()["height"] > 20


def test_static_files_are_kept_for_a_year(open_page, province):
    page = open_page()
    seen = {}
    page.on("response", lambda r: seen.__setitem__(r.url, r.headers) if "/static/css/" in r.url else None)
    page.goto("/")
    assert seen
    for url, headers in seen.items():
        assert "immutable" in headers.get("cache-control", ""), url
        assert headers.get("content-encoding") in ("br", "gzip"), url
