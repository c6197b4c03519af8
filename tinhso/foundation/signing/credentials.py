"""Certificates and the ways to their keys (chứng thư, khoá): in a file, in a device, at a service."""

import base64
import os
import secrets as random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import IntegrityError, transaction
from pyhanko.sign.signers import Signer

from ops import secrets
from tinhso.foundation.audit import public as audit
from tinhso.foundation.organizations.public import Doer
from tinhso.foundation.signing import devices
from tinhso.foundation.signing.judging.certificates import common_name
from tinhso.foundation.signing.keys import KeySigner, PrivateKey
from tinhso.foundation.signing.models import Credential


class CredentialError(ValueError):
    """The key cannot be used; the sentence says why, in Vietnamese."""


_signers = threading.local()


def folder() -> Path:
    """Keys in files: readable by the server's account alone, and encrypted with the installation's own secret."""
    return Path(settings.VAR) / "signing" / "keys"


def _secret() -> bytes:
    return secrets.read_or_make(Path(settings.VAR) / "signing" / "secret").encode()


def keep_key(key: PrivateKey) -> str:
    """Write a key, encrypted; the name to find it by."""
    place, name = folder(), f"{random.token_hex(12)}.pem"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(_secret()))
    handle = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return name


def read_key(name: str) -> PrivateKey:
    """Raises CredentialError."""
    try:
        key = load_pem_private_key((folder() / Path(name).name).read_bytes(), _secret())
    except FileNotFoundError as error:
        raise CredentialError("Không có tệp khoá ký trên máy chủ này.") from error
    except (ValueError, TypeError) as error:
        raise CredentialError("Không mở được khoá ký: tệp hỏng hoặc không phải của máy chủ này.") from error
    return key  # type: ignore[return-value]


def enrol(
    *,
    kind: str,
    owner_id: int,
    adapter: str,
    reference: str,
    certificate: bytes,
    chain: Sequence[bytes] = (),
    picture: bytes | None = None,
    by: Doer,
    at: datetime,
) -> Credential:
    """A person's or agency's certificate from now on; the one before, if any, ends. Raises CredentialError."""
    try:
        parsed = x509.Certificate.load(certificate, strict=True)
        subject, ends = common_name(parsed), parsed.not_valid_after
    except (ValueError, TypeError, KeyError) as error:
        raise CredentialError("Không đọc được chứng thư.") from error
    if ends <= at:
        raise CredentialError("Chứng thư này đã hết hạn.")
    owner = {"person_id": owner_id} if kind == Credential.Kind.PERSONAL else {"unit_id": owner_id}
    Credential.objects.filter(kind=kind, ended_at=None, **owner).update(ended_at=at)
    try:
        with transaction.atomic():
            made = Credential.objects.create(
                kind=kind,
                adapter=adapter,
                reference=reference,
                certificate=certificate,
                chain=[base64.b64encode(one).decode() for one in chain],
                subject=subject[:200],
                valid_from=parsed.not_valid_before,
                valid_to=ends,
                picture=picture,
                **owner,
            )
    except IntegrityError as error:
        raise CredentialError("Người hay cơ quan này vừa được gắn một chứng thư khác, xem lại rồi làm tiếp.") from error
    data = {"subject": subject, "serial": f"{parsed.serial_number:x}", "adapter": adapter}
    audit.record(
        subject=f"credential:{made.pk}", act="signing.enrolled", actor=by.key, actor_name=by.name, data=data, at=at
    )
    return made


def end(*, kind: str, owner_id: int, reason: str, by: Doer, at: datetime) -> None:
    """Use it no more. Raises CredentialError, LookupError."""
    if len(reason.strip()) < 5:
        raise CredentialError("Ghi rõ lý do thôi dùng chứng thư (ít nhất 5 ký tự).")
    owner = {"person_id": owner_id} if kind == Credential.Kind.PERSONAL else {"unit_id": owner_id}
    row = Credential.objects.select_for_update(of=("self",)).filter(kind=kind, ended_at=None, **owner).first()
    if row is None:
        raise LookupError("Không còn chứng thư nào đang dùng")
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    data = {"subject": row.subject, "reason": reason.strip()[:500]}
    audit.record(
        subject=f"credential:{row.pk}", act="signing.ended", actor=by.key, actor_name=by.name, data=data, at=at
    )


def certificate_of(row: Credential) -> x509.Certificate:
    return x509.Certificate.load(bytes(row.certificate))


def chain_of(row: Credential) -> list[x509.Certificate]:
    return [x509.Certificate.load(base64.b64decode(one)) for one in row.chain]


def usable(row: Credential, at: datetime) -> str:
    """Why the credential cannot be used now, in one sentence; empty where it can."""
    if row.ended_at is not None:
        return "Chứng thư này đã thôi dùng."
    if at >= row.valid_to:
        return f"Chứng thư ký của {row.subject} đã hết hạn."
    return f"Chứng thư ký của {row.subject} chưa có hiệu lực." if at < row.valid_from else ""


def signer_of(row: Credential) -> Signer:
    """The signer of a credential whose key we can use at once; parsed once a thread. Raises CredentialError."""
    kept: dict[int, Signer] = _signers.__dict__.setdefault("by_id", {})
    if row.pk not in kept:
        certificate, chain = certificate_of(row), chain_of(row)
        if row.adapter == Credential.Adapter.SOFT:
            kept[row.pk] = KeySigner(certificate, read_key(row.reference), chain)
        elif row.adapter == Credential.Adapter.PKCS11:
            kept[row.pk] = devices.signer(row.reference, certificate, chain)
        else:
            raise CredentialError("Khoá ở dịch vụ ký từ xa: ký theo hai bước.")
    return kept[row.pk]


def forget_signers() -> None:
    """Open keys and devices anew."""
    _signers.__dict__.clear()


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """A certificate of an uploaded file: name on it, DER."""

    subject: str
    content: bytes


def read_certificates(content: bytes) -> list[ReadCertificate]:
    """A DER certificate, or a PEM file whose first is the owner's and the others those above it. Raises
    CredentialError."""
    try:
        ders = (
            [der for _kind, _headers, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        )
        parsed = [x509.Certificate.load(der, strict=True) for der in ders]
        found = [ReadCertificate(common_name(one), one.dump()) for one in parsed]
    except (ValueError, TypeError, KeyError) as error:
        raise CredentialError("Không đọc được chứng thư: cần tệp PEM hoặc DER.") from error
    if not found:
        raise CredentialError("Tệp không có chứng thư nào.")
    return found
