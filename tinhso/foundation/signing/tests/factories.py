"""A public key infrastructure in memory, and papers signed by it, good and bad."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import crl as acrl
from asn1crypto import keys as akeys
from asn1crypto import ocsp as aocsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tinhso.foundation.files.tests import factories as files
from tinhso.foundation.signing import judging
from tinhso.foundation.signing.demo.authority import Authority, Key, Places, Subject, asn1, new_key, pem
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.judging.trust import Anchor, TrustList
from tinhso.foundation.signing.keys import KeySigner

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)  # the library stamps the claimed time with its own clock
BEGAN, ENDS, ROOT_ENDS = NOW - 700 * DAY, NOW + 3000 * DAY, NOW + 6000 * DAY
ORGANIZATION = "Ủy ban nhân dân phường Tân Ninh"


@cache
def key(name: str, kind: str = "rsa2048") -> Key:
    """Made once a run: keys are slow to make."""
    return new_key(kind)


@dataclass
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key
    chain: list[x509.Certificate]

    def signer(self, *, pss: bool = False) -> KeySigner:
        return KeySigner(asn1(self.certificate), self.key, [asn1(one) for one in self.chain], pss=pss)


@dataclass
class World:
    """Root, authority under it, timestamp service; what is revoked, and since when."""

    root: Authority
    sub: Authority
    tsa: Holder
    responder: Holder
    revoked: dict[int, datetime] = field(default_factory=dict)

    def holder(self, name: str = "Nguyễn Văn Ký", kind: str = "rsa2048", **options: Any) -> Holder:
        made = key(f"signer-{name}", kind)
        options = {"begins": BEGAN, "ends": ENDS, **options}
        certificate = self.sub.issue(Subject(name, ORGANIZATION, "Chủ tịch"), made.public_key(), **options)
        return Holder(certificate, made, [self.sub.certificate])

    def revoke(self, holder: Holder, since: datetime) -> None:
        self.revoked[holder.certificate.serial_number] = since

    def crls(self, at: datetime = NOW - HOUR, until: datetime = NOW + 30 * DAY) -> list[x509.CertificateRevocationList]:
        return [self.sub.crl(self.revoked, at=at, until=until), self.root.crl(self.revoked, at=at, until=until)]

    def answers(self, holder: Holder, at: datetime = NOW - HOUR, until: datetime = NOW + DAY) -> list[bytes]:
        since = self.revoked.get(holder.certificate.serial_number)
        return [
            self.sub.answer(holder.certificate, self.responder.certificate, self.responder.key, at=at, until=until,
                            revoked_at=since)
        ]  # fmt: skip

    def trust(self, *, crls: bool = True, at: datetime = NOW - HOUR, until: datetime = NOW + 30 * DAY) -> TrustList:
        lists = tuple(acrl.CertificateList.load(one.public_bytes(Encoding.DER)) for one in self.crls(at, until))
        return TrustList((Anchor(asn1(self.root.certificate)),), (), lists if crls else (), "1", NOW, "thử")

    def folder(self, path: Path, *, crls: bool = True) -> Path:
        """A trust folder, as `papers verdict --trust` takes it."""
        path.mkdir(parents=True, exist_ok=True)
        (path / "root.pem").write_bytes(pem(self.root.certificate))
        for number, one in enumerate(self.crls() if crls else ()):
            (path / f"{number}.crl").write_bytes(one.public_bytes(Encoding.DER))
        return path

    def stamper(self, at: datetime = NOW, holder: Holder | None = None) -> DummyTimeStamper:
        made = holder or self.tsa
        store = SimpleCertificateStore()
        store.register_multiple([asn1(one) for one in made.chain])
        return DummyTimeStamper(asn1(made.certificate), plain(made.key), certs_to_embed=store, fixed_dt=at)

    def context(self, holder: Holder, at: datetime = NOW, **options: Any) -> ValidationContext:
        """What signing with validation data embedded stands on."""
        return ValidationContext(
            trust_roots=[asn1(self.root.certificate)],
            other_certs=[asn1(one) for one in holder.chain],
            crls=[
                acrl.CertificateList.load(one.public_bytes(Encoding.DER)) for one in self.crls(at - HOUR, at + 30 * DAY)
            ],
            ocsps=[aocsp.OCSPResponse.load(one) for one in self.answers(holder, at - HOUR, at + DAY)],
            moment=at,
            revocation_mode="hard-fail",
            retroactive_revinfo=True,
            **options,
        )


def plain(made: Key) -> akeys.PrivateKeyInfo:
    return akeys.PrivateKeyInfo.load(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


NOWHERE = Places("http://127.0.0.1:9/sub.crl", "http://127.0.0.1:9/ocsp")


def world(name: str = "", places: Places = NOWHERE) -> World:
    """An infrastructure of its own; the addresses in it answer nobody."""
    root = Authority.root(
        Subject(f"Gốc thử {name}".strip()), key(f"root{name}"), begins=BEGAN, ends=ROOT_ENDS,
        places=Places("http://127.0.0.1:9/root.crl"),
    )  # fmt: skip
    sub = root.under(Subject(f"CA thử {name}".strip()), key(f"sub{name}"), begins=BEGAN, ends=ENDS, places=places)
    stamped = key(f"tsa{name}")
    tsa = root.issue(
        Subject("Dấu thời gian thử"), stamped.public_key(), begins=BEGAN, ends=ENDS, uses=[Use.TIME_STAMPING]
    )
    answering = key(f"ocsp{name}")
    responder = sub.issue(
        Subject("OCSP thử"), answering.public_key(), begins=BEGAN, ends=ENDS, uses=[Use.OCSP_SIGNING], no_check=True
    )
    return World(root, sub, Holder(tsa, stamped, [root.certificate]), Holder(responder, answering, [sub.certificate]))


def paper(pages: int = 2) -> bytes:
    """A plain PDF of our own making, with words on its pages."""
    document = files.blank(pages)
    for number, page in enumerate(document.pages):
        page.Contents = document.make_stream(b"BT /F1 12 Tf 72 700 Td (Quyet dinh, trang %d) Tj ET" % number)
    return files.save(document)


def form() -> bytes:
    """A page with a text field to be filled."""
    document = files.blank(1)
    page = document.pages[0]
    field = document.make_indirect(
        pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="ten", V="", Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget,
                           Rect=[50, 50, 200, 80], P=page.obj)
    )  # fmt: skip
    page.Annots = document.make_indirect(pikepdf.Array([field]))
    document.Root.AcroForm = document.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([field])))
    return files.save(document)


def stamp(content: bytes, stamper: DummyTimeStamper) -> bytes:
    """A document timestamp and nothing else."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    return loops.run(PdfTimeStamper(stamper).async_timestamp_pdf(writer, "sha256")).getvalue()  # type: ignore[no-any-return]


