"""Walk 6: the administrator changes a holiday, a fee, a limit, a step, a post; new dossiers follow, old ones stay."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.rules import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
PROCEDURE = "1.001193"
PAGES = (
    "/admin",
    "/admin/calendar",
    "/admin/calendar/declaration",
    "/admin/open-times",
    "/admin/open-times/change",
    "/admin/organization",
    "/admin/organization?kind=commune",
    "/admin/organization?q=khong+co",
    "/admin/organization/merger",
    "/admin/procedures",
    f"/admin/procedures/{PROCEDURE}",
    f"/admin/procedures/{PROCEDURE}/fees/copy",
    f"/admin/procedures/{PROCEDURE}/reductions",
    f"/admin/procedures/{PROCEDURE}/clock",
    f"/admin/procedures/{PROCEDURE}/process",
    "/admin/processes",
    "/admin/processes/standard_commune",
    "/admin/sign-ins",
    "/admin/trail?subject=calendar",
    "/admin/health",
)


def keeps_the_rules(page: Any) -> None:
    fits = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert fits[0] <= fits[1], f"{page.url} scrolls sideways: {fits[0]} in {fits[1]}"
    assert page.locator("h1").count() == 1
    found = violations(page, AXE)
    assert found == [], f"{page.url}\n" + "\n".join(found)


def working_day(after: int) -> date:
    day = date.today() + timedelta(days=after)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def send(page: Any) -> None:
    """By the key that every form of officials is sent with."""
    with page.expect_navigation():
        page.keyboard.press("F9")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_the_administrator_keeps_the_rules(open_page, address):
    page = open_page("quantri")
    assert page.goto(address).status == 200
    keeps_the_rules(page)


def test_a_holiday_is_declared_after_its_dry_run_and_withdrawn(open_page, width):
    page = open_page("quantri")
    page.goto("/admin/calendar")
    with page.expect_navigation():
        page.keyboard.press("n")
    page.fill("[name=day]", "31/02/2027")
    send(page)
    assert "không phải ngày có thật" in page.content()
    keeps_the_rules(page)
    day = working_day(30 + width % 7)
    page.fill("[name=day]", f"{day:%d/%m/%Y}")
    page.fill("[name=name]", "Nghỉ phòng, chống bão")
    page.fill("[name=legal_basis]", "Công điện 12/CĐ-UBND")
    send(page)
    assert "hồ sơ đang giải quyết" in page.content()
    keeps_the_rules(page)
    send(page)
    page.goto(f"/admin/calendar?year={day.year}")
    keeps_the_rules(page)
    row = page.locator("tr", has_text=f"{day:%d/%m/%Y}")
    with page.expect_navigation():
        row.get_by_role("link", name="Rút lại").click()
    keeps_the_rules(page)
    send(page)
    assert "Đã rút lại" in page.content()


def test_a_limit_a_fee_and_a_step_change_for_new_dossiers(open_page, width, province):
    page = open_page("quantri")
    before = province.python(BINDING)
    page.goto(f"/admin/procedures/{PROCEDURE}/clock")
    page.fill("[name=value]", f"{width % 5 + 2}")
    page.fill("[name=legal_basis]", "Quyết định 1/QĐ-UBND")
    send(page)
    keeps_the_rules(page)
    assert f"{width % 5 + 2} ngày làm việc" in page.content()
    page.goto(f"/admin/procedures/{PROCEDURE}/fees/copy")
    page.fill("[name=amount]", f"{width}.000".replace(".", ""))
    send(page)
    assert "Đã đổi mức thu" in page.content()
    page.goto("/admin/processes/standard_commune")
    page.locator("input.input").first.fill(f"{width % 7 + 1},5")
    send(page)
    assert "Đã công bố bản mới" in page.content()
    keeps_the_rules(page)
    after = province.python(BINDING)
    assert after["binding"] != before["binding"]
    assert after["version"] != before["version"]


BINDING = f"""
import json
from django.utils import timezone
from tinhso.systems.procedures import public as procedures
found = procedures.binding_on(code="{PROCEDURE}", on=timezone.localdate())
print(json.dumps({{"binding": found.id, "version": found.process_version_id}}))
"""


def test_a_post_is_opened_filled_and_delegated(open_page, width):
    page = open_page("quantri")
    page.goto("/admin/organization?kind=commune")
    with page.expect_navigation():
        page.locator("td a").first.click()
    keeps_the_rules(page)
    unit = page.url
    with page.expect_navigation():
        page.keyboard.press("n")
    keeps_the_rules(page)
    title = f"Chuyên viên chuyển đổi số {width}"
    page.fill("[name=title]", title)
    page.select_option("[name=role]", "specialist")
    send(page)
    page.goto(unit)
    row = page.locator("tr", has_text=title)
    with page.expect_navigation():
        row.get_by_role("link", name="Người mới").click()
    page.fill("[name=name]", "TRẦN THỊ BÍCH MẪU")
    send(page)
    assert "Trần Thị Bích Mẫu" in page.content()
    keeps_the_rules(page)


def test_a_merger_is_read_before_it_is_made(open_page):
    page = open_page("quantri")
    page.goto("/admin/organization?kind=commune")
    names = page.locator("td.first a").all_inner_texts()[:2]
    page.goto("/admin/organization/merger")
    page.fill("[name=title]", "Sáp nhập hai xã")
    page.fill("[name=decision]", "Nghị quyết 1")
    page.fill("[name=on]", f"{date.today():%d/%m/%Y}")
    page.fill("[name=sources]", "\n".join(names))
    page.fill("[name=new_name]", "Xã Hợp Nhất")
    with page.expect_navigation():
        page.get_by_role("button", name="Lập phương án").click()
    assert "chưa có gì thay đổi" in page.content()
    keeps_the_rules(page)


def test_other_officials_are_told_it_is_not_theirs(open_page):
    page = open_page("chuyenvien")
    assert page.goto("/admin/calendar").status == 403
    keeps_the_rules(page)
