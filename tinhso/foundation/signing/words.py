"""A verdict in a clerk's words: whether the signature holds, why not, what to do, who signed for whom and when."""

from dataclasses import dataclass
from functools import lru_cache

from tinhso.foundation.files import public as files
from tinhso.foundation.signing.judging import records
from tinhso.foundation.signing.judging.files import kind_of
from tinhso.foundation.signing.judging.records import Finding, Verdict

TITLES = {
    records.VALID: "Chữ ký số hợp lệ.",
    records.INVALID: "Chữ ký số không hợp lệ.",
    records.UNDETERMINED: "Chưa xác định được chữ ký số.",
    records.UNREADABLE: "Không đọc được chữ ký số.",
    records.UNSIGNED: "Không có chữ ký số.",
}
KINDS = {records.VALID: "good", records.INVALID: "bad", records.UNREADABLE: "bad", records.UNDETERMINED: "warn"}
AS_HANDED = "Nộp lại đúng tệp đã ký, chưa in lại, ghép hay sửa; nếu không có, xin nơi ký ký lại bản mới."
ADVICE = {
    records.INVALID: AS_HANDED,
    records.UNREADABLE: "Nộp lại tệp không hỏng và không khoá bằng mật khẩu.",
    records.UNDETERMINED: "Cơ quan đối chiếu với bản gốc, hoặc xin bản ký có dấu thời gian và thông tin thu hồi.",
}
OF_CERTIFICATE = frozenset(
    {"revoked", "issuer_revoked", "expired", "not_yet_valid", "unknown_root", "wrong_purpose", "weak_key",
     "weak_digest", "wrong_usage", "broken_chain"}
)  # fmt: skip
NEW_SIGNATURE = "Xin nơi ký ký lại bằng chứng thư còn hiệu lực, do tổ chức trong danh sách tin cậy cấp."
MARKS = (b"/ByteRange", b"http://www.w3.org/2000/09/xmldsig#", b"META-INF/signature", b"META-INF/ASiCManifest")
SIGNABLE = frozenset({"application/pdf", "application/xml", "text/xml", "application/zip", "application/octet-stream"})
CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class SignerWords:
    name: str
    agency: str
    when: str


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """kind: good | warn | bad, as the alert of the design has it."""

    state: str
    kind: str
    title: str
    why: tuple[str, ...]
    advice: str
    signers: tuple[SignerWords, ...]
    trust: str


def in_words(verdict: Verdict) -> VerdictWords:
    advice = ADVICE.get(verdict.state, "")
    if verdict.state == records.INVALID and {one.code for one in verdict.reasons} <= OF_CERTIFICATE:
        advice = NEW_SIGNATURE
    return VerdictWords(
        state=verdict.state,
        kind=KINDS.get(verdict.state, "info"),
        title=TITLES[verdict.state],
        why=tuple(one.sentence for one in verdict.reasons),
        advice=advice,
        signers=tuple(_signer(found) for found in verdict.signers),
        trust=f"Theo danh sách tin cậy {records.day(verdict.trust_date)}." if verdict.trust_date
        else "Chưa có danh sách tin cậy.",
    )  # fmt: skip


def _signer(found: Finding) -> SignerWords:
    when = ""
    if found.signed_at:
        source = "tự khai" if found.time_source == "claimed" else "có dấu thời gian"
        when = f"{records.moment(found.signed_at)}, {source}"
    agency = found.organization if found.organization != found.signer else ""
    return SignerWords(found.signer or "Không rõ", agency, when)


@lru_cache(maxsize=4096)
def bears_signature(sha256: str) -> bool:
    """Whether the bytes bear the mark of any signature; they never change, so it is looked for once. Raises
    LookupError."""
    if files.stored(sha256=sha256).media_type not in SIGNABLE and not _is_zip(sha256):
        return False
    with files.read(sha256=sha256) as stream:
        before = b""
        while part := stream.read(CHUNK):
            if any(mark in before + part for mark in MARKS):
                return True
            before = part[-64:]
    return False


def _is_zip(sha256: str) -> bool:
    """A package is stored under the name of its kind; an office document is a zip too, and is looked into."""
    with files.read(sha256=sha256) as stream:
        return kind_of(stream.read(1024)).endswith("zip")
