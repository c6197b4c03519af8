"""Signing by an official's post: one at a time, in batches, through outages and crashes."""

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.outbox.models import StoredEvent
from tinhso.foundation.signing import archive, evidence, orders, proofs, public
from tinhso.foundation.signing.models import ArchivedFile, RevocationData, SignedVersion, SigningOrder
from tinhso.foundation.signing.public import Appearance, Paper, SigningRefusedError
from tinhso.foundation.signing.tests.desk import Desk, paper

pytestmark = pytest.mark.django_db


def _sign(desk: Desk, sha256: str, **options: Any) -> public.SignedFile:
    options = {"by": desk.chairman, "confirmed_at": timezone.now(), "purpose": "result", **options}
    return public.sign_pdf(sha256=sha256, name="ket-qua.pdf", **options)


def test_a_leader_signs_a_paper_for_the_long_term(services: Path, desk: Desk) -> None:
    original = paper()
    before = files.read(sha256=original).read()
    signed = _sign(desk, original)
    assert signed.level == "B-LT"
    verdict = public.verdict_of(sha256=signed.sha256)
    assert verdict.is_valid, verdict.sentence
    assert verdict.signers[0].signer == "Nguyễn Văn Chủ"
    assert verdict.signers[0].organization == "UBND phường Tân Ninh"
    assert verdict.signers[0].level == "B-LT"
    assert files.read(sha256=original).read() == before
    assert files.read(sha256=signed.sha256).read().startswith(before)
    assert public.original_of(sha256=signed.sha256) == original
    assert public.latest_version(sha256=original) == signed.sha256


def test_signing_is_told_and_written_down(services: Path, desk: Desk) -> None:
    original = paper()
    signed = _sign(desk, original)
    event = StoredEvent.objects.get(kind__endswith="FileSigned")
    assert event.key == original
    assert event.payload["signed_sha256"] == signed.sha256
    entry = audit.trail(subject=f"file:{original}")[-1]
    assert entry.act == "signing.signed"
    assert entry.actor_name == "Nguyễn Văn Chủ"


def test_signing_twice_for_one_purpose_gives_the_same_file(services: Path, desk: Desk) -> None:
    original = paper()
    first = _sign(desk, original)
    assert _sign(desk, original) == first
    assert _sign(desk, original, purpose="another").sha256 != first.sha256
    assert SigningOrder.objects.count() == 2


def test_the_signer_signs_and_the_clerk_sets_the_seal(services: Path, desk: Desk) -> None:
    original = paper()
    place = public.default_appearance(kind="personal")
    signed = _sign(desk, original, appearance=place)
    sealed = _sign(desk, signed.sha256, by=desk.clerk, kind="seal", purpose="seal",
                   appearance=public.default_appearance(kind="seal", at=place))  # fmt: skip
    verdict = public.verdict_of(sha256=sealed.sha256)
    assert verdict.is_valid, verdict.sentence
    assert [found.signer for found in verdict.signers] == ["Nguyễn Văn Chủ", "UBND phường Tân Ninh"]
    assert public.original_of(sha256=sealed.sha256) == original


def test_a_seal_follows_the_signer(services: Path, desk: Desk) -> None:
    original = paper()
    seal = {"by": desk.clerk, "kind": "seal", "purpose": "seal", "after_signer": True}
    with pytest.raises(SigningRefusedError) as refused:
        _sign(desk, original, **seal)
    assert refused.value.code == "order"
    signed = _sign(desk, original)
    stamped = public.archive_file(sha256=signed.sha256)
    assert public.verdict_of(sha256=_sign(desk, stamped, **seal).sha256).is_valid


@pytest.mark.parametrize(
    ("who", "kind", "code"),
    [("stranger", "seal", "not_able"), ("chairman", "seal", "not_able"), ("stranger", "personal", "not_able")],
)
def test_it_refuses_who_may_not_sign(desk: Desk, who: str, kind: str, code: str) -> None:
    with pytest.raises(SigningRefusedError) as refused:
        _sign(desk, paper(), by=getattr(desk, who), kind=kind)
    assert refused.value.code == code
    assert not public.can_sign(actor=getattr(desk, who), kind=kind).is_able
    assert public.can_sign(actor=desk.chairman).is_able
    assert public.can_sign(actor=desk.clerk, kind="seal").is_able


