"""Keys elsewhere: in a device (SoftHSM), and at a remote service that behaves badly."""

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.utils import timezone

from tinhso.foundation.signing import credentials, devices, orders, pades, public, remote
from tinhso.foundation.signing.demo.authority import Key, Subject, new_key
from tinhso.foundation.signing.keys import KeySigner
from tinhso.foundation.signing.models import SignedVersion, SigningOrder
from tinhso.foundation.signing.pades import Proof
from tinhso.foundation.signing.public import Paper
from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.desk import Desk, paper
from tinhso.foundation.signing.tests.factories import NOW

SOFTHSM = next((p for p in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                            "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so") if Path(p).exists()), "")  # fmt: skip


def _enrol(desk: Desk, adapter: str, reference: str, key: Key) -> None:
    at = timezone.now()
    issued = desk.demo.sub.issue(Subject("Nguyễn Văn Chủ", "UBND phường Tân Ninh"), key.public_key(),
                                 begins=at - timedelta(minutes=5), ends=at + timedelta(days=365))  # fmt: skip
    public.enrol_key(
        kind="personal", owner_id=desk.chairman.person_id or 0, adapter=adapter, reference=reference,
        certificate=issued.public_bytes(Encoding.DER),
        chain=[desk.demo.sub.certificate.public_bytes(Encoding.DER)], by=desk.chairman, at=at,
    )  # fmt: skip


# --- devices


@pytest.fixture(scope="session")
def device(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Key]:
    """A token with three keys, by label. SoftHSM reads its settings once a process."""
    if not SOFTHSM or not shutil.which("softhsm2-util"):
        pytest.skip("no SoftHSM on this machine (apt install softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    keys = {"r2": new_key("rsa2048"), "r3": new_key("rsa3072"), "ec": new_key("p256")}
    run = ["softhsm2-util", "--init-token", "--free", "--label", "tinh", "--so-pin", "0000", "--pin", "1234"]
    subprocess.run(run, check=True, capture_output=True)
    for number, (label, key) in enumerate(keys.items(), 1):
        file = folder / f"{label}.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        run = ["softhsm2-util", "--import", str(file), "--token", "tinh", "--label", label, "--id", f"0{number}",
               "--pin", "1234"]  # fmt: skip
        subprocess.run(run, check=True, capture_output=True)
    return keys


@pytest.fixture
def module(device: dict[str, Key], settings: Any) -> Any:
    settings.SIGNING = {**settings.SIGNING, "pkcs11_module": SOFTHSM, "pkcs11_pin": "1234"}
    yield device
    devices.close()


@pytest.mark.parametrize("label", ["r2", "r3", "ec"])
def test_a_key_in_a_device_signs(module: dict[str, Key], label: str) -> None:
    world = make.world()
    certificate = world.sub.issue(Subject("Thiết bị"), module[label].public_key(), begins=make.BEGAN, ends=make.ENDS)
    signer = devices.signer(f"tinh|{label}", make.asn1(certificate), [make.asn1(world.sub.certificate)])
    made = pades.sign(make.paper(), signer, level="B-B", proof=Proof(), at=NOW)
    verdict = make.judge(made.content, world.trust())
    assert verdict.is_valid, verdict.sentence


@pytest.mark.django_db
def test_a_leader_signs_with_a_device(module: dict[str, Key], services: Path, desk: Desk) -> None:
    _enrol(desk, "pkcs11", "tinh|ec", module["ec"])
    signed = public.sign_pdf(sha256=paper(), name="a.pdf", purpose="p", by=desk.chairman, confirmed_at=timezone.now())
    assert public.verdict_of(sha256=signed.sha256).is_valid
    assert signed.level == "B-LT"


@pytest.mark.django_db
def test_a_device_that_is_not_there_is_said_and_tried_again(state: Path, desk: Desk) -> None:
    _enrol(desk, "pkcs11", "khong-co|a", new_key("p256"))
    with pytest.raises(public.SigningRefusedError) as refused:
        public.sign_pdf(sha256=paper(), name="a.pdf", purpose="p", by=desk.chairman, confirmed_at=timezone.now())
    assert refused.value.code == "unavailable"
    assert "TINHSO_PKCS11_MODULE" in str(refused.value)


# --- a remote service


