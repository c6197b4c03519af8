"""The trust list a verdict is given by: certificates of authorities, each with its purposes and time of trust."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import crl, pem, x509

SIGNING, TIMESTAMPING = "signing", "timestamping"
LARGEST = 100_000_000  # bytes of one file of a trust folder; national revocation lists reach tens of megabytes


@dataclass(frozen=True)
class Anchor:
    """A trusted authority (tổ chức chứng thực): what for and when."""

    certificate: x509.Certificate
    purposes: frozenset[str] = frozenset({SIGNING, TIMESTAMPING})
    trusted_from: datetime | None = None
    trusted_to: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether the authority was valid and trusted at that moment."""
        if not self.certificate.not_valid_before <= at <= self.certificate.not_valid_after:
            return False
        return (self.trusted_from is None or self.trusted_from <= at) and (
            self.trusted_to is None or at < self.trusted_to
        )


@dataclass(frozen=True)
class TrustList:
    """Anchors, certificates between them and the signers, revocation lists; the version names exactly these."""

    anchors: tuple[Anchor, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    version: str = "0"
    date: datetime | None = None
    source: str = ""
    faults: tuple[str, ...] = field(default=())  # files of the folder that could not be read

    def for_purpose(self, purpose: str) -> list[x509.Certificate]:
        return [anchor.certificate for anchor in self.anchors if purpose in anchor.purposes]

    def anchor_of(self, certificate: x509.Certificate) -> Anchor | None:
        found = certificate.sha256
        return next((anchor for anchor in self.anchors if anchor.certificate.sha256 == found), None)


def read_folder(folder: Path) -> TrustList:
    """Certificates (PEM or DER) and revocation lists (DER or PEM) of a folder. Raises NotADirectoryError.

    Roots (self-signed authorities) are anchors; any other certificate merely helps to build paths, so that whether an
    authority below was revoked is always asked.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"Không có thư mục {folder}")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size < LARGEST)
    certificates: dict[bytes, x509.Certificate] = {}
    lists: list[crl.CertificateList] = []
    faults, digest = [], hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(hashlib.sha256(content).digest())
        read = 0
        for thing in _things(content):
            read += 1
            if isinstance(thing, x509.Certificate):
                certificates[thing.sha256] = thing
            else:
                lists.append(thing)
        if not read:
            faults.append(path.name)
    anchors, intermediates = _told_apart(list(certificates.values()))
    newest = max((path.stat().st_mtime for path in files), default=None)
    return TrustList(
        anchors=tuple(Anchor(one) for one in anchors),
        intermediates=tuple(intermediates),
        crls=tuple(lists),
        version=digest.hexdigest()[:16],
        date=datetime.fromtimestamp(newest, UTC) if newest else None,
        source=str(folder),
        faults=tuple(faults),
    )


def _told_apart(found: list[x509.Certificate]) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    anchors = [one for one in found if is_root(one)]
    return anchors, [one for one in found if not is_root(one)]


def is_root(certificate: x509.Certificate) -> bool:
    """An authority that vouches for itself."""
    return is_authority(certificate) and bool(certificate.subject == certificate.issuer)


def is_authority(certificate: x509.Certificate) -> bool:
    """May issue certificates: a signer's own certificate laid into a trust folder vouches for nobody."""
    basic = certificate.basic_constraints_value
    if basic is None:
        return certificate["tbs_certificate"]["version"].native == "v1" and certificate.subject == certificate.issuer
    return bool(basic["ca"].native)


def _things(content: bytes) -> Iterator[x509.Certificate | crl.CertificateList]:
    for der in _ders(content):
        for kind in (x509.Certificate, crl.CertificateList):
            try:
                thing = kind.load(der, strict=True)
                _touch(thing)
            except (ValueError, TypeError, KeyError):
                continue
            yield thing
            break


def _ders(content: bytes) -> Iterable[bytes]:
    if not pem.detect(content):
        return [content]
    try:
        return [der for _, _, der in pem.unarmor(content, multiple=True)]
    except ValueError:
        return []


def _touch(thing: x509.Certificate | crl.CertificateList) -> None:
    """Read what will be needed: asn1crypto parses late."""
    if isinstance(thing, x509.Certificate):
        _ = thing.subject.hashable, thing.issuer.hashable, thing.not_valid_after, thing.public_key.algorithm
        return
    _ = thing.issuer.hashable, thing["tbs_cert_list"]["this_update"].native
