"""A small certification authority: certificates, revocation lists, OCSP answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509 as ax509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
COUNTRY = "VN"


def new_key(kind: str = "rsa3072") -> Key:
    """`rsa<bits>` or `p256`, `p384`."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    return ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1}[kind]())


@dataclass(frozen=True)
class Places:
    """Where revocation is told: addresses written into the certificates issued."""

    crl: str = ""
    ocsp: str = ""


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names: an official of an agency, an agency, a service."""

    name: str
    organization: str = ""
    title: str = ""
    identity_number: str = ""

    @property
    def x509(self) -> x509.Name:
        parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, COUNTRY)]
        for oid, value in (
            (NameOID.ORGANIZATION_NAME, self.organization),
            (NameOID.TITLE, self.title),
            (NameOID.COMMON_NAME, self.name),
            (NameOID.USER_ID, f"CCCD:{self.identity_number}" if self.identity_number else ""),
        ):
            if value:
                parts.append(x509.NameAttribute(oid, value[:64]))
        return x509.Name(parts)


@dataclass
class Authority:
    """An authority with its key: root or under another."""

    certificate: x509.Certificate
    key: Key
    places: Places = Places()
    parent: "Authority | None" = None

    @classmethod
    def root(
        cls, subject: Subject, key: Key, *, begins: datetime, ends: datetime, places: Places = Places()
    ) -> "Authority":
        return cls(_authority(subject, key.public_key(), subject.x509, key, begins, ends, None), key, places)

    def under(
        self, subject: Subject, key: Key, *, begins: datetime, ends: datetime, places: Places = Places()
    ) -> "Authority":
        """An authority below this one."""
        name = self.certificate.subject
        issued = _authority(subject, key.public_key(), name, self.key, begins, ends, self.places)
        return Authority(issued, key, places, self)

    @property
    def chain(self) -> list[x509.Certificate]:
        """From this authority up to its root."""
        return [self.certificate, *(self.parent.chain if self.parent else ())]

    def issue(
        self,
        subject: Subject,
        public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        *,
        begins: datetime,
        ends: datetime,
        uses: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH),
        digest: hashes.SHA256 | hashes.SHA384 | None = None,
        no_check: bool = False,
    ) -> x509.Certificate:
        """A certificate for signing; `uses` TIME_STAMPING or OCSP_SIGNING for services. no_check: for OCSP itself."""
        critical = list(uses) == [ExtendedKeyUsageOID.TIME_STAMPING]
        builder = _begun(subject, public_key, self.certificate.subject, begins, ends)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        if uses:
            builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=critical)
        if no_check:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        else:
            builder = _with_places(builder, self.places)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        return builder.sign(self.key, digest or hashes.SHA256())

    def crl(
        self,
        revoked: Mapping[int, datetime],
        *,
        at: datetime,
        until: datetime,
        number: int = 1,
        reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
    ) -> x509.CertificateRevocationList:
        """The list of what is revoked: serial number → since when."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(at).next_update(until)
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        for serial, since in revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            builder = builder.add_revoked_certificate(
                entry.add_extension(x509.CRLReason(reason), critical=False).build()
            )
        return builder.sign(self.key, hashes.SHA256())

    def answer(
        self,
        certificate: x509.Certificate,
        responder: x509.Certificate,
        responder_key: Key,
        *,
        at: datetime,
        until: datetime,
        revoked_at: datetime | None = None,
    ) -> bytes:
        """An OCSP response about a certificate of this authority, DER."""
        status = ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303 -- names the certificate, as RFC 5019 asks; protects nothing
            cert_status=status,
            this_update=at,
            next_update=until,
            revocation_time=revoked_at,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked_at else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder).certificates([responder])
        return builder.sign(responder_key, hashes.SHA256()).public_bytes(Encoding.DER)


def _begun(
    subject: Subject,
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject.x509).issuer_name(issuer).public_key(public_key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def _authority(
    subject: Subject,
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    key: Key,
    begins: datetime,
    ends: datetime,
    places: Places | None,
) -> x509.Certificate:
    builder = _begun(subject, public_key, issuer, begins, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
    )
    if places:
        builder = _with_places(builder, places)
    return builder.sign(key, hashes.SHA256())


def _with_places(builder: x509.CertificateBuilder, places: Places) -> x509.CertificateBuilder:
    if places.crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(places.crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if places.ocsp:
        access = x509.AccessDescription(Access.OCSP, x509.UniformResourceIdentifier(places.ocsp))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return builder


def _usage(**given: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


def asn1(certificate: x509.Certificate) -> ax509.Certificate:
    """For pyHanko."""
    return ax509.Certificate.load(certificate.public_bytes(Encoding.DER))


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


YEAR = timedelta(days=365)
