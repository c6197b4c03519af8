"""Walk 7: what the province issued once is not asked for again: the store, a filing with no paper asked, who read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.rules import violations
from tests.journeys.test_citizen_filing import CODE, child, onward, opened, pledge, start, who
from tests.running import Province

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
KEEP = """
import json
from django.db import transaction
from django.utils import timezone
from tests.running import pdf
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.files import public as files
from tinhso.systems.vault import public as vault

owner = Account.objects.get(username="congdan")
with transaction.atomic():
    key = vault.deposit(
        paper=vault.Deposit(
            owner_number=owner.identity_number, owner_kind="citizen", owner_name=owner.name, source="digitisation",
            source_ref="%s", zone="digitised", weight=3, kind="hospital_birth_notice", name="Giấy chứng sinh",
            number="17/CS", issuer_name="Bệnh viện đa khoa tỉnh", issued_on=timezone.localdate(),
            sha256=files.keep(content=pdf(1701), name="giay.pdf").sha256, file_name="giay-chung-sinh.pdf",
        ),
        at=timezone.now(),
    )
print(json.dumps(key))
"""
TAKE_BACK = """
import json
from django.db import transaction
from django.utils import timezone
from tinhso.foundation.accounts import public as accounts
from tinhso.systems.vault import public as vault

by = accounts.actor_of_job(name="journey")
with transaction.atomic():
    told = vault.supersede(source="digitisation", source_ref="%s", reason="Hết hành trình", by=by, at=timezone.now())
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def notice(province: Province) -> Iterator[str]:
    """The key of a hospital birth notice in the demo citizen's store; other walks find the store without it."""
    ref = f"hanh-trinh-{uuid4().hex}"
    yield str(province.python(KEEP % ref))
    province.python(TAKE_BACK % ref)


def looked_over(page: Any) -> None:
    found = violations(page, AXE)
    assert found == [], f"{page.url}\n" + "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_a_birth_is_registered_with_no_paper_asked(open_page: Any, notice: str) -> None:
    page = opened(open_page, javascript=False)
    start(page)
    who(page)
    child(page)
    pledge(page)
    assert "Bạn không phải nộp giấy tờ nào." in page.inner_text("main")
    assert "Từ kho của bạn" in page.inner_text("#paper-birth_certificate_hospital")
    onward(page)
    page.wait_for_url("**/review")
    assert page.locator(".errors").count() == 0
    onward(page)
    page.wait_for_url("**/sent")
    code = CODE.search(page.inner_text("main"))
    assert code
    page.goto(f"/my/vault/papers/{notice}")
    assert code[0] in page.inner_text("main")


def test_the_store_is_found_searched_and_read_on_a_phone(open_page: Any, notice: str) -> None:
    page = opened(open_page, policy=False)
    page.goto("/my")
    page.click("a[href='/my/vault']:visible >> nth=0")
    page.wait_for_url("**/my/vault")
    looked_over(page)
    page.fill("#q", "giay chung sinh 17/cs")
    page.press("#q", "Enter")
    page.wait_for_url("**q=giay*")
    page.click("main .results a")
    page.wait_for_url("**/papers/*")
    looked_over(page)
    page.fill("#note", "Cho trường mầm non")
    page.click("button:has-text('Tạo liên kết')")
    link = page.input_value("input[readonly]")
    looked_over(page)
    page.goto(link)
    assert "Giấy chứng sinh" in page.inner_text("h1")
    page.request.get(f"{link}/file")
    page.goto("/my/vault/readings")
    assert "Người có liên kết" in page.inner_text("main")
    looked_over(page)
    for address in ("/my/vault/consents", "/my/vault/uploads", "/my/vault/export"):
        page.goto(address)
        looked_over(page)


def test_the_desk_is_not_let_to_ask_for_what_is_held(open_page: Any, notice: str) -> None:
    page = open_page("motcua.xa")
    page.goto("/desk")
    if page.locator("button[value=clear]").count():
        page.click("button[value=clear]")
    page.click("summary")
    page.fill("#name", "Nguyễn Thị Ưởng")
    page.fill("#identity_number", "072190004217")
    page.click("button:has-text('Ghi người nộp')")
    page.fill("#procedure", "1.001193")
    page.press("#procedure", "Enter")
    page.click("button[name=code] >> nth=0")
    assert "Kho của người nộp đã có: «Giấy chứng sinh», số 17/CS" in page.inner_text("main")
    page.click("button[value=lack]")
    page.wait_for_url("**/acts/supplement-request*")
    page.fill("#items", "Giấy chứng sinh")
    page.fill("#reason", "Thiếu giấy tờ trong hồ sơ")
    page.click("main form .btn-main")
    page.wait_for_selector(".errors")
    assert "17/CS" in page.inner_text(".errors")
    page.click("text=Lấy giấy tờ từ kho vào hồ sơ")
    assert "17/CS" in page.inner_text("main") or "chưa có giấy nào hợp" in page.inner_text("main")
