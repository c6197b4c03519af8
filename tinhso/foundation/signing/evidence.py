"""Revocation data and timestamps from outside: only from hosts we know, kept while they hold, never waited for long."""

import http.client
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import crl, ocsp, tsp, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as cocsp
from django.conf import settings
from django.db import transaction
from pyhanko.sign.timestamps import TimeStamper

from tinhso.foundation.signing.models import RevocationData

SECONDS = 6.0
LARGEST = 60_000_000  # bytes of one answer
LEAST_LIFE = timedelta(minutes=30)  # an answer that ends sooner is fetched anew
PAUSE_SECONDS = 60.0  # a service that failed is left alone so long: five hundred papers must not wait for it one by one


class EvidenceUnavailableError(Exception):
    """A service did not answer, or what it said cannot be used."""


_closed_until: dict[str, float] = {}


@contextmanager
def breaker(host: str) -> Iterator[None]:
    """Raises EvidenceUnavailableError at once while the host is left alone."""
    if _closed_until.get(host, 0.0) > time.monotonic():
        raise EvidenceUnavailableError(f"{host} vừa không trả lời")
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError) as error:
        _closed_until[host] = time.monotonic() + PAUSE_SECONDS
        raise EvidenceUnavailableError(f"{host}: {error}") from error


def forget_failures() -> None:
    """Ask every host again at once (for tests and after a repair)."""
    _closed_until.clear()


def allowed(address: str) -> bool:
    """An address stands in somebody's certificate: only hosts of the installation's list are ever asked."""
    parts = urlsplit(address)
    known = settings.SIGNING["hosts"]
    return parts.scheme == "http" and (parts.netloc in known or (parts.port in (None, 80) and parts.hostname in known))


def ask(address: str, body: bytes | None = None, kind: str = "") -> bytes:
    """Raises EvidenceUnavailableError."""
    if not allowed(address):
        raise EvidenceUnavailableError(f"Máy chủ của {address} không có trong danh sách được hỏi")
    parts = urlsplit(address)
    with breaker(parts.netloc):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=SECONDS)
        try:
            connection.request(
                "POST" if body else "GET", parts.path or "/", body, {"Content-Type": kind} if kind else {}
            )
            answer = connection.getresponse()
            content = answer.read(LARGEST + 1)
        finally:
            connection.close()
        if answer.status != 200 or len(content) > LARGEST:
            raise ValueError(f"trả lời {answer.status}, {len(content)} byte")
        return content


class HttpStamper(TimeStamper):
    """A timestamp service (RFC 3161) over HTTP."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            return tsp.TimeStampResp.load(ask(self.address, req.dump(), "application/timestamp-query"), strict=True)
        except (ValueError, TypeError) as error:
            raise EvidenceUnavailableError(f"{self.address}: {error}") from error


_stampers: dict[str, HttpStamper] = {}


def stamper() -> HttpStamper | None:
    """The installation's timestamp service; None where none is set."""
    address = str(settings.SIGNING["timestamps"])
    if not address:
        return None
    return _stampers.setdefault(address, HttpStamper(address))


def revocation_of(
    certificates: Sequence[x509.Certificate], at: datetime
) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """Lists and answers for a chain (the certificate first, then its issuers), from what is kept or from outside.

    Raises EvidenceUnavailableError when a certificate names places and none answered.
    """
    lists: list[crl.CertificateList] = []
    answers: list[ocsp.OCSPResponse] = []
    for certificate, issuer in pairwise(certificates):
        ways: list[Callable[[], None]] = [
            *(partial(_add, answers, partial(_answer, one, certificate, issuer, at)) for one in certificate.ocsp_urls),
            *(partial(_add, lists, partial(_list, one, at)) for one in _list_addresses(certificate)),
        ]
        if fault := _first(ways):
            raise fault
    return lists, answers


