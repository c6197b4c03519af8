"""Verdicts on XML, ASiC-E packages and bare CMS."""

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import cms
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.xades import XAdESSigner

from tinhso.foundation.signing import asice, xades
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.pades import NotSignableError, Proof
from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.factories import DAY, NOW, Holder, World

XML = "<hoSo xmlns='urn:tinhso:thu'><ten>Nguyễn Văn A</ten><soTien>1000</soTien></hoSo>".encode()
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def world() -> World:
    return make.world()


@pytest.fixture(scope="module")
def holder(world: World) -> Holder:
    return world.holder()


@pytest.fixture(scope="module")
def signed(holder: Holder) -> bytes:
    return xades.sign(XML, holder.signer(), proof=Proof()).content


def _plain(holder: Holder, **options: object) -> bytes:
    signer = XMLSigner(**options)
    made = signer.sign(etree.fromstring(XML), key=holder.key, cert=[holder.certificate, *holder.chain])
    return etree.tostring(made)


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_our_xades_is_valid(world: World, kind: str) -> None:
    signer = world.holder(f"X{kind}", kind).signer()
    verdict = make.judge(xades.sign(XML, signer, proof=Proof()).content, world.trust())
    assert verdict.is_valid, verdict.sentence
    assert verdict.signatures[0].format == "XAdES"
    assert verdict.signatures[0].level == "B-B"
    stamped = xades.sign(XML, signer, proof=Proof(stamper=world.stamper()))
    assert stamped.level == "B-T"
    verdict = make.judge(stamped.content, world.trust())
    assert verdict.is_valid, verdict.sentence
    assert verdict.signatures[0].level == "B-T"
    assert verdict.signatures[1].kind == "timestamp"


def test_plain_signatures_of_other_makers_are_valid(world: World, holder: Holder) -> None:
    for method in (CanonicalizationMethod.CANONICAL_XML_1_0, CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
                   CanonicalizationMethod.CANONICAL_XML_1_1):  # fmt: skip
        verdict = make.judge(_plain(holder, c14n_algorithm=method), world.trust())
        assert verdict.is_valid, verdict.sentence
        assert verdict.signatures[0].format == "XMLDSig"
    enveloping = _plain(holder, method=SignatureConstructionMethod.enveloping)
    assert make.judge(enveloping, world.trust()).is_valid


def test_xml_in_utf_16_is_judged_like_any_other(world: World, holder: Holder) -> None:
    made = etree.tostring(etree.fromstring(_plain(holder)), encoding="UTF-16")
    assert make.judge(made, world.trust()).is_valid
    changed = made.decode("UTF-16").replace(">1000<", ">9000<")
    assert make.codes(make.judge(changed.encode("UTF-16"), world.trust())) == {"content_changed"}
    declared = changed.replace("?>", "?><!DOCTYPE a>", 1).encode("UTF-16")
    assert make.codes(make.judge(declared, world.trust())) == {"active_declaration"}


def test_the_librarys_exclusive_xades_is_refused_as_it_must_be(world: World, holder: Holder) -> None:
    """signxml writes a wrong digest there (a fault of it): we neither make nor believe such a signature."""
    method = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    made = XAdESSigner(c14n_algorithm=method).sign(
        etree.fromstring(XML), key=holder.key, cert=[holder.certificate, *holder.chain]
    )
    assert not make.judge(etree.tostring(made), world.trust()).is_valid


def _without_reference_to_document(content: bytes) -> bytes:
    root = etree.fromstring(content)
    reference = root.find(f".//{DS}SignedInfo/{DS}Reference")
    assert reference is not None
    reference.getparent().remove(reference)
    return etree.tostring(root)


def _wrapped(content: bytes) -> bytes:
    """The signed document hidden inside another, with the signature beside: the classic wrapping."""
    root = etree.fromstring(content)
    signature = root.find(f"{DS}Signature")
    outer = etree.Element("hoSo")
    etree.SubElement(outer, "soTien").text = "9000000"
    inner = etree.SubElement(outer, "phu")
    inner.append(root)
    outer.append(signature)
    return etree.tostring(outer)


