"""PDF signatures (PAdES and its forerunners): the whole file covered, nothing behind it, no shadow changes."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as fresh
from datetime import datetime
from typing import Any

from asn1crypto import crl, ocsp, x509
from lxml import etree
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.dss import enumerate_ocsp_certs
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from tinhso.foundation.signing.judging import messages
from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.certificates import Evidence
from tinhso.foundation.signing.judging.messages import Stamp
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import Finding, Reason
from tinhso.foundation.signing.judging.trust import TrustList

ETSI, ADOBE, STAMP = "/ETSI.CAdES.detached", "/adbe.pkcs7.detached", "/ETSI.RFC3161"
HEX = re.compile(rb"<[0-9A-Fa-f\s]*>\Z")
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
OBJECT = re.compile(rb"[\r\n\s]*\d+\s+\d+\s+obj\b")
END = b"%%EOF"


@dataclass
class Signature:
    """A filled signature field, opened, with what is wrong with its place in the file."""

    field: str
    embedded: EmbeddedPdfSignature
    is_stamp: bool
    faults: list[Reason] = fresh(default_factory=list)
    whole: bool = False

    @property
    def revision(self) -> int:
        return int(self.embedded.signed_revision)


async def judge(content: bytes, trust: TrustList, now: datetime) -> tuple[tuple[Finding, ...], list[Reason]]:
    """Findings of all signatures, oldest first, and reasons that speak of the file. Raises JudgedError."""
    _no_other_file_inside(content)
    reader = _open(content)
    signatures, broken = _signatures(reader)
    if not signatures and not broken:
        raise JudgedError("unsigned")
    _cover(content, reader, signatures)
    evidence = _store_of(reader)
    of_file = [] if _ends_well(content) else [why.reason("appended_bytes")]
    if not broken and all(one.is_stamp for one in signatures):
        of_file.append(why.reason("unsigned"))
    stamps = await _document_stamps(signatures, evidence, trust, now)
    found: list[Finding] = []
    for one in signatures:
        if one.is_stamp:
            found.append(stamps[one.field].finding)
        else:
            found += await _judge_one(one, signatures, stamps, evidence, trust, now)
    return (*found, *broken), of_file


def _no_other_file_inside(content: bytes) -> None:
    """A zip directory behind the PDF, or something before its head, is read differently by different programs."""
    tail = content[content.rfind(END) :] if END in content else content[-70_000:]
    if not content.startswith(b"%PDF-"):
        raise JudgedError("polyglot" if b"%PDF-" in content[:1024] else "damaged")
    if b"PK\x05\x06" in tail:
        raise JudgedError("polyglot")


def _ends_well(content: bytes) -> bool:
    """Nothing but an end of line after the last end mark."""
    place = content.rfind(END)
    return place >= 0 and content[place + len(END) :].strip(b"\r\n \t") == b""


def _open(content: bytes) -> PdfFileReader:
    if END not in content[-4096:] and not any(content.rfind(mark) >= 0 for mark in (END, b"startxref")):
        raise JudgedError("damaged")
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=True)
        if reader.encrypted:
            raise JudgedError("encrypted")
        _ = reader.root["/Pages"]
    except JudgedError:
        raise
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError) as error:
        raise JudgedError("damaged") from error
    return reader


def _signatures(reader: PdfFileReader) -> tuple[list[Signature], list[Finding]]:
    """Signature fields that are filled, oldest revision first; those that cannot be opened apart."""
    found, broken = [], []
    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        try:
            _ = value.get_object() if hasattr(value, "get_object") else value
            embedded = EmbeddedPdfSignature(reader, reference, name)
            found.append(_opened(name, embedded))
        except JudgedError as error:
            broken.append(messages.unknown_finding(name, "PAdES", error.reasons))
        except (PdfError, SigningError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError):
            broken.append(messages.unknown_finding(name, "PAdES", (why.reason("malformed"),)))
    found.sort(key=lambda one: (one.revision, int(one.embedded.byte_range[-1])))
    return found, broken


def _opened(name: str, embedded: EmbeddedPdfSignature) -> Signature:
    kind = _entry(embedded.sig_object, "/SubFilter")
    if kind not in (ETSI, ADOBE, STAMP):
        raise JudgedError("weak_digest" if kind == "/adbe.pkcs7.sha1" else "unsupported")
    content = embedded.signed_data["encap_content_info"]["content_type"].native
    if (kind == STAMP) != (content == "tst_info"):
        raise JudgedError("malformed")
    return Signature(name, embedded, is_stamp=kind == STAMP)


def _cover(content: bytes, reader: PdfFileReader, signatures: list[Signature]) -> None:
    """Fill in what is wrong with the place of each signature in the file."""
    for number, one in enumerate(signatures):
        fault = _range_fault(content, one)
        if fault:
            one.faults.append(why.reason(fault))
            continue
        try:
            one.embedded.compute_integrity_info()
        except (PdfError, SignatureValidationError, SigningError, ValueError, KeyError, TypeError, AttributeError,
                IndexError, RecursionError):  # fmt: skip
            one.faults.append(why.reason("shadow_change"))
            continue
        later = signatures[number + 1 :]
        signed_on = any(not other.is_stamp for other in later)
        one.faults += _changes_after(one, signed_on=signed_on)
        if not signed_on and not one.faults:
            one.faults += _tail_faults(content, reader, one, stamps={other.revision for other in later})
        one.whole = not one.faults


def _range_fault(content: bytes, one: Signature) -> str:
    """ByteRange must be [0 a b c]: all of the revision but exactly the hexadecimal text of this signature."""
    numbers = list(one.embedded.byte_range)
    if len(numbers) != 4 or not all(isinstance(value, int) for value in numbers):
        return "byte_range"
    start, first, second, length = map(int, numbers)
    if start != 0 or not 0 < first < second or length <= 0 or second + length > len(content):
        return "byte_range"
    gap = content[first:second]
    if not HEX.fullmatch(gap):
        return "hidden_bytes"
    written = bytes.fromhex(gap[1:-1].decode("ascii").replace("\n", "").replace("\r", "").replace(" ", ""))
    if written != bytes(one.embedded.pkcs7_content):
        return "byte_range"
    return "hidden_bytes" if _behind_der(written).strip(b"\0") else ""


def _behind_der(content: bytes) -> bytes:
    """What follows the one DER value the signature is; space reserved and not used is zeros."""
    if len(content) < 2 or content[1] == 0x80:
        return b""  # BER of indefinite length ends with zeros itself
    if content[1] < 0x80:
        return content[2 + content[1] :]
    count = content[1] & 0x7F
    return content[2 + count + int.from_bytes(content[2 : 2 + count], "big") :]


def _changes_after(one: Signature, *, signed_on: bool) -> list[Reason]:
    """Before a further signer's signature also lawful form filling; else only validation data and timestamps.

    A document timestamp is no signature: whoever changes something can get one over the change.
    """
    embedded = one.embedded
    if embedded.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return []
    if embedded.coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return [why.reason("not_whole_file")]
    result = embedded.diff_result
    if not isinstance(result, DiffResult):
        return [why.reason("shadow_change")]
    allowed = ModificationLevel.FORM_FILLING if signed_on else ModificationLevel.LTA_UPDATES
    if result.modification_level > allowed:
        return [why.reason("shadow_change")]
    return [] if embedded.summarise_integrity_info()["docmdp_ok"] else [why.reason("permissions")]


def _tail_faults(content: bytes, reader: PdfFileReader, one: Signature, *, stamps: set[int]) -> list[Reason]:
    """Behind the last signer stand whole revisions, as many as the tables know, of validation data and timestamps."""
    _, _, second, length = map(int, one.embedded.byte_range)
    tail = content[second + length :]
    later = reader.xrefs.total_revisions - 1 - one.revision
    if not later:
        return [why.reason("appended_bytes")] if tail.strip(b"\r\n") else []
    if tail.count(END) != later or tail.count(b"startxref") != later or not OBJECT.match(tail):
        return [why.reason("appended_bytes")]
    before = reader.get_historical_resolver(one.revision)
    added = _count_fields(reader.root) - _count_fields(before.root)
    idle = any(not _brings_evidence(reader, number) for number in range(one.revision + 1, one.revision + 1 + later)
               if number not in stamps)  # fmt: skip
    if added != len(stamps) or idle or _description(before) != _description(reader):
        return [why.reason("shadow_change")]
    return []


def _count_fields(root: Any) -> int:
    try:
        return len(root["/AcroForm"]["/Fields"])
    except KeyError:
        return 0


def _brings_evidence(reader: PdfFileReader, number: int) -> bool:
    """Whether a revision added validation data: that, or a timestamp, alone excuses it."""
    counts = [
        sum(len(_entry(_entry(handler.root, "/DSS"), key) or ()) for key in ("/Certs", "/CRLs", "/OCSPs", "/VRI"))
        for handler in (reader.get_historical_resolver(number - 1), reader.get_historical_resolver(number))
    ]
    return counts[1] > counts[0]


def _description(handler: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the file says it is (title, author, …): programs write new dates beside it, never these."""
    try:
        info = handler.trailer_view["/Info"]
    except (PdfError, KeyError, TypeError):
        info = {}
    said = tuple(str(_entry(info, key) or "") for key in ("/Title", "/Author", "/Subject", "/Keywords"))
    metadata = _entry(handler.root, "/Metadata")
    if metadata is None:
        return said, ()
    try:
        tree = etree.fromstring(metadata.data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (PdfError, etree.XMLSyntaxError, AttributeError, ValueError):
        return said, ("?",)
    words = [one.xpath("string()").strip() for one in tree.iter(f"{DUBLIN_CORE}*")]
    return said, tuple(sorted(words))


def _store_of(reader: PdfFileReader) -> Evidence:
    """Certificates, CRLs and OCSP answers of the document security store (DSS)."""
    found = Evidence()
    store = _entry(reader.root, "/DSS")
    for key, load, into in (
        ("/Certs", x509.Certificate.load, found.certificates),
        ("/CRLs", crl.CertificateList.load, found.crls),
        ("/OCSPs", ocsp.OCSPResponse.load, found.ocsps),
    ):
        for content in _streams(store, key):
            try:
                into.append(load(content, strict=True))  # type: ignore[attr-defined]
            except (ValueError, TypeError):
                continue  # evidence that cannot be read is no evidence
    for response in found.ocsps:
        try:
            found.certificates += [one for one in enumerate_ocsp_certs(response) if isinstance(one, x509.Certificate)]
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _entry(dictionary: Any, key: str) -> Any:
    """Followed through references; `get` of the library hands out the reference itself."""
    try:
        return dictionary[key]
    except (PdfError, KeyError, TypeError):
        return None


def _streams(store: Any, key: str) -> Iterator[bytes]:
    for reference in _entry(store, key) or ():
        try:
            yield reference.get_object().data
        except (PdfError, AttributeError, ValueError, KeyError):
            continue


async def _document_stamps(
    signatures: list[Signature], evidence: Evidence, trust: TrustList, now: datetime
) -> dict[str, Stamp]:
    """Document timestamps, the newest judged by now, each older one by the next newer."""
    found: dict[str, Stamp] = {}
    proven = now
    for one in reversed([one for one in signatures if one.is_stamp]):
        try:
            stamp = await messages.judge_token(
                one.embedded.signed_data,
                lambda name, one=one: one.embedded.compute_digest(name),  # type: ignore[misc]
                evidence,
                trust,
                proven=proven,
                now=now,
                field=one.field,
            )
        except JudgedError as error:
            stamp = Stamp(now, messages.unknown_finding(one.field, "RFC 3161", error.reasons))
        stamp = _with_faults(stamp, one)
        if stamp.is_good:
            proven = min(proven, stamp.at)
        found[one.field] = stamp
    return found


def _with_faults(stamp: Stamp, one: Signature) -> Stamp:
    finding = replace(
        stamp.finding,
        kind="timestamp",
        covers_whole_file=one.whole,
        integrity=stamp.finding.integrity and not one.faults,
        reasons=messages.once([*one.faults, *stamp.finding.reasons]),
    )
    return Stamp(stamp.at, finding)


async def _judge_one(
    one: Signature,
    signatures: list[Signature],
    stamps: dict[str, Stamp],
    evidence: Evidence,
    trust: TrustList,
    now: datetime,
) -> tuple[Finding, ...]:
    later = [stamps[other.field] for other in signatures if other.is_stamp and other.revision > one.revision]
    good = [stamp.at for stamp in later if stamp.is_good]
    try:
        message = messages.open_message(one.embedded.signed_data)
    except JudgedError as error:
        return (messages.unknown_finding(one.field, "PAdES", (*one.faults, *error.reasons)),)
    is_etsi = _entry(one.embedded.sig_object, "/SubFilter") == ETSI
    try:
        claimed = one.embedded.self_reported_timestamp
    except (PdfError, ValueError):
        claimed = None
    return await messages.judge_message(
        message,
        lambda name: one.embedded.compute_digest(name),
        evidence,
        trust,
        now=now,
        field=one.field,
        format="PAdES" if is_etsi else "CMS",
        proven=min(good) if good else None,
        archived=bool(good),
        claimed=claimed,
        whole=one.whole,
        extra=tuple(one.faults),
    )
