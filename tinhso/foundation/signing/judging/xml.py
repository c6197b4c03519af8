"""XML signatures (XMLDSig, XAdES): the whole document covered, references resolved once and in one way.

In a package (ASiC) the signatures stand in a file of their own and refer to the files beside it: all of them.
"""

import base64
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from asn1crypto import cms, crl, ocsp, x509
from cryptography import x509 as cx509
from lxml import etree
from signxml import XMLVerifier
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration

from tinhso.foundation.signing.judging import certificates, messages
from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.certificates import Evidence
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import Finding, Reason
from tinhso.foundation.signing.judging.trust import TrustList

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
C14N = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#")  # fmt: skip
ID_NAMES = ("Id", "ID", "id")
LARGEST = 20_000_000  # bytes; its tree takes thirty times as much
Files = Mapping[str, bytes]


@dataclass
class Signed:
    """One ds:Signature with what it says of itself."""

    element: etree._Element
    name: str
    chain: list[x509.Certificate]
    evidence: Evidence = field(default_factory=Evidence)
    claimed: datetime | None = None
    token: cms.SignedData | None = None
    is_xades: bool = False


class _This(XMLVerifier):
    """Verifies one given signature of a document instead of the first it finds."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def _get_signature(self, root: Any) -> Any:
        if root.tag == f"{DS}Signature":
            return root
        return list(root.iter(f"{DS}Signature"))[self.number]


async def judge(content: bytes, trust: TrustList, now: datetime) -> tuple[tuple[Finding, ...], list[Reason]]:
    """Raises JudgedError."""
    root = read_xml(content)
    elements = list(root.iter(f"{DS}Signature"))
    if not elements:
        raise JudgedError("unsigned")
    if _repeated_ids(root):
        raise JudgedError("byte_range")
    _nothing_outside(root)
    found: list[Finding] = []
    for number, element in enumerate(elements):
        found += await _judge_one(content, root, element, number, trust, now)
    return tuple(found), []


async def judge_beside(
    content: bytes, files: Files, trust: TrustList, now: datetime, *, field: str
) -> tuple[Finding, ...]:
    """The signatures in one file of a package, each over all the files beside it. Raises JudgedError."""
    root = read_xml(content)
    elements = list(root.iter(f"{DS}Signature"))
    if not elements:
        raise JudgedError("malformed")
    if _repeated_ids(root):
        raise JudgedError("byte_range")
    found: list[Finding] = []
    for number, element in enumerate(elements):
        found += await _judge_one(content, root, element, number, trust, now, field=field, files=files)
    return tuple(found)


async def _judge_one(
    content: bytes,
    root: etree._Element,
    element: etree._Element,
    number: int,
    trust: TrustList,
    now: datetime,
    *,
    field: str = "",
    files: Files | None = None,
) -> tuple[Finding, ...]:
    """files: what stands beside the signature in its package; None: it stands in what it signs."""
    name = " ".join(part for part in (field, element.get("Id") or f"Signature {number + 1}") if part)
    try:
        signed = _opened(element, name)
    except JudgedError as error:
        return (messages.unknown_finding(name, "XMLDSig", error.reasons),)
    open_parts = _covers(root, element) if files is None else _covers_files(element, files)
    found = open_parts + _integrity(content, signed, number, files or {})
    signer = signed.chain[0]
    evidence = signed.evidence.with_more(signed.chain)
    stamp, of_stamp = None, []
    if signed.token is not None:
        value = _canonical_value(element)
        try:
            stamp = await messages.judge_token(
                signed.token, lambda algorithm: messages.digest_of(value, algorithm), evidence, trust,
                proven=now, now=now, field=f"{name}/timestamp",
            )  # fmt: skip
            of_stamp = list(stamp.finding.reasons)
        except JudgedError:
            of_stamp = [why.reason("timestamp_broken")]
    proven = stamp is not None and stamp.is_good
    standing = await certificates.standing_of(
        signer, evidence, trust, moment=stamp.at if stamp and proven else now, proven=proven, claimed=signed.claimed
    )
    level = ("B-LT" if standing.revocation_embedded else "B-T") if proven else "B-B"
    finding = messages.finding_of(
        signer,
        kind="signature",
        field=name,
        format="XAdES" if signed.is_xades else "XMLDSig",
        level=level if signed.is_xades else "",
        signed_at=stamp.at if stamp and proven else signed.claimed,
        time_source="timestamp" if proven else "claimed" if signed.claimed else "none",
        covers_whole_file=not open_parts,
        integrity=not found,
        trusted=standing.trusted,
        revoked=standing.revoked,
        digest=_digest_name(element),
        algorithm=(element.find(f"{DS}SignedInfo/{DS}SignatureMethod").get("Algorithm") or "").rpartition("#")[2],  # type: ignore[union-attr]
        reasons=messages.once([*found, *of_stamp, *standing.reasons]),
    )
    return (finding, stamp.finding) if stamp else (finding,)


def read_xml(content: bytes) -> etree._Element:
    """Without entities, network and document types. Raises JudgedError."""
    if len(content) > LARGEST:
        raise JudgedError("too_large")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise JudgedError("active_declaration")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=True, remove_comments=False)  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise JudgedError("damaged") from error
    if root.getroottree().docinfo.doctype:
        raise JudgedError("active_declaration")
    return root


def _repeated_ids(root: etree._Element) -> bool:
    """An identifier borne twice lets a reference mean one thing to us and another to the reader (wrapping)."""
    found: set[str] = set()
    for element in root.iter(etree.Element):
        for name in ID_NAMES:
            value = element.get(name)
            if value is None:
                continue
            if value in found:
                return True
            found.add(value)
    return False


def _opened(element: etree._Element, name: str) -> Signed:
    """Raises JudgedError."""
    texts = [one.text or "" for one in element.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")]
    try:
        chain = [x509.Certificate.load(base64.b64decode(text), strict=True) for text in texts]
        _ = [one.public_key.algorithm for one in chain]
    except (ValueError, TypeError) as error:
        raise JudgedError("malformed") from error
    if not chain:
        raise JudgedError("certificate_missing")
    leaves = [one for one in chain if not any(other.issuer == one.subject for other in chain if other is not one)]
    chain.sort(key=lambda one: one is not (leaves or chain)[0])
    signed = Signed(element, name, chain)
    properties = element.find(f".//{XADES}QualifyingProperties")
    if properties is not None:
        signed.is_xades = True
        _read_properties(signed, properties)
    return signed


def _read_properties(signed: Signed, properties: etree._Element) -> None:
    said = properties.findtext(f".//{XADES}SigningTime")
    if said:
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(said.strip().replace("Z", "+00:00"))
            signed.claimed = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        tokens = [base64.b64decode(one.text or "") for one in properties.iterfind(
            f".//{XADES}SignatureTimeStamp/{XADES}EncapsulatedTimeStamp")]  # fmt: skip
        if tokens:
            signed.token = cms.ContentInfo.load(tokens[0], strict=True)["content"]
        for tag, load, into in (
            ("EncapsulatedX509Certificate", x509.Certificate.load, signed.evidence.certificates),
            ("EncapsulatedCRLValue", crl.CertificateList.load, signed.evidence.crls),
            ("EncapsulatedOCSPValue", ocsp.OCSPResponse.load, signed.evidence.ocsps),
        ):
            values = properties.iter(f"{XADES}{tag}")
            into.extend(load(base64.b64decode(one.text or ""), strict=True) for one in values)  # type: ignore[attr-defined]
    except (ValueError, TypeError, KeyError) as error:
        raise JudgedError("malformed") from error


def _references(element: etree._Element) -> Iterator[etree._Element]:
    return element.iterfind(f"{DS}SignedInfo/{DS}Reference")


def _covers(root: etree._Element, element: etree._Element) -> list[Reason]:
    """Some reference must mean the whole document, by no transform but «enveloped» and canonical form."""
    for reference in _references(element):
        used = [one.get("Algorithm") for one in reference.iterfind(f"{DS}Transforms/{DS}Transform")]
        if any(one not in (ENVELOPED, *C14N) for one in used):
            return [why.reason("unsupported")]
    if element is root:
        return [] if _covers_objects(element) else [why.reason("not_whole_file")]
    uris = [one.get("URI") for one in _references(element)]
    own = [root.get(name) for name in ID_NAMES if root.get(name)]
    whole = any(uri == "" or (uri and uri.startswith("#") and uri[1:] in own) for uri in uris)
    return [] if whole else [why.reason("not_whole_file")]


def _covers_objects(element: etree._Element) -> bool:
    """An enveloping signature must refer to every object it carries but its own properties."""
    uris = {(one.get("URI") or "").removeprefix("#") for one in _references(element)}
    objects = [one for one in element.iterfind(f"{DS}Object") if one.find(f"{XADES}QualifyingProperties") is None]
    return bool(objects) and all(
        any(one.get(name) in uris for name in ID_NAMES)
        or any(child.get(name) in uris for child in one for name in ID_NAMES)
        for one in objects
    )


def _covers_files(element: etree._Element, files: Files) -> list[Reason]:
    """Each file of the package is referred to once, as it is or in canonical form, and nothing that is not there."""
    found, named = [], []
    for reference in _references(element):
        uri = reference.get("URI") or ""
        used = [one.get("Algorithm") for one in reference.iterfind(f"{DS}Transforms/{DS}Transform")]
        if any(one not in C14N for one in used):
            found.append(why.reason("unsupported"))
        if not uri.startswith("#"):
            named.append(unquote(uri))
    if set(named) - set(files):
        found.append(why.reason("missing_member"))
    if set(files) - set(named):
        found.append(why.reason("unsigned_member"))
    if len(named) != len(set(named)):
        found.append(why.reason("malformed"))
    return found


def _payloads(element: etree._Element, files: Files) -> dict[str, bytes | etree._Element]:
    """What each reference to a file digests; XML that is digested in canonical form as its root. Raises JudgedError."""
    found: dict[str, bytes | etree._Element] = {}
    for reference in _references(element):
        uri = reference.get("URI") or ""
        content = files.get(unquote(uri))
        if content is None:
            continue
        is_canonical = reference.find(f"{DS}Transforms/{DS}Transform") is not None
        found[uri] = _nothing_outside(read_xml(content)) if is_canonical else content
    return found


def _nothing_outside(root: etree._Element) -> etree._Element:
    """A style sheet beside the root is signed by nobody and shows what it likes. Raises JudgedError."""
    outside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if any(isinstance(one, etree._ProcessingInstruction) for one in outside):
        raise JudgedError("not_whole_file")
    return root


def _integrity(content: bytes, signed: Signed, number: int, files: Files) -> list[Reason]:
    signer = signed.chain[0]
    methods = (
        element.get("Algorithm") or "" for element in signed.element.iter(f"{DS}SignatureMethod", f"{DS}DigestMethod")
    )
    if any("sha1" in one.lower() or "md5" in one.lower() for one in methods):
        return [why.reason("weak_digest")]
    found = [why.reason("weak_key")] if certificates.weak_key(signer) else []
    if signed.is_xades:
        found += _signing_certificate(signed)
    config = SignatureConfiguration(
        location=".//",
        expect_references=True,
        ignore_ambiguous_key_info=False,
        verification_time=max(
            signer.not_valid_before, signer.not_valid_after - (signer.not_valid_after - signer.not_valid_before) / 2
        ),
    )
    try:
        parsed = cx509.load_der_x509_certificate(signer.dump())
        careful = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        payloads = _payloads(signed.element, files)
        _This(number).verify(
            content, x509_cert=parsed, expect_config=config, validate_schema=False, parser=careful,
            uri_resolver=payloads.get if files else None,
        )  # fmt: skip
    except JudgedError as error:
        found += error.reasons
    except InvalidDigest:
        found.append(why.reason("content_changed"))
    except InvalidSignature:
        found.append(why.reason("signature_broken"))
    except (InvalidInput, SignXMLException, ValueError, TypeError, KeyError, AttributeError):
        found.append(why.reason("malformed"))
    return found


def _signing_certificate(signed: Signed) -> list[Reason]:
    """XAdES: the signed properties are under the signature, and name the certificate that is there."""
    properties = signed.element.find(f".//{XADES}SignedProperties")
    if properties is None:
        return [why.reason("malformed")]
    own = {properties.get(name) for name in ID_NAMES}
    typed = [one for one in _references(signed.element) if one.get("Type") == SIGNED_PROPERTIES]
    if len(typed) != 1 or (typed[0].get("URI") or "").removeprefix("#") not in own - {None}:
        return [why.reason("malformed")]
    named = properties.find(f".//{XADES}CertDigest")
    if named is None:
        return []
    method = (named.find(f"{DS}DigestMethod").get("Algorithm") or "").rpartition("#")[2].lower()  # type: ignore[union-attr]
    try:
        value = base64.b64decode(named.findtext(f"{DS}DigestValue") or "")
        matches = messages.digest_of(signed.chain[0].dump(), method) == value
    except (ValueError, JudgedError):
        return [why.reason("malformed")]
    return [] if matches else [why.reason("certificate_mismatch")]


def _digest_name(element: etree._Element) -> str:
    method = element.find(f"{DS}SignedInfo/{DS}Reference/{DS}DigestMethod")
    return "" if method is None else (method.get("Algorithm") or "").rpartition("#")[2]


def _canonical_value(element: etree._Element) -> bytes:
    """ds:SignatureValue in the canonical form its timestamp digests (XAdES: that of the timestamp, else C14N 1.0)."""
    value = element.find(f"{DS}SignatureValue")
    method = element.find(f".//{XADES}SignatureTimeStamp/{DS}CanonicalizationMethod")
    algorithm = C14N[0] if method is None else method.get("Algorithm") or C14N[0]
    return etree.tostring(value, method="c14n", exclusive=algorithm.startswith(C14N[2]), with_comments=False)
