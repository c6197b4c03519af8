"""One act on a unit, a post or a delegation: its page, what is typed, and the one call it makes."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import OrganizationError, Person, Unit
from tinhso.systems.administration.acts import ALL, Act, Field
from tinhso.systems.administration.forms import Typed
from tinhso.systems.administration.fresh import fresh
from tinhso.systems.administration.permissions import require
from tinhso.systems.administration.views.organization import unit_or_404


@fresh
@access("official", Right.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def act(request: AuthenticatedRequest, unit_id: int, slug: str) -> HttpResponse:
    """GET shows what is asked, POST does it. `of` names the post or delegation of this unit."""
    unit = unit_or_404(unit_id)
    chosen = ALL.get(slug)
    if chosen is None or not unit.is_in_force(timezone.localdate()):
        raise Http404
    target, target_name = _target(request, chosen, unit)
    names = [field.name for field in chosen.fields] + ["person_id"]
    if request.method == "GET":
        today = f"{timezone.localdate():%d/%m/%Y}"
        typed = Typed.read({"on": today, "first": today, "name": unit.name if slug == "name" else ""}, *names)
        return _page(request, chosen, unit, target_name, typed, [])
    typed = Typed.read(request.POST, *names)
    days = {field.name: _required_day(typed, field) for field in chosen.fields if field.kind == "day"}
    for field in chosen.fields:
        _check(typed, field)
    person, candidates = _person(typed, chosen)
    if not typed.errors:
        require(request.actor, Right.MANAGE_ORGANIZATION, unit_path=unit.path)
        try:
            with transaction.atomic():
                chosen.do(typed, target, request.actor, days, person)
        except OrganizationError as refusal:
            typed.wrong(chosen.fields[0].name, str(refusal))
        else:
            messages.success(request, _("Đã ghi: %(act)s.") % {"act": str(chosen.label).lower()})
            return redirect("administration:unit", unit_id)
    return _page(request, chosen, unit, target_name, typed, candidates)


def _target(request: AuthenticatedRequest, chosen: Act, unit: Unit) -> tuple[int, str]:
    """What the act is done to; it must belong to the unit of the page."""
    if chosen.needs == "unit":
        return unit.id, unit.name
    text = request.GET.get("of", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0
    if chosen.needs == "post":
        for post in organizations.posts(unit_id=unit.id):
            if post.id == number:
                return number, post.title
    else:
        for row in organizations.delegations(unit_id=unit.id, on=timezone.localdate()):
            if row.id == number:
                return number, f"{row.post_title}: {row.from_name} → {row.to_name}"
    raise Http404


def _required_day(typed: Typed, field: Field) -> date | None:
    return typed.day(field.name, _("Ghi ngày, ví dụ 01/12/2026.") if field.required else "")


def _check(typed: Typed, field: Field) -> None:
    value = typed[field.name]
    if field.kind == "choice" and value not in dict(field.options):
        typed.wrong(field.name, _("Chọn một mục trong danh sách."))
    elif field.kind in ("text", "person") and field.required:
        typed.text(field.name, _("Chưa ghi: %(label)s.") % {"label": field.label}, 200)
    elif field.kind == "text" and len(value) > 200:
        typed.wrong(field.name, _("Dài quá 200 ký tự."))


def _person(typed: Typed, chosen: Act) -> tuple[int | None, list[Person]]:
    """The one person meant; where several bear the name, those to choose from."""
    if not any(field.kind == "person" for field in chosen.fields) or not typed["person"]:
        return None, []
    found = organizations.find_people(text=typed["person"], limit=12)
    picked = [person for person in found if str(person.id) == typed["person_id"]]
    if picked or len(found) == 1:
        return (picked or found)[0].id, []
    if not found:
        typed.wrong("person", _("Không có ai tên như vậy. Dùng «Bổ nhiệm người mới» nếu chưa có trong danh sách."))
    else:
        typed.wrong("person_id", _("Có %(n)d người tên như vậy, chọn một người.") % {"n": len(found)})
    return None, found


def _page(
    request: AuthenticatedRequest, chosen: Act, unit: Unit, target_name: str, typed: Typed, candidates: list[Person]
) -> HttpResponse:
    context = {
        "act": chosen,
        "unit": unit,
        "target_name": target_name,
        "typed": typed,
        "candidates": [(person.id, person.name, _masked(person)) for person in candidates],
    }
    return render(request, "administration/organization_act.html", context, status=422 if typed.errors else 200)


def _masked(person: Person) -> str:
    posts = ", ".join(f"{post.title}, {post.unit_name}" for post in organizations.held_posts(person_id=person.id))
    return posts or _("không giữ chức vụ nào")
