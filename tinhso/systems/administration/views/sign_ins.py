"""Locked sign-ins (khoá đăng nhập): a name mistyped five times is opened again by the administrator of its unit."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest, LockedSignIn, Right, access
from tinhso.foundation.organizations import public as organizations


@access("official", Right.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def sign_ins(request: AuthenticatedRequest) -> HttpResponse:
    """Who is locked out now, and until when; one press opens the name."""
    at = timezone.now()
    locks = [lock for lock in accounts.locked_sign_ins(at=at) if _reaches(request.actor, lock)]
    if request.method == "GET":
        rows = [(lock, _posts(lock)) for lock in locks]
        return render(request, "administration/sign_ins.html", {"rows": rows, "at": at})
    wanted = next((lock for lock in locks if lock.username == request.POST.get("username", "")), None)
    if wanted is None:
        raise Http404(_("Tên đăng nhập này không bị khoá, hoặc không thuộc đơn vị bạn quản trị."))
    with transaction.atomic():
        accounts.unlock_sign_in(username=wanted.username, by=request.actor, at=at)
    messages.success(request, _("Đã mở khoá đăng nhập cho %(name)s.") % {"name": wanted.name})
    return redirect("administration:sign_ins")


def _reaches(actor: Actor, lock: LockedSignIn) -> bool:
    """An administrator of the province everybody; of a commune those who hold a post in it."""
    paths = [post.unit_path for post in organizations.held_posts(person_id=lock.person_id)] if lock.person_id else []
    return any(accounts.administers(actor, Right.MANAGE_ORGANIZATION, unit_path=path) for path in (None, *paths))


def _posts(lock: LockedSignIn) -> str:
    held = organizations.held_posts(person_id=lock.person_id) if lock.person_id else ()
    return "; ".join(f"{post.title}, {post.unit_name}" for post in held)