class Nasty:
    """A remote signing service that is slow, down, confused or false, as told."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.asked: dict[str, bytes] = {}  # once → digest
        self.numbers: dict[str, str] = {}
        self.moods: list[str] = []  # of the next calls: down | pending | refuse | other | garbage
        self.signed = 0

    def _mood(self) -> str:
        return self.moods.pop(0) if self.moods else ""

    def request(self, *, credential: str, digest: bytes, algorithm: str, title: str, once: str) -> str:
        mood = self._mood()
        if mood == "down":
            raise remote.RemoteUnavailableError("không trả lời")
        assert len(digest) == 32
        assert algorithm == "sha256"
        assert self.asked.setdefault(once, digest) == digest
        self.numbers.setdefault(once, f"so-{len(self.numbers) + 1}")
        if mood == "lost":  # it got the order, and the line broke before it could say so
            raise remote.RemoteUnavailableError("đứt mạng")
        return self.numbers[once]

    def answer(self, *, number: str) -> bytes | None:
        mood = self._mood()
        if mood == "down":
            raise remote.RemoteUnavailableError("không trả lời")
        if mood == "pending":
            return None
        if mood == "refuse":
            raise remote.RemoteRefusedError("Người ký từ chối.")
        if mood == "garbage":
            return b"not a signature"
        once = next(one for one, given in self.numbers.items() if given == number)
        digest = self.asked[once] if mood != "other" else hashes.Hash(hashes.SHA256()).finalize()
        self.signed += 1
        how = utils.Prehashed(hashes.SHA256())
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(digest, padding.PKCS1v15(), how)
        return self.key.sign(digest, ec.ECDSA(how))


@pytest.fixture(params=["rsa2048", "p256"])
def nasty(request: pytest.FixtureRequest, services: Path, desk: Desk, monkeypatch: Any) -> Nasty:
    made = Nasty(make.key(f"remote-{request.param}", request.param))
    _enrol(desk, "remote", "nguoi-ky-1", made.key)
    monkeypatch.setattr(remote, "make_service", lambda: made)
    return made


def _order(desk: Desk, count: int = 1) -> str:
    papers = [Paper(paper(n), f"{n}.pdf", "result") for n in range(count)]
    return public.sign_batch(papers=papers, by=desk.chairman, confirmed_at=timezone.now())


def _run(times: int = 1) -> None:
    for _ in range(times):
        SigningOrder.objects.filter(state__in=["waiting", "requested"]).update(next_try_at=timezone.now())
        orders.run_waiting(limit=20)


@pytest.mark.django_db
def test_a_remote_service_signs_in_two_phases(nasty: Nasty, desk: Desk, state: Path) -> None:
    batch = _order(desk)
    nasty.moods = ["", "pending"]
    orders.run_waiting(limit=2)
    assert public.batch_status(batch_id=batch).papers[0].state == "requested"
    _run(2)
    found = public.batch_status(batch_id=batch).papers[0]
    assert (found.state, found.problem) == ("signed", "")
    verdict = public.verdict_of(sha256=found.signed_sha256)
    assert verdict.is_valid or make.codes(verdict) == {"revocation_unknown", "timestamp_revocation_unknown"}
    assert verdict.signers[0].integrity
    assert nasty.signed == 1


@pytest.mark.django_db
@pytest.mark.parametrize("moods", [["down", "down", "", "down", "pending"], ["lost", "", "pending"], ["lost", "lost"]])
def test_a_service_that_comes_and_goes_signs_once(nasty: Nasty, desk: Desk, moods: list[str]) -> None:
    nasty.moods = list(moods)
    batch = _order(desk)
    _run(8)
    assert public.batch_status(batch_id=batch).signed == 1
    assert nasty.signed == 1
    assert len(nasty.numbers) == 1
    assert SignedVersion.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("mood", "words"), [("refuse", "từ chối"), ("other", "không khớp"), ("garbage", "không khớp")])
def test_what_is_no_signature_of_ours_is_refused(nasty: Nasty, desk: Desk, mood: str, words: str) -> None:
    nasty.moods = ["", mood]
    batch = _order(desk)
    _run(3)
    found = public.batch_status(batch_id=batch).papers[0]
    assert found.state == "failed"
    assert words in found.problem
    assert not SignedVersion.objects.exists()


@pytest.mark.django_db
def test_a_service_where_nobody_confirms_is_given_up(nasty: Nasty, desk: Desk) -> None:
    batch = _order(desk)
    nasty.moods = ["", *["pending"] * 30]
    _run(2)
    row = SigningOrder.objects.get()
    assert row.request
    row.request["at"] = (timezone.now() - remote.ANSWER_WITHIN - timedelta(minutes=1)).isoformat()
    row.save()
    _run()
    assert public.batch_status(batch_id=batch).failed == 1


@pytest.mark.django_db
def test_only_a_digest_leaves_the_house(nasty: Nasty, desk: Desk) -> None:
    _order(desk, 3)
    _run(4)
    assert nasty.signed == 3
    assert all(len(digest) == 32 for digest in nasty.asked.values())


@pytest.mark.django_db
def test_a_lost_half_signed_file_is_begun_again(nasty: Nasty, desk: Desk) -> None:
    batch = _order(desk)
    orders.run_waiting(limit=1)
    half = list((Path(settings.VAR) / "signing" / "half").iterdir())
    assert len(half) == 1
    half[0].unlink()
    _run(4)
    assert public.batch_status(batch_id=batch).signed == 1


# --- keys in files


@pytest.mark.django_db
def test_a_key_in_a_file_is_encrypted_and_for_this_server_only(state: Path, desk: Desk) -> None:
    name = credentials.keep_key(make.key("file", "p256"))
    file = credentials.folder() / name
    assert b"ENCRYPTED" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert credentials.read_key(name).public_key() == make.key("file", "p256").public_key()
    (state / "signing" / "secret").write_text("another server")
    with pytest.raises(credentials.CredentialError):
        credentials.read_key(name)
    with pytest.raises(credentials.CredentialError):
        credentials.read_key("../../secret")


def test_a_key_is_parsed_once(monkeypatch: Any) -> None:
    """The library's own class parses it for each signature, five times as dear."""
    from cryptography.hazmat.primitives import serialization

    holder = make.world().holder()
    signer = holder.signer()
    monkeypatch.setattr(serialization, "load_der_private_key", None)
    for _ in range(3):
        pades.sign(make.paper(), signer, level="B-B", proof=Proof(), at=NOW)
    assert isinstance(signer, KeySigner)
