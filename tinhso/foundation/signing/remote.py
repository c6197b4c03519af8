"""Signing at a remote service (ký số từ xa) in two phases: a digest leaves, a signature comes back.

Between the phases only the half-signed file and the state below are kept, so that a service may take minutes (a person
confirms on a telephone) and either side may be killed. `once` is the same for the same paper: a service asked twice
makes one signature.
"""

import base64
import hashlib
import http.client
import io
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import ExternalSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tinhso.foundation.signing import credentials, pades
from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.models import SigningOrder
from tinhso.foundation.signing.pades import DIGEST, Mark, NotSignableError, Proof, Signed

ANSWER_WITHIN = timedelta(hours=2)
ASK_AGAIN = timedelta(seconds=5)


class RemoteUnavailableError(Exception):
    """The service does not answer now."""


class RemoteRefusedError(ValueError):
    """The service, or its user, said no, or sent something that is no signature of ours."""


class RemoteService(Protocol):
    """What a remote signing service does for us."""

    def request(self, *, credential: str, digest: bytes, algorithm: str, title: str, once: str) -> str:
        """Ask for a signature over a digest; the number to ask by. Asked again with one `once`: one number."""
        ...

    def answer(self, *, number: str) -> bytes | None:
        """The signature; None while nobody has confirmed. Raises RemoteRefusedError, RemoteUnavailableError."""
        ...


