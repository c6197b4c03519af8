"""One act of the workspace: its page, its typed values, and the one service call it makes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, cast
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.foundation.workflow import public as workflow
from tinhso.lib.days import day_of
from tinhso.systems.one_stop import acts
from tinhso.systems.one_stop.acts import Act, Offer
from tinhso.systems.one_stop.due_words import due_words
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.services import ask_once, citizen, consulting, deadlines, handling, money
from tinhso.systems.one_stop.signatures import one
from tinhso.systems.one_stop.types import Finding, PaperGiven, RefusedError, refuse
from tinhso.systems.one_stop.views import confirming
from tinhso.systems.one_stop.views.opening import opened
from tinhso.systems.one_stop.views.result import shown_result

FIELD_OF = {"unit_ids": "units", "due_at": "due_date", "new_due": "new_date"}  # names of services → of our fields
SHOWS_RESULT = frozenset({"check", "approval", "number", "delivery", "return"})


@access("official")
@require_http_methods(["GET", "POST"])
def act(request: AuthenticatedRequest, code: str, slug: str) -> HttpResponse:
    """The page of one act (GET) and its doing (POST). Whoever may not do it is told why, not shown a button."""
    dossier = opened(request, code)
    items = workflow.open_items(kind=handling.KIND, subject=handling.subject_of(dossier))
    offered = acts.offer(dossier, actor=request.actor, items=items, at=timezone.now())
    chosen = next((a for a in offered.acts if a.slug == slug), None)
    if slug not in acts.ALL:
        raise Http404
    if chosen is None:
        messages.warning(request, _why_not(dossier, slug))
        return redirect("one_stop:dossier", dossier.code)
    chosen = _filled(chosen, dossier, offered, request)
    if request.method == "POST" or not chosen.fields:
        if request.method == "GET":
            return _page(request, dossier, chosen, [])
        return _do(request, dossier, chosen, offered)
    return _page(request, dossier, chosen, [])


def _why_not(dossier: Dossier, slug: str) -> str:
    if slug == acts.REAPPOINT.slug and (why := deadlines.why_not_reappoint(dossier, timezone.now())):
        return why
    return _("Việc này không còn làm được: hồ sơ đang ở bước «%(state)s», hoặc thuộc người khác.") % {
        "state": dossier.get_state_display()
    }


def _do(request: AuthenticatedRequest, dossier: Dossier, chosen: Act, offered: Offer) -> HttpResponse:
    at = timezone.now()
    if chosen.slug == acts.SUPPLEMENT.slug and (held := _held(request, dossier, at)):
        return _page(request, dossier, chosen, held)
    if missing := [
        Finding(f.name, _("Chưa ghi: %(label)s") % {"label": f.label})
        for f in chosen.fields
        if f.required and not _typed(request, f.name, f.kind)
    ]:
        return _page(request, dossier, chosen, missing)
    try:
        with transaction.atomic():
            DO[chosen.slug](request, dossier, offered, at)
    except RefusedError as refused:
        findings = [replace(f, place=FIELD_OF.get(f.place, f.place)) for f in refused.findings]
        return _page(request, dossier, chosen, findings)
    except signing.SigningRefusedError as refused:
        return _page(request, dossier, chosen, [Finding(confirming.place_of(refused), str(refused))])
    except files.FileRefusedError as refused:
        return _page(request, dossier, chosen, [Finding("file", p.sentence) for p in refused.problems])
    except (workflow.StaleWorkItemError, PermissionError) as late:
        messages.warning(request, str(late))
        return redirect("one_stop:dossier", dossier.code)
    messages.success(request, _("Đã làm xong: %(act)s · %(code)s") % {"act": chosen.label, "code": dossier.code})
    return redirect("one_stop:inbox")


def _held(request: AuthenticatedRequest, dossier: Dossier, at: datetime) -> list[Finding]:
    """What is asked for and held already, while no reason is given; shown, so it stands on the owner's page."""
    if len(_text(request, ask_once.REASON)) >= ask_once.SHORTEST_REASON:
        return []
    with transaction.atomic():
        said = ask_once.clashing(dossier, _lines(request, "items"), actor=request.actor, at=at)
    places = [ask_once.REASON, *("items" for _one in said)]
    return [Finding(place, sentence) for place, sentence in zip(places, said, strict=False)]