@pytest.mark.parametrize("ago", [None, timedelta(minutes=16), timedelta(minutes=-10)])
def test_a_key_is_used_only_after_its_holder_confirmed_a_moment_ago(desk: Desk, ago: timedelta | None) -> None:
    confirmed = timezone.now() - ago if ago is not None else None
    with pytest.raises(SigningRefusedError) as refused:
        _sign(desk, paper(), confirmed_at=confirmed)
    assert refused.value.code == "confirm"
    assert not SigningOrder.objects.exists()


def test_what_is_no_pdf_or_leaves_the_page_is_refused_before_anything_is_ordered(desk: Desk) -> None:
    from tinhso.foundation.files.tests import factories as made

    picture = files.keep(content=made.image("PNG"), name="a.png").sha256
    outside = Appearance("personal", left=190)
    beyond = Appearance("personal", page=7)
    for sha256, look, code in ((picture, None, "kind"), (paper(), outside, "place"), (paper(), beyond, "place")):
        with pytest.raises(SigningRefusedError) as refused:
            _sign(desk, sha256, appearance=look)
        assert refused.value.code == code
    assert not SigningOrder.objects.exists()
    with pytest.raises(LookupError):
        _sign(desk, "0" * 64)


def test_without_timestamps_a_paper_is_signed_now_and_stamped_later(state: Path, desk: Desk) -> None:
    """No service answers at all: the paper does not wait for it."""
    signed = _sign(desk, paper())
    assert signed.level == "B-B"
    assert archive.catch_up() == 0
    from tinhso.foundation.signing.demo import server

    running = server.start(state)
    import threading

    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        proofs.forget()
        assert archive.catch_up() == 1
        assert archive.catch_up() == 0
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
    latest = public.latest_version(sha256=signed.sha256)
    assert latest != signed.sha256
    verdict = public.verdict_of(sha256=latest)
    assert verdict.is_valid, verdict.sentence
    assert verdict.signers[0].time_source == "document_timestamp"
    assert verdict.signers[0].level == "B-LTA"
    event = StoredEvent.objects.get(kind__endswith="SignatureStrengthened")
    assert event.payload["former_sha256"] == signed.sha256
    assert event.payload["sha256"] == latest


def test_a_service_that_is_away_is_not_waited_for_by_every_paper(state: Path, desk: Desk, monkeypatch: Any) -> None:
    asked = []
    real = evidence.http.client.HTTPConnection.request
    monkeypatch.setattr(
        evidence.http.client.HTTPConnection, "request", lambda self, *a, **k: (asked.append(a), real(self, *a, **k))
    )
    public.sign_batch(papers=[Paper(paper(n), "a.pdf", "result") for n in range(6)], by=desk.chairman,
                      confirmed_at=timezone.now())  # fmt: skip
    assert orders.run_waiting() == 6
    assert len(asked) <= 1


def test_answers_of_revocation_are_asked_once(services: Path, desk: Desk, monkeypatch: Any) -> None:
    asked: list[tuple[Any, ...]] = []
    real = evidence.ask
    monkeypatch.setattr(evidence, "ask", lambda *a: (asked.append(a), real(*a))[1])
    for number in range(3):
        _sign(desk, paper(number))
        proofs.forget()
    answers = [one for one in asked if "timestamps" not in one[0]]
    assert len(answers) == len(set(answers)) == RevocationData.objects.count()


def test_a_revoked_certificate_signs_no_more(services: Path, desk: Desk) -> None:
    from asn1crypto import x509

    from tinhso.foundation.signing.models import Credential

    row = Credential.objects.get(person_id=desk.chairman.person_id)
    serial = x509.Certificate.load(bytes(row.certificate)).serial_number
    desk.demo.revoke(serial, timezone.now() - timedelta(hours=1))
    with pytest.raises(SigningRefusedError) as refused:
        _sign(desk, paper())
    assert refused.value.code == "not_signed"
    assert "thu hồi" in str(refused.value)


