"""Walk 1: a citizen files a registration of birth, on a phone and at a desk, with and without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.rules import violations
from tinhso.foundation.files.tests import factories as papers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
CODE = re.compile(r"H53\.[\d.]*\d-\d{6}-\d{4}")
WAY = "/procedures/1.001193/filing"
CHILD = {
    "child_name": "Đặng Phượng Ỷ",
    "child_birth_date": "5/11/2026",
    "hometown": "Phường Tân Ninh, tỉnh Tây Ninh",
    "mother_name": "Nguyễn Thị Ưởng",
    "mother_birth_year": "1990",
    "mother_residence": "Khu phố Ninh Trung, phường Tân Ninh",
}
CHOSEN = {
    "child_ethnicity": "01",
    "child_nationality": "VN",
    "birth_facility": "other",
    "mother_ethnicity": "01",
    "mother_nationality": "VN",
}

Look = Callable[[Any], None]


def nothing(page: Any) -> None: ...


def onward(page: Any) -> None:
    page.click("main form .btn-main")


def start(page: Any) -> None:
    page.goto("/procedures/1.001193")
    page.click("a.btn-main:visible:has-text('Nộp hồ sơ')")
    page.select_option("#unit", "ubnd-phuong-tan-ninh")
    onward(page)
    page.wait_for_url("**/1")


def who(page: Any) -> None:
    assert "Lấy từ tài khoản" in page.inner_text("main")
    page.fill("#f-applicant_phone", "0912 345 678")
    page.fill("#f-applicant_address", "Khu phố 1")
    page.select_option("#f-applicant_relation", "mother")
    page.select_option("#f-applicant_province", "80")
    if not page.locator("#f-applicant_commune").count():
        settle(page, "#f-applicant_commune")
    page.select_option("#f-applicant_commune", "25459")
    onward(page)
    page.wait_for_url("**/2")


def settle(page: Any, wanted: str) -> None:
    """A question that hangs on another comes by itself, or, without JavaScript, at «Tiếp tục»."""
    if page.evaluate_javascript:
        page.wait_for_selector(wanted)
    else:
        onward(page)
        page.wait_for_selector(wanted)


def child(page: Any) -> None:
    for key, value in CHILD.items():
        page.fill(f"#f-{key}", value)
    for key, value in CHOSEN.items():
        page.select_option(f"#f-{key}", value)
    page.check("input[name=child_sex][value=female]")
    page.check("input[name=parents_married][value=no]")
    settle(page, "#f-birth_place")
    if not page.locator("input[name=father_declared]").count():
        settle(page, "input[name=father_declared]")
    page.fill("#f-birth_place", "Trạm y tế phường Tân Ninh")
    page.check("input[name=father_declared][value=no]")
    onward(page)
    page.wait_for_url("**/3")


def pledge(page: Any) -> None:
    page.check("#f-pledge")
    onward(page)
    page.wait_for_url("**/papers")


def paper(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def opened(open_page: Any, *, javascript: bool = True, policy: bool = True) -> Any:
    """A page signed in as the citizen; it remembers whether it runs scripts."""
    page = open_page("congdan", javascript=javascript, policy=policy)
    page.evaluate_javascript = javascript
    return page


NOTICE = "#paper-birth_certificate_hospital"


def file_it(page: Any, tmp_path: Path, look: Look = nothing) -> str:
    """From the procedure to the receipt; the dossier's code."""
    start(page)
    look(page)
    who(page)
    page.fill("#f-child_birth_date", "31/11/2026")
    onward(page)
    page.wait_for_selector(".errors")
    assert "31/11/2026 không có trong lịch: tháng 11 có 30 ngày" in page.inner_text(".errors")
    look(page)
    child(page)
    pledge(page)
    look(page)
    page.set_input_files(f"{NOTICE}-file", paper(tmp_path, "anh.pdf", b"MZ" + b"\x00" * 200))
    if not page.evaluate_javascript:
        page.click("button[name=_upload]")
    page.wait_for_selector(f"{NOTICE} .error")
    assert "không phải giấy tờ" in page.inner_text(NOTICE)
    look(page)
    onward(page)
    page.wait_for_url("**/review")
    assert "Thiếu giấy tờ bắt buộc" in page.inner_text(".errors")
    look(page)
    page.click(".errors a")
    page.wait_for_url("**/papers#*")
    page.set_input_files(f"{NOTICE}-file", paper(tmp_path, "giay-chung-sinh.pdf", papers.pdf(3)))
    if not page.evaluate_javascript:
        page.click("button[name=_upload]")
    page.wait_for_selector(f"{NOTICE}.have")
    onward(page)
    page.wait_for_url("**/review")
    assert page.locator(".errors").count() == 0
    look(page)
    page.check("input[name=return_channel][value=desk]")
    onward(page)
    page.wait_for_url("**/sent")
    look(page)
    found = CODE.search(page.inner_text("main"))
    assert found, page.inner_text("main")
    return found[0]


def test_a_birth_is_registered_online_and_followed(open_page: Any, tmp_path: Path) -> None:
    page = opened(open_page)
    code = file_it(page, tmp_path)
    page.click("text=Theo dõi hồ sơ")
    assert code in page.inner_text("main")
    receipt = page.request.get(f"/my/dossiers/{code}/receipt.pdf")
    assert receipt.ok
    assert receipt.body().startswith(b"%PDF-")


