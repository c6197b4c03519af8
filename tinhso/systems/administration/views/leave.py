"""Leave (nghỉ, uỷ quyền): an official names who acts in each post while away, and takes it back on return."""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest, access
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import HeldPost, OrganizationError, Role
from tinhso.systems.administration.forms import Typed

NAMES = ("post", "to", "first", "last", "reason")
ROLES = tuple(value for name, value in vars(Role).items() if name.isupper())


@access("official")
@require_http_methods(["GET", "POST"])
def leave(request: AuthenticatedRequest) -> HttpResponse:
    """What is delegated now, and a new delegation of a post one holds oneself."""
    today = timezone.localdate()
    own = [post for post in request.actor.posts if post.delegated_by is None]
    if request.method == "GET":
        return _page(request, own, Typed.read({"first": f"{today:%d/%m/%Y}"}, *NAMES))
    if request.POST.get("do") == "revoke":
        return _revoke(request, own, today)
    typed = Typed.read(request.POST, *NAMES)
    first = typed.day("first", _("Ghi ngày bắt đầu nghỉ, như 24/11/2026."))
    last = typed.day("last", _("Ghi ngày nghỉ cuối cùng, như 28/11/2026."))
    typed.text("reason", _("Ghi lý do, ví dụ: nghỉ phép năm."), 200)
    post = next((p for p in own if str(p.post_id) == typed["post"]), None)
    if post is None:
        typed.wrong("post", _("Chọn chức vụ của bạn."))
    elif typed["to"] not in {str(person_id) for person_id, _name in colleagues(request.actor, post)}:
        typed.wrong("to", _("Chọn một đồng nghiệp cùng đơn vị."))
    if first and last and not (today <= first <= last):
        typed.wrong("first", _("Ngày bắt đầu phải từ hôm nay và không sau ngày cuối."))
    if typed.errors or post is None or first is None or last is None:
        return _page(request, own, typed)
    try:
        with transaction.atomic():
            organizations.delegate(
                post_id=post.post_id, to_person_id=int(typed["to"]), first_day=first, last_day=last,
                reason=typed["reason"], by=request.actor,
            )  # fmt: skip
    except OrganizationError as refusal:
        typed.wrong("first", str(refusal))
        return _page(request, own, typed)
    messages.success(request, _("Đã uỷ quyền. Việc mới sẽ tới người được uỷ quyền trong những ngày đó."))
    return redirect("administration:leave")


def colleagues(actor: Actor, post: HeldPost) -> list[tuple[int, str]]:
    """Everybody else who holds a post in the same unit or the one above it, by name."""
    named: dict[int, str] = {}
    for unit_id in post.unit_path[-2:]:
        for role in ROLES:
            for person in organizations.holders(unit_id=unit_id, role=role):
                named[person.id] = person.name
    named.pop(actor.person_id or 0, None)
    return sorted(named.items(), key=lambda row: row[1])


def _running(actor: Actor, own: list[HeldPost], on: date) -> list[organizations.DelegationView]:
    mine = {post.post_id for post in own}
    units = {post.unit_id for post in own}
    return [d for unit in sorted(units) for d in organizations.delegations(unit_id=unit, on=on) if d.post_id in mine]


def _revoke(request: AuthenticatedRequest, own: list[HeldPost], today: date) -> HttpResponse:
    chosen = next((d for d in _running(request.actor, own, today) if str(d.id) == request.POST.get("delegation")), None)
    if chosen is None:
        messages.warning(request, _("Không còn uỷ quyền này."))
    else:
        with transaction.atomic():
            organizations.revoke_delegation(delegation_id=chosen.id, on=today, by=request.actor)
        messages.success(request, _("Đã thôi uỷ quyền cho %(name)s.") % {"name": chosen.to_name})
    return redirect("administration:leave")


def _page(request: AuthenticatedRequest, own: list[HeldPost], typed: Typed) -> HttpResponse:
    people: dict[str, str] = {}
    for post in own:
        people |= {str(person_id): name for person_id, name in colleagues(request.actor, post)}
    return render(
        request,
        "administration/leave.html",
        {
            "posts": [(post.post_id, f"{post.title}, {post.unit_name}") for post in own],
            "people": sorted(people.items(), key=lambda row: row[1]),
            "running": _running(request.actor, own, timezone.localdate()),
            "typed": typed,
        },
        status=422 if typed.errors else 200,
    )
