"""A confirmed paper is signed by its officer and its agency and goes into the owner's store; and what goes wrong."""

from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.files import public as files
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing import archive, orders
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.tests import conftest as authority
from tinhso.systems.digitisation import services
from tinhso.systems.digitisation.handlers import note_signature
from tinhso.systems.digitisation.models import Batch, Document
from tinhso.systems.digitisation.separators import Separator, code_of
from tinhso.systems.digitisation.tests import factories
from tinhso.systems.digitisation.tests.conftest import AT, Send
from tinhso.systems.one_stop.tests.factories import Office, papers_in
from tinhso.systems.one_stop.tests.factories import services as desk_services
from tinhso.systems.one_stop.tests.signing_office import SigningOffice
from tinhso.systems.vault.tests.factories import Paper, file_of

authority_folder, state = authority.authority_folder, authority.state
stamps = authority.services


@pytest.fixture
def keys(office: Office, state: Path) -> Path:
    """Who sits at the desk has a key like leader and clerk, and their ward its seal."""
    SigningOffice(var=state).give_key(office.desk)
    return state


@pytest.fixture
def clerk(office: Office, desk: Actor) -> Actor:
    path = desk.posts[0].unit_path
    return next(one for one in office.actors.values() if one.has(Right.NUMBER, unit_path=path))


def deliver() -> None:
    while outbox.deliver_pending():
        pass


def sign_all() -> None:
    orders.run_waiting()
    deliver()


def confirmed(send: Send, desk: Actor, code: str, key: str = "other") -> Document:
    document = send(
        factories.scan(factories.sheet(code_of(Separator(code, key, 0))), factories.letter())
    ).documents.get()
    if document.status != Document.Status.READY:
        services.assign(document_id=document.pk, dossier_code=code, paper_key=key, actor=desk, at=AT)
    return services.confirm(document_id=document.pk, corrected={}, actor=desk, at=timezone.now())


def by_both(document: Document, desk: Actor, clerk: Actor) -> Document:
    now = timezone.now()
    assert services.sign(batch=document.batch, actor=desk, confirmed_at=now, at=now) == 1
    sign_all()
    assert services.seal(batch=document.batch, actor=clerk, confirmed_at=now, at=timezone.now()) == 1
    sign_all()
    document.refresh_from_db()
    return document


@pytest.fixture
def paper_key(code: str) -> str:
    """A paper of the dossier's list that is not its result."""
    from tinhso.systems.one_stop import public as one_stop

    return next(one.key for one in one_stop.papers_wanted(code=code).papers if one.key != one_stop.RESULT_KEY)


def test_officer_and_agency_sign_and_dossier_and_store_hold_the_signed_file(
    stamps: Path, keys: Path, desk: Actor, clerk: Actor, code: str, paper_key: str, send: Send
) -> None:
    document = confirmed(send, desk, code, paper_key)
    copy, master = document.copy_sha256, document.batch.files.get().sha256
    by_both(document, desk, clerk)
    assert document.signature == Document.Signature.SEALED
    assert document.signer_name == desk.name
    assert document.seal_name
    verdict = signing.verdict_of(sha256=document.signed_sha256)
    assert verdict.is_valid, verdict.sentence
    assert [one.signer for one in verdict.signers] == [desk.name, document.seal_name]
    (held,) = papers_in(code, paper_key)
    assert held.sha256 == document.signed_sha256
    assert signing.original_of(sha256=held.sha256) == copy
    assert files.read(sha256=master).read()
    kept = Paper.objects.get(source="digitisation")
    assert (kept.zone, kept.weight, kept.signature) == ("digitised", 3, "valid")
    assert kept.number.startswith("15/")
    assert file_of(kept) == document.signed_sha256
    agency_signs_in_words_at_the_top_right(document)


