"""The verdict on a file of any kind."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from tinhso.foundation.signing.judging import cms, containers, loops, pdf, xml
from tinhso.foundation.signing.judging import reasons as why
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import (
    INVALID,
    UNDETERMINED,
    UNREADABLE,
    UNSIGNED,
    VALID,
    Finding,
    Reason,
    Verdict,
)
from tinhso.foundation.signing.judging.trust import TrustList

LARGEST = 500_000_000  # bytes
PDF, XML, ZIP, CMS = "application/pdf", "application/xml", "application/vnd.etsi.asic-e+zip", "application/pkcs7-mime"
Judge = Callable[[bytes, TrustList, datetime], Awaitable[tuple[tuple[Finding, ...], list[Reason]]]]


def judge(content: bytes, *, trust: TrustList, at: datetime, name: str = "", detached: bytes | None = None) -> Verdict:
    """The verdict (kết quả kiểm tra chữ ký) on a file at a moment, by this trust list; never raises for bad input.

    detached: what a detached CMS signature (`.p7s`) was made over.
    """
    media_type = kind_of(content)
    found: tuple[Finding, ...] = ()
    try:
        if not content:
            raise JudgedError("empty")
        if len(content) > LARGEST:
            raise JudgedError("too_large")
        found, of_file = loops.run(_judge_kind(media_type, content, trust, at, detached))
    except JudgedError as error:
        of_file = list(error.reasons)
    except Exception:  # whatever a crafted file provokes in a parser is a refusal, never a fault of ours
        of_file = [why.reason("damaged")]
    reasons = _together(of_file, found)
    return Verdict(
        state=_state(found, reasons),
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        judged_at=at,
        trust_version=trust.version,
        trust_date=trust.date,
        trust_source=trust.source,
        reasons=reasons,
        signatures=found,
    )


def unreadable(code: str, *, trust: TrustList, at: datetime) -> Verdict:
    """The verdict on a file that is not there or cannot be read."""
    return Verdict(UNREADABLE, "", "", 0, at, trust.version, trust.date, trust.source, (why.reason(code),), ())


async def _judge_kind(
    media_type: str, content: bytes, trust: TrustList, at: datetime, detached: bytes | None
) -> tuple[tuple[Finding, ...], list[Reason]]:
    judges: dict[str, Judge] = {PDF: pdf.judge, XML: xml.judge, ZIP: containers.judge}
    if media_type in judges:
        return await judges[media_type](content, trust, at)
    if media_type == CMS:
        return await cms.judge(content, trust, at, detached)
    raise JudgedError("unknown_kind")


def kind_of(content: bytes) -> str:
    """By the bytes alone; the name says nothing."""
    head = content[:1024]
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    starts = (
        (b"%PDF-", PDF),
        (b"PK\x03\x04", ZIP),
        (b"PK\x05\x06", ZIP),
        (b"\x30", CMS),
        (b"\xff\xfe<\0", XML),
        (b"\xfe\xff\0<", XML),
    )  # UTF-16
    for start, kind in starts:
        if head.startswith(start):
            return kind
    if bare.startswith((b"-----BEGIN PKCS7", b"-----BEGIN CMS")):
        return CMS
    if bare.startswith(b"<"):
        return XML
    return PDF if b"%PDF-" in head else ""  # with something before it: refused as two files in one


def _together(of_file: list[Reason], found: tuple[Finding, ...]) -> tuple[Reason, ...]:
    """What is certainly wrong first, each once."""
    listed = list(dict.fromkeys([*of_file, *(one for finding in found for one in finding.reasons)]))
    return tuple(
        sorted(listed, key=lambda one: (one.code in why.ESTABLISHES_NOTHING, one.code.startswith("timestamp")))
    )


def _state(found: tuple[Finding, ...], reasons: tuple[Reason, ...]) -> str:
    codes = {one.code for one in reasons}
    if not codes:
        return VALID if any(one.kind == "signature" for one in found) else UNSIGNED
    if codes == {"unsigned"}:
        return UNSIGNED
    if not found and codes & why.UNREADABLE:
        return UNREADABLE
    return UNDETERMINED if codes <= why.ESTABLISHES_NOTHING else INVALID