def sign(
    content: bytes,
    signer: KeySigner,
    *,
    field: str = "ChuKy1",
    timestamper: DummyTimeStamper | None = None,
    context: ValidationContext | None = None,
    lta: bool = False,
    visible: bool = False,
    **options: Any,
) -> bytes:
    """Signed in an incremental update."""
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=options.pop("md_algorithm", "sha256"),
        subfilter=options.pop("subfilter", SigSeedSubFilter.PADES),
        embed_validation_info=context is not None,
        use_pades_lta=lta,
        validation_context=context,
        dss_settings=DSSContentSettings(placement=SigDSSPlacementPreference.SEPARATE_REVISION),
        **options,
    )
    box = SigFieldSpec(field, on_page=0, box=(300, 100, 500, 180)) if visible else None
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    made = PdfSigner(metadata, signer, timestamper=timestamper, new_field_spec=box)
    return loops.run(made.async_sign_pdf(writer)).getvalue()  # type: ignore[attr-defined,no-any-return]


def renew(content: bytes, stamper: DummyTimeStamper, context: ValidationContext) -> bytes:
    """A further document timestamp over everything."""
    out = io.BytesIO(content)
    loops.run(
        PdfTimeStamper(stamper).async_update_archival_timestamp_chain(
            judging_reader(content), context, in_place=False, output=out
        )
    )
    return out.getvalue()


def judging_reader(content: bytes) -> Any:
    from pyhanko.pdf_utils.reader import PdfFileReader

    return PdfFileReader(io.BytesIO(content))


def judge(content: bytes, trust: TrustList, at: datetime = NOW, **options: Any) -> judging.Verdict:
    return judging.judge(content, trust=trust, at=at, **options)


def codes(verdict: judging.Verdict) -> set[str]:
    return {one.code for one in verdict.reasons}
