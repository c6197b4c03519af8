"""The store of a person: what is in it, found with or without marks; one paper; its file."""

from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import public as files
from tinhso.systems.vault import permissions, words
from tinhso.systems.vault.models import Paper, Store
from tinhso.systems.vault.selectors import papers as selectors
from tinhso.systems.vault.selectors import rows
from tinhso.systems.vault.selectors.kinds import kinds_by_key
from tinhso.systems.vault.selectors.papers import Counts, Filters
from tinhso.systems.vault.services import opening
from tinhso.systems.vault.views.entering import entered, nothing, today

PAGE = 20


@access("signed_in")
@require_GET
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Everything in one's store, newest first; an organisation's by `?store=`."""
    on = today()
    hands = permissions.hands_of(request.actor, on)
    chosen = _chosen(request, hands)
    filters = _filters(request)
    store = [chosen.store] if chosen else []
    counted = selectors.counts(chosen.store if chosen else None)
    found, following = selectors.page(store, filters, on=on, after=request.GET.get("after", "")[:60], limit=PAGE)
    context = {
        "is_sure": permissions.is_sure(request.actor),
        "is_business": request.actor.kind == "business",
        "chosen": chosen,
        "stores": _stores(hands, chosen),
        "filters": filters,
        "counts": counted,
        "zones": _zone_chips(chosen.store if chosen else None, filters, counted),
        "kinds": _kind_chips(chosen.store if chosen else None, filters, counted),
        "states": _state_chips(chosen.store if chosen else None, filters, counted),
        "papers": [_row(paper, on) for paper in found],
        "following": _address(chosen.store if chosen else None, filters, after=following) if following else None,
        "first": _address(chosen.store if chosen else None, filters) if request.GET.get("after") else None,
        "waiting": counted.waiting if chosen and chosen.is_own else 0,
    }
    return render(request, "vault/home.html", context)


def _chosen(request: AuthenticatedRequest, hands: list[permissions.Hand]) -> permissions.Hand | None:
    wanted = request.GET.get("store", "")
    return next((hand for hand in hands if str(hand.store.key) == wanted), hands[0] if hands else None)


def _filters(request: AuthenticatedRequest) -> Filters:
    zone, validity = request.GET.get("zone", ""), request.GET.get("state", "")
    return Filters(
        text=" ".join(request.GET.get("q", "").replace("\x00", "").split())[:100],
        zone=zone if zone in Paper.Zone.values else "",
        kind=request.GET.get("kind", "").replace("\x00", "")[:60],
        validity=validity if validity in selectors.VALIDITY else "",
        hidden=request.GET.get("hidden") == "1",
    )


def _address(store: Store | None, filters: Filters, **changes: str) -> str:
    chosen = {
        "store": str(store.key) if store else "",
        "q": filters.text,
        "zone": filters.zone,
        "kind": filters.kind,
        "state": filters.validity,
        "hidden": "1" if filters.hidden else "",
        **changes,
    }
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{_home()}?{query}" if query else _home()


@cache
def _home() -> str:
    return reverse("vault:home")


def _stores(hands: list[permissions.Hand], chosen: permissions.Hand | None) -> list[tuple[str, str, bool, None]]:
    """Chips, where there is more than one store to enter."""
    if len(hands) < 2:
        return []
    none = Filters()
    return [
        (gettext("Của tôi") if hand.is_own else hand.store.name, _address(hand.store, none), hand is chosen, None)
        for hand in hands
    ]


Chips = list[tuple[str, str, bool, None]]


def _zone_chips(store: Store | None, filters: Filters, counted: Counts) -> Chips:
    plain = _address(store, filters, zone="", hidden="")
    chips: Chips = [(f"{gettext('Tất cả')} ({counted.whole})", plain, not filters.zone and not filters.hidden, None)]
    for zone in Paper.Zone:
        if counted.zones.get(zone):
            label = f"{gettext(str(zone.label))} ({counted.zones[zone]})"
            chips.append((label, _address(store, filters, zone=zone, hidden=""), filters.zone == zone, None))
    if counted.hidden:
        label = f"{gettext('Đã ẩn')} ({counted.hidden})"
        chips.append((label, _address(store, filters, zone="", hidden="1"), filters.hidden, None))
    return chips


def _kind_chips(store: Store | None, filters: Filters, counted: Counts) -> Chips:
    """The commonest kinds there are, and the rest together."""
    if len(counted.kinds) < 2:
        return []
    known = kinds_by_key()
    chips: Chips = []
    for key, count in sorted(counted.kinds.items(), key=lambda pair: (-pair[1], pair[0]))[:9]:
        name = words.kind_name(known[key]) if key in known else gettext("Giấy tờ khác")
        value = key or "other"
        on = filters.kind == value
        chips.append((f"{name} ({count})", _address(store, filters, kind="" if on else value), on, None))
    return chips


def _state_chips(store: Store | None, filters: Filters, counted: Counts) -> Chips:
    if not counted.whole:
        return []
    labels = {"good": gettext("Còn hiệu lực"), "lapsed": gettext("Hết hiệu lực")}
    return [
        (label, _address(store, filters, state="" if filters.validity == key else key), filters.validity == key, None)
        for key, label in labels.items()
    ]


def _row(paper: Paper, on: date) -> dict[str, Any]:
    return {
        "href": f"{_home()}/papers/{paper.key}",
        "name": paper.name,
        "facts": words.facts(paper),
        "due": words.validity(paper, on) if paper.zone != Paper.Zone.OWN else None,
        "weight": words.weight(paper),
        "is_own": paper.zone == Paper.Zone.OWN,
        "hidden": bool(paper.hidden_at),
    }


@access("signed_in")
@require_GET
def paper(request: AuthenticatedRequest, key: UUID) -> HttpResponse:
    """One paper: what it is worth, where it is used, who read it, what one may do."""
    found = entered(request, key)
    return show_paper(request, found.paper, is_own=found.hand.is_own)


def show_paper(request: AuthenticatedRequest, found: Paper, *, is_own: bool, **more: Any) -> HttpResponse:
    context = {
        "paper": found,
        "is_own": is_own,
        "is_uploaded": found.zone == Paper.Zone.OWN,
        "due": words.validity(found, today()) if found.zone != Paper.Zone.OWN else None,
        "pairs": _pairs(found),
        "uses": rows.uses_of(found),
        "readings": rows.readings_of_paper(found, limit=10),
        "shares": rows.shares_of(found, at=timezone.now()) if is_own else [],
        "errors": [],
        "link": "",
        "typed": {},
        **more,
    }
    return render(request, "vault/paper.html", context, status=422 if more.get("errors") else 200)


def _pairs(found: Paper) -> list[tuple[str, str]]:
    kind = kinds_by_key().get(found.kind)
    signed = gettext(str(Paper.Signature(found.signature).label))
    rows_of = [
        (gettext("Loại"), words.kind_name(kind) if kind else gettext("Giấy tờ khác")),
        (gettext("Số, ký hiệu"), found.number),
        (gettext("Cơ quan cấp"), found.issuer_name),
        (gettext("Ngày cấp"), f"{found.issued_on:%d/%m/%Y}" if found.issued_on else ""),
        (gettext("Giá trị pháp lý"), words.weight(found)),
        (gettext("Chữ ký"), found.signature_words or signed if found.zone != Paper.Zone.OWN else ""),
        (gettext("Từ đâu"), _origin(found)),
        (gettext("Vào kho"), f"{timezone.localtime(found.added_at):%H:%M %d/%m/%Y}"),
    ]
    return [(label, value) for label, value in rows_of if value]


def _origin(found: Paper) -> str:
    if found.source == "one_stop":
        return gettext("Kết quả của hồ sơ %(code)s") % {"code": found.source_ref}
    if found.zone == Paper.Zone.OWN:
        return gettext("Chủ kho tự tải lên")
    if found.zone == Paper.Zone.ISSUED:
        return gettext("Cơ quan cấp gửi vào kho, mã %(code)s") % {"code": found.source_ref}
    if found.weight == Paper.Weight.CERTIFIED:
        return gettext("Chứng thực tại cơ quan, mã %(code)s") % {"code": found.source_ref}
    return gettext("Số hoá tại cơ quan, mã %(code)s") % {"code": found.source_ref}


@access("signed_in")
@require_GET
def file(request: AuthenticatedRequest, key: UUID) -> HttpResponseBase:
    """The bytes, to the owner; a delegate's look is written down."""
    found = entered(request, key)
    at = timezone.now()
    try:
        with transaction.atomic():
            if found.hand.is_own:
                lent = opening.open_own(found.paper)
            else:
                reader = opening.reader_of(request.actor, "delegate")
                purpose = "Người được uỷ quyền xem"
                lent = opening.open_for(found.paper, reader, purpose=purpose, subject="", at=at)
        return files.response(sha256=lent.sha256, name=lent.file_name, inline=request.GET.get("save") != "1")
    except LookupError as missing:
        raise nothing() from missing