def _typed(request: AuthenticatedRequest, name: str, kind: str) -> bool:
    return bool(request.FILES.get(name)) if kind == "file" else bool(request.POST.get(name, "").strip())


def _page(request: AuthenticatedRequest, dossier: Dossier, chosen: Act, findings: Any) -> HttpResponse:
    return render(
        request,
        "one_stop/act.html",
        {
            "dossier": dossier,
            "act": chosen,
            "errors": [(f.place, f.sentence) for f in findings],
            "field_errors": {f.place: f.sentence for f in findings},
            "asks_again": any(f.place == "again" for f in findings),
            "asks_why_held": any(f.place == ask_once.REASON for f in findings)
            or bool(request.POST.get(ask_once.REASON)),
            "typed": request.POST if request.method == "POST" else request.GET,
            "once": uuid4().hex,
            "to_sign": confirming.to_sign(request, dossier, chosen),
            "result": shown_result(dossier, request.actor) if chosen.slug in SHOWS_RESULT else None,
            "due": due_words(
                due_at=dossier.promised_at or dossier.due_at,
                at=timezone.now(),
                unit_id=dossier.handling_unit_id,
                state=dossier.state,
                finished_at=dossier.finished_at,
            ),
        },
        status=422 if findings else 200,
    )


# -- what the fields offer -------------------------------------------------------------------------------------


def _filled(chosen: Act, dossier: Dossier, offered: Offer, request: AuthenticatedRequest) -> Act:
    """Choices that depend on the dossier: who may be named, where it may go back to, whom one may ask."""
    today = timezone.localdate()
    if chosen is acts.ASSIGN and offered.item:
        people = organizations.holders(unit_id=dossier.handling_unit_id, role=organizations.Role.SPECIALIST)
        for unit in organizations.units(under=dossier.handling_unit_id):
            people += organizations.holders(unit_id=unit.id, role=organizations.Role.SPECIALIST)
        named = {person.id: person.name for person in people}
        return chosen.filled("person", options=tuple((str(k), v) for k, v in named.items()))
    if chosen is acts.SEND_BACK and offered.item:
        return chosen.filled("node", options=tuple(workflow.return_targets(item_id=offered.item.id)))
    if chosen is acts.EXAMINED and (silent := consulting.waiting(dossier).order_by("id")):
        warning = _("%(names)s chưa trả lời ý kiến. Xử lý tiếp thì phải ghi lý do; lý do được lưu cùng hồ sơ.")
        return replace(chosen, warning=warning % {"names": consulting.names_of(list(silent))})
    if chosen is acts.ASK:
        return chosen.filled("units", groups=_askable(dossier))
    if chosen is acts.DRAFT and dossier.result_draft:
        kept = dossier.result_draft.get("file_name")
        again = chosen.filled("content", value=dossier.result_draft.get("content", ""))
        return again.filled("file", hint=_("Để trống thì giữ tệp «%(name)s».") % {"name": kept}) if kept else again
    if chosen in (acts.APPROVE, acts.NUMBER):
        return confirming.with_ways(chosen, dossier, request.actor).filled("day", value=f"{today:%d/%m/%Y}")
    return chosen


