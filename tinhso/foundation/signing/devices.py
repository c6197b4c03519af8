"""Keys in a device or HSM, by PKCS#11. reference: `token|label`; module and PIN are of the installation."""

from collections.abc import Sequence
from typing import Any

from asn1crypto import x509
from django.conf import settings
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer

_sessions: dict[str, Any] = {}


class DeviceError(ValueError):
    """The device cannot be used; the sentence says why, in Vietnamese."""


def signer(reference: str, certificate: x509.Certificate, chain: Sequence[x509.Certificate]) -> Signer:
    """Raises DeviceError."""
    token, _, label = reference.partition("|")
    return PKCS11Signer(
        _session(token),
        key_label=label,
        signing_cert=certificate,
        ca_chain=list(chain),
        bulk_fetch=False,
        embed_roots=False,
        # SoftHSM and several devices sign EC only over a digest made outside.
        use_raw_mechanism=certificate.public_key.algorithm == "ec",
    )


def _session(token: str) -> Any:
    if token in _sessions:
        return _sessions[token]
    module, pin = settings.SIGNING["pkcs11_module"], settings.SIGNING["pkcs11_pin"]
    if not module:
        raise DeviceError("Chưa đặt TINHSO_PKCS11_MODULE: máy chủ chưa nối với thiết bị ký.")
    try:
        _sessions[token] = open_pkcs11_session(str(module), token_criteria=TokenCriteria(label=token), user_pin=pin)
    except Exception as error:  # the driver raises whatever its maker chose
        raise DeviceError(f"Không mở được thiết bị ký «{token}»: {type(error).__name__}.") from error
    return _sessions[token]


def close() -> None:
    """Let go of all devices."""
    for session in _sessions.values():
        session.close()
    _sessions.clear()
