"""The organisation: units, their posts and the people in them."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import Unit
from tinhso.lib.vietnamese import fold, sort_key
from tinhso.systems.administration.fresh import fresh
from tinhso.systems.administration.words import KINDS, ROLES

MOST_SHOWN = 200


@fresh
@access("official", Right.MANAGE_ORGANIZATION)
def organization(request: AuthenticatedRequest) -> HttpResponse:
    """Units in force today, by name or kind."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    kind = request.GET.get("kind", "")
    wanted = fold(text).split()
    units = [
        unit
        for unit in organizations.units(kind=kind if kind in KINDS else None)
        if all(word in fold(f"{unit.name} {unit.code}") for word in wanted)
    ]
    if kind or text:
        units.sort(key=lambda unit: sort_key(unit.name))
    context = {
        "units": [_row(unit) for unit in units[:MOST_SHOWN]],
        "count": len(units),
        "text": text,
        "kinds": [(_("Tất cả"), "?", not kind, None)]
        + [(_(label), f"?kind={key}", key == kind, None) for key, label in KINDS.items()],
        "most": MOST_SHOWN,
    }
    return render(request, "administration/organization.html", context)


def _row(unit: Unit) -> dict[str, object]:
    above = organizations.get_unit(unit_id=unit.parent_id).name if unit.parent_id else ""
    return {"unit": unit, "kind": _(KINDS.get(unit.kind, unit.kind)), "above": above}


def unit_or_404(unit_id: int) -> Unit:
    try:
        return organizations.get_unit(unit_id=unit_id)
    except LookupError as missing:
        raise Http404 from missing


@fresh
@access("official", Right.MANAGE_ORGANIZATION)
def unit(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """One unit today: posts with their people, delegations, codes, what lies under it."""
    shown, today = unit_or_404(unit_id), timezone.localdate()
    below = [row for row in organizations.units(under=unit_id, on=today) if row.parent_id == unit_id]
    context = {
        "unit": shown,
        "kind": _(KINDS.get(shown.kind, shown.kind)),
        "path": [organizations.get_unit(unit_id=number) for number in shown.path],
        "successor": organizations.get_unit(unit_id=shown.successor_id) if shown.successor_id else None,
        "in_force": shown.is_in_force(today),
        "posts": _posts(unit_id, today),
        "delegations": organizations.delegations(unit_id=unit_id, on=today),
        "codes": organizations.codes_of(unit_id=unit_id),
        "below": below,
        "today": today,
    }
    return render(request, "administration/unit.html", context)


def _posts(unit_id: int, today: date) -> list[dict[str, object]]:
    rows = []
    for post in organizations.posts(unit_id=unit_id, on=today):
        holder = organizations.holder_on(post_id=post.id, on=today)
        acting = organizations.acting_on(post_id=post.id, on=today)
        rows.append(
            {
                "post": post,
                "role": _(ROLES.get(post.role, post.role)),
                "holder": holder,
                "acting": acting if acting and acting.acting else None,
                "absent": bool(holder and organizations.is_absent(person_id=holder.person.id, on=today)),
            }
        )
    return rows