def test_signing_and_its_news_twice_is_once(
    stamps: Path, keys: Path, desk: Actor, clerk: Actor, code: str, paper_key: str, send: Send
) -> None:
    document = by_both(confirmed(send, desk, code, paper_key), desk, clerk)
    now = timezone.now()
    assert services.sign(batch=document.batch, actor=desk, confirmed_at=now, at=now) == 0
    assert services.seal(batch=document.batch, actor=clerk, confirmed_at=now, at=now) == 0
    again = signing.FileSigned(
        key="x", original_sha256=document.copy_sha256, signed_sha256="0" * 64, purpose=document.purpose,
        kind="personal", signer=document.signer_name, post_id=1, level="B-LT", batch_id="", at=now.isoformat(),
    )  # fmt: skip
    with transaction.atomic():
        note_signature(again)
    document_after = Document.objects.get(pk=document.pk)
    assert (document_after.signature, document_after.signed_sha256) == ("sealed", document.signed_sha256)
    assert Paper.objects.filter(source="digitisation").count() == 1


def test_signed_while_the_timestamp_service_is_down_it_catches_up_in_dossier_and_store(
    keys: Path, desk: Actor, clerk: Actor, code: str, paper_key: str, send: Send, request: pytest.FixtureRequest
) -> None:
    document = by_both(confirmed(send, desk, code, paper_key), desk, clerk)
    without = document.signed_sha256
    assert [one.time_source for one in signing.verdict_of(sha256=without).signers] == ["claimed", "claimed"]
    assert archive.catch_up() == 0
    request.getfixturevalue("stamps")  # the service is back
    authority.forget()
    assert archive.catch_up() == 2
    for _twice in range(2):
        deliver()
    document.refresh_from_db()
    newest = document.signed_sha256
    assert newest != without
    verdict = signing.verdict_of(sha256=newest)
    assert verdict.is_valid, verdict.sentence
    assert [one.level for one in verdict.signers] == ["B-LTA", "B-LTA"]
    assert len(verdict.signatures) == 3  # two signers, and one timestamp over both
    assert papers_in(code, paper_key)[0].sha256 == newest
    kept = Paper.objects.get(source="digitisation")
    assert (file_of(kept), kept.signature) == (newest, "valid")


def agency_signs_in_words_at_the_top_right(document: Document) -> None:
    """NĐ 30/2020, annex I; the officer's own signature is unseen."""
    with pikepdf.open(files.read(sha256=document.signed_sha256)) as pdf:
        officer, agency = list(pdf.Root.AcroForm.Fields)[:2]
        wide, high = (float(side) for side in pdf.pages[0].MediaBox[2:])
        left, lower, right, upper = (float(value) for value in agency.Rect)
        assert [float(value) for value in officer.get("/Rect", [0, 0, 0, 0])] == [0, 0, 0, 0]
        assert agency.P.objgen == pdf.pages[0].obj.objgen
    assert left > wide / 3
    assert right < wide
    assert lower > high * 0.85
    assert upper < high


@pytest.mark.parametrize("ago", [None, timedelta(minutes=20)])
def test_nothing_is_signed_for_who_did_not_confirm_a_moment_ago(
    keys: Path, desk: Actor, code: str, paper_key: str, send: Send, ago: timedelta | None
) -> None:
    document, now = confirmed(send, desk, code, paper_key), timezone.now()
    with pytest.raises(signing.SigningRefusedError):
        services.sign(batch=document.batch, actor=desk, confirmed_at=now - ago if ago else None, at=now)
    document.refresh_from_db()
    assert document.signature == Document.Signature.NONE


def test_only_who_confirmed_signs_and_only_the_clerk_seals(
    keys: Path, desk: Actor, clerk: Actor, code: str, paper_key: str, send: Send
) -> None:
    document, now = confirmed(send, desk, code, paper_key), timezone.now()
    if clerk.key != desk.key:
        assert services.sign(batch=document.batch, actor=clerk, confirmed_at=now, at=now) == 0
    assert services.seal(batch=document.batch, actor=clerk, confirmed_at=now, at=now) == 0  # nobody signed yet
    with pytest.raises(signing.SigningRefusedError):
        services.seal(batch=document.batch, actor=desk, confirmed_at=now, at=now)


