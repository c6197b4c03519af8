"""One CMS signature: does it fit what was signed, and was its signer good? Shared by PDF, ASiC-E and bare CMS."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, core, tsp, x509
from pyhanko.sign.general import (
    CMSExtractionError,
    CMSStructuralError,
    MultivaluedAttributeError,
    NonexistentAttributeError,
    check_ess_certid,
    extract_certificate_info,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_self_reported_ts,
    get_signing_cert_attr,
    validate_sig_integrity,
)

from tinhso.foundation.signing.judging import certificates
from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.certificates import TOLERANCE, WEAK_DIGESTS, Evidence
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import Finding, Reason
from tinhso.foundation.signing.judging.trust import TrustList

DigestBy = Callable[[str], bytes]  # name of a digest algorithm → digest of what was signed
ADOBE_REVOCATION = "1.2.840.113583.1.1.8"


@dataclass(frozen=True)
class Stamp:
    """A timestamp token and what was found of it."""

    at: datetime
    finding: Finding

    @property
    def is_good(self) -> bool:
        return self.finding.is_valid


@dataclass
class Message:
    """A SignedData with one signer, opened."""

    signed_data: cms.SignedData
    signer: cms.SignerInfo
    certificate: x509.Certificate
    others: list[x509.Certificate]

    @property
    def digest(self) -> str:
        return str(self.signer["digest_algorithm"]["algorithm"].native)

    @property
    def algorithm(self) -> str:
        return str(self.signer["signature_algorithm"].signature_algo)


def open_message(signed_data: cms.SignedData) -> Message:
    """Raises JudgedError: malformed, certificate_missing, certificate_mismatch."""
    try:
        found = extract_certificate_info(signed_data)
        (signer,) = signed_data["signer_infos"]
    except CMSExtractionError as error:
        raise JudgedError("certificate_missing") from error
    except (ValueError, TypeError, KeyError) as error:
        raise JudgedError("malformed") from error
    attributes = signer["signed_attrs"]
    if attributes is not core.VOID and len(attributes):
        try:
            named = get_signing_cert_attr(attributes)
        except SignatureValidationError as error:
            raise JudgedError("malformed") from error
        if named is not None and not check_ess_certid(found.signer_cert, named["certs"][0]):
            raise JudgedError("certificate_mismatch")
    return Message(signed_data, signer, found.signer_cert, list(found.other_certs))


def integrity(message: Message, digest_by: DigestBy, content_type: str = "data") -> list[Reason]:
    """What speaks against the signature itself, whoever made it."""
    found = weaknesses(message.digest, message.signer["signature_algorithm"], message.certificate)
    try:
        actual = digest_by(message.digest)
        intact, valid = validate_sig_integrity(message.signer, message.certificate, content_type, actual)
    except JudgedError as error:
        return [*found, *error.reasons]
    except (SignatureValidationError, CMSStructuralError, ValueError, TypeError, KeyError, NotImplementedError):
        return [*found, why.reason("malformed")]
    except Exception:  # an unknown algorithm or curve provokes whatever the library below raises
        return [*found, why.reason("unsupported")]
    if not intact:
        found.append(why.reason("content_changed"))
    if not valid:
        found.append(why.reason("signature_broken"))
    return found


def weaknesses(digest: str, algorithm: cms.SignedDigestAlgorithm, certificate: x509.Certificate) -> list[Reason]:
    try:
        hashed = str(algorithm.hash_algo)
    except ValueError:
        hashed = digest  # rsassa_pkcs1v15 and Ed25519 name no digest of their own
    found = [why.reason("weak_digest")] if {digest, hashed} & WEAK_DIGESTS else []
    return [*found, why.reason("weak_key")] if certificates.weak_key(certificate) else found


def claimed_time(message: Message) -> datetime | None:
    try:
        return extract_self_reported_ts(message.signer)
    except Exception:  # a malformed attribute is no claim
        return None


def token_of(message: Message) -> cms.SignedData | None:
    """The timestamp token over the signature, if the signature carries one. Raises JudgedError."""
    unsigned = message.signer["unsigned_attrs"]
    if unsigned is core.VOID:
        return None
    try:
        token = find_unique_cms_attribute(unsigned, "signature_time_stamp_token")
    except NonexistentAttributeError:
        return None
    except MultivaluedAttributeError as error:
        raise JudgedError("timestamp_broken") from error
    return token["content"]


def own_evidence(message: Message) -> Evidence:
    """Certificates and revocation data inside the message (CMS fields and Adobe's signed attribute)."""
    found = Evidence([message.certificate, *message.others])
    if message.signed_data["crls"] is not core.VOID:
        for one in message.signed_data["crls"]:
            if one.name == "" or isinstance(one.chosen, cms.CertificateList):
                found.crls.append(one.chosen)
            elif one.name == "other" and one.chosen["other_rev_info_format"].native == "ocsp_response":
                found.ocsps.append(one.chosen["other_rev_info"])
    attributes = message.signer["signed_attrs"]
    for attribute in () if attributes is core.VOID else attributes:
        if attribute["type"].dotted == ADOBE_REVOCATION:
            for archive in attribute["values"]:
                found.crls += list(archive["crl"] or ())
                found.ocsps += list(archive["ocsp"] or ())
    return found


async def judge_token(
    token: cms.SignedData,
    imprint: DigestBy,
    evidence: Evidence,
    trust: TrustList,
    *,
    proven: datetime,
    now: datetime,
    field: str,
    whole: bool = True,
) -> Stamp:
    """A timestamp (dấu thời gian): over what `imprint` digests, good as far as proven. Raises JudgedError."""
    content, stamped, named, hashed = _inside(token)
    message = open_message(token)
    found = [_of_token(one) for one in integrity(message, lambda name: digest_of(content, name), "tst_info")]
    notes: tuple[Reason, ...] = ()
    if named == "sha1":
        # Old services still digest with SHA-1. A second value for a given digest cannot be made, so the time stands.
        notes = (Reason("weak_timestamp", "Dấu thời gian tính trên dấu băm SHA-1 đã lỗi thời."),)
    elif named in WEAK_DIGESTS:
        found.append(why.reason("weak_digest"))
    try:
        if imprint(named) != hashed:
            found.append(why.reason("timestamp_broken"))
    except ValueError:
        found.append(why.reason("timestamp_broken"))
    if stamped > now + TOLERANCE:
        found.append(why.reason("timestamp_future"))
    standing = await certificates.timestamper_of(
        message.certificate,
        evidence.with_more([message.certificate, *message.others]),
        trust,
        stamped=stamped,
        proven=max(stamped, proven),
    )
    finding = finding_of(
        message.certificate,
        kind="timestamp",
        field=field,
        format="RFC 3161",
        signed_at=stamped,
        time_source="timestamp",
        covers_whole_file=whole,
        integrity=not found,
        trusted=standing.trusted,
        revoked=standing.revoked,
        digest=message.digest,
        algorithm=message.algorithm,
        reasons=once([*found, *standing.reasons]),
        notes=notes,
    )
    return Stamp(stamped, finding)


def _inside(token: cms.SignedData) -> tuple[bytes, datetime, str, bytes]:
    """The signed part of a token, its time, and the digest it stamps. Raises JudgedError."""
    try:
        info = token["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo):
            raise JudgedError("timestamp_broken")
        imprint = info["message_imprint"]
        named = str(imprint["hash_algorithm"]["algorithm"].native)
        content = bytes(token["encap_content_info"]["content"].contents)
        return content, info["gen_time"].native, named, imprint["hashed_message"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise JudgedError("timestamp_broken") from error


def _of_token(one: Reason) -> Reason:
    return why.reason("timestamp_broken") if one.code in ("content_changed", "signature_broken") else one


def finding_of(certificate: x509.Certificate, **facts: object) -> Finding:
    filled: dict[str, object] = {"level": "", "notes": (), **facts}
    return Finding(
        signer=certificates.common_name(certificate),
        organization=certificates.organization(certificate),
        issuer=certificates.issuer_name(certificate),
        serial=f"{certificate.serial_number:x}",
        certificate_from=certificate.not_valid_before,
        certificate_to=certificate.not_valid_after,
        **filled,  # type: ignore[arg-type]
    )


def unknown_finding(field: str, format: str, found: tuple[Reason, ...]) -> Finding:
    """Of a signature that could not be opened."""
    return Finding("signature", field, format, "", "", "", "", "", None, None, None, "none", False, False, False, None,
                   "", "", found)  # fmt: skip


def once(found: list[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in order."""
    return tuple(dict.fromkeys(found))


def digest_of(content: bytes, name: str) -> bytes:
    """Raises JudgedError for an algorithm we do not know."""
    try:
        return hashlib.new(name.replace("_", "-") if name.startswith("sha3") else name, content).digest()
    except (ValueError, TypeError) as error:
        raise JudgedError("unsupported") from error


@dataclass(frozen=True)
class Timing:
    """When a signature was made, and how well that is known."""

    at: datetime | None
    source: str  # timestamp | document_timestamp | claimed | none
    stamp: Stamp | None = None

    @property
    def is_proven(self) -> bool:
        return self.source in ("timestamp", "document_timestamp")


async def judge_message(
    message: Message,
    digest_by: DigestBy,
    evidence: Evidence,
    trust: TrustList,
    *,
    now: datetime,
    field: str,
    format: str,
    proven: datetime | None = None,
    archived: bool = False,
    claimed: datetime | None = None,
    whole: bool = True,
    extra: tuple[Reason, ...] = (),
    notes: tuple[Reason, ...] = (),
) -> tuple[Finding, ...]:
    """The finding of a signature and, after it, of its timestamp.

    proven: the earliest trusted document timestamp over it. archived: such a timestamp covers its evidence as well.
    """
    found = integrity(message, digest_by)
    intact = not found
    evidence = _joined(evidence, own_evidence(message))
    claimed = claimed_time(message) or claimed
    timing, of_stamp = await _timing(message, evidence, trust, now, field, proven, claimed)
    standing = await certificates.standing_of(
        message.certificate,
        evidence,
        trust,
        moment=timing.at if timing.is_proven and timing.at else now,
        proven=timing.is_proven,
        claimed=claimed,
    )
    level = "B-T" if timing.is_proven else "B-B"
    if timing.is_proven and standing.revocation_embedded:
        level = "B-LTA" if archived else "B-LT"
    if timing.is_proven and claimed and timing.at and abs(claimed - timing.at).total_seconds() > 86_400:
        notes = (*notes, Reason("clock", "Giờ người ký tự khai lệch hơn một ngày so với dấu thời gian."))
    finding = finding_of(
        message.certificate,
        kind="signature",
        field=field,
        format=format,
        level=level,
        signed_at=timing.at,
        time_source=timing.source,
        covers_whole_file=whole,
        integrity=intact and not any(one.code in BREAKS_INTEGRITY for one in extra),
        trusted=standing.trusted,
        revoked=standing.revoked,
        digest=message.digest,
        algorithm=message.algorithm,
        reasons=once([*extra, *found, *of_stamp, *standing.reasons]),
        notes=notes,
    )
    return (finding, timing.stamp.finding) if timing.stamp else (finding,)


BREAKS_INTEGRITY = frozenset({"shadow_change", "appended_bytes", "hidden_bytes", "byte_range", "permissions"})


def _joined(one: Evidence, other: Evidence) -> Evidence:
    return Evidence([*one.certificates, *other.certificates], [*one.crls, *other.crls], [*one.ocsps, *other.ocsps])


async def _timing(
    message: Message,
    evidence: Evidence,
    trust: TrustList,
    now: datetime,
    field: str,
    proven: datetime | None,
    claimed: datetime | None,
) -> tuple[Timing, list[Reason]]:
    """When it was signed; a timestamp that is there must be good, or the signature is refused."""
    try:
        token = token_of(message)
        if token is not None:
            value = message.signer["signature"].native
            stamp = await judge_token(
                token,
                lambda name: digest_of(value, name),
                evidence,
                trust,
                proven=proven or now,
                now=now,
                field=f"{field}/timestamp",
            )
            if stamp.is_good:
                return Timing(stamp.at, "timestamp", stamp), []
            return Timing(claimed, "claimed" if claimed else "none", stamp), list(stamp.finding.reasons)
    except JudgedError as error:
        reasons = [
            _of_token(one) if one.code != "malformed" else why.reason("timestamp_broken") for one in error.reasons
        ]
        return Timing(claimed, "claimed" if claimed else "none"), reasons
    if proven is not None:
        return Timing(proven, "document_timestamp"), []
    return Timing(claimed, "claimed" if claimed else "none"), []
