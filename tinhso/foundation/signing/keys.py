"""Keys as pyHanko wants them: parsed once, and signing by one call."""

from collections.abc import Sequence

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import process_pss_params

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeySigner(Signer):
    """A key in our own memory. pyHanko's `SimpleSigner` parses it for every signature: 13 a second, not 56."""

    def __init__(
        self,
        certificate: x509.Certificate,
        key: PrivateKey,
        chain: Sequence[x509.Certificate] = (),
        *,
        pss: bool = False,
    ) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(list(chain))  # the certificate itself is written anyway
        super().__init__(signing_cert=certificate, cert_registry=store, prefer_pss=pss, embed_roots=False)
        self.key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        digest: hashes.HashAlgorithm = getattr(hashes, digest_algorithm.upper())()
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return bytes(2 * (self.key.key_size // 8) + 9) if dry_run else self.key.sign(data, ec.ECDSA(digest))
        if dry_run:
            return bytes(self.key.key_size // 8)
        if self.prefer_pss:
            mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
            scheme, digest = process_pss_params(mechanism["parameters"])
            return self.key.sign(data, scheme, digest)
        return self.key.sign(data, padding.PKCS1v15(), digest)
