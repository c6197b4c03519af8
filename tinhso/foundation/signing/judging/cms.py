"""Bare CMS (`.p7m` with its content, `.p7s` beside it), one or several signers."""

from datetime import datetime

from asn1crypto import cms, core, pem

from tinhso.foundation.signing.judging import messages
from tinhso.foundation.signing.judging.certificates import Evidence
from tinhso.foundation.signing.judging.reasons import JudgedError
from tinhso.foundation.signing.judging.records import Finding, Reason
from tinhso.foundation.signing.judging.trust import TrustList


async def judge(
    content: bytes, trust: TrustList, now: datetime, detached: bytes | None
) -> tuple[tuple[Finding, ...], list[Reason]]:
    """Raises JudgedError."""
    signed_data = opened(content)
    inside = signed_data["encap_content_info"]["content"]
    carried = None if inside is core.VOID or inside.native is None else bytes(inside.contents)
    if carried is None and detached is None:
        raise JudgedError("detached")
    if carried is not None and detached is not None and carried != detached:
        raise JudgedError("content_changed")
    covered = carried if carried is not None else detached or b""
    return await judge_signers(signed_data, covered, trust, now, field="CMS", format="CAdES"), []


def opened(content: bytes) -> cms.SignedData:
    """Raises JudgedError."""
    try:
        der = pem.unarmor(content)[2] if pem.detect(content) else content
        info = cms.ContentInfo.load(der, strict=True)
        if info["content_type"].native != "signed_data":
            raise JudgedError("unsupported")
        signed_data = info["content"]
        if not len(signed_data["signer_infos"]):
            raise JudgedError("unsigned")
    except (ValueError, TypeError, KeyError) as error:
        raise JudgedError("damaged") from error
    return signed_data


async def judge_signers(
    signed_data: cms.SignedData, covered: bytes, trust: TrustList, now: datetime, *, field: str, format: str
) -> tuple[Finding, ...]:
    """Each signer apart, over the same content."""
    found: list[Finding] = []
    kind = signed_data["encap_content_info"]["content_type"].native
    for number, signer in enumerate(signed_data["signer_infos"], 1):
        one = cms.SignedData(
            {
                "version": signed_data["version"].native,
                "digest_algorithms": signed_data["digest_algorithms"],
                "encap_content_info": {"content_type": kind},
                "certificates": signed_data["certificates"],
                "signer_infos": [signer],
            }
        )
        if signed_data["crls"] is not core.VOID:
            one["crls"] = signed_data["crls"]
        name = field if len(signed_data["signer_infos"]) == 1 else f"{field} {number}"
        try:
            message = messages.open_message(one)
        except JudgedError as error:
            found.append(messages.unknown_finding(name, format, error.reasons))
            continue
        found += await messages.judge_message(
            message,
            lambda algorithm: messages.digest_of(covered, algorithm),
            Evidence(),
            trust,
            now=now,
            field=name,
            format=format,
        )
    return tuple(found)
