"""What the demonstration authority answers: timestamps (RFC 3161), OCSP (RFC 6960), revocation lists."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tinhso.foundation.signing.demo.authority import asn1
from tinhso.foundation.signing.demo.folder import Demo
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.keys import KeySigner

POLICY = "1.3.6.1.4.1.99999.1.1"  # of nobody: a demonstration
LIST_LIFE, ANSWER_LIFE = timedelta(days=7), timedelta(days=3)
DIGESTS = ("sha256", "sha384", "sha512")


class Timestamps:
    """A timestamp service with its own key."""

    def __init__(self, demo: Demo) -> None:
        certificate, key = demo.tsa
        self.signer = KeySigner(asn1(certificate), key, [asn1(demo.root.certificate)])
        self.signer.embed_roots = True

    def answer(self, request: bytes, at: datetime) -> bytes:
        """DER to DER; a request that cannot be read is answered with a rejection."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            name = imprint["hash_algorithm"]["algorithm"].native
            length = len(imprint["hashed_message"].native)
        except (ValueError, TypeError, KeyError):
            return _rejection()
        if name not in DIGESTS or length != hashlib.new(name).digest_size:
            return _rejection()
        info = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": int.from_bytes(secrets.token_bytes(8), "big"),
            "gen_time": at.astimezone(UTC).replace(microsecond=0),
        }
        if asked["nonce"].native is not None:
            info["nonce"] = asked["nonce"]
        token = loops.run(self._token(tsp.TSTInfo(info).dump()))
        status = tsp.PKIStatusInfo({"status": tsp.PKIStatus("granted")})
        return bytes(tsp.TimeStampResp({"status": status, "time_stamp_token": token}).dump())

    async def _token(self, content: bytes) -> cms.ContentInfo:
        inside = cms.EncapsulatedContentInfo({"content_type": "tst_info", "content": cms.ParsableOctetString(content)})
        return await self.signer.async_sign(
            hashlib.sha256(content).digest(), "sha256", use_pades=False, is_pdf_sig=False, encap_content_info=inside
        )


def _rejection() -> bytes:
    status = tsp.PKIStatusInfo(
        {"status": tsp.PKIStatus("rejection"), "status_string": [core.UTF8String("bad request")]}
    )
    return bytes(tsp.TimeStampResp({"status": status}).dump())


def revocation_list(demo: Demo, name: str, at: datetime) -> bytes:
    """Raises KeyError for an authority that is not there."""
    authority = demo.authorities()[name]
    at = at.replace(microsecond=0)
    made = authority.crl(demo.revoked(), at=at - timedelta(minutes=1), until=at + LIST_LIFE, number=int(at.timestamp()))
    return made.public_bytes(Encoding.DER)


def ocsp_answer(demo: Demo, name: str, request: bytes, at: datetime) -> bytes:
    """Good for whatever the authority issued and did not revoke. Raises KeyError, ValueError."""
    asked = ocsp.load_der_ocsp_request(request)
    responder, key = demo.responders[name]
    at = at.replace(microsecond=0)
    since = demo.revoked().get(asked.serial_number)
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        asked.issuer_name_hash,
        asked.issuer_key_hash,
        asked.serial_number,
        asked.hash_algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
        this_update=at - timedelta(minutes=1),
        next_update=at + ANSWER_LIFE,
        revocation_time=since,
        revocation_reason=x509.ReasonFlags.key_compromise if since else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder).certificates([responder])
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
