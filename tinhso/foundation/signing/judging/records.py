"""What a verdict says."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

VALID, INVALID, UNDETERMINED, UNSIGNED, UNREADABLE = "valid", "invalid", "undetermined", "unsigned", "unreadable"
STATES = {
    VALID: "Hợp lệ",
    INVALID: "Không hợp lệ",
    UNDETERMINED: "Chưa xác định được",
    UNSIGNED: "Không có chữ ký số",
    UNREADABLE: "Không đọc được",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file or a signature is not accepted: a code for programs, one sentence for a clerk."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One signature, seal or timestamp of a file and what was found of it."""

    kind: str  # signature | timestamp
    field: str  # name of the form field, of the XML signature or of the part of the container
    format: str  # PAdES | CMS | XAdES | XMLDSig | CAdES
    level: str  # B-B | B-T | B-LT | B-LTA; empty for timestamps
    signer: str
    organization: str
    issuer: str
    serial: str
    certificate_from: datetime | None
    certificate_to: datetime | None
    signed_at: datetime | None
    time_source: str  # timestamp | document_timestamp | claimed | none
    covers_whole_file: bool
    integrity: bool
    trusted: bool
    revoked: bool | None  # None: could not be established
    digest: str
    algorithm: str
    reasons: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()  # worth knowing, and no ground for refusal

    @property
    def is_valid(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a signed file is worth by a trust list at a moment."""

    state: str  # valid | invalid | undetermined | unsigned | unreadable
    media_type: str
    sha256: str
    size: int  # bytes
    judged_at: datetime
    trust_version: str
    trust_date: datetime | None
    trust_source: str
    reasons: tuple[Reason, ...]
    signatures: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        return self.state == VALID

    @property
    def signers(self) -> tuple[Finding, ...]:
        """Signatures without the timestamps."""
        return tuple(found for found in self.signatures if found.kind == "signature")

    @property
    def sentence(self) -> str:
        """«Hợp lệ / không hợp lệ vì…; người ký; cơ quan; lúc; theo danh sách tin cậy ngày…»."""
        words = [STATES[self.state]]
        if self.reasons:
            words[0] += f" vì: {' '.join(reason.sentence for reason in self.reasons)}".rstrip(".")
        words += [_signer(found) for found in self.signers]
        words.append(
            f"theo danh sách tin cậy {day(self.trust_date)}" if self.trust_date else "không có danh sách tin cậy"
        )
        return "; ".join(words) + "."


def _signer(found: Finding) -> str:
    words = f"người ký: {found.signer or 'không rõ'}"
    if found.organization and found.organization != found.signer:
        words += f", cơ quan: {found.organization}"
    if found.signed_at:
        words += f", lúc {moment(found.signed_at)}"
        words += " (tự khai)" if found.time_source == "claimed" else " (có dấu thời gian)"
    return words


def moment(at: datetime) -> str:
    """15:44 ngày 09/07/2025, giờ Việt Nam."""
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def day(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("ngày %d/%m/%Y")


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in pairs}


def as_json(verdict: Verdict) -> dict[str, Any]:
    """JSON-ready, times in ISO 8601, with `valid` and the sentence."""
    found = asdict(verdict, dict_factory=_plain)
    for plain, signature in zip(found["signatures"], verdict.signatures, strict=True):
        plain["valid"] = signature.is_valid
    trust = {"version": verdict.trust_version, "date": found.pop("trust_date"), "source": verdict.trust_source}
    del found["trust_version"], found["trust_source"]
    return {
        "valid": verdict.is_valid,
        "sentence": verdict.sentence,
        **found,
        "trust_list": trust,
        "trust_list_date": trust["date"],
    }


def from_json(found: dict[str, Any]) -> Verdict:
    """The verdict kept as `as_json` wrote it."""

    def reasons(rows: list[dict[str, str]]) -> tuple[Reason, ...]:
        return tuple(Reason(**row) for row in rows)

    def time(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    times = ("signed_at", "certificate_from", "certificate_to")
    signatures = tuple(
        Finding(
            **{
                **{key: value for key, value in row.items() if key != "valid"},
                **{key: time(row[key]) for key in times},
                "reasons": reasons(row["reasons"]),
                "notes": reasons(row["notes"]),
            }
        )
        for row in found["signatures"]
    )
    return Verdict(
        state=found["state"],
        media_type=found["media_type"],
        sha256=found["sha256"],
        size=found["size"],
        judged_at=datetime.fromisoformat(found["judged_at"]),
        trust_version=found["trust_list"]["version"],
        trust_date=time(found["trust_list"]["date"]),
        trust_source=found["trust_list"]["source"],
        reasons=reasons(found["reasons"]),
        signatures=signatures,
    )
