"""What a signature needs beside its key, gathered once for many papers."""

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from asn1crypto import crl, ocsp, x509

from tinhso.foundation.signing import evidence, trusting
from tinhso.foundation.signing.evidence import EvidenceUnavailableError, HttpStamper
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.pades import Proof

HELD_SECONDS = 60.0

_held = threading.local()


def proof_for(chains: Sequence[Sequence[x509.Certificate]], at: datetime) -> Proof:
    """For these chains and the timestamp service's. What cannot be had is left out, and the signature is lower."""
    mark = (tuple(one.sha256 for chain in chains for one in chain), trusting.current())
    kept = getattr(_held, "proof", None)
    if kept is not None and kept[0] == mark and kept[1] > time.monotonic():
        return kept[2]  # type: ignore[no-any-return]
    proof, whole = _gather(chains, at)
    _held.proof = (mark, time.monotonic() + (HELD_SECONDS if whole else 5.0), proof)
    return proof


def forget() -> None:
    """Gather anew (for tests and after a change of services)."""
    _held.proof = None
    evidence.forget_failures()


def _gather(chains: Sequence[Sequence[x509.Certificate]], at: datetime) -> tuple[Proof, bool]:
    roots = [anchor.certificate for anchor in trusting.current().anchors]
    stamper, of_stamper = _stamper()
    crls: dict[bytes, crl.CertificateList] = {}
    ocsps: dict[bytes, ocsp.OCSPResponse] = {}
    whole = stamper is not None
    known = [*roots, *(one for chain in [*chains, of_stamper] for one in chain)]
    for chain in [*chains, of_stamper]:
        try:
            lists, answers = evidence.revocation_of(complete(chain, known), at)
        except EvidenceUnavailableError:
            whole = False
            crls.clear()
            ocsps.clear()
            break
        crls.update({one.dump(): one for one in lists})
        ocsps.update({one.dump(): one for one in answers})
    helpers = {one.sha256: one for one in known}
    proof = Proof(stamper, roots, list(helpers.values()), list(crls.values()), list(ocsps.values()))
    return proof, whole


def _stamper() -> tuple[HttpStamper | None, list[x509.Certificate]]:
    stamper = evidence.stamper()
    if stamper is None:
        return None, []
    try:
        loops.run(stamper._ensure_dummy())
    except EvidenceUnavailableError:
        return None, []
    certificates = [*stamper._certs.values(), *stamper.cert_registry]
    return stamper, sorted(certificates, key=lambda one: bool(one.ca))


def complete(chain: Sequence[x509.Certificate], known: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """The certificate, then each issuer as far as known, the root last."""
    if not chain:
        return []
    found = [chain[0]]
    by_subject = {one.subject.hashable: one for one in [*chain[1:], *known] if one.ca}
    while (last := found[-1]).subject != last.issuer:
        upper = by_subject.get(last.issuer.hashable)
        if upper is None or len(found) > 8:
            break
        found.append(upper)
    return found
