"""Consents of the owner: what is asked, what is given, to whom, for what, until when."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.vietnamese import sort_key
from tinhso.systems.vault import words
from tinhso.systems.vault.models import Consent, Paper, Store
from tinhso.systems.vault.selectors import rows
from tinhso.systems.vault.selectors.kinds import kinds_by_key
from tinhso.systems.vault.services import consenting
from tinhso.systems.vault.views.entering import nothing, own_store

MOST_LISTED = 200
STATES = {
    "asked": "soon", "given": "ontime", "refused": "over", "withdrawn": "paused", "expired": "paused",
}  # fmt: skip


@access("signed_in")
@require_http_methods(["GET", "POST"])
def consents(request: AuthenticatedRequest) -> HttpResponse:
    """All consents; POST gives one to an agency."""
    store = own_store(request.actor)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        if store is None:
            raise nothing()
        errors = _give(request, store)
        if not errors:
            messages.success(request, gettext("Đã đồng ý. Bạn rút lại được bất cứ lúc nào."))
            return redirect("vault:consents")
    return _show(request, store, errors)


def _give(request: AuthenticatedRequest, store: Store) -> list[tuple[str, str]]:
    unit, days = request.POST.get("unit", ""), request.POST.get("days", "")
    wanted = {key for key in request.POST.getlist("papers") if len(key) == 36}
    papers = [paper for paper in _papers(store) if str(paper.key) in wanted]
    if not unit.isdigit() or int(unit) not in {one.id for one in _agencies()}:
        return [("unit", gettext("Chọn cơ quan được đọc"))]
    try:
        with transaction.atomic():
            consenting.give_to_unit(
                store, unit_id=int(unit), papers=papers, purpose=request.POST.get("purpose", "").replace("\x00", ""),
                days=int(days) if days.isdigit() and len(days) < 5 else 0, actor=request.actor, at=timezone.now(),
            )  # fmt: skip
    except ValueError as refused:
        return [("purpose", str(refused))]
    return []


def _agencies() -> list[organizations.Unit]:
    found = [*organizations.units(kind="department"), *organizations.units(kind="commune")]
    return sorted(found, key=lambda unit: sort_key(unit.name))


def _papers(store: Store) -> list[Paper]:
    """What an agency may be let read: nothing hidden or taken back; what has run out may still prove the past."""
    found = Paper.objects.filter(store=store, hidden_at__isnull=True, has_file=True, status=Paper.Status.GOOD)
    return list(found.order_by("-added_at", "-pk")[:MOST_LISTED])


def _show(request: AuthenticatedRequest, store: Store | None, errors: list[tuple[str, str]]) -> HttpResponse:
    at = timezone.now()
    known = rows.consents_of(store) if store else []
    named = kinds_by_key()
    lines = [_line(consent, named, at) for consent in known]
    papers = _papers(store) if store else []
    context: dict[str, Any] = {
        "waiting": [line for line in lines if line["state"] == "asked"],
        "given": [line for line in lines if line["state"] == "given"],
        "over": [line for line in lines if line["state"] not in {"asked", "given"}],
        "papers": [(str(paper.key), paper.name, words.facts(paper)) for paper in papers],
        "units": [(unit.id, unit.name) for unit in _agencies()] if papers else [],
        "errors": errors,
        "typed": request.POST,
        "chosen": request.POST.getlist("papers"),
    }
    return render(request, "vault/consents.html", context, status=422 if errors else 200)


def _line(consent: Consent, named: dict[str, Any], at: Any) -> dict[str, Any]:
    state = consenting.state_of(consent, at=at)
    label = gettext("Đã hết hạn") if state == "expired" else gettext(str(Consent.State(state).label))
    what = [words.kind_name(named[kind]) for kind in consent.kinds if kind in named]
    what += list(consent.papers.values_list("name", flat=True)) if consent.unit_id else []
    return {
        "key": consent.key,
        "state": state,
        "badge": (STATES[state], label),
        "who": consent.grantee_name,
        "purpose": consent.purpose,
        "what": ", ".join(what),
        "days": consent.days,
        "until": consent.valid_until,
    }


@access("signed_in")
@require_POST
def decide(request: AuthenticatedRequest, key: UUID, act: str) -> HttpResponse:
    """agreement | refusal | withdrawal."""
    store = own_store(request.actor)
    consent = Consent.objects.filter(key=key, store=store).first() if store else None
    if consent is None or act not in {"agreement", "refusal", "withdrawal"}:
        raise nothing()
    at = timezone.now()
    try:
        with transaction.atomic():
            if act == "withdrawal":
                consenting.withdraw(consent, actor=request.actor, at=at)
            else:
                consenting.answer(consent, agrees=act == "agreement", actor=request.actor, at=at)
    except ValueError as late:
        messages.warning(request, str(late))
    else:
        done = {
            "agreement": gettext("Đã đồng ý. Bạn rút lại được bất cứ lúc nào."),
            "refusal": gettext("Đã trả lời: không đồng ý."),
            "withdrawal": gettext("Đã rút. Từ lúc này không ai đọc được theo sự đồng ý này nữa."),
        }
        messages.success(request, done[act])
    return redirect("vault:consents")
