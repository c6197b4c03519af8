"""Filing page by page: nothing typed is lost, nothing is sent twice, nobody sees another's draft."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tinhso.foundation.files.tests import factories as papers
from tinhso.foundation.forms import public as forms
from tinhso.foundation.forms.tests import factories as schemas
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal import drafts
from tinhso.systems.portal.models import Draft
from tinhso.systems.portal.tests import factories as f
from tinhso.systems.procedures import public as procedures
from tinhso.systems.procedures.public import Paper

pytestmark = pytest.mark.django_db
START = "/procedures/1.001193/filing"
PAPER = Paper(key="birth-notice", name="Giấy chứng sinh", originals=1, copies=0, required=True, case="", form_name="")
CHILD = {"child_name": "Đặng Phượng Ỷ", "child_birth": "5/11/2026", "child_sex": "female"}
PARENTS = {"mother_birth": "1/2/1998", "married": "no"}


class World:
    """What stands behind the doors: one procedure, one commune, and the dossiers sent."""

    def __init__(self) -> None:
        self.version = forms.publish_form(key="khai-sinh", schema=schemas.birth()).version_id
        self.sent: dict[str, dict[str, Any]] = {}
        self.findings: list[one_stop.Finding] = []
        self.refuses = False

    def binding(self, *, code: str, on: Any) -> Any:
        if code != "1.001193":
            raise LookupError("Thủ tục này không nộp được trên mạng")
        return SimpleNamespace(handling="commune", form_version_id=self.version)

    def submit(self, **given: Any) -> one_stop.Receipt:
        if self.refuses:
            raise one_stop.RefusedError(self.findings)
        repeated = given["once"] in self.sent
        self.sent.setdefault(given["once"], given)
        return one_stop.Receipt(code=f.CODE, submitted_at=f.moment(20), repeated=repeated)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> World:
    settings.VAR = tmp_path
    made = World()
    commune = SimpleNamespace(key="ubnd-tan-ninh", name="Ủy ban nhân dân phường Tân Ninh", id=1)

    def by_key(*, key: str) -> Any:
        if key != commune.key:
            raise LookupError(key)
        return commune

    def procedure(*, code: str, on: Any = None) -> Any:
        if code != "1.001193":
            raise LookupError(code)
        return f.make_procedure(papers=(PAPER,))

    monkeypatch.setattr(procedures, "get_procedure", procedure)
    monkeypatch.setattr(procedures, "binding_on", made.binding)
    monkeypatch.setattr(procedures, "fee_lines", lambda **given: [])
    monkeypatch.setattr(organizations, "units", lambda **given: [commune])
    monkeypatch.setattr(organizations, "unit_by_key", by_key)
    monkeypatch.setattr(one_stop, "preflight", lambda **given: made.findings)
    monkeypatch.setattr(one_stop, "submit", made.submit)
    monkeypatch.setattr(one_stop, "track", lambda **given: f.make_tracking())
    return made


@pytest.fixture
def lan() -> Client:
    return f.citizen_client()


def begin(client: Client) -> str:
    """The address of the draft."""
    answer = client.post(START, {"unit": "ubnd-tan-ninh"})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"]).rsplit("/", 1)[0]


def shown(client: Client, address: str) -> str:
    found = re.search(r'name="_shown" value="([^"]*)"', client.get(address).content.decode())
    assert found
    return found[1]


def fill(client: Client, address: str, answers: dict[str, Any]) -> Any:
    return client.post(address, {"_shown": shown(client, address), **answers})


def ready(client: Client) -> str:
    """A draft with everything answered."""
    draft = begin(client)
    assert fill(client, f"{draft}/1", CHILD).headers["Location"] == f"{draft}/2"
    assert fill(client, f"{draft}/2", PARENTS).headers["Location"] == f"{draft}/papers"
    given = {"paper-birth-notice": SimpleUploadedFile("cs.pdf", papers.pdf()), "_next": "1"}
    assert client.post(f"{draft}/papers", given).headers["Location"] == f"{draft}/review"
    return draft


def test_a_dossier_is_filed_from_place_to_receipt(world: World, lan: Client) -> None:
    draft = ready(lan)
    page = lan.get(f"{draft}/review").content.decode()
    assert "Đặng Phượng Ỷ" in page
    assert "05/11/2026" in page
    answer = lan.post(f"{draft}/review", {"return_channel": "post"})
    assert answer.headers["Location"] == f"{draft}/sent"
    assert f.CODE in lan.get(f"{draft}/sent").content.decode()
    sent = next(iter(world.sent.values()))
    assert sent["unit_key"] == "ubnd-tan-ninh"
    assert sent["return_channel"] == "post"
    assert sent["data"]["child_birth"] == "2026-11-05"
    assert [paper.key for paper in sent["papers"]] == ["birth-notice"]
    assert sent["sources"]["mother_name"]["kind"] == "account"


def test_sent_twice_it_is_one_dossier_and_the_back_button_leads_to_the_receipt(world: World, lan: Client) -> None:
    draft = ready(lan)
    for _ in range(3):
        assert lan.post(f"{draft}/review", {}).headers["Location"] == f"{draft}/sent"
    assert len(world.sent) == 1
    for page in ("", "/1", "/papers", "/review", "/place"):
        assert lan.get(f"{draft}{page}").headers["Location"] == f"{draft}/sent"
    assert lan.post(f"{draft}/1", CHILD).headers["Location"] == f"{draft}/sent"


def test_a_wrong_answer_is_shown_again_as_typed_and_kept(world: World, lan: Client) -> None:
    draft = begin(lan)
    answer = fill(lan, f"{draft}/1", {**CHILD, "child_birth": "31/11/2026"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="31/11/2026"' in page
    assert 'href="#f-child_birth"' in page
    assert "Đặng Phượng Ỷ" in lan.get(f"{draft}/1").content.decode()


def test_another_device_goes_on_where_the_first_stopped(world: World, lan: Client) -> None:
    draft = begin(lan)
    fill(lan, f"{draft}/1", CHILD)
    other = Client()
    other.cookies = lan.cookies
    assert draft in other.get("/my").content.decode()
    assert other.get(draft).headers["Location"] == f"{draft}/2"
    assert "Đặng Phượng Ỷ" in other.get(f"{draft}/1").content.decode()


def test_leaving_keeps_what_was_typed_even_when_it_is_wrong(world: World, lan: Client) -> None:
    draft = begin(lan)
    answer = lan.post(f"{draft}/1", {"child_name": "Đặng 2", "child_birth": "chưa rõ", "_later": "1"})
    assert answer.headers["Location"] == "/my"
    page = lan.get(f"{draft}/1").content.decode()
    assert 'value="Đặng 2"' in page
    assert 'value="chưa rõ"' in page


def test_a_question_that_comes_up_is_no_mistake_at_first_and_one_afterwards(world: World, lan: Client) -> None:
    draft = begin(lan)
    fill(lan, f"{draft}/1", CHILD)
    answer = fill(lan, f"{draft}/2", {**PARENTS, "married": "yes"})
    assert answer.status_code == 200
    assert "cần thêm 1 câu" in answer.content.decode()
    again = re.search(r'name="_shown" value="([^"]*)"', answer.content.decode())
    assert again
    refused = lan.post(f"{draft}/2", {**PARENTS, "married": "yes", "_shown": again[1]})
    assert "Chưa ghi: Họ, chữ đệm, tên cha" in refused.content.decode()


def test_rows_are_added_and_removed_without_script(world: World, lan: Client) -> None:
    draft = begin(lan)
    fill(lan, f"{draft}/1", CHILD)
    answer = fill(lan, f"{draft}/2", {**PARENTS, "_add": "siblings"})
    assert answer.headers["Location"] == f"{draft}/2#f-siblings-0-name"
    fill(lan, f"{draft}/2", {**PARENTS, "siblings.0.name": "Đặng Văn An", "_add": "siblings"})
    assert 'value="Đặng Văn An"' in lan.get(f"{draft}/2").content.decode()
    answer = lan.post(f"{draft}/2", {"siblings.0.name": "Đặng Văn An", "siblings.1._row": "1", "_remove": "siblings.0"})
    assert answer.headers["Location"] == f"{draft}/2#f-siblings"
    assert "Đặng Văn An" not in lan.get(f"{draft}/2").content.decode()


def test_a_prefilled_answer_names_its_source_and_is_not_taken_from_the_browser(world: World, lan: Client) -> None:
    draft = begin(lan)
    fill(lan, f"{draft}/1", CHILD)
    page = lan.get(f"{draft}/2").content.decode()
    assert "Lấy từ tài khoản của bạn" in page
    fill(lan, f"{draft}/2", {**PARENTS, "mother_name": "Người Khác"})
    assert Draft.objects.get().data["mother_name"] == "Nguyễn Thị Ưởng"


def test_wrong_information_can_be_put_right_and_the_source_says_so(world: World, lan: Client) -> None:
    draft = begin(lan)
    answer = fill(lan, f"{draft}/2", {**PARENTS, "_edit": "mother_name"})
    assert answer.headers["Location"] == f"{draft}/2#f-mother_name"
    assert 'name="mother_name"' in lan.get(f"{draft}/2").content.decode()
    fill(lan, f"{draft}/2", {**PARENTS, "mother_name": "Nguyễn Thị Ương"})
    kept = Draft.objects.get()
    assert kept.data["mother_name"] == "Nguyễn Thị Ương"
    assert kept.sources["mother_name"]["kind"] == "typed"


def test_nobody_else_reaches_a_draft_or_its_files(world: World, lan: Client) -> None:
    draft = ready(lan)
    paper = Draft.objects.get().papers[0]["id"]
    assert lan.get(f"{draft}/papers/{paper}").status_code == 200
    stranger = f.citizen_client("khac", "Người Khác", "079198000018")
    for page in ("", "/1", "/papers", "/review", "/place", "/sent", f"/papers/{paper}"):
        assert stranger.get(f"{draft}{page}").status_code == 404
    for page in ("/1", "/papers", "/review", "/place", "/discard"):
        assert stranger.post(f"{draft}{page}", CHILD).status_code == 404
    assert not world.sent
    assert Client().get(f"{draft}/1").status_code in (302, 401, 403)


def test_what_would_be_refused_is_said_before_sending_with_a_way_to_it(world: World, lan: Client) -> None:
    draft = ready(lan)
    world.findings = [
        one_stop.Finding("child_birth", "Ngày sinh không khớp giấy chứng sinh"),
        one_stop.Finding("birth-notice", "Thiếu giấy tờ bắt buộc: Giấy chứng sinh."),
        one_stop.Finding("unit", "Phường này đã sáp nhập"),
        one_stop.Finding("", "Bạn có hồ sơ tương tự", blocking=False),
    ]
    page = lan.get(f"{draft}/review").content.decode()
    assert f'href="{draft}/1#f-child_birth"' in page
    assert f'href="{draft}/papers#paper-birth-notice"' in page
    assert f'href="{draft}/place"' in page
    assert "còn 3 chỗ cần sửa" in page
    world.refuses = True
    assert lan.post(f"{draft}/review", {}).status_code == 422
    assert Draft.objects.get().dossier_code == ""
    world.refuses, world.findings = False, []
    assert lan.post(f"{draft}/review", {}).status_code == 302


def test_one_refused_file_does_not_lose_the_others(world: World, lan: Client) -> None:
    draft = begin(lan)
    files = [SimpleUploadedFile("tot.pdf", papers.pdf()), SimpleUploadedFile("xau.pdf", b"MZ" + b"\x00" * 99)]
    answer = lan.post(f"{draft}/papers", {"paper-birth-notice": files})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "tot.pdf" in page
    assert "«xau.pdf»: Đây là một chương trình" in page
    assert [paper["file_name"] for paper in Draft.objects.get().papers] == ["tot.pdf"]


def test_a_file_over_the_limit_is_told_and_the_rest_of_the_form_arrives(
    world: World, lan: Client, settings: Any
) -> None:
    draft = begin(lan)
    settings.FILE_LIMIT = 1_000_000
    large = SimpleUploadedFile("to.pdf", b"x" * 1_500_000)
    given = {"paper-birth-notice": [large, SimpleUploadedFile("tot.pdf", papers.pdf())]}
    answer = lan.post(f"{draft}/papers", given)
    assert "«to.pdf» nặng quá 1 MB" in answer.content.decode()
    assert [paper["file_name"] for paper in Draft.objects.get().papers] == ["tot.pdf"]


def test_a_paper_can_be_taken_back(world: World, lan: Client) -> None:
    draft = ready(lan)
    lan.post(f"{draft}/papers", {"_remove": Draft.objects.get().papers[0]["id"]})
    assert Draft.objects.get().papers == []


def test_an_upload_of_the_script_is_attached_and_anothers_is_not(world: World, lan: Client) -> None:
    draft = begin(lan)
    content = papers.pdf(3)
    made = lan.post("/files/uploads", content, content_type="application/offset+octet-stream",
                    headers={"Upload-Length": str(len(content))})  # fmt: skip
    upload = made.headers["Location"].rpartition("/")[2]
    given = {"paper": "birth-notice", "upload": upload}
    stranger = f.citizen_client("khac", "Người Khác", "079198000018")
    theirs = begin(stranger)
    assert stranger.post(f"{theirs}/papers", given, headers={"X-Fragment": "paper"}).status_code == 422
    answer = lan.post(f"{draft}/papers", given, headers={"X-Fragment": "paper"})
    assert answer.status_code == 200
    assert "3 trang" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_draft_moves_to_the_form_in_force_and_names_what_to_answer_again(world: World, lan: Client) -> None:
    draft = ready(lan)
    changed = schemas.birth()
    changed["components"][0]["components"].append(schemas.text("hometown", "Quê quán", must=True))
    world.version = forms.publish_form(key="khai-sinh", schema=changed).version_id
    answer = lan.get(draft)
    assert answer.headers["Location"] == f"{draft}/1#f-hometown"
    page = lan.get(f"{draft}/1").content.decode()
    assert "Tờ khai đã có bản mới" in page
    assert "Đặng Phượng Ỷ" in page
    answer = fill(lan, f"{draft}/1", {**CHILD, "hometown": "Tân Ninh"})
    assert answer.headers["Location"] == f"{draft}/2"
    assert Draft.objects.get().again == []
    assert len(Draft.objects.get().papers) == 1


def test_a_draft_of_a_procedure_that_closed_is_kept(world: World, lan: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = begin(lan)

    def closed(**given: Any) -> Any:
        raise LookupError("Thủ tục này không nộp được trên mạng")

    monkeypatch.setattr(procedures, "binding_on", closed)
    answer = lan.get(f"{draft}/1")
    assert answer.status_code == 200
    assert "đang không nhận hồ sơ trên mạng" in answer.content.decode()
    assert lan.get(f"{draft}/review").status_code == 200


@pytest.mark.parametrize("unit", ["", "khong-co", "ubnd-tan-ninh\x00", "x" * 5000])
def test_a_commune_that_is_not_there_cannot_be_chosen(world: World, lan: Client, unit: str) -> None:
    answer = lan.post(START, {"unit": unit})
    if unit.startswith("ubnd"):
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert "Chọn xã, phường" in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "hostile", ["\x00", "<script>alert(1)</script>", "{{7*7}}", "'; drop table x; --", "\ud83e\udd8a" * 9]
)
def test_hostile_text_is_kept_as_text(world: World, lan: Client, hostile: str) -> None:
    hostile = hostile.encode("utf-8", "ignore").decode() or "?"
    draft = begin(lan)
    answer = fill(lan, f"{draft}/1", {**CHILD, "child_name": hostile})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    assert "49" not in answer.content.decode().split('id="f-child_name"')[1][:200]


def test_drafts_are_thrown_away_only_by_a_post_and_not_after_sending(world: World, lan: Client) -> None:
    draft = ready(lan)
    assert lan.get(f"{draft}/discard").status_code == 405
    lan.post(f"{draft}/review", {})
    lan.post(f"{draft}/discard")
    assert Draft.objects.count() == 1
    other = begin(lan)
    assert lan.post(f"{other}/discard").headers["Location"] == "/my"
    assert Draft.objects.count() == 1


def test_there_is_an_end_to_drafts(world: World, lan: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    begin(lan)
    begin(lan)
    assert "Bạn đang có 2 bản nháp" in lan.post(START, {"unit": "ubnd-tan-ninh"}).content.decode()


@pytest.mark.parametrize("number", [0, 9, 99])
def test_a_step_that_is_not_there_leads_to_the_first(world: World, lan: Client, number: int) -> None:
    draft = begin(lan)
    assert lan.get(f"{draft}/{number}").headers["Location"] == f"{draft}/1"


def test_the_script_gets_the_fields_alone_and_the_draft_is_saved(world: World, lan: Client) -> None:
    draft = begin(lan)
    answer = lan.post(f"{draft}/2", {**PARENTS, "married": "yes"}, headers={"X-Fragment": "fields"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "father_name" in page
    assert "<html" not in page
    assert Draft.objects.get().data["married"] == "yes"


def test_a_repeated_paper_is_kept_once(world: World, lan: Client) -> None:
    draft = begin(lan)
    content = papers.pdf()
    for _ in range(2):
        lan.post(f"{draft}/papers", {"paper-birth-notice": SimpleUploadedFile("a.pdf", content)})
    assert len(Draft.objects.get().papers) == 1


def test_an_unknown_procedure_cannot_be_filed(world: World, lan: Client) -> None:
    assert lan.get("/procedures/9.999999/filing").status_code == 404


def test_a_draft_forgotten_for_a_year_goes_and_a_sent_one_stays(world: World, lan: Client) -> None:
    draft = ready(lan)
    begin(lan)
    lan.post(f"{draft}/review", {})
    long_ago = f.moment(20) - drafts.FORGOTTEN_AFTER - timedelta(days=1)
    Draft.objects.update(updated_at=long_ago)
    assert drafts.drop_forgotten(at=f.moment(20)) == 1
    assert Draft.objects.get().dossier_code == f.CODE
