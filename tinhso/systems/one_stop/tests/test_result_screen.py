"""What those who check, approve, number and return must see before they press: the draft, and why it came back."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localtime

from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.tests.factories import ANSWERS, Office
from tinhso.systems.one_stop.tests.factories import page as pdf_page
from tinhso.systems.one_stop.tests.test_screens import CARD, act, signed_in, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]

CONTENT = "Giấy khai sinh của cháu Nguyễn An\nSinh ngày 12/11/2026"


def text_of(client: Client, dossier: Dossier, slug: str = "") -> str:
    address = f"/dossiers/{dossier.code}" + (f"/acts/{slug}" if slug else "")
    return client.get(address).content.decode()


def drafted(**more: Any) -> Dossier:
    dossier = take_in(signed_in("motcua.xa"))
    specialist = signed_in("chuyenvien")
    act(specialist, dossier, "examination", note="Đủ điều kiện")
    assert act(specialist, dossier, "draft", content=CONTENT, **more).status_code == 302
    return dossier


def draft_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("du-thao.pdf", io.BytesIO(pdf_page()).read(), content_type="application/pdf")


@pytest.mark.parametrize("slug", ["", "approval", "return"])
def test_the_leader_reads_the_draft_before_approving(slug: str) -> None:
    page = text_of(signed_in("lanhdao"), drafted(file=draft_file()), slug)
    assert "Sinh ngày 12/11/2026" in page
    assert "du-thao.pdf" in page


def test_the_file_of_the_draft_opens_for_the_office_and_for_nobody_else() -> None:
    dossier = drafted(file=draft_file())
    address = f"/dossiers/{dossier.code}/result/draft"
    assert b"".join(signed_in("lanhdao").get(address)).startswith(b"%PDF-")
    assert signed_in("quantri").get(address).status_code == 403
    assert signed_in("congdan").get(address).status_code == 403
    assert signed_in("lanhdao").get(f"/dossiers/{dossier.code}/result/final").status_code == 404


def test_clerk_and_desk_see_the_number_and_the_sealed_result() -> None:
    dossier = drafted()
    act(signed_in("lanhdao"), dossier, "approval", note="")
    clerk = signed_in("vanthu")
    assert "cháu Nguyễn An" in text_of(clerk, dossier, "number")
    day = f"{localtime(dossier.received_at):%d/%m/%Y}"
    act(clerk, dossier, "number", number="05/2026-GKS", day=day, file=draft_file())
    page = text_of(signed_in("motcua.xa"), dossier, "delivery")
    assert "05/2026-GKS" in page
    assert f"/dossiers/{dossier.code}/result/final" in page


def test_who_gave_it_back_and_why_stands_first_until_somebody_goes_on() -> None:
    dossier = drafted(file=draft_file())
    act(signed_in("lanhdao"), dossier, "return", node="draft", reason="Sai họ tên của mẹ")
    specialist = signed_in("chuyenvien")
    assert re.search(r'class="alert alert-warn".*?trả lại.*?Sai họ tên của mẹ', text_of(specialist, dossier), re.S)
    assert "cháu Nguyễn An" in text_of(specialist, dossier, "draft")
    act(specialist, dossier, "draft", content="Đã sửa họ tên mẹ")
    assert "alert-warn" not in text_of(signed_in("lanhdao"), dossier)
    dossier.refresh_from_db()
    assert dossier.result_draft["file_name"] == "du-thao.pdf"


def test_the_history_names_who_examined_and_who_approved() -> None:
    dossier = drafted()
    act(signed_in("lanhdao"), dossier, "approval", note="Đồng ý nội dung")
    page = text_of(signed_in("vanthu"), dossier)
    assert "Phê duyệt kết quả: Phê duyệt" in page
    assert "Đồng ý nội dung" in page


def test_an_answer_says_whether_it_agrees() -> None:
    dossier = take_in(signed_in("motcua.xa"))
    specialist = signed_in("chuyenvien")
    page = text_of(specialist, dossier, "consultation")
    police = re.search(r'name="units" value="(\d+)"><span>Công an phường Tân Ninh<', page)
    assert police
    assert page.index("Công an phường Tân Ninh") < page.index("Sở Tư pháp") < page.index("Công an phường Bình Minh")
    due = f"{localtime(dossier.due_at):%d/%m/%Y}"
    act(specialist, dossier, "consultation", units=police[1], question="Xác minh nơi cư trú", due_date=due)
    act(signed_in("congan.xa"), dossier, "answer", agrees="no", answer="Không cư trú ở đây")
    assert "Không thống nhất" in text_of(specialist, dossier)


# -- the inbox -----------------------------------------------------------------------------------------------------


def test_a_result_in_time_is_never_shown_as_late() -> None:
    from datetime import timedelta

    from django.db.models import F

    dossier = drafted()
    act(signed_in("lanhdao"), dossier, "approval", note="")
    act(signed_in("vanthu"), dossier, "number", number="05/2026-GKS", day=f"{localtime(dossier.received_at):%d/%m/%Y}")
    Dossier.objects.update(due_at=F("due_at") - timedelta(days=30), finished_at=F("finished_at") - timedelta(days=31))
    desk = signed_in("motcua.xa")
    page = desk.get("/inbox?whose=posts").content.decode()
    assert "Đã có kết quả, chờ trả · 1" in page
    assert "Quá hạn " not in page.split("<main", 1)[1].split("<tbody", 1)[1]
    assert dossier.code not in desk.get("/inbox?whose=posts&only=overdue").content.decode()


def test_a_hundred_are_chosen_at_once_and_done_at_once() -> None:
    desk = signed_in("motcua.xa")
    codes = [take_in(desk, card=CARD.replace("072190004217", f"0721900{n:05d}")).code for n in range(103)]
    specialist = signed_in("chuyenvien")
    first = specialist.get("/inbox?whose=posts").content.decode()
    link = re.search(r'href="(\?[^"]*chosen=examination[^"]*)"', first)
    assert link
    page = specialist.get("/inbox" + link[1].replace("&amp;", "&")).content.decode()
    chosen = re.findall(r'name="code" value="([^"]+)" checked', page)
    assert len(chosen) == 100
    assert set(chosen) <= set(codes)
    assert specialist.post("/inbox/bulk", {"do": "examination", "code": chosen}).status_code == 302
    assert Dossier.objects.filter(state="drafting").count() == 100


def test_titles_drop_the_word_that_says_nothing() -> None:
    take_in(signed_in("motcua.xa"))
    rows = signed_in("chuyenvien").get("/inbox?whose=posts").content.decode().split("<tbody", 1)[1]
    assert "Thủ tục " not in rows
    assert "Đăng ký khai sinh" in rows


# -- the leader ----------------------------------------------------------------------------------------------------


def test_a_new_date_is_offered_only_while_the_law_allows_it() -> None:
    from datetime import timedelta

    from django.db.models import F
    from django.utils import timezone

    dossier, leader = take_in(signed_in("motcua.xa")), signed_in("lanhdao")
    assert "/acts/reappointment" in text_of(leader, dossier)
    Dossier.objects.update(due_at=timezone.now() - timedelta(days=1), promised_at=F("submitted_at"))
    assert "/acts/reappointment" not in text_of(leader, dossier)
    said = leader.get(f"/dossiers/{dossier.code}/acts/reappointment", follow=True).content.decode()
    assert "phải xin lỗi và hẹn lại trước khi đến hạn" in said


def test_a_new_date_does_not_hide_that_a_dossier_is_late_by_law() -> None:
    from datetime import timedelta

    from django.utils import timezone

    dossier = take_in(signed_in("motcua.xa"))
    now = timezone.now()
    Dossier.objects.update(due_at=now - timedelta(days=7), promised_at=now + timedelta(days=7))
    page = signed_in("lanhdao").get(f"/lateness/{dossier.handling_unit_id}").content.decode()
    assert "Quá hạn " in page
    assert "Đã hẹn lại" in page
    assert "Còn " not in page.split("<tbody", 1)[1].split("</table", 1)[0]


# -- what an official need not see ---------------------------------------------------------------------------------


def test_numbers_inside_the_form_are_masked_until_opening_is_noted(office: Office) -> None:
    dossier = office.dossier(office.received())
    specialist = signed_in("chuyenvien")
    page = text_of(specialist, dossier)
    assert "Nội dung" in page
    assert ANSWERS["applicant_id"] not in page
    assert ANSWERS["applicant_phone"] not in page
    opened = specialist.get(f"/dossiers/{dossier.code}?so-dinh-danh=1").content.decode()
    assert opened.count(str(ANSWERS["applicant_id"])) == 2
