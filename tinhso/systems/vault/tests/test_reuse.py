"""What is held is not asked for: on the phone, at the counter, in the agency; its lapse is told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.notifications import public as notifications
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.tests.factories import COMMUNE, Office, services
from tinhso.systems.portal.tests.factories import drafts
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.models import AskedAgain, Paper, Reading, Use
from tinhso.systems.vault.services import lapsing
from tinhso.systems.vault.tests.factories import BIRTH, NOTICE, client_of, deliver, put, result


def start(office: Office) -> drafts.Draft:
    return drafts.start(actor=office.citizen, code=BIRTH, unit_key=COMMUNE, at=office.at)


def test_a_required_paper_that_is_held_lies_in_the_draft_from_the_beginning(office: Office) -> None:
    paper = put(office)
    draft = start(office)
    assert [(one["key"], one["vault"]) for one in draft.papers] == [(NOTICE, str(paper.key))]
    page = client_of().get(f"/filing/{draft.pk}/papers").content.decode()
    assert "Bạn không phải nộp giấy tờ nào." in page


def test_the_page_of_the_procedure_says_what_is_held_to_its_owner_alone(office: Office) -> None:
    put(office)
    address = f"/procedures/{BIRTH}"
    assert "Kho của bạn đã có" in client_of().get(address).content.decode()
    for other in (client_of("doanhnghiep"), Client()):
        assert "Kho của bạn đã có" not in other.get(address).content.decode()


@pytest.mark.parametrize(
    "changes",
    [{"valid_to": timezone.localdate() - timedelta(days=1)}, {"sha256": ""}, {"signature": "invalid"}],
    ids=["expired", "no file", "wrong signature"],
)
def test_what_is_not_good_is_asked_for_as_ever(office: Office, changes: dict) -> None:
    put(office, **changes)
    assert start(office).papers == []


def test_a_paper_is_picked_instead_of_uploaded_and_taken_back(office: Office) -> None:
    draft = start(office)
    paper = put(office)
    client, address = client_of(), f"/filing/{draft.pk}/papers"
    assert f'value="{NOTICE}:{paper.key}"' in client.get(address).content.decode()
    assert client.post(address, {"_pick": f"{NOTICE}:{paper.key}"}).status_code == 302
    draft.refresh_from_db()
    assert draft.papers[0]["vault"] == str(paper.key)
    client.post(address, {"_remove": draft.papers[0]["id"]})
    draft.refresh_from_db()
    assert draft.papers == []


def test_nobody_picks_from_anothers_store(office: Office) -> None:
    draft = start(office)
    paper = put(office, owner_number="079190000001", owner_name="Người khác")
    answer = client_of().post(f"/filing/{draft.pk}/papers", {"_pick": f"{NOTICE}:{paper.key}"})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.papers == []


def submit_leaning(office: Office, paper: Paper, *, sha256: str = "", **changes: object) -> str:
    sha256 = sha256 or vault.lend_own(key=str(paper.key), actor=office.citizen, at=office.at).sha256
    given = one_stop.PaperGiven("other", "Giấy chứng sinh", sha256, "a.pdf", vault=str(paper.key))
    return office.submit(papers=[given], **changes)


def test_a_dossier_that_leans_on_a_paper_is_named_on_the_papers_page(office: Office) -> None:
    paper = put(office)
    code = submit_leaning(office, paper)
    assert Use.objects.get(paper=paper).dossier_code == code
    assert code in client_of().get(f"/my/vault/papers/{paper.key}").content.decode()


def test_a_file_that_is_not_the_papers_is_no_paper_of_the_store(office: Office) -> None:
    paper, other = put(office), put(office)
    wrong = vault.lend_own(key=str(other.key), actor=office.citizen, at=office.at).sha256
    with pytest.raises(one_stop.RefusedError, match="không phải bản trong kho"):
        submit_leaning(office, paper, sha256=wrong)
    assert not Use.objects.exists()


def test_a_revoked_result_reaches_the_dossier_and_whoever_answers_for_it(office: Office) -> None:
    issued = result(office, number="9/GKS")
    deliver()
    paper = Paper.objects.get(source_ref=issued)
    code = submit_leaning(office, paper)
    office.do(services.accept_dossier, code)
    holder = _account_of(office.dossier(code).responsible_person_id)
    leader = office.actors["lanhdao"]
    told = lapsing.revoke(paper, actor=leader, reason="Cấp sai thẩm quyền", at=office.tick())
    assert told == 1
    deliver()
    deliver()
    dossier = office.dossier(code)
    assert dossier.history.filter(kind="paper_lapsed").count() == 1
    assert "Cấp sai thẩm quyền" in notifications.messages_of(account_id=holder.pk, limit=1)[0].body
    told_owner = notifications.messages_of(account_id=office.citizen.account_id or 0, limit=9)
    assert any("Cấp sai thẩm quyền" in message.body for message in told_owner)
    page = client_of(holder.username).get(f"/dossiers/{code}").content.decode()
    assert "Giấy tờ từ kho không còn giá trị" in page
    with pytest.raises(ValueError, match="rồi"):
        lapsing.revoke(paper, actor=leader, reason="Thu hồi lần nữa", at=office.tick())


def _account_of(person_id: int | None) -> Account:
    """Whoever answers for a dossier, signed up where the demo has not done so."""
    there = Account.objects.filter(person_id=person_id).first()
    return there or Account.objects.create_user("giu", "", name="Giữ việc", kind="official", person_id=person_id)


def test_only_a_leader_of_the_issuer_takes_a_result_back(office: Office) -> None:
    issued = result(office)
    deliver()
    paper = Paper.objects.get(source_ref=issued)
    for who in ("motcua.xa", "chuyenvien", "congdan"):
        with pytest.raises(PermissionError):
            lapsing.revoke(paper, actor=office.actors[who], reason="Không có quyền", at=office.at)
    assert client_of("chuyenvien").get(f"/issued/{paper.key}/revocation").status_code == 403
    answer = client_of("lanhdao").post(f"/issued/{paper.key}/revocation", {"reason": "Cấp sai người nhận"})
    assert answer.status_code == 302
    paper.refresh_from_db()
    assert paper.status == "revoked"
    assert f"/issued/{paper.key}/revocation" in client_of("lanhdao").get(f"/dossiers/{issued}").content.decode()
    assert "/revocation" not in client_of("motcua.xa").get(f"/dossiers/{issued}").content.decode()


def test_a_paper_whose_days_are_over_is_told_once(office: Office) -> None:
    paper = put(office, valid_to=timezone.localdate(office.at) + timedelta(days=2))
    code = submit_leaning(office, paper)
    later = office.at + timedelta(days=3)
    assert lapsing.tell_of_expired(at=office.at) == 0
    assert lapsing.tell_of_expired(at=later) == 1
    assert lapsing.tell_of_expired(at=later) == 0
    deliver()
    assert office.dossier(code).history.filter(kind="paper_lapsed").count() == 1


# -- at the desk --------------------------------------------------------------------------------------------------


def at_desk(office: Office) -> Client:
    client = client_of("motcua.xa")
    client.post(
        "/desk", {"do": "person", "name": office.citizen.name, "identity_number": office.citizen.identity_number}
    )
    client.post("/desk", {"do": "procedure", "code": BIRTH})
    return client


def test_the_desk_does_not_ask_for_what_is_held(office: Office) -> None:
    paper = put(office)
    client = at_desk(office)
    page = client.get("/desk").content.decode()
    assert f"Kho của người nộp đã có: «Giấy chứng sinh», số {paper.number}" in page
    client.get("/desk")
    shown = Reading.objects.get(paper=paper)  # twice looked at, once asked
    assert (shown.by_way_of, shown.what, shown.reader_name) == ("desk", "facts", office.desk.name)
    assert shown.unit_name == office.desk.posts[0].unit_name
    assert shown.post == office.desk.posts[0].title
    answer = client.post("/desk", {"do": "receive"})
    assert answer.status_code == 302, answer.content.decode()
    use = Use.objects.get(paper=paper)
    given = office.dossier(use.dossier_code).papers.get(key=NOTICE)
    assert given.sha256
    assert Reading.objects.filter(paper=paper, what="file").count() == 1


def test_an_optional_paper_is_taken_only_when_it_is_ticked(office: Office) -> None:
    put(office)
    married = put(office, kind="marriage_certificate", name="Giấy chứng nhận kết hôn")
    at_desk(office).post("/desk", {"do": "receive"})
    assert not Use.objects.filter(paper=married).exists()
    at_desk(office).post("/desk", {"do": "receive", "given": ["marriage_certificate"]})
    assert Use.objects.filter(paper=married).exists()


def test_the_desk_sees_nothing_of_a_hidden_paper(office: Office) -> None:
    paper = put(office)
    client_of().post(f"/my/vault/papers/{paper.key}/hiding", {"hidden": "1"})
    page = at_desk(office).get("/desk").content.decode()
    assert "Kho của người nộp" not in page
    assert not Reading.objects.exists()


# -- a supplement request -----------------------------------------------------------------------------------------


def examined(office: Office) -> str:
    """A birth registration taken in without its paper, at the examiner."""
    return office.submit(
        procedure_code=BIRTH, actor=office.desk, channel="desk", accept=False,
        data={"applicant_name": office.citizen.name, "applicant_id": office.citizen.identity_number},
    )  # fmt: skip


def test_a_request_for_what_is_held_is_refused_and_says_where_it_is(office: Office) -> None:
    paper = put(office)
    code = examined(office)
    client = client_of("motcua.xa")
    address = f"/dossiers/{code}/acts/supplement-request"
    answer = client.post(address, {"items": "Giấy chứng sinh", "reason": "Hồ sơ thiếu giấy"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"số {paper.number}, do Bệnh viện đa khoa tỉnh cấp" in page
    assert "Kho dữ liệu điện tử của" in page
    assert Reading.objects.filter(paper=paper, what="facts", subject=code).count() == 1
    assert not AskedAgain.objects.exists()
    assert office.dossier(code).supplement_count == 0
    answer = client.post(
        address,
        {"items": "Giấy chứng sinh", "reason": "Hồ sơ thiếu giấy", "held_reason": "Bản trong kho mờ, không đọc được"},
    )
    assert answer.status_code == 302
    assert office.dossier(code).state == "awaiting_supplement"
    once = AskedAgain.objects.get()
    assert (once.kind, once.where, once.subject) == ("hospital_birth_notice", "supplement", code)
    figures = client_of().get("/figures/asked-again").content.decode()
    assert "phường Tân Ninh" in figures
    assert "Bản trong kho mờ" not in figures  # reasons are for those who lead the unit


def test_no_path_asks_for_what_is_held(office: Office) -> None:
    put(office)
    code = examined(office)
    for items in (["Giấy chứng sinh"], ["Đề nghị nộp bản chính giấy CHỨNG SINH của cháu"], [NOTICE]):
        with pytest.raises(one_stop.RefusedError, match="Không yêu cầu nộp lại"):
            office.do(services.request_supplement, code, items=items, reason="Thiếu giấy tờ")
        with pytest.raises(one_stop.RefusedError, match="Không yêu cầu nộp lại"):
            office.do(services.complete_step, code, outcome="supplement", data={"items": items})
    assert office.dossier(code).supplement_count == 0


def test_what_nobody_holds_is_asked_for_as_ever(office: Office) -> None:
    put(office, kind="marriage_certificate", name="Giấy chứng nhận kết hôn")
    code = examined(office)
    office.do(services.request_supplement, code, items=["Giấy chứng sinh"], reason="Thiếu giấy tờ")
    assert office.dossier(code).state == "awaiting_supplement"
    assert not AskedAgain.objects.exists()


def test_an_official_takes_the_held_paper_into_the_dossier(office: Office) -> None:
    paper = put(office)
    code = examined(office)
    client = client_of("motcua.xa")
    assert paper.number in client.get(f"/dossiers/{code}/store").content.decode()
    assert client.post(f"/dossiers/{code}/store", {"take": f"{NOTICE}:{paper.key}"}).status_code == 302
    given = office.dossier(code).papers.get(key=NOTICE)
    before = Reading.objects.filter(paper=paper).count()
    assert client.get(f"/dossiers/{code}/papers/{given.pk}").status_code == 200
    assert Reading.objects.filter(paper=paper).count() == before + 1
    assert client_of().get("/my/vault/readings").content.decode().count(code) >= 1
