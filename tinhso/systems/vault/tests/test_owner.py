"""What the owner does with the store: find, hide, share, consent, delegate, upload, take home."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from tests.running import pdf
from tinhso.lib.rate_limit import RateLimit
from tinhso.systems.one_stop.tests.factories import Office
from tinhso.systems.vault.models import Consent, Delegate, Paper, Reading, Share, Store
from tinhso.systems.vault.services import consenting, sharing
from tinhso.systems.vault.tests.factories import client_of, put
from tinhso.systems.vault.views import links


def page(address: str = "/my/vault", who: str = "congdan") -> str:
    return client_of(who).get(address).content.decode()


@pytest.mark.parametrize("typed", ["giấy chứng sinh", "giay chung sinh", "CHUNG SINH", "benh vien", "giáy chứng sin"])
def test_a_search_forgives_missing_marks(office: Office, typed: str) -> None:
    put(office, number="88/CS")
    put(office, kind="marriage_certificate", name="Giấy chứng nhận kết hôn", number="77/KH", issuer_name="UBND xã")
    found = page(f"/my/vault?q={typed}")
    assert "88/CS" in found
    assert "77/KH" not in found


def test_filters_by_kind_zone_and_validity(office: Office) -> None:
    put(office, number="88/CS")
    gone = put(office, kind="marital_status", name="Giấy xác nhận tình trạng hôn nhân", number="66/HN")
    Paper.objects.filter(pk=gone.pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert "66/HN" not in page("/my/vault?state=good")
    assert "88/CS" not in page("/my/vault?state=lapsed")
    assert "88/CS" not in page("/my/vault?kind=marital_status")
    assert "Không thấy giấy tờ nào khớp" in page("/my/vault?zone=own")


def test_a_kind_that_is_good_for_months_ends_by_itself(office: Office) -> None:
    paper = put(office, kind="marital_status", name="Giấy xác nhận", issued_on=timezone.localdate().replace(day=1))
    assert paper.valid_to is not None
    assert (paper.valid_to.year * 12 + paper.valid_to.month) - (paper.issued_on.year * 12 + paper.issued_on.month) == 6


def test_pages_go_on_where_they_ended(office: Office) -> None:
    for number in range(65):
        put(office, number=f"{number:03d}/TRANG")
    seen: list[str] = []
    address = "/my/vault"
    while address:
        text = page(address)
        seen += [f"{number:03d}" for number in range(65) if f"{number:03d}/TRANG" in text]
        following = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        address = following.replace("&amp;", "&") if 'rel="next"' in text else ""
    assert sorted(seen) == [f"{number:03d}" for number in range(65)]


@pytest.mark.parametrize("query", ["after=rác", "after=9e99_1", "after=1_x", "kind=%00", "q=%00", "zone=x", "store=x"])
def test_rubbish_in_the_address_shows_the_store(office: Office, query: str) -> None:
    put(office)
    assert client_of().get(f"/my/vault?{query}").status_code == 200


def test_an_empty_store_says_what_to_do(office: Office) -> None:
    assert "Kho của bạn chưa có giấy tờ nào" in page()


def test_a_person_who_is_not_surely_identified_finds_a_locked_door(office: Office) -> None:
    from tinhso.foundation.accounts.models import Account

    put(office)
    Account.objects.filter(username="congdan").update(assurance=1)
    assert "Cần định danh mức 2" in page()


def test_it_speaks_english(office: Office) -> None:
    put(office)
    client = client_of()
    with override("en"):
        client.post("/language", {"language": "en", "next": "/my/vault"})
    assert "Paper store" in client.get("/my/vault").content.decode()


def test_own_uploads_lie_in_a_zone_apart_and_weigh_least(office: Office) -> None:
    client = client_of()
    sent = SimpleUploadedFile("hop-dong.pdf", pdf(5), "application/pdf")
    assert client.post("/my/vault/uploads", {"name": "Giấy chứng sinh", "file": sent}).status_code == 302
    paper = Paper.objects.get()
    assert (paper.zone, paper.weight, paper.kind) == ("own", 4, "hospital_birth_notice")
    assert not paper.may_stand_for(timezone.localdate())
    assert client.post(f"/my/vault/papers/{paper.key}/removal").status_code == 302
    assert not Paper.objects.exists()


def test_a_bad_upload_says_why_and_loses_nothing(office: Office) -> None:
    client = client_of()
    sent = SimpleUploadedFile("x.pdf", b"MZ not a pdf", "application/pdf")
    answer = client.post("/my/vault/uploads", {"name": "Hợp đồng thuê nhà", "file": sent})
    assert answer.status_code == 422
    assert 'value="Hợp đồng thuê nhà"' in answer.content.decode()
    assert not Store.objects.exists() or not Paper.objects.exists()


def test_what_an_agency_issued_is_hidden_but_not_removed(office: Office) -> None:
    paper = put(office)
    client = client_of()
    client.post(f"/my/vault/papers/{paper.key}/removal")
    assert Paper.objects.filter(pk=paper.pk).exists()
    client.post(f"/my/vault/papers/{paper.key}/hiding", {"hidden": "1"})
    assert paper.number not in page()
    assert paper.number in page("/my/vault?hidden=1")
    client.post(f"/my/vault/papers/{paper.key}/hiding", {"hidden": "0"})
    assert paper.number in page()


# -- links --------------------------------------------------------------------------------------------------------


def test_a_link_opens_until_it_ends_and_is_kept_as_a_digest(office: Office) -> None:
    paper = put(office)
    client = client_of()
    shown = client.post(f"/my/vault/papers/{paper.key}/shares", {"note": "Cho trường học", "days": "7"})
    token = shown.content.decode().partition("/shared/")[2].partition('"')[0]
    assert len(token) * 6 >= 128  # bits
    share = Share.objects.get()
    assert token.encode() not in bytes(share.token_digest)
    stranger = Client()
    seen = stranger.get(f"/shared/{token}")
    assert seen.status_code == 200
    assert office.citizen.name not in seen.content.decode()  # abridged
    assert seen.headers["Referrer-Policy"] == "same-origin"  # else the page's own forms are refused
    assert stranger.get(f"/shared/{token}/file").status_code == 200
    client.post(f"/my/vault/shares/{share.key}/end")
    assert stranger.get(f"/shared/{token}").status_code == 404
    assert stranger.get(f"/shared/{token}/file").status_code == 404


def test_a_link_is_over_by_its_time(office: Office) -> None:
    paper = put(office)
    token = sharing.make(paper, actor=office.citizen, note="Cho ai đó", days=1, at=office.at - timedelta(days=2))
    assert Client().get(f"/shared/{token}").status_code == 404


def test_links_cannot_be_tried_in_bulk(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "limit", RateLimit(most=3))
    answers = [Client().get(f"/shared/{'x' * 22}").status_code for _number in range(5)]
    assert answers == [404, 404, 404, 429, 429]


def test_nobody_shares_or_ends_what_is_anothers(office: Office) -> None:
    paper = put(office)
    token = sharing.make(paper, actor=office.citizen, note="Cho ai đó", days=1, at=timezone.now())
    other = client_of("doanhnghiep")
    assert other.post(f"/my/vault/papers/{paper.key}/shares", {"note": "Của tôi", "days": "7"}).status_code == 404
    assert other.post(f"/my/vault/shares/{Share.objects.get().key}/end").status_code == 404
    assert Client().get(f"/shared/{token}").status_code == 200


# -- consents -----------------------------------------------------------------------------------------------------


def test_a_consent_to_an_agency_opens_what_it_names_and_no_more(office: Office) -> None:
    named, unnamed = put(office), put(office)
    agency = office.desk.posts[0].unit_path[-2]
    answer = client_of().post(
        "/my/vault/consents",
        {"unit": str(agency), "papers": [str(named.key)], "purpose": "Xét học bổng", "days": "30"},
    )
    assert answer.status_code == 302
    consent = Consent.objects.get()
    desk = client_of("motcua.xa")
    assert "Xét học bổng" in desk.get("/consented").content.decode()
    listed = desk.get(f"/consented/{consent.key}").content.decode()
    assert named.number in listed
    assert unnamed.number not in listed
    assert desk.get(f"/consented/{consent.key}/papers/{unnamed.key}").status_code == 404
    elsewhere = client_of("motcua.tinh")
    assert elsewhere.get(f"/consented/{consent.key}").status_code == 404
    Consent.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
    assert desk.get(f"/consented/{consent.key}").status_code == 404
    assert desk.get(f"/consented/{consent.key}/papers/{named.key}").status_code == 404


def test_a_consent_without_purpose_paper_or_agency_is_not_given(office: Office) -> None:
    paper = put(office)
    agency = str(office.desk.posts[0].unit_path[-2])
    for given in (
        {"unit": agency, "papers": [str(paper.key)], "purpose": "", "days": "30"},
        {"unit": agency, "purpose": "Xét học bổng", "days": "30"},
        {"unit": "0", "papers": [str(paper.key)], "purpose": "Xét học bổng", "days": "30"},
        {"unit": agency, "papers": [str(paper.key)], "purpose": "Xét học bổng", "days": "9999"},
    ):
        assert client_of().post("/my/vault/consents", given).status_code == 422
    assert not Consent.objects.exists()


def test_a_question_is_answered_once(office: Office) -> None:
    put(office)
    system = office.desk.__class__(None, "system", "Ngân hàng", system="ngan-hang")
    asked = consenting.ask(
        owner_number=office.citizen.identity_number, kinds=["birth_certificate"], purpose="Mở tài khoản", days=7,
        actor=system, grantee_name="Ngân hàng", at=office.at,
    )  # fmt: skip
    consenting.answer(asked, agrees=False, actor=office.citizen, at=office.at)
    with pytest.raises(ValueError, match="đã được trả lời"):
        consenting.answer(asked, agrees=True, actor=office.citizen, at=office.at)
    assert not consenting.papers_of(Consent.objects.get(), at=office.at).exists()


# -- organisations ------------------------------------------------------------------------------------------------


def organisation_paper(office: Office) -> Paper:
    company = office.actors["doanhnghiep"]
    return put(
        office, owner_number=company.identity_number, owner_kind="business", owner_name=company.name,
        number="99/DN",
    )  # fmt: skip


def test_staff_enter_an_organisations_store_by_delegation_and_are_written_down(office: Office) -> None:
    paper = organisation_paper(office)
    assert client_of().get(f"/my/vault/papers/{paper.key}").status_code == 404
    company = client_of("doanhnghiep")
    named = {"identity_number": office.citizen.identity_number, "name": office.citizen.name, "power": "use"}
    assert company.post("/my/vault/delegates", named).status_code == 302
    assert company.post("/my/vault/delegates", named).status_code == 422  # twice
    staff = client_of()
    assert "99/DN" in staff.get(f"/my/vault?store={paper.store.key}").content.decode()
    assert staff.get(f"/my/vault/papers/{paper.key}/file").status_code == 200
    assert Reading.objects.get().by_way_of == "delegate"
    assert staff.post(f"/my/vault/papers/{paper.key}/hiding", {"hidden": "1"}).status_code == 404
    assert staff.post(f"/my/vault/papers/{paper.key}/shares", {"note": "Cho ai", "days": "7"}).status_code == 404
    company.post(f"/my/vault/delegates/{Delegate.objects.get().key}/end")
    assert staff.get(f"/my/vault/papers/{paper.key}").status_code == 404


def test_a_person_names_no_delegates(office: Office) -> None:
    assert client_of().get("/my/vault/delegates").status_code == 404


# -- taking everything home ---------------------------------------------------------------------------------------


def test_the_archive_has_every_paper_and_a_manifest_that_fits(office: Office) -> None:
    import hashlib

    put(office), put(office, sha256="")
    answer = client_of().post("/my/vault/export")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert len(manifest["papers"]) == 2
    with_file = [one for one in manifest["papers"] if one["file"]]
    assert [hashlib.sha256(archive.read(one["file"])).hexdigest() for one in with_file] == [
        one["sha256"] for one in with_file
    ]


def test_a_full_disk_is_said_and_nothing_is_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    put(office)

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tinhso.systems.vault.services.exporting.shutil.copyfileobj", full)
    answer = client_of().post("/my/vault/export")
    assert answer.status_code == 422
    assert "không còn chỗ" in answer.content.decode()


def test_the_list_costs_the_same_for_many_papers(office: Office, django_assert_max_num_queries) -> None:
    for _number in range(40):
        put(office)
    client = client_of()
    client.get("/my/vault")
    with django_assert_max_num_queries(14):
        client.get("/my/vault")