def _askable(dossier: Dossier) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Agencies by what they are, those of the same place first; never the agency that asks."""
    own = organizations.get_unit(unit_id=dossier.handling_unit_id)
    groups: dict[str, list[tuple[str, str]]] = {
        _("Cùng địa bàn"): [], _("Cơ quan cấp tỉnh"): [], _("Ủy ban nhân dân xã, phường"): [],
        _("Cơ quan ở xã, phường khác"): [],
    }  # fmt: skip
    near, province, communes, elsewhere = groups.values()
    for unit in (*organizations.units(kind="department"), *organizations.units(kind="commune")):
        if unit.id in own.path:
            continue
        if unit.place_code and unit.place_code == own.place_code:
            group = near
        elif unit.kind == "commune":
            group = communes
        else:
            group = elsewhere if unit.place_code else province
        group.append((str(unit.id), unit.name))
    return tuple((title, tuple(options)) for title, options in groups.items() if options)


# -- from typed values to one service call ---------------------------------------------------------------------

Doer = Callable[[AuthenticatedRequest, Dossier, Offer, datetime], Any]


def _lines(request: AuthenticatedRequest, name: str) -> list[str]:
    return [line.strip(" -•\t") for line in request.POST.get(name, "").splitlines() if line.strip(" -•\t")]


def _text(request: AuthenticatedRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:4000]


def _date(request: AuthenticatedRequest, name: str) -> date:
    typed = request.POST.get(name, "").strip()
    if (day := day_of(typed)) is not None:
        return day
    raise refuse(_("«%(typed)s» không phải một ngày có thật. Hãy ghi như 26/11/2026.") % {"typed": typed[:20]}, name)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(17), timezone.get_current_timezone())


def _number(request: AuthenticatedRequest, name: str) -> Decimal:
    typed = request.POST.get(name, "").replace(".", "").replace(" ", "").replace(",", ".")
    try:
        amount = Decimal(typed)
    except InvalidOperation as wrong:
        raise refuse(_("Số tiền phải là số, ví dụ 50.000."), name) from wrong
    if not amount.is_finite() or not 0 < amount < Decimal(10) ** 13 or amount != amount.to_integral_value():
        raise refuse(_("Số tiền phải là số đồng nguyên, lớn hơn 0."), name)
    return amount


def _person_id(request: AuthenticatedRequest, name: str) -> int:
    typed = request.POST.get(name, "")
    if not typed.isdigit() or len(typed) > 18:
        raise refuse(_("Xin chọn một người trong danh sách."), name)
    return int(typed)


def _kept_file(request: AuthenticatedRequest) -> tuple[str, str]:
    """sha256 and name of the file sent with the act, or empty."""
    sent = request.FILES.get("file")
    if sent is None:
        return "", ""
    return files.keep(content=cast(BinaryIO, sent), name=sent.name or "tep").sha256, sent.name or ""


def _supplement(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    handling.request_supplement(
        code=dossier.code,
        actor=request.actor,
        items=_lines(request, "items"),
        reason=_text(request, "reason"),
        at=at,
        again=request.POST.get("again") == "1",
        held_reason=_text(request, ask_once.REASON),
    )


def _ask(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    consulting.ask_agencies(
        code=dossier.code,
        actor=request.actor,
        unit_ids=[int(u) for u in request.POST.getlist("units") if u.isdigit()],
        question=_text(request, "question"),
        due_at=_end_of(_date(request, "due_date")),
        at=at,
    )


def _answer(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    waiting = consulting.waiting(dossier).order_by("due_at", "id")
    asked = next((one for one in waiting if consulting.may_answer(request.actor, one.unit_id)), None)
    if asked is None:
        raise refuse(_("Không còn câu hỏi nào chờ đơn vị của bạn trả lời."))
    consulting.answer_consultation(
        consultation_id=asked.id,
        actor=request.actor,
        answer=_text(request, "answer"),
        agrees=request.POST.get("agrees") == "yes",
        at=at,
    )


def _draft(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    sha256, name = _kept_file(request)
    if not sha256:  # the file of the draft that came back stays
        sha256, name = (dossier.result_draft.get(key, "") for key in ("sha256", "file_name"))
    handling.draft_result(
        code=dossier.code,
        actor=request.actor,
        draft={"content": _text(request, "content"), "sha256": sha256, "file_name": name},
        at=at,
        text=_text(request, "note"),
    )


def _give_number(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    if request.POST.get("how") == "seal":
        one.seal_result(
            code=dossier.code, actor=request.actor, number=_text(request, "number"), day=_date(request, "day"),
            confirmed_at=accounts.confirmed_at(request=request), at=at,
        )  # fmt: skip
        return
    handling.number_result(
        code=dossier.code,
        actor=request.actor,
        number=_text(request, "number"),
        day=_date(request, "day"),
        at=at,
        sha256=_kept_file(request)[0],
    )


def _approve(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    if request.POST.get("how") != "sign":
        handling.approve(code=dossier.code, actor=request.actor, at=at, text=_text(request, "note"))
        return
    one.sign_result(
        code=dossier.code, actor=request.actor, seen=_text(request, "seen"), at=at, text=_text(request, "note"),
        confirmed_at=accounts.confirmed_at(request=request),
    )  # fmt: skip


def _supply(request: AuthenticatedRequest, dossier: Dossier, offered: Offer, at: datetime) -> None:
    sha256, name = _kept_file(request)
    paper = PaperGiven(key="other", name=_text(request, "name"), sha256=sha256, file_name=name)
    citizen.supplement(
        code=dossier.code, actor=request.actor, data=None, papers=[paper], at=at, once=request.POST.get("once", "")[:64]
    )


DO: dict[str, Doer] = {
    "acceptance": lambda r, d, o, at: handling.accept_dossier(
        code=d.code, actor=r.actor, at=at, text=_text(r, "note"), item_id=o.item.id if o.item else None
    ),
    "supplement-request": _supplement,
    "refusal": lambda r, d, o, at: handling.refuse_dossier(
        code=d.code, actor=r.actor, reasons=_lines(r, "reasons"), at=at
    ),
    "assignment": lambda r, d, o, at: handling.assign_at_step(
        code=d.code, actor=r.actor, person_id=_person_id(r, "person"), at=at, text=_text(r, "note")
    ),
    "examination": lambda r, d, o, at: handling.finish_examination(
        code=d.code, actor=r.actor, at=at, text=_text(r, "note")
    ),
    "consultation": _ask,
    "answer": _answer,
    "draft": _draft,
    "check": lambda r, d, o, at: handling.check_draft(code=d.code, actor=r.actor, at=at, text=_text(r, "note")),
    "approval": _approve,
    "number": _give_number,
    "delivery": lambda r, d, o, at: handling.return_result(
        code=d.code, actor=r.actor, at=at, how=_text(r, "how") or "electronic", receiver=_text(r, "receiver")
    ),
    "return": lambda r, d, o, at: handling.return_to_step(
        code=d.code, actor=r.actor, at=at, reason=_text(r, "reason"), node=_text(r, "node")
    ),
    "stop": lambda r, d, o, at: deadlines.stop_dossier(code=d.code, actor=r.actor, reason=_text(r, "reason"), at=at),
    "resumption": lambda r, d, o, at: deadlines.resume_dossier(
        code=d.code, actor=r.actor, at=at, text=_text(r, "note")
    ),
    "fee": lambda r, d, o, at: money.demand_fee(
        code=d.code, actor=r.actor, name=_text(r, "name"), amount=_number(r, "amount"), reason=_text(r, "reason"), at=at
    ),
    "payment": lambda r, d, o, at: money.mark_paid(
        code=d.code,
        actor=r.actor,
        fee_ids=list(d.fees.filter(paid_at__isnull=True).values_list("id", flat=True)),
        how=_text(r, "how"),
        receipt_number=_text(r, "receipt_number"),
        at=at,
    ),
    "reappointment": lambda r, d, o, at: deadlines.reappoint(
        code=d.code, actor=r.actor, new_due=_end_of(_date(r, "new_date")), reason=_text(r, "reason"), at=at
    ),
    "withdrawal": lambda r, d, o, at: citizen.withdraw(code=d.code, actor=r.actor, reason=_text(r, "reason"), at=at),
    "supplement": _supply,
    "handover": lambda r, d, o, at: handling.hand_over(
        code=d.code, actor=r.actor, at=at, receiver=_text(r, "receiver")
    ),
    "taking": lambda r, d, o, at: handling.take_over(code=d.code, actor=r.actor, at=at),
}