def test_a_failure_is_said_and_can_be_tried_again(
    keys: Path, desk: Actor, code: str, paper_key: str, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, now = confirmed(send, desk, code, paper_key), timezone.now()

    def broken(*_: object) -> None:
        raise signing.NotSignableError("Tệp này không ký được.")

    with monkeypatch.context() as patched:
        patched.setattr(orders, "_sign", broken)
        services.sign(batch=document.batch, actor=desk, confirmed_at=now, at=now)
        sign_all()
    document.refresh_from_db()
    assert (document.signature, document.signature_problem) == ("none", "Tệp này không ký được.")
    assert services.sign(batch=document.batch, actor=desk, confirmed_at=now, at=timezone.now()) == 1
    sign_all()
    document.refresh_from_db()
    assert (document.signature, document.signature_problem) == ("signed", "")


def test_a_wrong_confirmation_taken_back_leaves_dossier_and_store(
    keys: Path, desk: Actor, clerk: Actor, code: str, paper_key: str, send: Send
) -> None:
    document = by_both(confirmed(send, desk, code, paper_key), desk, clerk)
    for _twice in range(2):
        document = services.take_back(
            document_id=document.pk, reason="Đưa nhầm sang hồ sơ khác", actor=desk, at=timezone.now()
        )
    assert (document.status, document.signature) == (Document.Status.READY, Document.Signature.NONE)
    assert not any(one.sha256 for one in papers_in(code, paper_key))
    assert Paper.objects.get(source="digitisation").status == Paper.Status.REVOKED
    again = services.confirm(document_id=document.pk, corrected={}, actor=desk, at=timezone.now())
    by_both(again, desk, clerk)
    assert sorted(Paper.objects.filter(source="digitisation").values_list("status", flat=True)) == ["good", "revoked"]


def test_a_paper_being_signed_is_not_taken_back(keys: Path, desk: Actor, code: str, paper_key: str, send: Send) -> None:
    document, now = confirmed(send, desk, code, paper_key), timezone.now()
    services.sign(batch=document.batch, actor=desk, confirmed_at=now, at=now)
    with pytest.raises(ValueError, match="đang được ký"):
        services.take_back(document_id=document.pk, reason="Đưa nhầm sang hồ sơ khác", actor=desk, at=now)
    with pytest.raises(ValueError, match="lý do"):
        services.take_back(document_id=document.pk, reason="nhầm", actor=desk, at=now)


def test_a_scanned_result_goes_to_its_owner_when_it_is_theirs(
    keys: Path, office: Office, desk: Actor, clerk: Actor, send: Send
) -> None:
    code = office.with_result()
    document = by_both(confirmed(send, desk, code, "result"), desk, clerk)
    before = Paper.objects.filter(source="digitisation").count()
    if office.dossier(code).state != "returned":
        office.do(desk_services.return_result, code)
    deliver()
    kept = Paper.objects.get(source="digitisation")
    assert before in (0, 1)
    assert (kept.zone, kept.weight, kept.result_code) == ("issued", 3, office.dossier(code).result_code)
    assert kept.number == office.dossier(code).result_number
    document.refresh_from_db()
    assert document.vault_ref == kept.source_ref


def test_the_screens_say_who_signed_and_ask_who_sits_there(
    keys: Path, desk: Actor, clerk: Actor, code: str, paper_key: str, send: Send
) -> None:
    document = confirmed(send, desk, code, paper_key)
    browser = Client()
    browser.force_login(Account.objects.get(username="motcua.xa"))
    page = browser.get(f"/scans/{document.batch_id}").content.decode()
    assert "Ký số 1 giấy" in page
    answer = browser.post(f"/scans/{document.batch_id}/signing")
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    by_both(document, desk, clerk)
    page = browser.get(f"/scans/papers/{document.pk}").content.decode()
    assert f"Người ký: {desk.name}" in page
    assert "Cơ quan ký" in page
    answer = browser.post(f"/scans/papers/{document.pk}/taking-back", {"reason": "Đưa nhầm sang hồ sơ khác"})
    assert answer.status_code == 302
    assert Batch.objects.get().status == Batch.Status.READY
