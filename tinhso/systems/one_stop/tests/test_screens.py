"""The officials' screens on the real pack: counter, inbox, workspace, acts, register, lateness."""

import io
import re
from typing import Any

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tinhso.foundation.accounts.models import Account
from tinhso.systems.one_stop.models import Dossier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]

CARD = "072190004217|290000001|Nguyễn Thị Ưởng|12031990|Nữ|Khu phố 4, Phường Tân Ninh, Tây Ninh|01012022"
BIRTH = "1.001193"


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def tick_all(page: str) -> list[str]:
    return re.findall(r'name="given" value="([^"]+)"', page)


def take_in(client: Client, *, card: str = CARD, code: str = BIRTH) -> Dossier:
    """A paper dossier over the counter, as an officer does it."""
    client.post("/desk", {"do": "person", "card": card})
    client.post("/desk", {"do": "procedure", "code": code})
    page = client.get("/desk").content.decode()
    answer = client.post("/desk", {"do": "receive", "given": tick_all(page), "return_channel": "desk"})
    assert answer.status_code == 302, re.findall(r'class="errors".*?</div>', answer.content.decode(), re.S)
    return Dossier.objects.get(code=answer["Location"].rsplit("/", 1)[-1])


def act(client: Client, dossier: Dossier, slug: str, **typed: Any) -> Any:
    return client.post(f"/dossiers/{dossier.code}/acts/{slug}", typed)


# -- the counter -----------------------------------------------------------------------------------------------


def test_the_counter_reads_the_card_and_types_nothing_twice() -> None:
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": CARD})
    page = desk.get("/desk").content.decode()
    assert "Nguyễn Thị Ưởng" in page
    assert "072190004217" not in page
    dossier = take_in(desk)
    assert (dossier.applicant_name, dossier.identity_number, dossier.channel) == (
        "Nguyễn Thị Ưởng",
        "072190004217",
        "desk",
    )
    assert dossier.received_at is not None
    assert dossier.due_at is not None


def test_a_person_of_an_earlier_dossier_is_known_by_number_alone() -> None:
    desk = signed_in("motcua.xa")
    take_in(desk)
    desk.post("/desk", {"do": "person", "card": "072190004217"})
    assert "Nguyễn Thị Ưởng" in desk.get("/desk").content.decode()


@pytest.mark.parametrize("card", ["abc", "123", "|||||", "<script>alert(1)</script>", "9" * 900])
def test_a_card_that_is_none_is_said_and_kept(card: str) -> None:
    answer = signed_in("motcua.xa").post("/desk", {"do": "person", "card": card})
    assert answer.status_code == 422
    assert "Đây không phải mã QR thẻ căn cước" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def card_photograph(text: str) -> SimpleUploadedFile:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    return SimpleUploadedFile("the.png", drawn.getvalue(), "image/png")


def test_a_photograph_of_the_card_is_read_as_the_scanner_reads_it() -> None:
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": "", "card_photo": card_photograph(CARD)})
    assert CARD.split("|")[2] in desk.get("/desk").content.decode()


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        (SimpleUploadedFile("the.jpg", b"no picture", "image/jpeg"), "không phải ảnh"),
        (card_photograph("https://example.vn"), "không phải của thẻ căn cước"),
    ],
)
def test_a_photograph_without_a_card_is_said(photo: SimpleUploadedFile, sentence: str) -> None:
    photo.seek(0)
    answer = signed_in("motcua.xa").post("/desk", {"do": "person", "card": "", "card_photo": photo})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_missing_paper_is_named_and_nothing_is_lost() -> None:
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": CARD})
    desk.post("/desk", {"do": "procedure", "code": BIRTH})
    answer = desk.post("/desk", {"do": "receive", "return_channel": "desk"})
    assert answer.status_code == 422
    assert "Thiếu giấy: " in answer.content.decode()
    assert "Nguyễn Thị Ưởng" in answer.content.decode()
    assert Dossier.objects.count() == 0


def test_pressing_receive_twice_makes_one_dossier() -> None:
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": CARD})
    desk.post("/desk", {"do": "procedure", "code": BIRTH})
    state = dict(desk.session["desk-intake"])
    given = tick_all(desk.get("/desk").content.decode())
    desk.post("/desk", {"do": "receive", "given": given})
    session = desk.session
    session["desk-intake"] = state
    session.save()
    desk.post("/desk", {"do": "receive", "given": given})
    assert Dossier.objects.count() == 1


