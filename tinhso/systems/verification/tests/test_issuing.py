"""A token before the paper is typeset, a file after, and what ends it."""

import io
from datetime import date

import pytest
from django.utils import timezone

from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.signing.events import SignatureStrengthened, TrustListChanged
from tinhso.systems.vault.events import PaperEnded
from tinhso.systems.verification import offline, tokens
from tinhso.systems.verification import public as verification
from tinhso.systems.verification.models import Document, OfflineKey
from tinhso.systems.verification.tests.factories import NUMBER, facts, file, issued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_state(settings, tmp_path):
    settings.VAR = tmp_path


def deliver() -> None:
    while outbox.deliver_pending():
        pass


def document(made: verification.Issued) -> Document:
    return Document.objects.get(token=made.token)


def test_a_token_has_eighty_bits_and_a_small_qr():
    made = verification.issue(**facts())
    assert len(made.token) == 16
    assert tokens.read(made.token) == made.token
    assert made.url.endswith(f"/X/{made.token}")
    assert made.url == made.url.upper()
    assert "<svg" in made.qr_svg
    assert made.printed in made.alt


def test_the_qr_is_read_by_a_scanner():
    import segno
    import zxingcpp
    from PIL import Image

    made = verification.issue(**facts())
    out = io.BytesIO()
    segno.make(made.url, error="m").save(out, kind="png", scale=4, border=4)
    found = zxingcpp.read_barcodes(Image.open(out))
    assert [one.text for one in found] == [made.url]
    assert tokens.read(found[0].text) == made.token


def test_preparing_again_keeps_the_token_and_takes_the_newer_facts():
    given = facts()
    first = verification.issue(**given)
    second = verification.issue(**{**given, "name": "Quyết định"})
    assert first.token == second.token
    assert document(first).name == "Quyết định"


def test_only_the_last_four_signs_of_a_number_are_kept():
    kept = document(verification.issue(**facts()))
    assert kept.holder_last4 == NUMBER[-4:]
    assert NUMBER not in str(kept.__dict__)


def test_a_paper_is_valid_once_its_file_is_bound():
    made = verification.issue(**facts())
    assert document(made).state == "prepared"
    verification.bind(token=made.token, sha256=file(), number="3/QĐ", issued_on=date(2026, 11, 2))
    kept = document(made)
    assert (kept.state, kept.number, kept.issued_on) == ("valid", "3/QĐ", date(2026, 11, 2))


def test_binding_twice_is_once_and_another_file_is_refused():
    made = verification.issue(**facts())
    verification.bind(token=made.token, sha256=file(1))
    verification.bind(token=made.token, sha256=file(1))
    with pytest.raises(ValueError, match="tệp khác"):
        verification.bind(token=made.token, sha256=file(2))
    with pytest.raises(LookupError):
        verification.bind(token="A" * 16, sha256=file(1))


def test_another_result_of_the_same_dossier_replaces_the_first():
    given = facts()
    first = issued(**given)
    second = issued(**given)
    assert first.token != second.token
    assert document(first).state == "replaced"
    assert document(first).replaced_by == document(second)
    assert "12/GKS" in document(first).state_reason


def test_a_second_edition_being_prepared_leaves_the_first_valid():
    given = facts()
    first = issued(**given)
    verification.issue(**given)
    assert document(first).state == "valid"


def test_a_recalled_paper_says_why_once():
    class Somebody:
        key, name = "account:1", "Nguyễn Văn Chủ"

    given = facts()
    made = issued(**given)
    where = {key: given[key] for key in ("source", "source_ref", "kind")}
    assert verification.recall(**where, reason="Cấp sai người", by=Somebody())
    assert not verification.recall(**where, reason="Lần nữa", by=Somebody())
    assert document(made).state_reason == "Cấp sai người"
    assert verification.status(**where).state == "recalled"


def ended(made: verification.Issued, why: str, **changes: str) -> PaperEnded:
    of = document(made)
    values = {"source": of.source, "source_ref": of.source_ref, "number": of.number, "new_number": ""}
    return PaperEnded(key="k", why=why, reason="Lý do", at=timezone.now(), **{**values, **changes})