def test_everything_works_without_javascript(open_page: Any, tmp_path: Path) -> None:
    file_it(opened(open_page, javascript=False), tmp_path)


def test_every_page_of_the_way_keeps_the_rules(open_page: Any, tmp_path: Path) -> None:
    def look(page: Any) -> None:
        found = violations(page, AXE)
        assert found == [], f"{page.url}\n" + "\n".join(found)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        assert page.locator("h1").count() == 1

    file_it(opened(open_page, policy=False), tmp_path, look)


def test_another_device_goes_on_with_the_draft(open_page: Any) -> None:
    phone = opened(open_page)
    start(phone)
    who(phone)
    phone.fill("#f-child_name", "Đặng Phượng Ỷ")
    phone.click("text=Lưu, làm sau")
    phone.wait_for_url("**/my")
    other = opened(open_page)
    other.goto("/my")
    other.click("main .results a >> nth=0")
    other.wait_for_url("**/2")
    assert other.input_value("#f-child_name") == "Đặng Phượng Ỷ"


def test_what_is_ticked_while_a_slow_answer_comes_stays(open_page: Any) -> None:
    page = opened(open_page)
    start(page)
    who(page)
    held: list[Any] = []

    def slow_line(route: Any) -> None:
        if route.request.headers.get("x-fragment"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/filing/*/2", slow_line)
    page.check("input[name=parents_married][value=no]")
    while not held:
        page.wait_for_timeout(50)
    page.check("input[name=child_sex][value=female]")
    held[0].continue_()
    page.wait_for_selector("input[name=father_declared]")
    assert page.is_checked("input[name=child_sex][value=female]")
    assert page.is_checked("input[name=parents_married][value=no]")


def test_the_tabs_of_a_phone_never_cover_the_field_one_is_in(open_page: Any, width: int) -> None:
    page = opened(open_page)
    start(page)
    tabs = page.locator(".tabbar")
    if not tabs.is_visible():
        assert width > 1000
        return
    page.locator("#f-applicant_phone").focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        bottom = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
        assert bottom <= tabs.bounding_box()["y"]


def test_what_was_wrong_with_a_file_goes_when_the_next_is_given(open_page: Any, tmp_path: Path) -> None:
    page = opened(open_page)
    start(page)
    page.goto(page.url.removesuffix("/1") + "/papers")
    page.set_input_files(f"{NOTICE}-file", paper(tmp_path, "rong.pdf", b""))
    page.wait_for_selector(f"{NOTICE} .error")
    assert "Tệp trống" in page.inner_text(NOTICE)
    page.set_input_files(f"{NOTICE}-file", paper(tmp_path, "giay.pdf", papers.pdf(1)))
    page.wait_for_selector(f"{NOTICE}.have")
    assert "Tệp trống" not in page.inner_text(NOTICE)


def test_an_upload_goes_on_over_a_bad_line_and_after_a_reload(open_page: Any, tmp_path: Path) -> None:
    page = opened(open_page)
    start(page)
    page.goto(page.url.removesuffix("/1") + "/papers")
    large = paper(tmp_path, "ban-quet.pdf", papers.pdf(2) + b"\n%" + b"x" * 1_600_000 + b"\n%%EOF\n")
    pieces: list[str] = []

    def bad_line(route: Any) -> None:
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2:
            route.abort("connectionreset")
        elif len(pieces) >= 4:
            return  # the line hangs: the person closes the page
        else:
            route.continue_()

    page.route(
        "**/files/uploads/*", lambda route: bad_line(route) if route.request.method == "PATCH" else route.continue_()
    )
    page.on("dialog", lambda dialog: dialog.accept())
    assert not page.locator("button[name=_upload]").is_visible()  # a chosen file goes at once
    page.set_input_files(f"{NOTICE}-file", large)
    while len(pieces) < 4:
        page.wait_for_timeout(100)
    assert pieces == ["0", "524288", "524288", "1048576"]
    address = page.url
    page.goto("about:blank")
    page.unroute_all(behavior="ignoreErrors")
    page.goto(address)
    assert not page.locator(f"{NOTICE}.have").count()
    offsets: list[str] = []
    page.on("request", lambda r: offsets.append(r.headers["upload-offset"]) if r.method == "PATCH" else None)
    page.set_input_files(f"{NOTICE}-file", large)
    page.wait_for_selector(f"{NOTICE}.have")
    assert int(offsets[0]) >= 1_048_576  # the piece that hung may still have arrived; nothing is sent again
    assert "ban-quet.pdf" in page.inner_text(NOTICE)


def test_pressed_twice_it_is_sent_once(open_page: Any, tmp_path: Path, province: Any) -> None:
    page = opened(open_page, javascript=False)
    code = file_it(page, tmp_path)
    page.go_back()
    page.wait_for_load_state()
    if page.url.endswith("/review"):
        onward(page)
        page.wait_for_url("**/sent")
    assert code in page.inner_text("main")
    many = province.python(
        "import json\nfrom tinhso.systems.portal.models import Draft\n"
        f"print(json.dumps(Draft.objects.filter(dossier_code='{code}').count()))\n"
    )
    assert many == 1