@pytest.mark.parametrize(
    ("decision", "slug", "typed", "form"),
    [
        ("lack", "supplement-request", {"items": "Giấy chứng sinh", "reason": "Chưa có giấy chứng sinh"}, "supplement"),
        ("refuse", "refusal", {"reasons": "Không thuộc thẩm quyền của phường"}, "refusal"),
    ],
)
def test_what_cannot_be_received_is_answered_in_writing(
    decision: str, slug: str, typed: dict[str, str], form: str
) -> None:
    """NĐ 118/2025, art. 17: incomplete, form 02; refused, form 03; the dossier stands in the register all the same."""
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": CARD})
    desk.post("/desk", {"do": "procedure", "code": BIRTH})
    answer = desk.post("/desk", {"do": decision, "return_channel": "desk"})
    dossier = Dossier.objects.get()
    assert answer["Location"].startswith(f"/dossiers/{dossier.code}/acts/{slug}")
    assert dossier.received_at is None
    if decision == "lack":
        assert "Giấy chứng sinh" in desk.get(answer["Location"]).content.decode()
    assert act(desk, dossier, slug, **typed).status_code == 302
    assert desk.get(f"/dossiers/{dossier.code}/printing/{form}.pdf").status_code == 200


def test_any_desk_of_the_province_takes_any_dossier() -> None:
    """Phi địa giới: the provincial centre receives for a ward."""
    dossier = take_in(signed_in("motcua.tinh"))
    assert dossier.receiving_unit_id != dossier.handling_unit_id


@pytest.mark.parametrize("username", ["chuyenvien", "lanhdao", "vanthu", "quantri", "congdan"])
def test_the_counter_is_closed_to_others(username: str) -> None:
    assert signed_in(username).get("/desk").status_code in (302, 403)


# -- through the house ------------------------------------------------------------------------------------------


def through_the_house(dossier: Dossier) -> None:
    act(signed_in("chuyenvien"), dossier, "examination", note="Đủ điều kiện")
    act(signed_in("chuyenvien"), dossier, "draft", content="Giấy khai sinh")
    act(signed_in("lanhdao"), dossier, "approval", note="Đồng ý")
    act(signed_in("vanthu"), dossier, "number", number="01/2026-GKS", day="31/12/2026")
    act(signed_in("motcua.xa"), dossier, "delivery", how="electronic")


def test_a_dossier_goes_from_the_counter_to_its_result() -> None:
    dossier = take_in(signed_in("motcua.xa"))
    through_the_house(dossier)
    dossier.refresh_from_db()
    assert dossier.state == Dossier.State.RETURNED
    assert dossier.result_number == "01/2026-GKS"


def test_the_workspace_hides_the_number_until_asked_and_notes_every_reading() -> None:
    from tinhso.foundation.audit import public as audit

    dossier = take_in(signed_in("motcua.xa"))
    specialist = signed_in("chuyenvien")
    assert dossier.identity_number not in specialist.get(f"/dossiers/{dossier.code}").content.decode()
    assert dossier.identity_number in specialist.get(f"/dossiers/{dossier.code}?so-dinh-danh=1").content.decode()
    readers = audit.readings_of(owner=dossier.identity_number)
    assert {"Hồ sơ và giấy tờ", "Số định danh đầy đủ"} <= {reading.what for reading in readers}


def test_an_official_of_another_agency_may_not_read_it() -> None:
    dossier = take_in(signed_in("motcua.xa"))
    assert signed_in("quantri").get(f"/dossiers/{dossier.code}").status_code == 403


def test_a_step_done_by_another_is_said_not_repeated() -> None:
    dossier = take_in(signed_in("motcua.xa"))
    first = act(signed_in("chuyenvien"), dossier, "examination", note="")
    second = act(signed_in("chuyenvien"), dossier, "examination", note="")
    assert (first["Location"], second["Location"]) == ("/inbox", f"/dossiers/{dossier.code}")