class HttpService:
    """A service that speaks our plain JSON: POST /signatures, GET /signatures/<number>."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key

    def request(self, *, credential: str, digest: bytes, algorithm: str, title: str, once: str) -> str:
        body = {"credential": credential, "digest": base64.b64encode(digest).decode(), "algorithm": algorithm,
                "title": title, "once": once}  # fmt: skip
        return str(self._ask("POST", "/signatures", body)["number"])

    def answer(self, *, number: str) -> bytes | None:
        said = self._ask("GET", f"/signatures/{number}")
        if said.get("state") == "refused":
            raise RemoteRefusedError(f"Dịch vụ ký từ xa từ chối: {str(said.get('reason', ''))[:200]}.")
        if said.get("state") != "done":
            return None
        try:
            return base64.b64decode(said["signature"], validate=True)
        except (KeyError, ValueError, TypeError) as error:
            raise RemoteRefusedError("Dịch vụ ký từ xa trả về chữ ký không đọc được.") from error

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        parts = urlsplit(self.address)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request(method, parts.path + path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            content = answer.read(1_000_000)
            if answer.status >= 500 or answer.status == 429:
                raise RemoteUnavailableError(f"Dịch vụ ký từ xa đang bận ({answer.status})")
            if answer.status >= 400:
                raise RemoteRefusedError(f"Dịch vụ ký từ xa không nhận yêu cầu ({answer.status}).")
            said = json.loads(content)
            if not isinstance(said, dict):
                raise RemoteUnavailableError("Dịch vụ ký từ xa trả lời không đúng dạng")
            return said
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, RemoteRefusedError):
                raise
            raise RemoteUnavailableError(f"Dịch vụ ký từ xa không trả lời: {type(error).__name__}") from error
        finally:
            connection.close()


def service() -> RemoteService:
    """Raises RemoteUnavailableError where none is set."""
    address = str(settings.SIGNING["remote"])
    if not address:
        raise RemoteUnavailableError("Chưa đặt TINHSO_REMOTE_SIGNING_URL: chưa nối với dịch vụ ký từ xa.")
    return HttpService(address, str(settings.SIGNING["remote_key"]))


make_service: Callable[[], RemoteService] = service


def _half(order_id: int) -> Path:
    return Path(settings.VAR) / "signing" / "half" / f"{order_id}.pdf"


def forget(order_id: int) -> None:
    """The half-signed file is of no more use."""
    _half(order_id).unlink(missing_ok=True)


def step(row: SigningOrder, content: bytes, *, proof: Proof, mark: Mark | None, at: datetime) -> Signed | None:
    """The next step of a remote signature; None while it is under way.

    Raises RemoteUnavailableError, RemoteRefusedError, NotSignableError.
    """
    if row.request is None or not _half(row.pk).exists():
        # What will be signed is committed before anybody is asked: asked again after a crash, it is the same.
        _begin(row, content, proof, mark, at)
        row.state, row.attempts, row.next_try_at = SigningOrder.State.REQUESTED, 0, at
        row.save()
        return None
    state: dict[str, Any] = row.request
    remote = make_service()
    if not state.get("number"):
        attributes = base64.b64decode(state["attributes"])
        state["number"] = remote.request(
            credential=row.credential.reference, digest=hashlib.sha256(attributes).digest(), algorithm=DIGEST,
            title=row.name, once=f"{row.pk}:{hashlib.sha256(attributes).hexdigest()[:32]}",
        )  # fmt: skip
    row.request = state
    signature = remote.answer(number=state["number"])
    if signature is None:
        if at - datetime.fromisoformat(state["at"]) > ANSWER_WITHIN:
            raise RemoteRefusedError("Quá hai giờ chưa ai xác nhận ở dịch vụ ký từ xa.")
        row.attempts, row.next_try_at = 0, at + ASK_AGAIN
        row.save()
        return None
    return _finish(row, state, signature, proof, at)


def _external(row: SigningOrder, signature: bytes | int) -> ExternalSigner:
    certificate = credentials.certificate_of(row.credential)
    store = SimpleCertificateStore()
    store.register_multiple(credentials.chain_of(row.credential))
    return ExternalSigner(
        signing_cert=certificate, cert_registry=store, signature_value=signature, prefer_pss=False, embed_roots=False
    )


def _begin(row: SigningOrder, content: bytes, proof: Proof, mark: Mark | None, at: datetime) -> None:
    """The half-signed file and the attributes to be signed. The file lies on the disk before the row says so."""
    certificate = credentials.certificate_of(row.credential)
    writer, field, kept = pades.begin(content, row.credential.kind, row.filled, mark, at)
    said = pades.metadata(field, "B-T", proof, at, name=row.credential.subject)
    size = 256 if certificate.public_key.algorithm == "ec" else certificate.public_key.byte_size
    signer = pades.signer_for(_external(row, size), said, proof, "B-B", mark, is_reserved=kept)
    try:
        prepared, _, out = loops.run(signer.async_digest_doc_for_signing(writer, bytes_reserved=16384 * 2))
        attributes = loops.run(_external(row, size).signed_attrs(prepared.document_digest, DIGEST, use_pades=True))
    except SigningError as error:
        raise NotSignableError("Tệp không cho ký thêm.") from error
    half = _half(row.pk)
    half.parent.mkdir(parents=True, exist_ok=True)
    with half.open("wb") as file:
        file.write(out.getvalue())  # type: ignore[attr-defined]
        file.flush()
        os.fsync(file.fileno())
    row.request = {
        "at": at.isoformat(),
        "attributes": base64.b64encode(attributes.dump()).decode(),
        "document_digest": base64.b64encode(prepared.document_digest).decode(),
        "region": [prepared.reserved_region_start, prepared.reserved_region_end],
        "number": "",
    }


def _finish(row: SigningOrder, state: dict[str, Any], signature: bytes, proof: Proof, at: datetime) -> Signed:
    attributes = cms.CMSAttributes.load(base64.b64decode(state["attributes"]))
    certificate = credentials.certificate_of(row.credential)
    if not _fits(certificate, attributes.dump(), signature):
        raise RemoteRefusedError("Dịch vụ ký từ xa trả về chữ ký không khớp với chứng thư và văn bản.")
    signer = _external(row, signature)
    start, end = state["region"]
    prepared = PreparedByteRangeDigest(base64.b64decode(state["document_digest"]), start, end)
    for level, stamper in (("B-T", proof.stamper), ("B-B", None)):
        if level == "B-T" and stamper is None:
            continue
        try:
            made = loops.run(signer.async_sign_prescribed_attributes(DIGEST, attributes, timestamper=stamper))
        except (EvidenceUnavailableError, TimestampRequestError, OSError):
            continue
        out = io.BytesIO(_half(row.pk).read_bytes())
        loops.run(PdfTBSDocument.async_finish_signing(out, prepared, made))
        return Signed(out.getvalue(), level)
    raise NotSignableError("Không ký được tệp này.")


def _fits(certificate: x509.Certificate, signed: bytes, signature: bytes) -> bool:
    """Checked before it is believed: a service may answer for somebody else, or wrongly."""
    key = load_der_public_key(certificate.public_key.dump())
    digest = hashlib.sha256(signed).digest()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        else:
            return False
    except InvalidSignature:
        return False
    return True
