"""Verdicts on PDF signatures: every lawful kind accepted, every way of spoiling one refused."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from tinhso.foundation.files.tests import factories as files
from tinhso.foundation.signing.judging import TrustList, loops
from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests import tampering
from tinhso.foundation.signing.tests.factories import DAY, NOW, Holder, World

SCAN = settings.BASE_DIR.parent / "shared" / "data" / "ocr" / "tt51_2025_bca_scan_signed.pdf"


GOOD: dict[str, Callable[[World, Holder], tuple[bytes, str, bool]]] = {
    "B-B with the list in the folder": lambda w, h: (make.sign(make.paper(), h.signer()), "B-B", True),
    "B-T with the list in the folder": lambda w, h: (
        make.sign(make.paper(), h.signer(), timestamper=w.stamper()), "B-T", True),
    "B-LT alone": lambda w, h: (
        make.sign(make.paper(), h.signer(), timestamper=w.stamper(), context=w.context(h)), "B-LT", False),
    "B-LTA alone": lambda w, h: (
        make.sign(make.paper(), h.signer(), timestamper=w.stamper(), context=w.context(h), lta=True), "B-LTA", False),
    "visible": lambda w, h: (make.sign(make.paper(), h.signer(), visible=True), "B-B", True),
    "PSS": lambda w, h: (make.sign(make.paper(), h.signer(pss=True)), "B-B", True),
    "RSA 3072": lambda w, h: (make.sign(make.paper(), w.holder("R3", "rsa3072").signer()), "B-B", True),
    "P-256": lambda w, h: (make.sign(make.paper(), w.holder("EC", "p256").signer()), "B-B", True),
    "SHA-512": lambda w, h: (make.sign(make.paper(), h.signer(), md_algorithm="sha512"), "B-B", True),
    "older kind": lambda w, h: (
        make.sign(make.paper(), h.signer(), subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED), "B-B", True),
    "certified": lambda w, h: (
        make.sign(make.paper(), h.signer(), certify=True, docmdp_permissions=MDPPerm.FILL_FORMS), "B-B", True),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_it_accepts_every_lawful_kind(kind: str, world: World, holder: Holder) -> None:
    content, level, with_list = GOOD[kind](world, holder)
    verdict = make.judge(content, world.trust(crls=with_list))
    assert verdict.is_valid, verdict.sentence
    assert verdict.signers[0].level == level
    assert verdict.signers[0].covers_whole_file
    assert verdict.signers[0].organization == make.ORGANIZATION
    assert "Hợp lệ; người ký: " in verdict.sentence


def test_two_and_three_signers_are_each_judged(world: World, holder: Holder) -> None:
    content = make.paper()
    for number, name in enumerate(("Trần Thị Hai", "Lê Văn Ba", "Phạm Thị Tư"), 1):
        signer = world.holder(name)
        content = make.sign(content, signer.signer(), field=f"ChuKy{number}", timestamper=world.stamper(),
                            context=world.context(signer), visible=number == 2)  # fmt: skip
        verdict = make.judge(content, world.trust(crls=False))
        assert verdict.is_valid, verdict.sentence
        assert len(verdict.signers) == number


def test_an_archived_file_renewed_twice_stays_valid(world: World, holder: Holder, archived: bytes) -> None:
    content = archived
    for year in (1, 2):
        at = NOW + year * 365 * DAY
        content = make.renew(content, world.stamper(at), world.context(holder, at))
    verdict = make.judge(content, world.trust(crls=False), at=NOW + 800 * DAY)
    assert verdict.is_valid, verdict.sentence
    assert [found.kind for found in verdict.signatures].count("timestamp") == 4


@pytest.mark.parametrize("spoil", tampering.SPOILED, ids=lambda one: one.__name__)
@pytest.mark.parametrize("kind", ["plain", "archived"])
def test_it_refuses_every_way_of_spoiling(
    kind: str, spoil: Callable[[bytes], bytes], world: World, request: pytest.FixtureRequest
) -> None:
    content = request.getfixturevalue(kind)
    assert make.judge(content, world.trust()).is_valid
    verdict = make.judge(spoil(content), world.trust())
    assert not verdict.is_valid
    assert verdict.state in ("invalid", "unreadable")
    assert all(one.sentence.endswith(".") for one in verdict.reasons)
    if kind == "plain":
        expected = tampering.SPOILED[spoil]
        assert make.codes(verdict) & expected or not expected, make.codes(verdict)


def test_a_signature_taken_out_of_the_form_is_no_signature(world: World, plain: bytes) -> None:
    verdict = make.judge(tampering.signature_removed(plain), world.trust())
    assert not verdict.is_valid
    assert verdict.state == "unsigned"


def test_a_change_between_two_signatures_is_refused(world: World, holder: Holder, plain: bytes) -> None:
    changed = make.sign(tampering.page_replaced(plain), world.holder("Hai").signer(), field="ChuKy2")
    verdict = make.judge(changed, world.trust())
    assert make.codes(verdict) == {"shadow_change"}
    assert verdict.signers[1].is_valid
    assert not verdict.signers[0].is_valid


def test_a_further_signature_on_what_was_certified_final_is_refused(world: World, holder: Holder) -> None:
    final = make.sign(make.paper(), holder.signer(), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert make.judge(final, world.trust()).is_valid
    from pyhanko.sign.general import SigningError

    with pytest.raises(SigningError):
        make.sign(final, holder.signer(), field="ChuKy2")


def test_a_timestamp_over_a_change_does_not_make_it_lawful(world: World, holder: Holder, plain: bytes) -> None:
    """Anybody can have a timestamp: it covers the file, and signs nothing."""
    for change in (tampering.form_filled, tampering.title_changed, tampering.page_replaced):
        changed = change(make.sign(make.form(), holder.signer(), timestamper=world.stamper()))
        covered = make.renew(changed, world.stamper(), world.context(holder))
        assert "shadow_change" in make.codes(make.judge(covered, world.trust())), change.__name__
    assert make.judge(make.renew(plain, world.stamper(), world.context(holder)), world.trust()).is_valid


def test_a_form_filled_before_the_next_signer_signs_is_lawful(world: World, holder: Holder) -> None:
    first = make.sign(make.form(), holder.signer())
    filled = tampering.form_filled(first)
    assert make.codes(make.judge(filled, world.trust())) == {"shadow_change"}
    assert make.judge(make.sign(filled, world.holder("Hai").signer(), field="ChuKy2"), world.trust()).is_valid
    closed = make.sign(make.form(), holder.signer(), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    assert not make.judge(tampering.form_filled(closed), world.trust()).is_valid


def test_a_file_with_timestamps_alone_has_no_signer(world: World, holder: Holder) -> None:
    stamped = make.stamp(make.paper(), world.stamper())
    verdict = make.judge(stamped, world.trust())
    assert verdict.state == "unsigned"
    assert [found.kind for found in verdict.signatures] == ["timestamp"]


@pytest.mark.parametrize("options", [{"linearize": True}, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}])
def test_papers_of_other_makers_shapes_are_signed_and_judged(
    options: dict[str, Any], world: World, holder: Holder
) -> None:
    with pikepdf.open(io.BytesIO(make.paper())) as document:
        shaped = files.save(document, **options)
    content = make.sign(shaped, holder.signer(), timestamper=world.stamper(), context=world.context(holder), lta=True)
    verdict = make.judge(content, world.trust(crls=False))
    assert verdict.is_valid, verdict.sentence
    twice = make.sign(content, world.holder("Hai").signer(), field="ChuKy2", visible=True)
    assert make.judge(twice, world.trust()).is_valid
    assert not make.judge(tampering.page_replaced(twice), world.trust()).is_valid


def test_a_verdict_can_be_asked_inside_a_running_loop(world: World, plain: bytes) -> None:
    async def ask() -> bool:
        return make.judge(plain, world.trust()).is_valid

    assert loops.run(ask())


def test_a_signer_may_not_be_his_own_timestamp_service(world: World, holder: Holder) -> None:
    content = make.sign(make.paper(), holder.signer(), timestamper=world.stamper(holder=holder))
    assert "timestamp_broken" in make.codes(make.judge(content, world.trust()))


def test_an_archive_whose_timestamp_ran_out_is_refused(world: World, archived: bytes) -> None:
    verdict = make.judge(archived, world.trust(crls=False), at=make.ENDS + 30 * DAY)
    assert "timestamp_expired" in make.codes(verdict)
    assert not verdict.is_valid


def test_a_root_trusted_for_timestamps_only_signs_nothing(world: World, holder: Holder) -> None:
    anchors = tuple(make.Anchor(one.certificate, frozenset({"timestamping"})) for one in world.trust().anchors)
    only = TrustList(anchors, world.trust().intermediates, world.trust().crls, "1", NOW, "thử")
    verdict = make.judge(make.sign(make.paper(), holder.signer()), only)
    assert make.codes(verdict) <= {"wrong_purpose", "unknown_root"}
    assert not verdict.is_valid


def test_an_unsigned_file_says_so(world: World) -> None:
    assert make.judge(make.paper(), world.trust()).state == "unsigned"
    assert make.judge(tampering.empty_field_added(make.paper()), world.trust()).state == "unsigned"


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "head alone": (b"%PDF-1.7\n", "damaged"),
    "noise": (b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF", "damaged"),
    "locked": (files.pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "encrypted"),
    "photograph": (files.image(), "unknown_kind"),
    "plain zip": (files.archive({"a": b"b"}), "unknown_kind"),
    "text": (b"xin chao", "unknown_kind"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_one_sentence(kind: str, world: World) -> None:
    content, code = BAD[kind]
    verdict = make.judge(content, world.trust())
    assert make.codes(verdict) == {code}
    assert verdict.state == "unreadable"
    assert verdict.signatures == ()


def test_a_thousand_pages_are_judged(world: World, holder: Holder) -> None:
    assert make.judge(make.sign(make.paper(1000), holder.signer()), world.trust()).is_valid


def test_every_byte_of_a_small_signed_file_matters(world: World, plain: bytes) -> None:
    """A bit turned anywhere outside of the CMS is refused (inside, spare certificates are signed by nobody)."""
    gap = max(re.finditer(rb"<[0-9A-Fa-f]{2000,}>", plain), key=lambda one: len(one[0])).span()
    trust = world.trust()
    for place in range(7, len(plain), max(len(plain) // 150, 1)):
        if gap[0] < place < gap[1] - 1:
            continue
        spoiled = plain[:place] + bytes([plain[place] ^ 4]) + plain[place + 1 :]
        assert not make.judge(spoiled, trust).is_valid, place


@pytest.mark.skipif(not SCAN.exists(), reason="the shared scans are not on this machine")
def test_a_real_file_without_its_roots_says_exactly_why() -> None:
    verdict = make.judge(SCAN.read_bytes(), TrustList())
    assert make.codes(verdict) == {"unknown_root", "timestamp_untrusted"}
    assert verdict.signers[0].integrity
    assert verdict.signers[0].covers_whole_file
    assert verdict.signers[0].organization == "VĂN PHÒNG CHÍNH PHỦ"


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="no pdfsig on this machine (apt install poppler-utils)")
def test_pdfsig_agrees_on_the_digest(world: World, holder: Holder, plain: bytes, tmp_path: Path) -> None:
    """A second opinion on the digest alone: pdfsig says «valid» of much that is not."""
    good = [content for content, *_ in (made(world, holder) for made in GOOD.values())]
    spoiled = [tampering.byte_of_content(plain), tampering.shorter_range(plain)]
    for content in [*good, *spoiled]:
        file = tmp_path / "a.pdf"
        file.write_bytes(content)
        said = subprocess.run(["pdfsig", "-nocert", file], capture_output=True, text=True).stdout
        valid = "Signature is Valid" in said
        ours = {"content_changed", "signature_broken"} & make.codes(make.judge(content, world.trust()))
        assert valid == (not ours), said


def test_openssl_agrees_on_the_digest(world: World, holder: Holder, plain: bytes, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine")
    numbers = [int(one) for one in re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", plain).groups()]  # type: ignore[union-attr]
    signature = bytes.fromhex(plain[numbers[1] + 1 : numbers[2] - 1].decode())
    (tmp_path / "s.der").write_bytes(signature)
    root = world.folder(tmp_path / "trust") / "root.pem"
    for content, expected in ((plain, 0), (tampering.byte_of_content(plain), 4)):
        covered = content[: numbers[1]] + content[numbers[2] : numbers[2] + numbers[3]]
        (tmp_path / "m").write_bytes(covered)
        said = subprocess.run(
            ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "s.der", "-content",
             tmp_path / "m", "-CAfile", root, "-purpose", "any", "-out", "/dev/null"],
            capture_output=True,
        )  # fmt: skip
        assert (said.returncode == 0) == (expected == 0), said.stderr
        assert make.judge(content, world.trust()).is_valid == (expected == 0)


def test_the_verdict_survives_json(world: World, archived: bytes) -> None:
    import json

    from tinhso.foundation.signing.judging import records

    verdict = make.judge(archived, world.trust())
    found = records.as_json(verdict)
    assert records.from_json(json.loads(json.dumps(found))) == verdict
    assert found["valid"] is True
    assert found["trust_list_date"]
    assert found["sentence"].endswith(".")