XML_SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "name changed": lambda c: c.replace("Nguyễn Văn A".encode(), "Nguyễn Văn B".encode()),
    "sum changed": lambda c: c.replace(b">1000<", b">9000<"),
    "element added": lambda c: c.replace(b"</soTien>", b"</soTien><them/>"),
    "signing time changed": lambda c: c.replace(b"SigningTime>20", b"SigningTime>19"),
    "doctype": lambda c: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + c[c.index(b"<hoSo") :],
    "wrapped": _wrapped,
    "reference taken out": _without_reference_to_document,
    "signature value changed": lambda c: c.replace(b"SignatureValue>", b"SignatureValue>AAAA", 1),
    "style sheet": lambda c: b"<?xml-stylesheet href='a.xsl'?>" + c[c.index(b"<hoSo") :],
    "cut off": lambda c: c[: len(c) // 2],
    "identifier twice": lambda c: c.replace(b"<ten>", b'<ten Id="a">').replace(b"<soTien>", b'<soTien Id="a">'),
    "no certificate": lambda c: c.replace(b"X509Certificate", b"X509Nothing"),
}


@pytest.mark.parametrize("kind", XML_SPOILED)
def test_it_refuses_every_way_of_spoiling_xml(kind: str, world: World, signed: bytes) -> None:
    assert make.judge(signed, world.trust()).is_valid
    spoiled = XML_SPOILED[kind](signed)
    assert spoiled != signed
    verdict = make.judge(spoiled, world.trust())
    assert not verdict.is_valid, kind
    assert verdict.reasons


def test_a_part_of_a_document_is_not_the_document(world: World, holder: Holder) -> None:
    root = etree.fromstring(XML)
    root[0].set("Id", "phan")
    made = XMLSigner(method=SignatureConstructionMethod.detached).sign(
        root[0], key=holder.key, cert=[holder.certificate, *holder.chain], reference_uri="#phan"
    )
    root.append(made)
    assert "not_whole_file" in make.codes(make.judge(etree.tostring(root), world.trust()))


def test_xml_of_expired_revoked_and_unknown_signers_is_refused() -> None:
    world = make.world()
    gone = world.holder("Thu Hồi XML")
    world.revoke(gone, NOW - DAY)
    old = world.holder("Hết Hạn", begins=NOW - 100 * DAY, ends=NOW - DAY)
    stranger = make.world("lạ").holder("Lạ")
    for holder, code in ((gone, "revoked"), (old, "expired"), (stranger, "unknown_root")):
        made = xades.sign(XML, holder.signer(), proof=Proof()).content
        assert code in make.codes(make.judge(made, world.trust())), code


def test_xml_without_a_signature_and_with_one_already(world: World, holder: Holder, signed: bytes) -> None:
    assert make.judge(XML, world.trust()).state == "unsigned"
    with pytest.raises(NotSignableError):
        xades.sign(signed, holder.signer(), proof=Proof())


# --- packages


@pytest.fixture(scope="module")
def package(world: World, holder: Holder) -> bytes:
    files = {"van-ban.pdf": make.paper(), "phụ lục.txt": "Phụ lục".encode()}
    return asice.pack(files, holder.signer(), proof=Proof(stamper=world.stamper())).content


