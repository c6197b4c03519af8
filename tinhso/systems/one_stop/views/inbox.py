"""One inbox for everything due, in order of legal deadline; many at once where the act needs no words of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tinhso.design.jinja import WEEKDAYS, in_few_digits
from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest, access
from tinhso.foundation.signing import public as signing
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import WorkItem
from tinhso.systems.one_stop import acts, selectors
from tinhso.systems.one_stop.due_words import due_words
from tinhso.systems.one_stop.selectors import DossierRow
from tinhso.systems.one_stop.services import handling
from tinhso.systems.one_stop.signatures import rounds
from tinhso.systems.one_stop.types import RefusedError

PAGE = 50
MOST_AT_ONCE = 100
WHOSE = (("mine", "Của tôi"), ("posts", "Của chức vụ tôi giữ"))


@access("official")
def inbox(request: AuthenticatedRequest) -> HttpResponse:
    """Việc của tôi: groups by day, the nearest legal date first, paused ones last in their order."""
    at = timezone.now()
    whose = "posts" if request.GET.get("whose") == "posts" else "mine"
    only = request.GET.get("only", "")
    chosen = request.GET.get("chosen", "")
    chosen = chosen if chosen in STAGE_OF else ""
    wanted = workflow.InboxFilter(
        whose=whose,
        kind=handling.KIND,
        overdue_at=at if only == "overdue" else None,
        due_before=_end_of_day(at) if only == "today" else None,
        stages=(STAGE_OF[chosen],) if chosen else ("consultation",) if only == "consultation" else (),
    )
    limit = rounds.MOST if chosen in ROUNDS else MOST_AT_ONCE if chosen else PAGE
    page = workflow.inbox(actor=request.actor, wanted=wanted, after=request.GET.get("after"), limit=limit)
    counts = workflow.badges(actor=request.actor, at=at)
    request.work_counts = counts  # type: ignore[attr-defined]
    lines = _lines(page.items, at, request.actor)
    grouped = [{"title": title, "lines": list(rows)} for title, rows in groupby(lines, key=lambda line: line["group"])]
    context = {
        "groups": grouped,
        "total": len(lines),
        "after": page.after,
        "whose": whose,
        "only": only,
        "chosen": chosen,
        "at": at,
        "chips": _chips(whose, only, counts),
        "bulk_acts": (offered := _bulk_acts(page.items, request.actor)),
        "most": rounds.MOST if offered and offered[0]["slug"] in ROUNDS else MOST_AT_ONCE,
    }
    return render(request, "one_stop/inbox.html", context)


def _end_of_day(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=23, minute=59, second=59, microsecond=0)


def _chips(whose: str, only: str, counts: dict[str, int]) -> list[tuple[str, str, bool, str | None]]:
    def words(label: str, key: str) -> str:
        return f"{label} {in_few_digits(counts[key])}" if counts.get(key) else label

    return [
        (words(_("Của tôi"), "mine"), "?", whose == "mine" and not only, None),
        (words(_("Quá hạn"), "overdue"), "?only=overdue", only == "overdue", "warning"),
        (_("Hôm nay"), "?only=today", only == "today", "hourglass"),
        (_("Hỏi ý kiến"), "?whose=posts&only=consultation", only == "consultation", "chat"),
        (words(_("Mọi việc của chức vụ"), "posts"), "?whose=posts", whose == "posts" and not only, None),
    ]


def _lines(items: tuple[WorkItem, ...], at: datetime, actor: Actor) -> list[dict[str, Any]]:
    ids = {int(part) for item in items if (part := item.subject.split("/")[0]).isdigit()}
    rows = selectors.dossiers_by_ids(ids)
    questions = selectors.questions_of(ids) if any(item.stage == "consultation" for item in items) else {}
    return [
        _line(item, rows.get(number), at, questions.get((number, item.unit_id), ""))
        for item in items
        for number in [int(item.subject.split("/")[0])]
    ]


def _line(item: WorkItem, row: DossierRow | None, at: datetime, question: str) -> dict[str, Any]:
    due_at = item.due_at if item.stage == "consultation" else item.legal_due_at or item.due_at
    is_done = item.stage == "return" and row is not None and row.finished_at is not None
    due = due_words(
        due_at=row.due_at if is_done and row else due_at, at=at, unit_id=item.unit_id,
        state=row.state if row and item.is_lead else "", finished_at=row.finished_at if is_done and row else None,
    )  # fmt: skip
    return {
        "item": item,
        "row": row,
        "due": due,
        "group": _("Đã có kết quả, chờ trả") if is_done else _group(due.state, due_at, at),
        "icon": "chat" if item.stage == "consultation" else "document",
        "note": (question if item.stage == "consultation" else "") or (row.visible_reason if row else ""),
    }


def _group(state: str, due_at: datetime | None, at: datetime) -> str:
    if state == "paused":
        return _("Tạm dừng, đồng hồ không chạy")
    if due_at is None:
        return _("Chưa có hạn")
    if due_at < at:
        return _("Quá hạn")
    day, today = timezone.localtime(due_at).date(), timezone.localtime(at).date()
    name = f"{_(WEEKDAYS[day.weekday()])} {day:%d/%m}"
    if day == today:
        return _("Hôm nay, %(day)s") % {"day": name}
    if day <= today + timedelta(days=7):
        return name[0].upper() + name[1:]
    return _("Sau 7 ngày nữa")


# -- many at once ----------------------------------------------------------------------------------------------

BULK: dict[str, tuple[Any, Callable[..., Any]]] = {
    "acceptance": (acts.ACCEPT, lambda code, actor, at: handling.accept_dossier(code=code, actor=actor, at=at)),
    "examination": (
        acts.EXAMINED,
        lambda code, actor, at: handling.finish_examination(code=code, actor=actor, at=at),
    ),
    "check": (acts.CHECKED, lambda code, actor, at: handling.check_draft(code=code, actor=actor, at=at)),
    "approval": (acts.APPROVE, lambda code, actor, at: handling.approve(code=code, actor=actor, at=at)),
    "delivery": (acts.RETURN_RESULT, lambda code, actor, at: handling.return_result(code=code, actor=actor, at=at)),
}
ROUNDS = {
    "signing": (rounds.Kind.APPROVAL, _lazy("Xem từng bản rồi ký số"), "pen"),
    "sealing": (rounds.Kind.SEAL, _lazy("Cấp số, đóng dấu số hàng loạt"), "document"),
}  # looked through before anything is signed: a page of its own
STAGE_OF = {
    "signing": "approval",
    "sealing": "numbering",
    "acceptance": "intake",
    "examination": "examination",
    "check": "checking",
    "approval": "approval",
    "delivery": "return",
}


def _bulk_acts(items: tuple[WorkItem, ...], actor: Actor) -> list[dict[str, Any]]:
    """Acts that make sense for what stands on this page."""
    stages = {item.stage for item in items if acts.may_work_on(actor, item)}
    signing_ways = [
        {"slug": slug, "label": label, "icon": icon}
        for slug, (kind, label, icon) in ROUNDS.items()
        if STAGE_OF[slug] in stages and signing.can_sign(actor=actor, kind=rounds.KEY[kind]).is_able
    ]
    return signing_ways + [
        {"slug": slug, "label": ON_PAPER if slug == "approval" and signing_ways else act.label, "icon": act.icon}
        for slug, (act, _do) in BULK.items()
        if STAGE_OF[slug] in stages
    ]


ON_PAPER = _lazy("Duyệt trên giấy")


@access("official")
@require_POST
def bulk(request: AuthenticatedRequest) -> HttpResponse:
    """One act on up to 100 dossiers, each in its own transaction: what failed is named, what went well stays."""
    slug = request.POST.get("do", "")
    codes = list(dict.fromkeys(request.POST.getlist("code")))
    if slug in ROUNDS:
        return _open_round(request, ROUNDS[slug][0], codes)
    if slug not in BULK:
        messages.warning(request, _("Việc này không làm hàng loạt được."))
        return redirect("one_stop:inbox")
    if not codes or len(codes) > MOST_AT_ONCE:
        messages.warning(request, _("Hãy chọn từ 1 đến %(most)d hồ sơ.") % {"most": MOST_AT_ONCE})
        return redirect("one_stop:inbox")
    at, done, failed = timezone.now(), 0, []
    for code in codes:
        try:
            with transaction.atomic():
                BULK[slug][1](code, request.actor, at)
            done += 1
        except (RefusedError, PermissionError, LookupError, workflow.StaleWorkItemError) as why:
            failed.append({"code": code[:60], "why": str(why)})
    if not failed:
        text = ngettext("Đã làm xong %(n)d hồ sơ.", "Đã làm xong %(n)d hồ sơ.", done) % {"n": done}
        messages.success(request, text)
        return redirect("one_stop:inbox")
    context = {"done": done, "failed": failed, "act": BULK[slug][0]}
    return render(request, "one_stop/bulk_result.html", context)


def _open_round(request: AuthenticatedRequest, kind: str, codes: list[str]) -> HttpResponse:
    """A round of what was chosen; what cannot enter it is named."""
    try:
        with transaction.atomic():
            made = rounds.open_round(codes=codes, kind=kind, actor=request.actor, at=timezone.now())
    except RefusedError as refused:
        messages.warning(request, str(refused))
        return redirect("one_stop:inbox")
    for code, why in list(made.left.items())[:5]:
        messages.warning(request, f"{code}: {why}")
    if kind == rounds.Kind.SEAL:
        return redirect("one_stop:round", made.round_id)
    return redirect("one_stop:round_line", made.round_id, 1)
