"""Signing PDF: PAdES in an incremental update, the bytes before it untouched."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import RevokedError, ValidationError

from tinhso.foundation.signing import blanks
from tinhso.foundation.signing.evidence import EvidenceUnavailableError
from tinhso.foundation.signing.judging import loops
from tinhso.foundation.signing.judging.messages import open_message, token_of
from tinhso.foundation.signing.judging.reasons import JudgedError

DIGEST = "sha256"


class NotSignableError(ValueError):
    """This file cannot be signed; the sentence says why, in Vietnamese."""


class RevokedCredentialError(NotSignableError):
    """The certificate was revoked: nothing more is signed with it."""


@dataclass(frozen=True)
class Proof:
    """What is needed beside the key: timestamp service, revocation data, whom to trust."""

    stamper: TimeStamper | None = None
    roots: Sequence[x509.Certificate] = ()
    chain: Sequence[x509.Certificate] = ()
    crls: Sequence[crl.CertificateList] = ()
    ocsps: Sequence[ocsp.OCSPResponse] = ()

    def context(self, at: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=list(self.chain),
            crls=list(self.crls),
            ocsps=list(self.ocsps),
            moment=at,
            revocation_mode="hard-fail",
            retroactive_revinfo=True,
        )


@dataclass(frozen=True)
class Mark:
    """A visible signature: its drawing and its place on a page, in points from the lower left corner."""

    drawing: PdfContent | StaticStampStyle
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Signed:
    content: bytes
    level: str


def metadata(
    field: str, level: str, proof: Proof, at: datetime, *, name: str = "", reason: str = "", location: str = ""
) -> PdfSignatureMetadata:
    """What the signature says of itself."""
    long_term = level in ("B-LT", "B-LTA")
    return PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=name or None,
        reason=reason or None,
        location=location or None,
        embed_validation_info=long_term,
        use_pades_lta=level == "B-LTA",
        validation_context=proof.context(at) if long_term else None,
        dss_settings=DSSContentSettings(placement=SigDSSPlacementPreference.SEPARATE_REVISION),
    )


def signer_for(
    signer: Signer,
    said: PdfSignatureMetadata,
    proof: Proof,
    level: str,
    mark: Mark | None,
    *,
    is_reserved: bool = False,
) -> PdfSigner:
    """is_reserved: the paper bears the field already, with its box."""
    spec = None
    if mark is not None and not is_reserved:
        spec = SigFieldSpec(said.field_name or "", on_page=mark.page, box=mark.box)  # type: ignore[arg-type]
    style = mark.drawing if mark is not None else None
    stamper = None if level == "B-B" else proof.stamper
    return PdfSigner(said, signer, timestamper=stamper, new_field_spec=spec, stamp_style=style)  # type: ignore[arg-type]


def writer_of(content: bytes) -> IncrementalPdfFileWriter:
    """Raises NotSignableError."""
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
        if writer.prev.encrypted:
            raise NotSignableError("Tệp đang khoá bằng mật khẩu nên không ký được.")
        return writer
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotSignableError("Tệp PDF bị hỏng nên không ký được.") from error


def next_field(writer: IncrementalPdfFileWriter) -> str:
    """A name for the new field that no earlier signature bears."""
    taken = {name for name, _, _ in enumerate_sig_fields(writer)}
    return next(name for number in range(1, 10_000) if (name := f"ChuKy{number}") not in taken)


def begin(
    content: bytes, kind: str, filled: Mapping[str, str], mark: Mark | None, at: datetime
) -> tuple[IncrementalPdfFileWriter, str, bool]:
    """A writer with `filled` written into the places the paper keeps, the name of the signature field, and whether
    the paper kept that field for signatures of this kind. A seal closes number and date: they must be in.

    Raises NotSignableError.
    """
    writer = writer_of(content)
    try:
        blanks.fill(writer, filled, at=at)
        if kind == "seal" and blanks.empty(writer):
            raise NotSignableError("Văn bản chưa có số và ngày: cấp số trước khi đóng dấu.")
        kept = blanks.reserved(writer, kind) if mark is not None else None
    except blanks.BlankError as error:
        raise NotSignableError(str(error)) from error
    except (PdfError, KeyError, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, NotSignableError):
            raise
        raise NotSignableError("Biểu mẫu trong tệp PDF bị hỏng nên không ký được.") from error
    return writer, kept.field if kept else next_field(writer), kept is not None


def sign(
    content: bytes,
    signer: Signer,
    *,
    level: str,
    proof: Proof,
    at: datetime,
    mark: Mark | None = None,
    name: str = "",
    reason: str = "",
    location: str = "",
    kind: str = "",
    filled: Mapping[str, str] | None = None,
) -> Signed:
    """Signed at the level asked, or lower where a service is away: B-LT → B-T → B-B; the file says which.

    kind, filled: see `begin`. Raises NotSignableError.
    """
    for lower in _ways(level, proof):
        writer, field, kept = begin(content, kind, filled or {}, mark, at)
        said = metadata(field, lower, proof, at, name=name, reason=reason, location=location)
        try:
            made = loops.run(signer_for(signer, said, proof, lower, mark, is_reserved=kept).async_sign_pdf(writer))
        except (EvidenceUnavailableError, TimestampRequestError, OSError):
            continue
        except RevokedError as error:
            raise RevokedCredentialError("Chứng thư ký đã bị thu hồi, không ký được nữa.") from error
        except ValidationError:
            continue
        except (SigningError, PdfError) as error:
            if _is_of_revocation(error):
                raise RevokedCredentialError("Chứng thư ký đã bị thu hồi, không ký được nữa.") from error
            if isinstance(error.__cause__, ValidationError):
                continue  # the evidence at hand does not do for this level
            raise NotSignableError(f"Tệp không cho ký thêm: {error}") from error
        return Signed(made.getvalue(), lower)  # type: ignore[attr-defined]
    raise NotSignableError("Không ký được tệp này.")


def _is_of_revocation(error: BaseException | None) -> bool:
    """The library wraps what it found."""
    while error is not None:
        if isinstance(error, RevokedError):
            return True
        error = error.__cause__
    return False


def _ways(level: str, proof: Proof) -> list[str]:
    order = ["B-LTA", "B-LT", "B-T", "B-B"]
    ways = order[order.index(level) :]
    if not proof.crls and not proof.ocsps:
        ways = [one for one in ways if one in ("B-T", "B-B")]
    return ways if proof.stamper else ["B-B"]


def strengthen(content: bytes, *, proof: Proof) -> Signed:
    """Validation data of every signature and a document timestamp over all: what a signature lacked, or a renewal.

    Raises EvidenceUnavailableError while a service is away, NotSignableError.
    """
    if proof.stamper is None:
        raise EvidenceUnavailableError("Chưa có dịch vụ dấu thời gian")
    writer = writer_of(content)
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=list(proof.chain), ocsps=list(proof.ocsps), crls=list(proof.crls)
    )
    try:
        made = loops.run(PdfTimeStamper(proof.stamper).async_timestamp_pdf(writer, DIGEST))
    except (TimestampRequestError, OSError) as error:
        raise EvidenceUnavailableError(str(error)) from error
    except (PdfError, SigningError, ValueError) as error:
        raise NotSignableError("Không thêm được dấu thời gian vào tệp này.") from error
    return Signed(made.getvalue(), "B-LTA")


def certificates_of(content: bytes) -> list[list[x509.Certificate]]:
    """Of each signature and timestamp in the file its certificate and those beside it. Raises NotSignableError."""
    try:
        found = []
        for embedded in PdfFileReader(io.BytesIO(content)).embedded_signatures:
            found.append([embedded.signer_cert, *embedded.other_embedded_certs])
            token = token_of(open_message(embedded.signed_data))
            if token is not None:
                opened = open_message(token)
                found.append([opened.certificate, *opened.others])
        return found
    except (PdfError, SigningError, JudgedError, ValueError, KeyError, TypeError) as error:
        raise NotSignableError("Không đọc được chữ ký đang có trong tệp.") from error