def fetch_lists(certificates: Sequence[x509.Certificate], at: datetime) -> int:
    """The revocation lists a chain names, kept from then on; how many are at hand now. Raises nothing."""
    found = 0
    for certificate in certificates:
        for address in _list_addresses(certificate):
            with suppress(EvidenceUnavailableError):
                _list(address, at)
                found += 1
                break
    return found


def refresh_lists(at: datetime) -> int:
    """Lists we once needed are fetched anew before they run out; how many were."""
    done = 0
    for row in RevocationData.objects.filter(kind="crl").order_by("ends_at"):
        if not _is_fresh(row, at):
            with suppress(EvidenceUnavailableError), transaction.atomic():
                _list(row.address, at)
                done += 1
    return done


def drop_old(at: datetime) -> int:
    """Answers that ran out a month ago are of no use any more; how many went."""
    return RevocationData.objects.filter(ends_at__lt=at - timedelta(days=30)).delete()[0]


def _add(into: list[Any], fetch: Callable[[], Any]) -> None:
    into.append(fetch())


def _first(ways: Sequence[Callable[[], None]]) -> EvidenceUnavailableError | None:
    """The first way that works is enough; the last fault where none does."""
    fault = None
    for way in ways:
        try:
            way()
        except EvidenceUnavailableError as error:
            fault = error
        else:
            return None
    return fault


def _list_addresses(certificate: x509.Certificate) -> list[str]:
    return [address for point in certificate.crl_distribution_points for address in [point.url] if address]


def _list(address: str, at: datetime) -> crl.CertificateList:
    def fetch() -> tuple[bytes, datetime]:
        content = ask(address)
        try:
            ends = crl.CertificateList.load(content, strict=True)["tbs_cert_list"]["next_update"].native
        except (ValueError, TypeError) as error:
            raise EvidenceUnavailableError(f"{address}: {error}") from error
        return content, ends or at + timedelta(hours=1)

    return crl.CertificateList.load(_kept(address, "", "crl", at, fetch))


def _answer(address: str, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> ocsp.OCSPResponse:
    def fetch() -> tuple[bytes, datetime]:
        subject, upper = (cx509.load_der_x509_certificate(one.dump()) for one in (certificate, issuer))
        names = hashes.SHA1()  # noqa: S303 -- names the certificate as responders expect; protects nothing
        asked = cocsp.OCSPRequestBuilder().add_certificate(subject, upper, names).build().public_bytes(Encoding.DER)
        content = ask(address, asked, "application/ocsp-request")
        try:
            said = ocsp.OCSPResponse.load(content, strict=True)
            if said["response_status"].native != "successful":
                raise EvidenceUnavailableError(f"{address}: {said['response_status'].native}")
            ends = said.response_data["responses"][0]["next_update"].native
        except (ValueError, TypeError, IndexError) as error:
            raise EvidenceUnavailableError(f"{address}: {error}") from error
        return content, ends or at + timedelta(hours=1)

    return ocsp.OCSPResponse.load(_kept(address, certificate.sha256.hex(), "ocsp", at, fetch))


def _kept(address: str, about: str, kind: str, at: datetime, fetch: Callable[[], tuple[bytes, datetime]]) -> bytes:
    row = RevocationData.objects.filter(address=address, about=about).first()
    if row is not None and _is_fresh(row, at):
        return bytes(row.content)
    try:
        content, ends = fetch()
    except EvidenceUnavailableError:
        if row is not None and row.ends_at > at:
            return bytes(row.content)
        raise
    values = {"kind": kind, "content": content, "fetched_at": at, "ends_at": ends.astimezone(UTC)}
    RevocationData.objects.update_or_create(address=address, about=about, defaults=values)
    return content


def _is_fresh(row: RevocationData, at: datetime) -> bool:
    """Half of its life, at most a day, so that what is embedded holds beyond the signature."""
    life = row.ends_at - row.fetched_at
    return at < min(row.fetched_at + life / 2, row.fetched_at + timedelta(days=1)) and at + LEAST_LIFE < row.ends_at