def test_a_batch_is_signed_paper_by_paper(services: Path, desk: Desk) -> None:
    papers = [Paper(paper(n), f"van-ban-{n}.pdf", "result") for n in range(5)]
    batch = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    status = public.batch_status(batch_id=batch)
    assert (status.total, status.waiting, status.is_done) == (5, 5, False)
    assert orders.run_waiting(limit=2) == 2
    assert public.batch_status(batch_id=batch).signed == 2
    orders.run_waiting()
    done = public.batch_status(batch_id=batch)
    assert done.is_done
    assert all(public.verdict_of(sha256=one.signed_sha256).is_valid for one in done.papers)
    assert orders.run_waiting() == 0


def test_a_batch_ordered_twice_signs_nothing_twice(services: Path, desk: Desk) -> None:
    papers = [Paper(paper(n), "a.pdf", "result") for n in range(3)]
    first = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    second = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    orders.run_waiting()
    assert SignedVersion.objects.count() == 3
    assert public.batch_status(batch_id=first).signed == 3
    assert public.batch_status(batch_id=second).total == 0


def test_a_crash_between_signing_and_keeping_leaves_the_paper_to_be_signed(
    services: Path, desk: Desk, monkeypatch: Any
) -> None:
    batch = public.sign_batch(papers=[Paper(paper(), "a.pdf", "result")], by=desk.chairman,
                              confirmed_at=timezone.now())  # fmt: skip

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(orders, "_keep", die)
        with pytest.raises(Killed), transaction.atomic():
            orders.run_waiting()
    assert public.batch_status(batch_id=batch).waiting == 1
    orders.run_waiting()
    assert public.batch_status(batch_id=batch).signed == 1
    assert SignedVersion.objects.count() == 1


def test_one_bad_paper_does_not_hold_up_the_others(services: Path, desk: Desk, monkeypatch: Any) -> None:
    papers = [Paper(paper(n), f"{n}.pdf", "result") for n in range(3)]
    real = orders._sign
    monkeypatch.setattr(
        orders,
        "_sign",
        lambda row, at: 1 / 0 if row.name == "1.pdf" else real(row, at),  # type: ignore[operator]
    )
    batch = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    orders.run_waiting()
    status = public.batch_status(batch_id=batch)
    assert (status.signed, status.waiting) == (2, 1)
    bad = next(one for one in status.papers if one.state == "waiting")
    assert "ZeroDivisionError" in bad.problem
    SigningOrder.objects.filter(state="waiting").update(attempts=orders.ATTEMPTS - 1, next_try_at=timezone.now())
    orders.run_waiting()
    assert public.batch_status(batch_id=batch).failed == 1
    assert StoredEvent.objects.filter(kind__endswith="SigningFailed").count() == 1


def test_a_full_disk_is_waited_out(services: Path, desk: Desk, monkeypatch: Any) -> None:
    from tinhso.foundation.files import problems, store

    batch = public.sign_batch(papers=[Paper(paper(), "a.pdf", "result")], by=desk.chairman,
                              confirmed_at=timezone.now())  # fmt: skip

    def full(*_: object) -> None:
        raise problems.no_space()

    with monkeypatch.context() as patched:
        patched.setattr(store, "adopt", full)
        orders.run_waiting()
    found = public.batch_status(batch_id=batch).papers[0]
    assert found.state == "waiting"
    assert "hết chỗ" in found.problem
    SigningOrder.objects.update(next_try_at=timezone.now())
    orders.run_waiting()
    assert public.batch_status(batch_id=batch).signed == 1


def test_a_disk_that_is_really_full_is_waited_out(services: Path, desk: Desk, small_disk: Any) -> None:
    store = services / "files"
    small_disk(store, 2)
    papers = [Paper(paper(n), f"{n}.pdf", "result") for n in range(3)]
    batch = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    before = {path: path.read_bytes() for path in (store / "sha256").rglob("*") if path.is_file()}
    with contextlib.suppress(OSError), (store / "other").open("wb") as other:
        while other.write(b"x" * 4096):
            other.flush()
    orders.run_waiting()
    assert {(one.state, "hết chỗ" in one.problem) for one in public.batch_status(batch_id=batch).papers} == {
        ("waiting", True)
    }
    assert {path: path.read_bytes() for path in (store / "sha256").rglob("*") if path.is_file()} == before
    assert not list((store / "incoming").iterdir())
    (store / "other").unlink()
    SigningOrder.objects.update(next_try_at=timezone.now())
    orders.run_waiting()
    assert public.batch_status(batch_id=batch).signed == 3