def _repacked(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, inside in members.items():
            made.writestr(name, inside)
    return out.getvalue()


def test_a_package_is_valid(world: World, package: bytes) -> None:
    verdict = make.judge(package, world.trust())
    assert verdict.is_valid, verdict.sentence
    assert verdict.signatures[0].format == "CAdES"
    assert verdict.signatures[0].level == "B-T"


def _twice(content: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("van-ban.pdf", b"another")
    return out.getvalue()


PACKAGE_SPOILED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "file changed": (lambda c: _repacked(c, lambda m: m.update({"van-ban.pdf": b"other"})), "content_changed"),
    "file added": (lambda c: _repacked(c, lambda m: m.update({"them.txt": b"other"})), "unsigned_member"),
    "file taken out": (lambda c: _repacked(c, lambda m: m.pop("van-ban.pdf") and None), "missing_member"),
    "signature taken out": (lambda c: _repacked(c, lambda m: m.pop(asice.SIGNATURE) and None), "missing_member"),
    "manifest taken out": (lambda c: _repacked(c, lambda m: m.pop(asice.MANIFEST) and None), "unsupported"),
    "manifest changed": (
        lambda c: _repacked(c, lambda m: m.update({asice.MANIFEST: m[asice.MANIFEST].replace(b"van-ban", b"van-bam"),
                                                   "van-bam.pdf": m.pop("van-ban.pdf")})), "content_changed"),
    "name twice": (_twice, "polyglot"),
    "bytes behind": (lambda c: c + b"more", "polyglot"),
    "bytes before": (lambda c: b"PK\x03\x04junk" + c, "polyglot"),
    "cut off": (lambda c: c[:-100], "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PACKAGE_SPOILED)
def test_it_refuses_every_way_of_spoiling_a_package(kind: str, world: World, package: bytes) -> None:
    spoil, code = PACKAGE_SPOILED[kind]
    verdict = make.judge(spoil(package), world.trust())
    assert not verdict.is_valid
    assert code in make.codes(verdict), make.codes(verdict)


# --- bare CMS


def _cms(holder: Holder, content: bytes, *, detached: bool) -> bytes:
    made = loops.run(holder.signer().async_sign_general_data(content, "sha256", detached=detached, use_cades=True))
    return bytes(made.dump())


def test_cms_with_its_content_and_beside_it(world: World, holder: Holder) -> None:
    assert make.judge(_cms(holder, b"noi dung", detached=False), world.trust()).is_valid
    beside = _cms(holder, b"noi dung", detached=True)
    assert make.judge(beside, world.trust(), detached=b"noi dung").is_valid
    assert make.codes(make.judge(beside, world.trust(), detached=b"noi dunG")) == {"content_changed"}
    assert make.codes(make.judge(beside, world.trust())) == {"detached"}


def test_two_signers_of_one_cms_are_each_judged(world: World, holder: Holder) -> None:
    one, other = (
        cms.ContentInfo.load(_cms(who, b"a", detached=False))["content"] for who in (holder, world.holder("Hai"))
    )
    certificates = [c.chosen for c in one["certificates"]] + [c.chosen for c in other["certificates"]]
    both = cms.SignedData({
        "version": "v1", "digest_algorithms": one["digest_algorithms"], "encap_content_info": one["encap_content_info"],
        "certificates": [cms.CertificateChoices("certificate", c) for c in certificates],
        "signer_infos": [*one["signer_infos"], *other["signer_infos"]],
    })  # fmt: skip
    content = cms.ContentInfo({"content_type": "signed_data", "content": both}).dump()
    verdict = make.judge(content, world.trust())
    assert verdict.is_valid, verdict.sentence
    assert {found.signer for found in verdict.signatures} == {"Nguyễn Văn Ký", "Hai"}  # a set in DER has no order


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")
def test_openssl_agrees_on_packages(world: World, package: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        (tmp_path / "m").write_bytes(archive.read(asice.MANIFEST))
        (tmp_path / "s").write_bytes(archive.read(asice.SIGNATURE))
    root = world.folder(tmp_path / "trust") / "root.pem"
    for spoiled in (False, True):
        if spoiled:
            (tmp_path / "m").write_bytes(b"other")
        said = subprocess.run(
            ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "s", "-content",
             tmp_path / "m", "-CAfile", root, "-purpose", "any", "-out", "/dev/null"], capture_output=True,
        )  # fmt: skip
        assert (said.returncode == 0) is not spoiled


# --- trust folders


def test_a_trust_folder_holds_roots_lists_and_whatever_helps(world: World, holder: Holder, tmp_path: Path) -> None:
    from tinhso.foundation.signing.judging import read_folder

    folder = world.folder(tmp_path / "trust")
    (folder / "nguoi-ky.pem").write_bytes(make.pem(holder.certificate))  # a signer's own certificate vouches for nobody
    (folder / "rac.txt").write_bytes(b"not a certificate")
    listed = read_folder(folder)
    assert [one.certificate.subject.native["common_name"] for one in listed.anchors] == ["Gốc thử"]
    assert len(listed.crls) == 2
    assert listed.faults == ("rac.txt",)
    assert make.judge(make.sign(make.paper(), holder.signer()), listed).is_valid
    with pytest.raises(NotADirectoryError):
        read_folder(tmp_path / "none")


def test_a_lower_authority_given_alone_vouches_for_nobody(world: World, holder: Holder, tmp_path: Path) -> None:
    from tinhso.foundation.signing.judging import read_folder

    (tmp_path / "sub.pem").write_bytes(make.pem(world.sub.certificate))
    verdict = make.judge(make.sign(make.paper(), holder.signer()), read_folder(tmp_path))
    assert make.codes(verdict) == {"unknown_root"}
