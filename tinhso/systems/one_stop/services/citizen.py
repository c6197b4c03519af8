"""What the owner of a dossier does: supplement, withdraw, rate."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.forms import public as forms
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import events, permissions
from tinhso.systems.one_stop.models import Dossier, DossierPaper, Rating, Submission
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services import leaning
from tinhso.systems.one_stop.services.checking import signature_findings
from tinhso.systems.one_stop.services.doing import as_actor
from tinhso.systems.one_stop.services.handling import KIND, require, subject_of
from tinhso.systems.one_stop.services.history import note, tell
from tinhso.systems.one_stop.types import Finding, PaperGiven, RefusedError, RepeatedWithOtherContentError, refuse


def supplement(
    *,
    code: str,
    actor: Actor,
    data: Mapping[str, Any] | None,
    papers: Sequence[PaperGiven],
    at: datetime,
    once: str,
) -> None:
    """Hand in what was asked for (nộp bổ sung); the legal clock starts anew. The same `once` does it once."""
    dossier = dossier_by_code(code)
    if _was_sent(actor, once, dossier):
        return
    if why := permissions.why_not_supplement(actor, dossier):
        raise PermissionError(why) if "Chỉ" in why else refuse(why)
    if not papers and data is None:
        raise refuse(_("Xin bổ sung ít nhất một giấy tờ hoặc sửa thông tin đã khai."), "papers")
    stored = _readable(papers)
    if wrong := [one for one in signature_findings(papers, stored) if one.blocking]:
        raise RefusedError(wrong)
    if wrong := leaning.problems(papers, owner_number=dossier.identity_number, actor=actor, at=at):
        raise RefusedError(wrong)
    workflow.lock_case(kind=KIND, subject=subject_of(dossier))
    if not _remember(actor, once, dossier, papers, data):
        return
    if data is not None and dossier.form_version_id is not None:
        judged = forms.validate(version_id=dossier.form_version_id, data=data)
        if judged.errors:
            raise RefusedError([Finding(key, sentence) for key, sentence in judged.errors.items()])
        Dossier.objects.filter(pk=dossier.pk).update(data=dict(judged.data))
    _add_papers(dossier, papers, stored, at)
    leaning.lean_of(dossier, papers, at=at)
    with as_actor(actor):
        note(dossier, "supplemented", actor=actor, at=at, text="; ".join(paper.name for paper in papers))
        workflow.send_message(
            name="supplement_completed", subject=subject_of(dossier), kind=KIND, variables={}, at=at,
            once=f"{dossier.code}:supplement:{dossier.supplement_count}",
        )  # fmt: skip


def _was_sent(actor: Actor, once: str, dossier: Dossier) -> bool:
    """Whether the key was used for this dossier. Raises RepeatedWithOtherContentError where for something else."""
    sent = Submission.objects.filter(owner=actor.key, once=once).values("what", "dossier_id").first()
    if sent is None:
        return False
    if sent != {"what": "supplement", "dossier_id": dossier.pk}:
        raise RepeatedWithOtherContentError(_("Khoá gửi này đã dùng cho việc khác. Hãy dùng khoá mới."))
    return True


def _readable(papers: Sequence[PaperGiven]) -> dict[str, files.StoredFile]:
    hashes = {paper.sha256 for paper in papers if paper.sha256}
    stored = files.stored_many(sha256s=sorted(hashes)) if hashes else {}
    lost = [paper for paper in papers if paper.sha256 and paper.sha256 not in stored]
    if lost:
        raise RefusedError(
            [Finding(p.key, _("Không đọc được tệp «%(file)s». Xin tải lên lại.") % {"file": p.file_name}) for p in lost]
        )
    return stored


def _remember(
    actor: Actor, once: str, dossier: Dossier, papers: Sequence[PaperGiven], data: Mapping[str, Any] | None
) -> bool:
    content = json.dumps([data, [[p.key, p.sha256] for p in papers]], sort_keys=True, cls=DjangoJSONEncoder)
    try:
        with transaction.atomic():  # a savepoint: the second of two senders goes on and does nothing
            Submission.objects.create(
                owner=actor.key,
                once=once,
                what="supplement",
                digest=hashlib.sha256(content.encode()).hexdigest(),
                dossier_id=dossier.pk,
            )
    except IntegrityError:
        return False
    return True


def _add_papers(
    dossier: Dossier, papers: Sequence[PaperGiven], stored: Mapping[str, files.StoredFile], at: datetime
) -> None:
    replaced = [paper.key for paper in papers if paper.key != "other"]
    dossier.papers.filter(key__in=replaced, is_replaced=False).update(is_replaced=True)
    DossierPaper.objects.bulk_create(
        [
            DossierPaper(
                dossier=dossier,
                key=paper.key[:60],
                name=paper.name,
                sha256=paper.sha256,
                file_name=paper.file_name[:255],
                media_type=stored[paper.sha256].media_type if paper.sha256 else "",
                size=stored[paper.sha256].size if paper.sha256 else 0,
                pages=stored[paper.sha256].pages if paper.sha256 else None,
                kind=paper.kind,
                round=dossier.supplement_count,
                added_at=at,
            )
            for paper in papers
        ]
    )


def withdraw(*, code: str, actor: Actor, reason: str, at: datetime) -> None:
    """Take the dossier back (rút hồ sơ) while no decision has been made."""
    dossier = dossier_by_code(code)
    if why := permissions.why_not_withdraw(actor, dossier):
        raise PermissionError(why) if "Chỉ" in why else refuse(why)
    reason = require(reason, _("lý do rút hồ sơ"), "reason")
    with as_actor(actor, reason):
        workflow.end_case(kind=KIND, subject=subject_of(dossier), reason="withdrawn", actor=actor, at=at)


def rate(*, code: str, actor: Actor, score: int, comment: str, at: datetime) -> None:
    """Rate the service (đánh giá), 1 to 5, once; for thirty days a second rating replaces the first."""
    dossier = dossier_by_code(code)
    given = Rating.objects.filter(dossier=dossier).first()
    if why := permissions.why_not_rate(actor, dossier, rating=given, at=at):
        raise PermissionError(why) if "Chỉ" in why else refuse(why)
    if score not in range(1, 6):
        raise refuse(_("Xin chọn từ 1 đến 5."), "score")
    if len(comment) > 2000:
        raise refuse(_("Ý kiến dài quá 2.000 ký tự."), "comment")
    said = {"score": score, "comment": comment.strip()}
    Rating.objects.update_or_create(dossier=dossier, defaults=said, create_defaults={**said, "at": at})
    note(dossier, "rated", actor=actor, at=at, text=comment.strip(), data={"score": score})
    tell(events.DossierRated, dossier, at, score=score)
