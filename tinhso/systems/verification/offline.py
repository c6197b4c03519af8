"""Codes that are checked without asking us: facts of a paper, signed with Ed25519, in base45 for a QR.

`TS1:<key id>:<base45 of signature and facts>`. Facts, joined by `|`: agency, number, date, reference, holder abridged,
sha256 of the file. Whoever has our public keys (JWKS at `/verify/keys.json`) needs no network.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from ops import secrets
from tinhso.systems.verification.models import Document, OfflineKey

PREFIX = "TS1"
SIGNATURE_BYTES = 64
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


class OfflineCodeError(ValueError):
    """The code is not one of ours; the sentence says why."""


@dataclass(frozen=True, slots=True)
class OfflineFacts:
    """What a code says, once its signature holds."""

    agency: str
    number: str
    day: str
    reference: str
    holder: str
    sha256: str
    kid: str


def code_of(document: Document, *, at: datetime) -> str:
    """The code of a paper whose file is known."""
    day = f"{document.issued_on:%Y-%m-%d}" if document.issued_on else ""
    parts = (
        document.agency_name, document.number, day, document.source_ref, document.holder_abridged,
        document.sha256,
    )  # fmt: skip
    facts = "|".join(part.replace("|", "/") for part in parts).encode()
    key = _signing_key(at)
    kid = _kid(_raw(key.public_key()))
    return f"{PREFIX}:{kid}:{base45(key.sign(facts) + facts)}"


def read(code: str) -> OfflineFacts:
    """Raises OfflineCodeError."""
    head, _sep, rest = code.strip("\r\n\t\x00").partition(":")
    kid, _sep, body = rest.partition(":")
    if head != PREFIX or not body:
        raise OfflineCodeError(_("Đây không phải mã ngoại tuyến của hệ thống."))
    key = OfflineKey.objects.filter(pk=kid).first()
    if key is None:
        raise OfflineCodeError(_("Mã được ký bằng khoá mà hệ thống không có."))
    try:
        content = from_base45(body)
        Ed25519PublicKey.from_public_bytes(bytes(key.public)).verify(
            content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
        )
        agency, number, day, reference, holder, sha256 = content[SIGNATURE_BYTES:].decode().split("|")
    except (ValueError, InvalidSignature):
        raise OfflineCodeError(_("Chữ ký của mã không đúng: mã bị sửa hoặc đọc thiếu.")) from None
    return OfflineFacts(agency, number, day, reference, holder, sha256, kid)


def jwks() -> dict[str, list[dict[str, str]]]:
    """All keys that ever signed, newest first (RFC 8037)."""
    keys = OfflineKey.objects.order_by("-made_at", "kid")
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key.kid, "x": _b64(bytes(key.public))}
            for key in keys
        ]
    }


def base45(content: bytes) -> str:
    """RFC 9285: only signs of the dense alphanumeric mode of a QR."""
    signs: list[str] = []
    for start in range(0, len(content), 2):
        pair = content[start : start + 2]
        value = int.from_bytes(pair)
        for _place in range(len(pair) + 1):
            value, sign = divmod(value, 45)
            signs.append(_ALPHABET[sign])
    return "".join(signs)


def from_base45(text: str) -> bytes:
    """Raises ValueError."""
    content = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        value = sum(_ALPHABET.index(sign) * 45**place for place, sign in enumerate(group))
        size = len(group) - 1
        if size < 1 or value >= 256**size:
            raise ValueError("not base45")
        content += value.to_bytes(size)
    return bytes(content)


def _signing_key(at: datetime) -> Ed25519PrivateKey:
    """The key in use; made at the first need, and anew where its file or the installation's secret is gone."""
    found = _key_in_use()
    if found is None:
        with connection.cursor() as cursor:  # of two that find none, the second takes the first's
            cursor.execute("select pg_advisory_xact_lock(hashtextextended('verification:offline-key', 0))")
        found = _key_in_use() or _make(at)
    return found


def _key_in_use() -> Ed25519PrivateKey | None:
    row = OfflineKey.objects.filter(ended_at__isnull=True).first()
    return _load(row) if row else None


def _load(row: OfflineKey) -> Ed25519PrivateKey | None:
    try:
        key = load_pem_private_key((_folder() / f"{row.kid}.pem").read_bytes(), _secret())
    except (OSError, ValueError):
        return None
    return key if isinstance(key, Ed25519PrivateKey) and _raw(key.public_key()) == bytes(row.public) else None


def _make(at: datetime) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    public = _raw(key.public_key())
    path = _folder() / f"{_kid(public)}.pem"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_secret()))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with transaction.atomic():
        OfflineKey.objects.filter(ended_at__isnull=True).update(ended_at=at)
        OfflineKey.objects.create(kid=_kid(public), public=public, made_at=at)
    return key


def _folder() -> Path:
    return Path(settings.VAR) / "signing" / "offline"


def _secret() -> bytes:
    return secrets.read_or_make(Path(settings.VAR) / "signing" / "secret").encode()


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _kid(public: bytes) -> str:
    return base64.b32encode(hashlib.sha256(public).digest()[:5]).decode()


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