def test_a_batch_can_be_stopped_and_taken_up_again(services: Path, desk: Desk) -> None:
    papers = [Paper(paper(n), "a.pdf", "result") for n in range(4)]
    batch = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    orders.run_waiting(limit=1)
    assert public.stop_batch(batch_id=batch, by=desk.chairman) == 3
    assert orders.run_waiting() == 0
    again = public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())
    orders.run_waiting()
    assert public.batch_status(batch_id=again).signed == 3
    assert SignedVersion.objects.count() == 4


def test_the_archive_keeps_a_paper_and_renews_it(services: Path, desk: Desk) -> None:
    signed = _sign(desk, paper())
    kept = public.archive_file(sha256=signed.sha256)
    assert public.archive_file(sha256=signed.sha256) == kept
    verdict = public.verdict_of(sha256=kept)
    assert verdict.is_valid, verdict.sentence
    assert verdict.signers[0].level == "B-LTA"
    assert archive.renew_due() == 0
    ArchivedFile.objects.update(renew_at=timezone.now())
    assert archive.renew_due() == 1
    row = ArchivedFile.objects.get()
    assert row.current != kept
    assert row.renew_at > timezone.now() + timedelta(days=300)
    renewed = public.verdict_of(sha256=row.current)
    assert renewed.is_valid, renewed.sentence
    assert [found.kind for found in renewed.signatures].count("timestamp") == 3


def test_the_archive_takes_nothing_whose_signature_does_not_hold(services: Path, desk: Desk) -> None:
    with pytest.raises(public.NotSignableError):
        public.archive_file(sha256=paper())


def test_lists_a_verdict_lacks_are_fetched_and_kept_fresh(services: Path, desk: Desk) -> None:
    from tinhso.foundation.signing import credentials, pades
    from tinhso.foundation.signing.models import Credential

    row = Credential.objects.get(person_id=desk.chairman.person_id)
    bare = pades.sign(files.read(sha256=paper()).read(), credentials.signer_of(row), level="B-B", proof=pades.Proof(),
                      at=timezone.now())  # fmt: skip
    assert {one.code for one in public.judge(content=bare.content).reasons} == {"revocation_unknown"}
    kept = files.keep(content=bare.content, name="a.pdf").sha256
    verdict = public.verdict_of(sha256=kept)
    assert verdict.is_valid, verdict.sentence
    assert RevocationData.objects.filter(kind="crl").count() == 2
    assert evidence.refresh_lists(timezone.now()) == 0
    RevocationData.objects.update(ends_at=timezone.now() + timedelta(minutes=1))
    assert evidence.refresh_lists(timezone.now()) == 2


def test_no_host_but_ours_is_ever_asked(state: Path, desk: Desk, settings: Any, monkeypatch: Any) -> None:
    """The address stands in a stranger's certificate: it may be anything on our own network."""
    settings.SIGNING = {**settings.SIGNING, "hosts": set()}
    monkeypatch.setattr(evidence.http.client, "HTTPConnection", None)
    from tinhso.foundation.signing.tests import factories as make

    content = make.sign(make.paper(), make.world().holder().signer())
    kept = files.keep(content=content, name="a.pdf").sha256
    assert not public.verdict_of(sha256=kept).is_valid
    for address in ("http://127.0.0.1:5432/", "file:///etc/passwd", "http://169.254.169.254/", "ftp://a/b"):
        assert not evidence.allowed(address)


def test_a_verdict_is_kept_by_version_of_the_trust_list(services: Path, desk: Desk, monkeypatch: Any) -> None:
    from tinhso.foundation.signing import judging, trusting

    signed = _sign(desk, paper())
    judged = []
    real = judging.judge
    monkeypatch.setattr(judging, "judge", lambda *a, **k: (judged.append(1), real(*a, **k))[1])
    first = public.verdict_of(sha256=signed.sha256)
    assert public.verdict_of(sha256=signed.sha256) == first
    assert len(judged) == 1
    fingerprint = public.trusted_authorities()[0].fingerprint
    change = public.propose_withdrawal(fingerprint=fingerprint, reason="thử", by=desk.chairman, at=timezone.now())
    trusting.decide(change_id=change, approved=True, by=desk.clerk, at=timezone.now())
    later = public.verdict_of(sha256=signed.sha256)
    assert len(judged) == 2
    assert not later.is_valid
    assert later.trust_version == "2"
