"""The papers of a draft: a plain file input does everything; the script only makes it survive bad lines."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import intake
from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.systems.portal import drafts
from tinhso.systems.portal.models import Draft
from tinhso.systems.portal.views import filing
from tinhso.systems.vault import public as vault

MOST_OFFERED = 3
ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp,.tif,.tiff,.docx,.xlsx,.odt,.ods,.xml"


@access("signed_in")
@require_http_methods(["GET", "POST"])
@filing.own_draft
def papers(request: AuthenticatedRequest, draft: Draft) -> HttpResponse:
    """Show, take and give back papers. All files of one press are looked at; one refused does not lose the others."""
    asked = drafts.papers_asked(draft, timezone.now())
    if request.method == "GET":
        return _show(request, draft, asked, [])
    if removed := request.POST.get("_remove"):
        drafts.take_back_paper(draft, removed)
        return redirect("portal:filing_papers", draft.pk)
    if picked := request.POST.get("_pick"):
        refused = _pick(request, draft, asked, picked)
        return _show(request, draft, asked, refused) if refused else redirect("portal:filing_papers", draft.pk)
    errors = [*_uploaded(request, draft, asked), *_attached(request, draft, asked)]
    if request.headers.get("X-Fragment") == "paper":
        return _show(request, draft, asked, errors, only=request.POST.get("paper", ""))
    if errors:
        return _show(request, draft, asked, errors)
    if "_upload" in request.POST:
        return redirect("portal:filing_papers", draft.pk)
    if "_later" in request.POST:
        messages.success(request, gettext("Đã lưu bản nháp. Mở tiếp ở trang này, trên máy nào cũng được."))
        return redirect("portal:my")
    names = filing.step_names(draft)
    drafts.reach(draft, len(names) - 1)
    return redirect("portal:filing_review", draft.pk)


def _pick(request: AuthenticatedRequest, draft: Draft, asked: list[drafts.Asked], picked: str) -> list[tuple[str, str]]:
    """A paper of the store instead of an upload: `paper:key of the store`; (paper key, sentence) when refused."""
    place, _, key = picked.partition(":")
    paper = next((one for one in asked if one.key == place), None)
    if paper is None:
        return []
    try:
        drafts.pick(draft, asked=paper, key=key, actor=request.actor, at=timezone.now())
    except (LookupError, files.FileRefusedError) as refused:
        return [(place, str(refused).strip("'"))]
    return []


def _attached(request: HttpRequest, draft: Draft, asked: list[drafts.Asked]) -> list[tuple[str, str]]:
    """Files of plain inputs; (paper key, sentence) of those refused."""
    errors = []
    over, full = intake.over_limit(request), intake.without_space(request)
    for paper in asked:
        field = f"paper-{paper.key}"
        for sent in request.FILES.getlist(field):
            name = files.safe_name(name=sent.name or "")
            try:
                drafts.give_paper(draft, asked=paper, content=sent, file_name=name)  # type: ignore[arg-type]
            except files.FileRefusedError as refused:
                errors.append((paper.key, f"«{name}»: {refused}"))
        errors += [(paper.key, too_large(name)) for where, name in over if where == field]
        errors += [
            (paper.key, f"«{files.safe_name(name=name)}»: {intake.no_space()}")
            for where, name in full
            if where == field
        ]
    return errors


def too_large(name: str) -> str:
    """Why a file over the limit was not taken."""
    limit = files.size_limit() // 1_000_000
    return gettext("«%(name)s» nặng quá %(limit)s MB. Chụp lại ở cỡ vừa, hoặc tách thành nhiều tệp.") % {
        "name": files.safe_name(name=name),
        "limit": limit,
    }


def _uploaded(request: AuthenticatedRequest, draft: Draft, asked: list[drafts.Asked]) -> list[tuple[str, str]]:
    """Finished resumable uploads named by the script."""
    upload_id, key = request.POST.get("upload", ""), request.POST.get("paper", "")
    paper = next((one for one in asked if one.key == key), None)
    if not upload_id or paper is None:
        return []
    try:
        found = files.upload(upload_id=upload_id, owner=request.actor.key)
        drafts.give_uploaded(draft, asked=paper, upload=found)
    except LookupError as missing:
        return [(key, str(missing).strip("'"))]
    except files.FileRefusedError as refused:
        return [(key, f"«{found.name}»: {refused}")]
    return []


def _show(
    request: AuthenticatedRequest,
    draft: Draft,
    asked: list[drafts.Asked],
    errors: list[tuple[str, str]],
    only: str | None = None,
) -> HttpResponse:
    held = drafts.held(draft, actor=request.actor, at=timezone.now())
    rows = [_row(draft, paper, errors, held.get(paper.key, [])) for paper in asked]
    context: dict[str, Any] = {"accept": ACCEPT, "limit_mb": f"{files.size_limit() // 1_000_000} MB", "draft": draft}
    if only is not None:
        row = next((row for row in rows if row["key"] == only), None)
        if row is None:
            raise Http404(gettext("Không có giấy tờ này."))
        return render(request, "portal/_filing_paper.html", {**context, "row": row}, status=422 if errors else 200)
    number = len(filing.step_names(draft)) - 1
    context |= {
        **filing.frame(draft, number),
        "rows": [row for row in rows if not row["is_shown_only"]],
        "shown_only": [row for row in rows if row["is_shown_only"]],
        "none_asked": _none_asked(rows),
        "errors": [(f"paper-{key}", sentence) for key, sentence in errors],
    }
    return render(request, "portal/filing_papers.html", context, status=422 if errors else 200)


def _row(draft: Draft, paper: drafts.Asked, errors: list[tuple[str, str]], held: list[vault.Held]) -> dict[str, Any]:
    given = [
        {
            **one,
            "href": reverse("portal:filing_file", args=[draft.pk, one["id"]]),
            "verdict": signing.words_of(sha256=one["sha256"]),
        }
        for one in draft.papers
        if one["key"] == paper.key
    ]
    return {
        "key": paper.key,
        "id": f"paper-{paper.key}",
        "name": paper.name,
        "note": paper.note,
        "case": paper.case,
        "required": paper.required,
        "is_shown_only": paper.is_shown_only,
        "given": given,
        "held": [] if any(one.get("vault") for one in given) else offers(held, set()),
        "errors": [sentence for key, sentence in errors if key == paper.key],
    }


def _none_asked(rows: list[dict[str, Any]]) -> bool:
    """Whether every paper that must be given came from the store, so that nothing is asked."""
    needed = [row for row in rows if row["required"]]
    return bool(needed) and all(any(one.get("vault") for one in row["given"]) for row in needed)


def offers(held: list[vault.Held], picked: set[str]) -> list[dict[str, Any]]:
    """What the store offers for a paper and is not picked yet."""
    return [
        {
            "key": one.key,
            "name": one.name,
            "facts": " · ".join(part for part in (one.number, one.issuer_name, one.lent_by) if part),
            "weight": gettext(one.weight_label),
            "stands": one.stands,
        }
        for one in held
        if one.key not in picked
    ][:MOST_OFFERED]


@access("signed_in")
@require_GET
def file(request: AuthenticatedRequest, draft_id: uuid.UUID, paper_id: str) -> HttpResponse:
    """One's own file of a draft, to look at before sending."""
    try:
        with transaction.atomic():
            draft = drafts.mine(actor=request.actor, draft_id=draft_id)
        paper = next(one for one in draft.papers if one["id"] == paper_id)
        return files.response(sha256=paper["sha256"], name=paper["file_name"], inline=True)  # type: ignore[return-value]
    except (LookupError, StopIteration) as missing:
        raise Http404(gettext("Không có tệp này.")) from missing