@pytest.mark.parametrize(
    ("slug", "typed", "sentence"),
    [
        ("supplement-request", {"items": "", "reason": "x"}, "Chưa ghi: Giấy tờ, nội dung còn thiếu"),
        ("refusal", {"reasons": "   "}, "Chưa ghi: Lý do từ chối"),
        ("consultation", {"units": "abc", "question": "Xin ý kiến về hồ sơ", "due_date": "31/02/2026"}, "31/02/2026"),
        ("fee", {"name": "Thuế", "amount": "năm nghìn", "reason": "Theo thông báo thuế"}, "Số tiền phải là số"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(slug: str, typed: dict[str, str], sentence: str) -> None:
    dossier = take_in(signed_in("motcua.xa"))
    answer = act(signed_in("chuyenvien"), dossier, slug, **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_second_supplement_request_needs_to_be_insisted_on() -> None:
    desk, specialist = signed_in("motcua.xa"), signed_in("chuyenvien")
    dossier = take_in(desk)
    typed = {"items": "Giấy chứng sinh\nTờ khai", "reason": "Thiếu giấy tờ"}
    assert act(specialist, dossier, "supplement-request", **typed).status_code == 302
    assert act(desk, dossier, "supplement", name="Giấy chứng sinh", once="a1").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state != Dossier.State.AWAITING_SUPPLEMENT
    again = act(specialist, dossier, "supplement-request", **typed)
    assert again.status_code == 422
    assert "chỉ được yêu cầu một lần" in again.content.decode()
    assert act(specialist, dossier, "supplement-request", again="1", **typed).status_code == 302


# -- inbox -------------------------------------------------------------------------------------------------------


def test_the_counter_says_how_each_paper_is_given_and_in_which_case() -> None:
    desk = signed_in("motcua.xa")
    desk.post("/desk", {"do": "person", "card": CARD})
    desk.post("/desk", {"do": "procedure", "code": BIRTH})
    page = desk.get("/desk").content.decode()
    notes = re.findall(r'<label for="paper-[^"]+">([^<]+)<small>([^<]*)</small>', page)
    said = dict(notes)
    assert said["Giấy chứng sinh"] == "1 bản chính"
    assert said["Văn bản ủy quyền"] == "1 bản chính · Nhờ người khác nộp"
    assert next(note for name, note in notes if name.startswith("Giấy tờ tùy thân")) == "xuất trình"
    assert "<dd>Đăng ký khai sinh" in page


def test_the_inbox_shows_the_work_and_does_many_at_once() -> None:
    desk = signed_in("motcua.xa")
    dossiers = [take_in(desk, card=CARD.replace("072190004217", f"07219000{n:04d}")) for n in range(3)]
    specialist = signed_in("chuyenvien")
    page = specialist.get("/inbox?whose=posts").content.decode()
    assert all(d.code.split("-", 1)[1] in page for d in dossiers)
    answer = specialist.post("/inbox/bulk", {"do": "examination", "code": [d.code for d in dossiers]})
    assert answer.status_code == 302
    again = specialist.post("/inbox/bulk", {"do": "examination", "code": [dossiers[0].code, "H99-000000-0000"]})
    page = again.content.decode()
    assert "0 hồ sơ đã xong, 2 hồ sơ chưa làm được" in page


def test_bulk_refuses_more_than_a_hundred() -> None:
    answer = signed_in("chuyenvien").post("/inbox/bulk", {"do": "examination", "code": [f"X-{n}" for n in range(101)]})
    assert answer["Location"] == "/inbox"


# -- lists, register, prints, lateness ----------------------------------------------------------------------------


def test_search_forgives_marks_and_finds_by_code_and_number() -> None:
    desk = signed_in("motcua.xa")
    dossier = take_in(desk)
    for text in ("nguyen thi uong", "Nguyễn Thị Ưởng", dossier.code, "072190004217"):
        assert dossier.code in desk.get("/dossiers", {"q": text}).content.decode(), text
    assert "Không thấy hồ sơ nào khớp" in desk.get("/dossiers", {"q": "khong co ai"}).content.decode()


def test_the_register_is_printed_and_exported_without_formulas() -> None:
    desk = signed_in("motcua.xa")
    dossier = take_in(desk, card=CARD.replace("Nguyễn Thị Ưởng", "=cmd()"))
    assert dossier.code in desk.get("/register").content.decode()
    assert desk.get("/register.pdf").content.startswith(b"%PDF-")
    table = b"".join(desk.get("/register.csv")).decode("utf-8-sig")
    assert "'=cmd()" in table


@pytest.mark.parametrize("form", ["receipt", "control"])
def test_the_forms_of_a_dossier_print(form: str) -> None:
    desk = signed_in("motcua.xa")
    dossier = take_in(desk)
    answer = desk.get(f"/dossiers/{dossier.code}/printing/{form}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_supplement_refusal_and_stop_print_when_there_is_reason() -> None:
    desk, specialist = signed_in("motcua.xa"), signed_in("chuyenvien")
    dossier = take_in(desk)
    assert desk.get(f"/dossiers/{dossier.code}/printing/supplement.pdf").status_code == 404
    act(specialist, dossier, "supplement-request", items="Giấy chứng sinh", reason="Thiếu giấy tờ")
    assert desk.get(f"/dossiers/{dossier.code}/printing/supplement.pdf").status_code == 200
    act(desk, dossier, "withdrawal", reason="Người nộp xin rút hồ sơ")
    assert desk.get(f"/dossiers/{dossier.code}/printing/stop.pdf").status_code == 200
    other = take_in(desk)
    act(specialist, other, "refusal", reasons="Không thuộc thẩm quyền")
    assert desk.get(f"/dossiers/{other.code}/printing/refusal.pdf").status_code == 200


def test_the_leader_sees_what_is_late_and_whose() -> None:
    from datetime import timedelta

    from django.db.models import F

    dossier = take_in(signed_in("motcua.xa"))
    Dossier.objects.update(due_at=F("submitted_at") - timedelta(days=3))
    leader = signed_in("lanhdao")
    assert "Quá hạn" in leader.get("/lateness").content.decode()
    page = leader.get(f"/lateness/{dossier.handling_unit_id}").content.decode()
    assert dossier.code in page
    assert signed_in("lanhdao").get("/lateness/999999").status_code == 404
