"""From result to store to the next dossier: arrives by event, seen by its owner, reused instead of asked for."""

import pytest
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.files import public as files
from tinhso.foundation.files.tests.factories import pdf
from tinhso.foundation.outbox import public as outbox
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.tests.factories import Office
from tinhso.systems.vault.models import Paper, Use

BIRTH = "1.001193"  # asks for a hospital birth notice


@pytest.fixture
def office(tay_ninh: None, db: None) -> Office:
    return Office()


def client_of(office: Office, username: str = "congdan") -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def deliver() -> None:
    while outbox.deliver_pending():
        pass


def with_result(office: Office, *, number: str = "7/GKS", **changes: object) -> str:
    sha256 = files.keep(content=pdf(1), name="ket-qua.pdf").sha256
    code = office.received(**changes)
    office.do(services.finish_examination, code)
    office.do(services.draft_result, code, draft={"text": "Đồng ý"})
    office.do(services.approve, code)
    office.do(services.number_result, code, number=number, day=timezone.localtime(office.at).date(), sha256=sha256)
    return code


def test_a_result_comes_into_its_owners_store_once(office: Office) -> None:
    code = with_result(office, return_channel="electronic")
    deliver()
    paper = Paper.objects.select_related("store").get(source_ref=code)
    assert (paper.number, paper.weight, paper.signature, paper.zone) == ("7/GKS", 1, "unchecked", "issued")
    assert paper.store.number == office.citizen.identity_number
    office.do(services.return_result, code)
    deliver()
    assert Paper.objects.filter(source_ref=code).count() == 1


def test_a_result_to_be_fetched_at_the_desk_comes_when_it_is_given(office: Office) -> None:
    code = with_result(office, return_channel="desk")
    deliver()
    assert not Paper.objects.exists()
    office.do(services.return_result, code)
    deliver()
    assert Paper.objects.get().source_ref == code


def test_the_owner_sees_it_and_nobody_else_does(office: Office) -> None:
    code = with_result(office)
    deliver()
    paper = Paper.objects.get(source_ref=code)
    owner, other = client_of(office), client_of(office, "doanhnghiep")
    assert "7/GKS" in owner.get("/my/vault").content.decode()
    assert owner.get(f"/my/vault/papers/{paper.key}").status_code == 200
    assert b"".join(owner.get(f"/my/vault/papers/{paper.key}/file").streaming_content) == pdf(1)
    for address in ("", "/file"):
        assert other.get(f"/my/vault/papers/{paper.key}{address}").status_code == 404
    assert "7/GKS" not in other.get("/my/vault").content.decode()
    assert not paper.readings.exists()  # one's own look is no reading by others


def test_a_result_without_a_file_is_known_but_stands_for_nothing(office: Office) -> None:
    code = office.with_result()
    deliver()
    paper = Paper.objects.get(source_ref=code)
    assert not paper.has_file
    assert not paper.may_stand_for(timezone.localdate())
    page = client_of(office).get(f"/my/vault/papers/{paper.key}").content.decode()
    assert "chưa có bản điện tử" in page
    assert Use.objects.count() == 0
    assert Dossier.objects.get(code=code).result_number
