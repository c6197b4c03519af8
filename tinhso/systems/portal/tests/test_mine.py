"""A person's own dossiers: what they see and what they can do."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tinhso.foundation.files import public as files
from tinhso.foundation.files.tests.factories import pdf
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.public import Finding, RefusedError
from tinhso.systems.portal.tests.factories import CODE, citizen_client, make_procedure, make_tracking, moment
from tinhso.systems.procedures import public as procedures

pytestmark = pytest.mark.django_db
PAGE = f"/my/dossiers/{CODE}"


@pytest.fixture
def desk(monkeypatch):
    """The one-stop desk behind its door: one dossier, and a list of what was asked of it."""

    class Desk:
        dossier = make_tracking()
        asked: list[tuple[str, dict]]
        refusal: Exception | None = None

    Desk.asked = []

    def track(*, code, actor, at):
        if code != CODE:
            raise LookupError(code)
        return Desk.dossier

    def act(name):
        def asked(**given):
            if Desk.refusal:
                raise Desk.refusal
            Desk.asked.append((name, given))

        return asked

    monkeypatch.setattr(one_stop, "track", track)
    monkeypatch.setattr(one_stop, "my_dossiers", lambda *, actor, after=None, limit=20: [Desk.dossier])
    for name in ("withdraw", "rate", "supplement"):
        monkeypatch.setattr(one_stop, name, act(name))
    monkeypatch.setattr(procedures, "get_procedure", lambda *, code, on=None: make_procedure())
    return Desk


def body(response):
    return response.content.decode()


def test_the_result_and_every_slip_can_be_taken_from_the_page(desk):
    person = citizen_client()
    page = body(person.get(PAGE))
    assert f"{PAGE}/result" not in page
    assert "/printing/" not in page
    desk.dossier = make_tracking(
        state="returned", result_name="Giấy khai sinh", result_sha256="ab" * 32, slips=("supplement", "apology")
    )
    page = body(person.get(PAGE))
    assert f'href="{PAGE}/result"' in page
    assert re.findall(r"/dossiers/[^/]+/printing/(\w+)\.pdf", page) == ["supplement", "apology"]


@pytest.mark.parametrize("path", ["/my", PAGE, f"{PAGE}/withdrawal", f"{PAGE}/supplement", "/my/messages"])
def test_nobody_sees_them_without_signing_in(desk, path):
    response = Client().get(path)
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_the_title_is_the_answer(desk):
    page = body(citizen_client().get(PAGE))
    assert "Hồ sơ của bạn đang ở UBND phường Tân Ninh, bước thẩm định" in page
    assert "Bạn không phải làm gì lúc này." in page
    assert "Trần Thị Bích Phượng" in page
    assert "Thứ Năm 26/11/2026" in page
    assert "Hạn là 5 ngày làm việc" in page


def test_what_is_asked_comes_before_everything(desk):
    desk.dossier = make_tracking(
        state="awaiting_supplement",
        asks="Xin nộp bổ sung theo phiếu yêu cầu.",
        wanted=("Giấy chứng sinh",),
        can_supplement=True,
        next_date=moment(3, 16, month=12),
    )
    page = body(citizen_client().get(PAGE))
    assert "Hồ sơ của bạn cần bổ sung giấy tờ" in page
    assert page.index("Xin nộp bổ sung") < page.index("Người đang giữ hồ sơ")
    assert "Thứ Năm 03/12/2026" in page
    assert "Chờ bạn bổ sung" in page


def test_somebody_elses_dossier_is_as_if_it_were_not_there(desk):
    desk.dossier = make_tracking(is_full=False)
    assert citizen_client().get(PAGE).status_code == 404
    assert citizen_client("khac", "Người khác", "072198000018").get("/my/dossiers/H53.1-261118-0001").status_code == 404


def test_the_list_puts_first_what_waits_for_the_person(desk):
    desk.dossier = make_tracking(asks="Xin nộp bổ sung theo phiếu yêu cầu.")
    page = body(citizen_client().get("/my"))
    assert "Đang chờ bạn" in page
    assert "Xin nộp bổ sung" in page


def test_an_empty_list_names_the_next_thing_to_do(desk, monkeypatch):
    monkeypatch.setattr(one_stop, "my_dossiers", lambda *, actor, after=None, limit=20: [])
    assert "Tìm thủ tục" in body(citizen_client().get("/my"))


def test_withdrawing_asks_why_and_loses_nothing_typed(desk):
    response = citizen_client().post(f"{PAGE}/withdrawal", {"reason": "ok"})
    assert response.status_code == 422
    assert 'href="#reason"' in body(response)
    assert ">ok</textarea>" in body(response)
    assert desk.asked == []


def test_withdrawing_with_a_reason_is_done_once(desk):
    response = citizen_client().post(f"{PAGE}/withdrawal", {"reason": "Tôi nộp nhầm thủ tục"}, follow=True)
    assert "Đã rút hồ sơ" in body(response)
    assert [(name, given["reason"]) for name, given in desk.asked] == [("withdraw", "Tôi nộp nhầm thủ tục")]


def test_a_refused_withdrawal_says_why(desk):
    desk.refusal = RefusedError([Finding(place="", sentence="Kết quả đã ký, không rút được nữa.")])
    response = citizen_client().post(f"{PAGE}/withdrawal", {"reason": "Tôi đổi ý"})
    assert response.status_code == 422
    assert "Kết quả đã ký, không rút được nữa." in body(response)


def test_a_dossier_that_cannot_be_withdrawn_offers_no_button(desk):
    desk.dossier = make_tracking(can_withdraw=False)
    page = body(citizen_client().get(f"{PAGE}/withdrawal"))
    assert "không rút được nữa" in page
    assert "<textarea" not in page


def test_rating_takes_one_to_five(desk):
    desk.dossier = make_tracking(state="returned", can_rate=True)
    client = citizen_client()
    response = client.post(f"{PAGE}/rating", {"score": "9", "comment": "nhanh"})
    assert response.status_code == 422
    assert "Chọn một mức từ 1 đến 5" in body(response)
    assert ">nhanh</textarea>" in body(response)
    client.post(f"{PAGE}/rating", {"score": "5", "comment": "nhanh"})
    assert [(name, given["score"]) for name, given in desk.asked] == [("rate", 5)]


def test_a_rating_given_is_shown_and_may_be_changed(desk):
    desk.dossier = make_tracking(state="returned", can_rate=True, rating=4, rating_comment="Nhanh gọn")
    page = body(citizen_client().get(PAGE))
    assert "Đánh giá của bạn" in page
    assert "4 · Tốt" in page
    assert "Nhanh gọn" in page
    assert 'value="4" checked' in page
    assert "Đổi đánh giá" in page


def test_a_rating_too_old_to_change_is_only_shown(desk):
    desk.dossier = make_tracking(state="returned", can_rate=False, rating=2)
    page = body(citizen_client().get(PAGE))
    assert "2 · Kém" in page
    assert 'name="score"' not in page


def test_supplementing_keeps_each_file_and_sends_them_together(desk, monkeypatch):
    desk.dossier = make_tracking(state="awaiting_supplement", can_supplement=True)
    kept = files.StoredFile(sha256="ab" * 32, size=3, media_type="application/pdf", pages=1)
    monkeypatch.setattr(files, "keep", lambda *, content, name: kept)
    sent = SimpleUploadedFile("giay.pdf", b"%PDF", content_type="application/pdf")
    response = citizen_client().post(f"{PAGE}/supplement", {"paper-birth": sent, "once": "k1"}, follow=True)
    assert "Đã gửi 1 giấy bổ sung" in body(response)
    ((name, given),) = desk.asked
    assert name == "supplement"
    assert given["once"] == f"supplement:{CODE}:k1"
    assert [paper.key for paper in given["papers"]] == ["birth"]


def test_a_file_refused_is_named_with_its_reason(desk, monkeypatch):
    desk.dossier = make_tracking(state="awaiting_supplement", can_supplement=True)

    def refuse(*, content, name):
        raise files.FileRefusedError((files.Problem("encrypted", "Tệp có mật khẩu: gỡ mật khẩu rồi gửi lại."),))

    monkeypatch.setattr(files, "keep", refuse)
    sent = SimpleUploadedFile("khoa.pdf", b"%PDF")
    response = citizen_client().post(f"{PAGE}/supplement", {"paper-birth": sent})
    assert response.status_code == 422
    assert "khoa.pdf" in body(response)
    assert "gỡ mật khẩu" in body(response)
    assert desk.asked == []


def test_supplementing_with_no_file_says_so(desk):
    desk.dossier = make_tracking(state="awaiting_supplement", can_supplement=True)
    response = citizen_client().post(f"{PAGE}/supplement", {"once": "k"})
    assert response.status_code == 422
    assert "Chọn ít nhất một tệp" in body(response)


def test_a_dossier_that_waits_for_nothing_takes_no_supplement(desk):
    response = citizen_client().get(f"{PAGE}/supplement")
    assert response.status_code == 302


def _waiting_for_papers(desk, settings, tmp_path):
    settings.VAR = tmp_path
    desk.dossier = make_tracking(state="awaiting_supplement", can_supplement=True)
    return citizen_client()


def _file(name="giay.pdf", content=None):
    return SimpleUploadedFile(name, content or pdf())


def test_a_file_refused_does_not_lose_the_others(desk, settings, tmp_path):
    client = _waiting_for_papers(desk, settings, tmp_path)
    response = client.post(
        f"{PAGE}/supplement", {"paper-birth": _file(), "paper-other": _file("hong.pdf", b"khong phai PDF")}
    )
    assert response.status_code == 422
    assert "hong.pdf" in body(response)
    assert "giay.pdf" in body(client.get(f"{PAGE}/supplement"))
    client.post(f"{PAGE}/supplement", {"once": "k2"})
    ((_, given),) = desk.asked
    assert [(paper.key, paper.file_name) for paper in given["papers"]] == [("birth", "giay.pdf")]


def test_what_was_given_can_be_taken_back_before_sending(desk, settings, tmp_path):
    client = _waiting_for_papers(desk, settings, tmp_path)
    client.post(f"{PAGE}/supplement", {"paper-birth": _file(), "paper-other": _file("hong.pdf", b"x")})
    page = body(client.get(f"{PAGE}/supplement"))
    (kept,) = re.findall(r'name="_remove" value="(\w+)"', page)
    client.post(f"{PAGE}/supplement", {"_remove": kept})
    assert "giay.pdf" not in body(client.get(f"{PAGE}/supplement"))


def test_an_upload_in_pieces_joins_the_papers_and_answers_with_its_row(desk, settings, tmp_path, monkeypatch):
    client = _waiting_for_papers(desk, settings, tmp_path)
    stored = files.keep(content=pdf(), name="lon.pdf")
    upload = files.Upload(
        id="u1", owner="", name="lon.pdf", size=stored.size, offset=stored.size, file=stored, problems=()
    )
    monkeypatch.setattr(files, "upload", lambda *, upload_id, owner: upload)
    response = client.post(f"{PAGE}/supplement", {"upload": "u1", "paper": "birth"}, headers={"X-Fragment": "paper"})
    assert response.status_code == 200
    assert body(response).lstrip().startswith('<li id="paper-birth"')
    assert "lon.pdf" in body(response)
    assert desk.asked == []
    assert "Đã gửi 1 giấy bổ sung" in body(client.post(f"{PAGE}/supplement", {"once": "k"}, follow=True))


def test_an_upload_of_somebody_else_is_not_taken(desk, settings, tmp_path):
    client = _waiting_for_papers(desk, settings, tmp_path)
    answer = {"upload": "00000000-0000-0000-0000-000000000000", "paper": "birth"}
    response = client.post(f"{PAGE}/supplement", answer, headers={"X-Fragment": "paper"})
    assert response.status_code == 422
    assert "field-error" in body(response)


def test_each_paper_asked_for_has_its_own_place_and_no_other_is_shown(desk, settings, tmp_path):
    client = _waiting_for_papers(desk, settings, tmp_path)
    desk.dossier = make_tracking(
        state="awaiting_supplement", can_supplement=True, wanted=("Giấy chứng minh quan hệ cha con", "birth")
    )
    page = body(client.get(f"{PAGE}/supplement"))
    assert re.findall(r'type="file" [^>]*name="([^"]+)"', page) == ["paper-asked-0", "paper-birth", "paper-other"]
    client.post(f"{PAGE}/supplement", {"paper-asked-0": _file(), "once": "k"})
    ((_, given),) = desk.asked
    assert [(paper.key, paper.name) for paper in given["papers"]] == [("other", "Giấy chứng minh quan hệ cha con")]
