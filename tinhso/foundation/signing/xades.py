"""Signing XML: XAdES, enveloped. Only inclusive C14N: with the exclusive kind the library writes a wrong digest."""

import base64
import hashlib

from cryptography import x509 as cx509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from pyhanko.sign.timestamps import TimestampRequestError
from signxml import SignatureMethod
from signxml.algorithms import CanonicalizationMethod
from signxml.exceptions import SignXMLException
from signxml.xades import XAdESSigner

from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.xml import C14N, DS, XADES, read_xml
from tinhso.foundation.signing.keys import KeySigner
from tinhso.foundation.signing.pades import NotSignableError, Proof, Signed

INCLUSIVE = CanonicalizationMethod.CANONICAL_XML_1_0


def sign(content: bytes, signer: KeySigner, *, proof: Proof) -> Signed:
    """The document with its signature as the last child; B-T where the timestamp service answers, else B-B.

    Raises NotSignableError.
    """
    try:
        root = read_xml(content)
    except JudgedError as error:
        raise NotSignableError(f"Không ký được tệp XML này. {error}") from error
    if root.find(f".//{DS}Signature") is not None:
        raise NotSignableError("Tệp XML đã có chữ ký: chữ ký thứ hai bọc ngoài sẽ làm hỏng chữ ký trước.")
    chain = [signer.signing_cert, *signer.cert_registry]
    certificates = [cx509.load_der_x509_certificate(one.dump()) for one in chain if one is not None]
    method = SignatureMethod.ECDSA_SHA256 if isinstance(signer.key, ec.EllipticCurvePrivateKey) else None
    try:
        made = XAdESSigner(c14n_algorithm=INCLUSIVE, signature_algorithm=method or SignatureMethod.RSA_SHA256).sign(
            root, key=signer.key, cert=certificates
        )
    except (SignXMLException, ValueError, TypeError) as error:
        raise NotSignableError("Không ký được tệp XML này.") from error
    level = "B-T" if _stamped(made, proof) else "B-B"
    return Signed(etree.tostring(made, xml_declaration=True, encoding="UTF-8"), level)


def _stamped(root: etree._Element, proof: Proof) -> bool:
    """Add a timestamp over the signature value to the unsigned properties."""
    if proof.stamper is None:
        return False
    signature = root.find(f".//{DS}Signature")
    value = signature.find(f"{DS}SignatureValue")  # type: ignore[union-attr]
    digest = hashlib.sha256(etree.tostring(value, method="c14n", with_comments=False)).digest()
    try:
        token = loops.run(proof.stamper.async_timestamp(digest, "sha256"))
    except (EvidenceUnavailableError, TimestampRequestError, OSError):
        return False
    qualifying = signature.find(f".//{XADES}QualifyingProperties")  # type: ignore[union-attr]
    unsigned = etree.SubElement(qualifying, f"{XADES}UnsignedProperties")
    inner = etree.SubElement(unsigned, f"{XADES}UnsignedSignatureProperties")
    stamp = etree.SubElement(inner, f"{XADES}SignatureTimeStamp")
    etree.SubElement(stamp, f"{DS}CanonicalizationMethod", Algorithm=C14N[0])
    etree.SubElement(stamp, f"{XADES}EncapsulatedTimeStamp").text = base64.b64encode(token.dump()).decode()
    return True
