"""A dossier beside its papers: what it says, who has it, until when and why, and what can be done now."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.design.jinja import mask
from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.files import public as files
from tinhso.foundation.forms import public as forms
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import acts, permissions, printing, selectors
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.due_words import due_words
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.selectors.slips import slips_of
from tinhso.systems.one_stop.selectors.way import sent_back, steps_of, way_of
from tinhso.systems.one_stop.services import handling
from tinhso.systems.one_stop.views.opening import note_reading, opened
from tinhso.systems.one_stop.views.result import shown_result
from tinhso.systems.vault import public as vault

PRINTS = {
    "receipt": ("Giấy tiếp nhận và hẹn trả (mẫu 01)", printing.receipt),
    "supplement": ("Phiếu yêu cầu bổ sung (mẫu 02)", printing.supplement_request),
    "refusal": ("Phiếu từ chối (mẫu 03)", printing.refusal),
    "apology": ("Văn bản xin lỗi, hẹn lại (mẫu 04)", printing.apology),
    "stop": ("Thông báo dừng giải quyết (mẫu 05)", printing.stop_notice),
    "control": ("Phiếu kiểm soát quá trình (mẫu 06)", None),
}
PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{9,12}(?!\d)")
OWNER_MAY_PRINT = frozenset({"receipt", "supplement", "refusal", "apology", "stop"})


@access("official")
def drawing(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Where the dossier stands on the drawing of its process; the list of steps says the same in words."""
    found = opened(request, code)
    place = _place(found)
    tracking = one_stop.track(code=found.code, actor=request.actor, at=timezone.now())
    context = {"dossier": found, "place": place, "steps": [_step(step) for step in tracking.steps]}
    return render(request, "one_stop/drawing.html", context)


