"""Was this certificate good at that moment? Path, purpose and revocation, by the evidence given and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    StaleRevinfoError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.records import Reason
from tinhso.foundation.signing.judging.trust import SIGNING, TIMESTAMPING, TrustList

TOLERANCE = timedelta(minutes=5)  # between the clocks of timestamp services and us
# Much signing software of the country writes its local time as if it were UTC: seven hours ahead are no falsehood.
CLAIM_TOLERANCE = timedelta(hours=8)
RSA_BITS = 2048
WEAK_DIGESTS = frozenset({"md2", "md4", "md5", "sha1"})
# A certificate that is only for these is not for papers.
OTHER_USES = frozenset({"server_auth", "time_stamping", "ocsp_signing", "code_signing"})


@dataclass
class Evidence:
    """Certificates and revocation data carried by a file."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    crls: list[crl.CertificateList] = field(default_factory=list)
    ocsps: list[ocsp.OCSPResponse] = field(default_factory=list)

    def with_more(self, certificates: Iterable[x509.Certificate]) -> "Evidence":
        return Evidence([*self.certificates, *certificates], self.crls, self.ocsps)


@dataclass
class Standing:
    """What was found of a certificate at a moment."""

    trusted: bool = False
    revoked: bool | None = None
    reasons: list[Reason] = field(default_factory=list)
    revocation_embedded: bool = False  # the file itself carries what shows the certificate was not revoked


async def standing_of(
    certificate: x509.Certificate,
    evidence: Evidence,
    trust: TrustList,
    *,
    moment: datetime,
    proven: bool,
    claimed: datetime | None = None,
) -> Standing:
    """A signer's certificate at `moment`.

    proven: the moment comes from a timestamp, so later revocation data speaks of it too; else `moment` is now, and the
    time the signer claims must also lie within the certificate's time.
    """
    found = Standing(reasons=_times(certificate, moment, proven, claimed) + _usage(certificate))
    if found.reasons and any(one.code.startswith(("expired", "not_yet")) for one in found.reasons):
        moment, proven = min(max(moment, certificate.not_valid_before), certificate.not_valid_after), True
    await _judge_path(found, certificate, evidence, trust, moment, proven, SIGNING)
    return found


async def timestamper_of(
    certificate: x509.Certificate, evidence: Evidence, trust: TrustList, *, stamped: datetime, proven: datetime
) -> Standing:
    """The certificate of a timestamp service at the moment it stamped, as far as is proven up to `proven`."""
    found = Standing()
    usage = certificate.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:
        found.reasons.append(why.reason("timestamp_broken"))
    if certificate.not_valid_after < proven:
        found.reasons.append(why.reason("timestamp_expired"))
    path = Standing()
    await _judge_path(path, certificate, evidence, trust, stamped, True, TIMESTAMPING)
    found.trusted, found.revoked = path.trusted, path.revoked
    found.reasons += [_of_timestamp(one) for one in path.reasons]
    if path.trusted and stamped < proven <= certificate.not_valid_after and not path.reasons:
        later = await _revoked(certificate, evidence, trust, proven, TIMESTAMPING)
        if later:
            found.revoked = True
            found.reasons.append(why.reason("timestamp_revoked"))
    return found


_TIMESTAMP_WORDS = {
    "unknown_root": "timestamp_untrusted",
    "wrong_purpose": "timestamp_untrusted",
    "broken_chain": "timestamp_untrusted",
    "revoked": "timestamp_revoked",
    "issuer_revoked": "timestamp_revoked",
    "revocation_unknown": "timestamp_revocation_unknown",
    "revocation_stale": "timestamp_revocation_unknown",
}


def _of_timestamp(one: Reason) -> Reason:
    return why.reason(_TIMESTAMP_WORDS[one.code]) if one.code in _TIMESTAMP_WORDS else one


def _times(certificate: x509.Certificate, moment: datetime, proven: bool, claimed: datetime | None) -> list[Reason]:
    begins, ends = certificate.not_valid_before, certificate.not_valid_after
    if proven:
        if moment > ends:
            return [why.expired(ends)]
        return [why.not_yet_valid(begins)] if moment < begins else []
    found = []
    if moment > ends:
        signed_in_time = claimed is not None and claimed <= ends
        found.append(why.expired_without_timestamp(ends) if signed_in_time else why.expired(ends))
    if moment < begins or (claimed is not None and claimed < begins - CLAIM_TOLERANCE):
        found.append(why.not_yet_valid(begins))
    if claimed is not None and claimed > moment + CLAIM_TOLERANCE:
        found.append(why.reason("signed_in_future"))
    return found


def _usage(certificate: x509.Certificate) -> list[Reason]:
    usage = certificate.key_usage_value
    extended = certificate.extended_key_usage_value
    wrong = usage is not None and not usage.native & {"digital_signature", "non_repudiation"}
    wrong |= extended is not None and set(extended.native) <= OTHER_USES
    return [why.reason("wrong_usage")] if wrong else []


def weak_key(certificate: x509.Certificate) -> bool:
    key = certificate.public_key
    return bool(key.algorithm == "rsa" and key.bit_size < RSA_BITS)


