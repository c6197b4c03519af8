"""From result to store to the next dossier: arrives by event, seen by its owner, reused instead of asked for."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import orders
from tinhso.foundation.signing import public as signing
from tinhso.systems.one_stop.tests.factories import Dossier, Office, services
from tinhso.systems.vault.models import Paper, Use
from tinhso.systems.vault.services import keeping
from tinhso.systems.vault.tests.factories import client_of, deliver, file_of, keep, result


def test_a_result_comes_into_its_owners_store_once(office: Office) -> None:
    code = result(office, return_channel="electronic")
    deliver()
    paper = Paper.objects.select_related("store").get(source_ref=code)
    assert (paper.number, paper.weight, paper.signature, paper.zone) == ("7/GKS", 1, "none", "issued")
    assert paper.store.number == office.citizen.identity_number
    office.do(services.return_result, code)
    deliver()
    assert Paper.objects.filter(source_ref=code).count() == 1


def test_a_result_to_be_fetched_at_the_desk_comes_when_it_is_given(office: Office) -> None:
    code = result(office, return_channel="desk")
    deliver()
    assert not Paper.objects.exists()
    office.do(services.return_result, code)
    deliver()
    assert Paper.objects.get().source_ref == code


def test_the_owner_sees_it_and_nobody_else_does(office: Office) -> None:
    code = result(office)
    deliver()
    paper = Paper.objects.get(source_ref=code)
    owner, other = client_of(), client_of("doanhnghiep")
    assert "7/GKS" in owner.get("/my/vault").content.decode()
    assert owner.get(f"/my/vault/papers/{paper.key}").status_code == 200
    assert b"".join(owner.get(f"/my/vault/papers/{paper.key}/file").streaming_content) == pdf(9000)
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
    page = client_of().get(f"/my/vault/papers/{paper.key}").content.decode()
    assert "chưa có bản điện tử" in page
    assert Use.objects.count() == 0
    assert Dossier.objects.get(code=code).result_number


def test_another_result_of_the_same_dossier_replaces_the_first(office: Office) -> None:
    code = result(office)
    deliver()
    first = Paper.objects.get()
    Dossier.objects.filter(code=code).update(result_number="8/GKS", result_sha256=keep(31))
    for _twice in range(2):
        keeping.keep_result(office.dossier(code).pk, at=office.tick())
    old, new = Paper.objects.order_by("pk")
    assert (old.pk, old.status, old.replaced_by_id) == (first.pk, "replaced", new.pk)
    assert (new.number, new.status) == ("8/GKS", "good")


@pytest.mark.parametrize("news_first", [True, False])
def test_a_result_stamped_later_is_followed_whichever_news_comes_first(office: Office, news_first: bool) -> None:
    signed, stamped = keep(41), keep(42)
    code = office.with_result()
    dossier = office.dossier(code)
    Dossier.objects.filter(code=code).update(result_sha256=signed)
    news = signing.SignatureStrengthened(
        key=signed, former_sha256=signed, sha256=stamped, original_sha256=signed, level="B-LTA"
    )
    if not news_first:
        keeping.keep_result(dossier.pk, at=office.at)
        assert file_of(Paper.objects.get()) == signed
    orders.note_version(stamped, signed, "timestamp", "B-LTA", office.at)
    for _twice in range(2):
        with transaction.atomic():
            outbox.publish(news)
        deliver()
    if news_first:  # another worker is behind with the dossier
        Dossier.objects.filter(code=code).update(result_sha256=signed)
        keeping.keep_result(dossier.pk, at=office.at)
    assert file_of(Paper.objects.get()) == stamped
    keeping.keep_result(dossier.pk, at=office.at)
    assert Paper.objects.count() == 1


def test_two_events_at_the_same_second_keep_one_paper(office: Office) -> None:
    code = office.with_result()
    for _event in range(3):
        keeping.keep_result(office.dossier(code).pk, at=office.at)
    Dossier.objects.filter(code=code).update(result_sha256=keep(32))
    keeping.keep_result(office.dossier(code).pk, at=office.at)  # the file comes after the facts
    assert Paper.objects.get().has_file


def test_a_withdrawn_or_unfinished_dossier_gives_nothing(office: Office) -> None:
    code = office.received()
    assert keeping.keep_result(office.dossier(code).pk, at=office.at) is None
    assert keeping.keep_result(0, at=office.at) is None
    assert not Paper.objects.exists()


def test_results_from_before_the_store_are_caught_up_once(office: Office) -> None:
    codes = [result(office, number=f"{number}/GKS") for number in range(3)]
    assert not Paper.objects.exists()
    for _twice in range(2):
        call_command("vault", "collect", verbosity=0, stdout=StringIO())
    assert sorted(Paper.objects.values_list("source_ref", flat=True)) == sorted(codes)
