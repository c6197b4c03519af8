"""Verdicts on stored files, kept by digest and version of the trust list."""

from datetime import datetime, timedelta

from django.db import transaction

from tinhso.foundation.files import public as files
from tinhso.foundation.signing import evidence, judging, pades, proofs, trusting
from tinhso.foundation.signing.judging.records import Verdict, as_json, from_json
from tinhso.foundation.signing.models import KeptVerdict
from tinhso.foundation.signing.pades import NotSignableError

LACKS_LISTS = {"revocation_unknown", "revocation_stale", "timestamp_revocation_unknown"}
UNPROVEN = timedelta(hours=12)  # a verdict that leans on «now» is given anew after this
UNDETERMINED = timedelta(minutes=30)  # revocation data may have come meanwhile


def verdict_of(sha256: str, at: datetime) -> Verdict:
    """Raises LookupError."""
    version = trusting.version_number()
    kept = KeptVerdict.objects.filter(sha256=sha256, trust_version=version).first()
    if kept is not None and (kept.holds_until is None or at < kept.holds_until):
        return from_json(kept.verdict)
    with files.read(sha256=sha256) as stream:
        content = stream.read()
    verdict = judging.judge(content, trust=trusting.current(), at=at)
    if LACKS_LISTS & {one.code for one in verdict.reasons} and _fetched_lists(content, at):
        verdict = judging.judge(content, trust=trusting.current(), at=at)
    values = {
        "judged_at": at,
        "holds_until": _holds_until(verdict, at),
        "state": verdict.state,
        "verdict": as_json(verdict),
    }
    with transaction.atomic():
        KeptVerdict.objects.update_or_create(sha256=sha256, trust_version=version, defaults=values)
    return verdict


def _fetched_lists(content: bytes, at: datetime) -> bool:
    """Ask for the revocation lists the certificates in a PDF name, at hosts of ours alone; whether any came."""
    try:
        chains = pades.certificates_of(content)
    except NotSignableError:
        return False
    known = [anchor.certificate for anchor in trusting.current().anchors]
    return sum(evidence.fetch_lists(proofs.complete(chain, known), at) for chain in chains) > 0


def _holds_until(verdict: Verdict, at: datetime) -> datetime | None:
    """What rests on timestamps or on broken bytes does not change; the rest is looked at again."""
    if verdict.state in ("unsigned", "unreadable"):
        return None
    if verdict.state == "undetermined":
        return at + UNDETERMINED
    if any(found.time_source in ("claimed", "none") for found in verdict.signers):
        return at + UNPROVEN
    ends = [found.certificate_to for found in verdict.signatures if found.certificate_to]
    return min([end for end in ends if end > at], default=None)
