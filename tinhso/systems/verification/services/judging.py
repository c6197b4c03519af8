"""What the signatures of a paper are worth, reckoned ahead of whoever asks: a page answers equally fast for all."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tinhso.foundation.signing import public as signing
from tinhso.systems.verification.models import Document

AGAIN = timedelta(days=1)
BATCH = 100
ISSUED = (Document.State.VALID, Document.State.REPLACED, Document.State.RECALLED)


def judge(document_id: int, *, at: datetime) -> None:
    """Write the verdict on the file a paper is now."""
    document = Document.objects.filter(pk=document_id, state__in=ISSUED).first()
    if document is None:
        return
    try:
        verdict = signing.verdict_of(sha256=document.sha256, at=at)
    except LookupError:  # the file is not in this installation's store: nothing may be claimed of it
        found: dict[str, Any] = {"verdict_state": "unreadable", "verdict_words": "", "signatures": []}
    else:
        found = {
            "verdict_state": verdict.state,
            "verdict_words": verdict.sentence,
            "trust_date": verdict.trust_date,
            "signatures": [_signature(one) for one in verdict.signers],
        }
    Document.objects.filter(pk=document.pk, sha256=document.sha256).update(judged_at=at, **found)


def _signature(found: signing.Finding) -> dict[str, Any]:
    return {
        "signer": found.signer,
        "organization": found.organization if found.organization != found.signer else "",
        "at": found.signed_at.isoformat() if found.signed_at else "",
        "is_proven": found.time_source in ("timestamp", "document_timestamp"),
    }


def judge_file(sha256: str, *, at: datetime) -> None:
    for pk in Document.objects.filter(sha256=sha256, state__in=ISSUED).values_list("pk", flat=True):
        judge(pk, at=at)


def forget_verdicts() -> None:
    """The trust list changed: all are judged anew, the regular job goes through them."""
    Document.objects.filter(state__in=ISSUED).update(judged_at=None)


def judge_waiting(*, at: datetime) -> int:
    """Papers never judged, judged by an older list, or undetermined since yesterday; how many."""
    stale = Q(judged_at=None) | Q(verdict_state="undetermined", judged_at__lt=at - AGAIN)
    waiting = Document.objects.filter(stale, state__in=ISSUED).order_by("judged_at", "pk")
    ids = list(waiting.values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        judge(pk, at=at)
    return len(ids)