def test_what_the_store_says_of_a_paper_reaches_its_token():
    recalled, replaced = issued(), issued()
    outbox.publish(ended(recalled, "revoked"))
    outbox.publish(ended(replaced, "replaced", new_number="99/GKS", source_ref=f"{document(replaced).source_ref}#2"))
    deliver()
    assert document(recalled).state == "recalled"
    assert document(replaced).state == "replaced"


def test_the_store_ends_the_edition_of_that_number_and_no_other():
    given = facts()
    first = issued(**given)
    second = issued(**given)
    Document.objects.filter(token=second.token).update(number="13/GKS")
    outbox.publish(ended(first, "replaced", new_number="13/GKS"))
    deliver()
    assert document(second).state == "valid"


def test_a_paper_nobody_knows_of_ends_without_a_fault():
    outbox.publish(PaperEnded(key="k", source="digitisation", source_ref="1", number="", why="revoked", reason="",
                              new_number="", at=timezone.now()))  # fmt: skip
    deliver()


def test_a_newer_timestamp_makes_another_file_of_the_same_paper():
    first, second = file(1), file(2)
    made = issued(sha256=first)
    outbox.publish(
        SignatureStrengthened(key=first, former_sha256=first, sha256=second, original_sha256=first, level="B-LTA")
    )
    deliver()
    kept = document(made)
    assert kept.sha256 == second
    assert set(kept.forms.values_list("sha256", flat=True)) == {first, second}


def test_a_file_is_judged_when_it_is_bound_and_anew_with_another_trust_list():
    made = issued()
    deliver()
    assert document(made).verdict_state == "unsigned"
    assert document(made).judged_at is not None
    outbox.publish(TrustListChanged(key="trust", version=2, change="added"))
    deliver()
    assert document(made).judged_at is None
    from tinhso.systems.verification.tasks import judge_waiting

    assert judge_waiting() == 1
    assert judge_waiting() == 0


def test_a_file_that_is_gone_is_claimed_to_be_nothing():
    made = issued(sha256="0" * 64)
    deliver()
    assert document(made).verdict_state == "unreadable"


def test_an_offline_code_says_what_the_paper_says_and_no_whole_name():
    kept = document(issued())
    read = offline.read(kept.offline_code)
    assert (read.agency, read.number, read.day) == ("UBND phường Tân Ninh", "12/GKS", "2026-11-20")
    assert read.holder == "Trần T. H. Ư."
    assert read.sha256 == kept.sha256


def test_a_changed_offline_code_is_refused():
    code = document(issued()).offline_code
    changed = code[:-3] + ("AAA" if code[-3:] != "AAA" else "BBB")
    for wrong in (changed, code[:-1], code.replace("TS1", "TS2"), "TS1:AAAAAAAA:" + code[13:], "", "TS1::", "xin chào"):
        with pytest.raises(offline.OfflineCodeError):
            offline.read(wrong)


def test_an_offline_code_is_checked_with_the_published_key_alone():
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    code = document(issued()).offline_code
    _head, kid, body = code.split(":", 2)
    key = next(key for key in offline.jwks()["keys"] if key["kid"] == kid)
    raw = base64.urlsafe_b64decode(key["x"] + "=")
    content = offline.from_base45(body)
    Ed25519PublicKey.from_public_bytes(raw).verify(content[:64], content[64:])


def test_codes_of_an_ended_key_still_hold(tmp_path):
    old = document(issued()).offline_code
    for key in (tmp_path / "signing" / "offline").iterdir():
        key.unlink()
    new = document(issued()).offline_code
    assert old[:12] != new[:12]
    assert offline.read(old)
    assert offline.read(new)
    assert OfflineKey.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(("plain", "coded"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"ietf!", "QED8WEX0")])
def test_base45_is_that_of_the_rfc(plain, coded):
    assert offline.base45(plain) == coded
    assert offline.from_base45(coded) == plain


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("abcd efgh ijkl mn23", "ABCDEFGHIJKLMN23"),
        ("HTTPS://tayninh.gov.vn/X/ABCDEFGHIJKLMN23/", "ABCDEFGHIJKLMN23"),
        ("ABCD-EFGH-1JKL-MN08", "ABCDEFGHIJKLMNOB"),
        ("ABC", ""),
        ("", ""),
        ("ABCDEFGHIJKLMNO9", ""),
        ("x" * 5000, ""),
    ],
)
def test_a_token_is_read_as_people_write_it(typed, read):
    assert tokens.read(typed) == read