@access("official")
def drawing_file(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The drawing as the viewer reads it."""
    found = opened(request, code)
    _key, _number, content = workflow.version_file(version_id=_place(found).version_id)
    return HttpResponse(content, content_type="application/xml")


def _place(found: Dossier) -> workflow.CasePlace:
    try:
        return workflow.case_place(kind=handling.KIND, subject=handling.subject_of(found))
    except LookupError:
        raise Http404 from None


@access("official")
def dossier(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The workspace of one dossier."""
    found = opened(request, code)
    at = timezone.now()
    number_open = request.GET.get("so-dinh-danh") == "1"
    note_reading(request, found, _("Số định danh đầy đủ") if number_open else _("Hồ sơ và giấy tờ"))
    items = workflow.open_items(kind=handling.KIND, subject=handling.subject_of(found))
    offered = acts.offer(found, actor=request.actor, items=items, at=at)
    papers = selectors.paper_list(found)
    steps = steps_of(found)
    shown = _chosen(request, papers)
    tracking = one_stop.track(code=found.code, actor=request.actor, at=at)
    context: Mapping[str, Any] = {
        "dossier": found,
        "number_open": number_open,
        "due": due_words(
            due_at=found.promised_at or found.due_at,
            at=at,
            unit_id=found.handling_unit_id,
            state=found.state,
            finished_at=found.finished_at,
        ),
        "groups": _declared(found, number_open=number_open),
        "papers": papers,
        "shown": shown,
        "verdict": signing.words_of(sha256=shown.sha256, at=at) if shown and shown.sha256 else None,
        "acts": [_button(act, found) for act in offered.acts],
        "steps": [_step(step) for step in tracking.steps],
        "consultations": _consultations(found, at),
        "parts": list(found.parts.order_by("id")),
        "prints": _prints(found),
        "history": way_of(found, steps),
        "back": sent_back(steps),
        "result": shown_result(found, request.actor),
        "reason": tracking.reason,
        "explanation": tracking.explanation,
        "lapsed": [one for one in vault.leanings(dossier_code=found.code, at=at) if one.lapsed_why],
        "revocation": _revocation(request, found),
        "errors": [],
    }
    return render(request, "one_stop/workspace_dossier.html", dict(context))


def _revocation(request: AuthenticatedRequest, found: Dossier) -> str:
    """Where a leader takes the result back, once it lies in its owner's store."""
    if not found.result_number or not permissions.has_over(request.actor, Right.APPROVE, found.handling_unit_id):
        return ""
    key = vault.issued_key(source="one_stop", source_ref=found.code)
    return reverse("vault:revocation", args=[key]) if key else ""


def _declared(found: Dossier, *, number_open: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was declared, group by group; a paper declaration was not typed, so it shows nothing here.

    Personal and telephone numbers stay masked until their opening is noted, wherever in the form they stand.
    """
    if found.form_version_id is None or found.channel in {Dossier.Channel.DESK, Dossier.Channel.POST}:
        return []
    groups = forms.summary(version_id=found.form_version_id, data=found.data)
    if not number_open:
        groups = [(title, [(label, _masked(value)) for label, value in rows]) for title, rows in groups]
    return [(title, rows) for title, rows in groups if rows]


def _masked(value: str) -> str:
    return PERSONAL_NUMBER.sub(lambda number: mask(number[0]), value)


def _chosen(request: AuthenticatedRequest, papers: list[Any]) -> Any:
    wanted = request.GET.get("giay", "")
    return next((p for p in papers if str(p.id) == wanted), papers[0] if papers else None)


def _button(act: acts.Act, found: Dossier) -> dict[str, Any]:
    return {
        "label": act.label,
        "icon": act.icon,
        "kind": act.kind,
        "key": act.kbd,
        "href": reverse("one_stop:act", args=[found.code, act.slug]),
    }


def _step(step: one_stop.Step) -> dict[str, str]:
    """When and by whom; a step ahead says nothing yet."""
    when = f"{timezone.localtime(step.at):%H:%M %d/%m}" if step.at else ""
    note = " · ".join(filter(None, (when, step.who))) if step.state != "ahead" else ""
    return {"name": step.name, "state": step.state, "note": note or step.note}


def _consultations(found: Dossier, at: Any) -> list[dict[str, Any]]:
    return [
        {
            "unit": organizations.get_unit(unit_id=ask.unit_id).name,
            "question": ask.question,
            "answer": ask.answer,
            "agrees": {True: _("Thống nhất"), False: _("Không thống nhất"), None: ""}[ask.agrees],
            "answered_by": ask.answered_by_name,
            "answered_at": ask.answered_at,
            "due": due_words(due_at=ask.due_at, at=at, unit_id=ask.unit_id),
        }
        for ask in found.consultations.filter(cancelled_at__isnull=True)
    ]


def _prints(found: Dossier) -> list[tuple[str, str]]:
    """The forms this dossier has reason for."""
    has = {"receipt", "control", *slips_of(found)}
    return [(_(label), form) for form, (label, _make) in PRINTS.items() if form in has]


@access("signed_in")
def paper(request: AuthenticatedRequest, code: str, paper_id: int) -> HttpResponseBase:
    """The bytes of one paper, in a sandbox, to its owner and to officials who may read the dossier."""
    found = opened(request, code)
    given = found.papers.filter(pk=paper_id).exclude(sha256="").first()
    if given is None:
        raise Http404
    note_reading(request, found, given.name[:120], sha256=given.sha256)
    return files.response(sha256=given.sha256, name=given.file_name or given.name, inline=True)


@access("signed_in")
def printed(request: AuthenticatedRequest, code: str, form: str) -> HttpResponse:
    """One of the printed forms as PDF."""
    found = opened(request, code)
    if form not in PRINTS or (permissions.is_owner(request.actor, found) and form not in OWNER_MAY_PRINT):
        raise Http404
    at = timezone.now()
    try:
        if form == "control":
            pdf = printing.control_slip(found, rows=_handovers(found, at), at=at)
        else:
            pdf = PRINTS[form][1](found, at=at)  # type: ignore[misc]
    except LookupError as missing:
        raise Http404 from missing
    name = f"{form}-{found.code}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def _handovers(found: Dossier, at: datetime) -> list[dict[str, str]]:
    """Each passing from hand to hand: two neighbouring steps of the case."""
    steps = [s for s in workflow.case_steps(kind=handling.KIND, subject=handling.subject_of(found)) if s.done_at]
    rows = []
    for before, after in zip(steps, [*steps[1:], None], strict=True):
        done_at = before.done_at or at
        late = before.due_at is not None and done_at > before.due_at
        rows.append(
            {
                "giver": f"{before.name}: {before.who}",
                "receiver": f"{after.name}: {after.who}" if after else _("Người nộp"),
                "at": f"{timezone.localtime(done_at):%H:%M %d/%m/%Y}",
                "result": _("Quá hạn") if late else _("Đúng hạn"),
                "note": before.note or "",
            }
        )
    return rows
