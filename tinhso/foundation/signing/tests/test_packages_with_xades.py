"""ASiC packages with XAdES as other makers write them: built here by hand, not by what is judged."""

import base64
import hashlib
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.factories import DAY, NOW, Holder, World

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNATURES = "META-INF/signatures0.xml"
FILES = {"văn bản.txt": "Kính gửi".encode(), "so-lieu.xml": b"<?xml version='1.0'?>\n<a b='1'><!--x--><c/></a>"}
Members = dict[str, bytes]


@pytest.fixture(scope="module")
def world() -> World:
    return make.world()


@pytest.fixture(scope="module")
def holder(world: World) -> Holder:
    return world.holder()


def _digest(content: bytes, method: str = "sha256") -> str:
    return base64.b64encode(hashlib.new(method, content).digest()).decode()


def _reference(uri: str, digest: str, *, transform: str = "", kind: str = "", method: str = SHA256) -> str:
    inside = f'<ds:Transforms><ds:Transform Algorithm="{transform}"/></ds:Transforms>' if transform else ""
    typed = f' Type="{kind}"' if kind else ""
    return (
        f'<ds:Reference{typed} URI="{uri}">{inside}<ds:DigestMethod Algorithm="{method}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )


def signature(holder: Holder, references: str, number: int = 0) -> bytes:
    """One META-INF/signatures*.xml by the letter of XAdES, over these references."""
    certificate = holder.certificate.public_bytes(Encoding.DER)
    text = f"""<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xades="http://uri.etsi.org/01903/v1.3.2#">
<ds:Signature Id="S{number}">
<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>{references}PROPERTIES</ds:SignedInfo>
<ds:SignatureValue>VALUE</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
{base64.b64encode(certificate).decode()}</ds:X509Certificate><ds:X509Certificate>
{base64.b64encode(holder.chain[0].public_bytes(Encoding.DER)).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties Target="#S{number}"><xades:SignedProperties Id="P{number}">
<xades:SignedSignatureProperties><xades:SigningTime>{NOW:%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>
<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="{SHA256}"/>
<ds:DigestValue>{_digest(certificate)}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>
</ds:Signature></asic:XAdESSignatures>"""
    spaces = {"ds": "http://www.w3.org/2000/09/xmldsig#", "xades": "http://uri.etsi.org/01903/v1.3.2#"}

    def canonical(path: str) -> bytes:
        return etree.tostring(etree.fromstring(text).find(path, spaces), method="c14n")

    properties = _reference(f"#P{number}", _digest(canonical(".//xades:SignedProperties")), transform=C14N,
                            kind="http://uri.etsi.org/01903#SignedProperties")  # fmt: skip
    text = text.replace("PROPERTIES", properties)
    made = holder.key.sign(canonical(".//ds:SignedInfo"), padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    return text.replace("VALUE", base64.b64encode(made).decode()).encode()


def over(files: Mapping[str, bytes], **options: Any) -> str:
    return "".join(_reference(quote(name), _digest(content), **options) for name, content in files.items())


def zipped(members: Mapping[str, bytes], mimetype: bytes = b"application/vnd.etsi.asic-e+zip") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def members(holder: Holder) -> Members:
    manifest = b"<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    return {**FILES, "META-INF/manifest.xml": manifest, SIGNATURES: signature(holder, over(FILES))}


def test_packages_of_other_makers_are_valid(world: World, members: Members) -> None:
    verdict = make.judge(zipped(members), world.trust())
    assert verdict.is_valid, verdict.sentence
    (found,) = verdict.signatures
    assert (found.format, found.level, found.covers_whole_file) == ("XAdES", "B-B", True)
    second = {**members, "META-INF/signatures1.xml": signature(world.holder("Hai"), over(FILES), 1)}
    verdict = make.judge(zipped(second), world.trust())
    assert verdict.is_valid, verdict.sentence
    assert [one.signer for one in verdict.signatures] == ["Nguyễn Văn Ký", "Hai"]


def test_a_member_digested_in_canonical_form_and_a_simple_package_are_valid(world: World, holder: Holder) -> None:
    name, content = "so-lieu.xml", FILES["so-lieu.xml"]
    canonical = etree.tostring(etree.fromstring(content), method="c14n", with_comments=False)
    signed = signature(holder, _reference(name, _digest(canonical), transform=C14N))
    assert make.judge(zipped({name: content, SIGNATURES: signed}), world.trust()).is_valid
    sheet = b"<?xml-stylesheet href='a.xsl'?>" + content[content.index(b"<a") :]
    assert not make.judge(zipped({name: sheet, SIGNATURES: signed}), world.trust()).is_valid
    signed = signature(holder, over({name: content}))
    kind = b"application/vnd.etsi.asic-s+zip"
    assert make.judge(zipped({name: content, SIGNATURES: signed}, kind), world.trust()).is_valid
    assert not make.judge(zipped({name: content + b" ", SIGNATURES: signed}, kind), world.trust()).is_valid


def _with(change: Callable[[bytes], bytes]) -> Callable[[Members], Members]:
    return lambda m: {**m, SIGNATURES: change(m[SIGNATURES])}


SPOILED: dict[str, tuple[Callable[[Members], Members], str]] = {
    "file changed": (lambda m: {**m, "văn bản.txt": b"other"}, "content_changed"),
    "file added": (lambda m: {**m, "them.txt": b"more"}, "unsigned_member"),
    "file hidden": (lambda m: {**m, "META-INF/them.pdf": b"more"}, "unsigned_member"),
    "file taken out": (lambda m: {k: v for k, v in m.items() if k != "so-lieu.xml"}, "missing_member"),
    "files exchanged": (lambda m: {**m, "văn bản.txt": m["so-lieu.xml"], "so-lieu.xml": m["văn bản.txt"]},
                        "content_changed"),
    "signature emptied": (lambda m: {**m, SIGNATURES: b"<a/>"}, "malformed"),
    "reference taken out": (_with(lambda c: c.replace(b"so-lieu.xml", b"#P0", 1)), "unsigned_member"),
    "reference renamed": (_with(lambda c: c.replace(b"so-lieu.xml", b"so-lieu.xm1", 1)), "missing_member"),
    "digest exchanged": (
        lambda m: {**m, "văn bản.txt": b"other", SIGNATURES: m[SIGNATURES].replace(
            _digest(FILES["văn bản.txt"]).encode(), _digest(b"other").encode())}, "signature_broken"),
    "time changed": (_with(lambda c: c.replace(b"SigningTime>20", b"SigningTime>19")), "content_changed"),
    "doctype": (_with(lambda c: b"<!DOCTYPE a>" + c), "active_declaration"),
    "properties out": (_with(lambda c: c.replace(b"01903#SignedProperties", b"01903#Other")), "malformed"),
    "wrapped": (_with(lambda c: c.replace(b"<ds:Object>", b'<ds:Object Id="P0">')), "byte_range"),
    "only a manifest": (lambda m: {k: v for k, v in m.items() if k != SIGNATURES}, "unsigned"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SPOILED)
def test_it_refuses_every_way_of_spoiling_them(kind: str, world: World, members: Members) -> None:
    spoil, code = SPOILED[kind]
    spoiled = spoil(members)
    assert spoiled != members
    verdict = make.judge(zipped(spoiled), world.trust())
    assert not verdict.is_valid
    assert code in make.codes(verdict), make.codes(verdict)


def test_it_refuses_weak_digests_other_transforms_and_bad_signers(world: World, holder: Holder) -> None:
    weak = "".join(
        _reference(quote(name), _digest(content, "sha1"), method="http://www.w3.org/2000/09/xmldsig#sha1")
        for name, content in FILES.items()
    )
    xpath = over(FILES, transform="http://www.w3.org/TR/1999/REC-xpath-19991116")
    twice = over(FILES) + over({"so-lieu.xml": FILES["so-lieu.xml"]})
    for references, code in ((weak, "weak_digest"), (xpath, "unsupported"), (twice, "malformed")):
        verdict = make.judge(zipped({**FILES, SIGNATURES: signature(holder, references)}), world.trust())
        assert code in make.codes(verdict), (code, make.codes(verdict))
    gone = world.holder("Thu Hồi Gói")
    world.revoke(gone, NOW - DAY)
    stranger = make.world("lạ").holder("Lạ")
    old = world.holder("Hết Hạn", begins=NOW - 100 * DAY, ends=NOW - DAY)
    for signer, code in ((gone, "revoked"), (old, "expired"), (stranger, "unknown_root")):
        verdict = make.judge(zipped({**FILES, SIGNATURES: signature(signer, over(FILES))}), world.trust())
        assert code in make.codes(verdict), (code, make.codes(verdict))


@pytest.mark.skipif(not shutil.which("xmlsec1"), reason="no xmlsec1 on this machine")
def test_xmlsec1_agrees(world: World, holder: Holder, tmp_path: Path) -> None:
    content = {"so-lieu.txt": b"1000"}
    (tmp_path / "root.pem").write_bytes(make.pem(world.root.certificate))
    (tmp_path / "s.xml").write_bytes(signature(holder, over(content)))
    for inside in (b"1000", b"9000"):
        (tmp_path / "so-lieu.txt").write_bytes(inside)
        said = subprocess.run(
            ["xmlsec1", "--verify", "--enabled-key-data", "x509", "--id-attr:Id",
             "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "--trusted-pem", "root.pem", "s.xml"],
            cwd=tmp_path, capture_output=True,
        )  # fmt: skip
        assert (said.returncode == 0) is (inside == b"1000"), said.stderr
        members = {"so-lieu.txt": inside, SIGNATURES: (tmp_path / "s.xml").read_bytes()}
        assert make.judge(zipped(members), world.trust()).is_valid is (inside == b"1000")