async def _judge_path(
    found: Standing,
    certificate: x509.Certificate,
    evidence: Evidence,
    trust: TrustList,
    moment: datetime,
    proven: bool,
    purpose: str,
) -> None:
    """Fill in trust and revocation; each fault of the path once."""
    context = _context(certificate, evidence, trust, moment, proven, purpose)
    try:
        path = await CertificateValidator(certificate, validation_context=context).async_validate_path()
    except (ValidationError, PathBuildingError) as error:
        found.reasons.append(_reason_of(error, certificate, trust, purpose))
        found.trusted = isinstance(error, InsufficientRevinfoError | RevokedError)
        found.revoked = True if isinstance(error, RevokedError) else None
        if isinstance(error, InsufficientRevinfoError) and await _revoked(
            certificate, evidence, trust, moment, purpose
        ):
            found.revoked = True
            found.reasons[-1] = why.reason("revoked")
        return
    found.trusted, found.revoked = True, False
    found.reasons += _anchored(path, trust, moment)
    if await _revoked(certificate, evidence, trust, moment, purpose):
        # An old «good» answer inside the file does not outweigh a list that says otherwise.
        found.revoked = True
        found.reasons.append(why.reason("revoked"))
    found.revocation_embedded = _answers(certificate, evidence.crls, evidence.ocsps)


def _context(
    certificate: x509.Certificate,
    evidence: Evidence,
    trust: TrustList,
    moment: datetime,
    proven: bool,
    purpose: str,
) -> ValidationContext:
    crls = [*evidence.crls, *trust.crls]
    others = [*evidence.certificates, *trust.intermediates]
    strict = purpose == SIGNING or _answers(certificate, crls, evidence.ocsps)
    upper = any(_answers(one, crls, evidence.ocsps) for one in others if one.ca and one.subject != one.issuer)
    return ValidationContext(
        trust_roots=trust.for_purpose(purpose),
        other_certs=others,
        moment=moment,
        crls=crls,
        ocsps=evidence.ocsps,
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(ee_certificate_rule=_rule(strict), intermediate_ca_cert_rule=_rule(upper)),
            retroactive_revinfo=proven,
        ),
        weak_hash_algos=WEAK_DIGESTS,
        time_tolerance=TOLERANCE if not proven else timedelta(seconds=60),
    )


def _rule(required: bool) -> RevocationCheckingRule:
    """Without `required`, a certificate that names a place of revocation must still have an answer (hard-fail).

    The library looks at lists only where the certificate names a place; where we hold a list of the issuer we require
    it, so that a list laid beside the file is never passed over.
    """
    return RevocationCheckingRule.CRL_OR_OCSP_REQUIRED if required else RevocationCheckingRule.CHECK_IF_DECLARED


def _answers(
    certificate: x509.Certificate, crls: Sequence[crl.CertificateList], ocsps: Sequence[ocsp.OCSPResponse]
) -> bool:
    """Whether some revocation data may speak of this certificate."""
    if any(one.issuer == certificate.issuer for one in crls):
        return True
    return any(
        single["cert_id"]["serial_number"].native == certificate.serial_number
        for response in ocsps
        if response["response_status"].native == "successful"
        for single in response.response_data["responses"]
    )


async def _revoked(
    certificate: x509.Certificate, evidence: Evidence, trust: TrustList, moment: datetime, purpose: str
) -> bool:
    """Whether any revocation list, old or new, says the certificate was revoked by then."""
    lists = [one for one in (*evidence.crls, *trust.crls) if one.issuer == certificate.issuer]
    for single in lists:
        context = ValidationContext(
            trust_roots=trust.for_purpose(purpose),
            other_certs=[*evidence.certificates, *trust.intermediates],
            moment=moment,
            crls=[single],
            revinfo_policy=CertRevTrustPolicy(
                RevocationCheckingPolicy(RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.NO_CHECK),
                retroactive_revinfo=True,
            ),
            weak_hash_algos=(),
            time_tolerance=timedelta(days=36500),  # a stale list still knows what was revoked when it was made
        )
        try:
            await CertificateValidator(certificate, validation_context=context).async_validate_path()
        except RevokedError:
            return True
        except (ValidationError, PathBuildingError):
            continue
    return False


def _anchored(path: ValidationPath, trust: TrustList, moment: datetime) -> list[Reason]:
    """The library does not look at the time of the anchor itself."""
    root = path.first
    anchor = trust.anchor_of(root)
    if anchor is None or anchor.covers(moment):
        return []
    return [why.issuer_expired(common_name(root))]


def _reason_of(error: Exception, certificate: x509.Certificate, trust: TrustList, purpose: str) -> Reason:
    if isinstance(error, PathBuildingError | InvalidCertificateError):
        issuer = certificate.issuer
        known = any(anchor.certificate.subject == issuer for anchor in trust.anchors)
        listed = any(one.subject == issuer for one in trust.for_purpose(purpose))
        return why.reason("wrong_purpose" if known and not listed else "unknown_root")
    at_end = isinstance(error, PathValidationError) and error.is_ee_cert and not error.is_side_validation
    if isinstance(error, RevokedError):
        return why.reason("revoked" if at_end else "issuer_revoked")
    if isinstance(error, StaleRevinfoError):
        return why.reason("revocation_stale")
    if isinstance(error, InsufficientRevinfoError):
        return why.reason("revocation_unknown")
    if isinstance(error, DisallowedAlgorithmError):
        return why.reason("weak_key" if "key" in str(error) and "hash" not in str(error) else "weak_digest")
    if isinstance(error, ExpiredError | NotYetValidError) and not at_end:
        return why.issuer_expired(common_name(error.current_path.first))
    return why.reason("broken_chain")


def common_name(certificate: x509.Certificate) -> str:
    return _part(certificate.subject, "common_name") or _part(certificate.subject, "organization_name")


def organization(certificate: x509.Certificate) -> str:
    return _part(certificate.subject, "organization_name")


def issuer_name(certificate: x509.Certificate) -> str:
    return _part(certificate.issuer, "common_name") or certificate.issuer.human_friendly


def _part(name: x509.Name, part: str) -> str:
    value = name.native.get(part, "")
    return ", ".join(value) if isinstance(value, list) else str(value or "")
