"""The door of signing (ký số): what signed files are worth, and who may sign with which key."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tinhso.foundation.signing import judging
from tinhso.foundation.signing.judging import records
from tinhso.foundation.signing.judging.records import Finding, Reason, Verdict
from tinhso.foundation.signing.judging.trust import TrustList

__all__ = ["Finding", "Reason", "TrustList", "Verdict", "as_json", "judge", "judge_file", "trust_folder"]


def trust_folder(*, folder: Path) -> TrustList:
    """A trust list made of a folder: certificates of authorities as PEM, revocation lists as DER. Raises OSError."""
    return judging.read_folder(folder)


def judge(*, content: bytes, at: datetime, trust: TrustList | None = None, detached: bytes | None = None) -> Verdict:
    """What a signed file is worth at a moment, by the province's trust list or the one given; asks no network.

    detached: what a `.p7s` was made over. Bad input is a verdict with its reasons, never an error.
    """
    return judging.judge(content, trust=trust or TrustList(), at=at, detached=detached)


def judge_file(*, path: Path, at: datetime, trust: TrustList | None = None) -> Verdict:
    """The same for a file on the disk; what `x.pdf.p7s` was made over is looked for beside it, as `x.pdf`."""
    detached = path.with_suffix("")
    try:
        content = path.read_bytes()
        beside = detached.read_bytes() if path.suffix == ".p7s" and detached.is_file() else None
    except OSError:
        return judging.unreadable("not_found", trust=trust or TrustList(), at=at)
    return judge(content=content, at=at, trust=trust, detached=beside)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """JSON-ready: valid, state, sentence, reasons [{code, sentence}], signatures […], trust_list {version, date}."""
    return records.as_json(verdict)
