"""Certificates (chứng thư ký số) of officials and agencies: who can sign, until when, and enrolling a new one.

No private key passes here: it stays in a device or at a remote service, and only the way to it is written down.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import RIGHTS_OF_ROLE, Actor, AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import Unit
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import CredentialError
from tinhso.lib.vietnamese import fold
from tinhso.systems.administration.forms import Typed

ADAPTERS = (("remote", "Dịch vụ ký từ xa"), ("pkcs11", "Thiết bị PKCS#11 (HSM, USB token ở máy chủ)"))
LARGEST = 100_000  # bytes
SIGNING_RIGHTS = {Right.APPROVE, Right.CHECK, Right.NUMBER, Right.RECEIVE}
MOST_UNITS = 60


@access("official", Right.MANAGE_ORGANIZATION)
@require_GET
def certificates(request: AuthenticatedRequest) -> HttpResponse:
    """Of one unit: its seal and those who sign in it; found by the unit's name."""
    unit = _unit(request.actor, request.GET.get("unit", ""))
    wanted = request.GET.get("q", "").strip()[:80]
    units = [one for one in organizations.units() if _reaches(request.actor, one)]
    if wanted:
        units = [one for one in units if fold(wanted) in fold(one.name)]
    people = _signers(unit.id) if unit else {}
    keys = signing.keys_of(person_ids=list(people), unit_ids=[unit.id] if unit else [])
    context: dict[str, Any] = {
        "unit": unit,
        "q": wanted,
        "units": units[:MOST_UNITS],
        "more": max(len(units) - MOST_UNITS, 0),
        "seal": keys.get(("seal", unit.id)) if unit else None,
        "people": [(pk, name, title, keys.get(("personal", pk))) for pk, (name, title) in people.items()],
    }
    return render(request, "administration/certificates.html", context)


def _unit(actor: Actor, number: str) -> Unit | None:
    if not (number.isascii() and number.isdigit() and len(number) < 15):
        return None
    try:
        unit = organizations.get_unit(unit_id=int(number))
    except LookupError:
        return None
    return unit if _reaches(actor, unit) else None


def _reaches(actor: Actor, unit: Unit) -> bool:
    return accounts.administers(actor, Right.MANAGE_ORGANIZATION, unit_path=unit.path)


def _signers(unit_id: int) -> dict[int, tuple[str, str]]:
    """Name and title of who holds a post in the unit that signs, by person."""
    found: dict[int, tuple[str, str]] = {}
    today = timezone.localdate()
    for post in organizations.posts(unit_id=unit_id):
        if not SIGNING_RIGHTS & RIGHTS_OF_ROLE.get(post.role, frozenset()):
            continue
        holder = organizations.holder_on(post_id=post.id, on=today)
        if holder is not None:
            found.setdefault(holder.person.id, (holder.person.name, post.title))
    return found


@access("official", Right.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def certificate(request: AuthenticatedRequest, kind: str, owner_id: int) -> HttpResponse:
    """Enrol a certificate for a person (`personal`) or agency (`seal`), or end the one in use."""
    name, units = _owner(kind, owner_id)
    if not any(_reaches(request.actor, unit) for unit in units):
        raise PermissionDenied(_("Người hay cơ quan này không thuộc đơn vị bạn quản trị."))
    typed = Typed.read(request.POST, "adapter", "reference", "reason")
    if request.method == "POST":
        end = request.POST.get("do") == "end"
        try:
            with transaction.atomic():
                done = _end(request, kind, owner_id, typed) if end else _enrol(request, kind, owner_id, name, typed)
        except CredentialError as refused:
            typed.wrong("reason" if end else "certificate", str(refused))
            done = ""
        except LookupError as missing:
            messages.warning(request, str(missing).strip("'"))
            return redirect(request.path)
        if done:
            messages.success(request, done)
            return redirect(f"{reverse('administration:certificates')}?unit={units[0].id}")
    context = {
        "kind": kind, "name": name, "unit": units[0], "typed": typed, "adapters": ADAPTERS,
        "key": signing.keys_of(person_ids=[owner_id], unit_ids=[owner_id]).get((kind, owner_id)),
    }  # fmt: skip
    return render(request, "administration/certificate.html", context, status=422 if typed.errors else 200)


def _owner(kind: str, owner_id: int) -> tuple[str, list[Unit]]:
    """Name and units of whom the certificate is for. Raises Http404."""
    try:
        if kind == "seal":
            unit = organizations.get_unit(unit_id=owner_id)
            return unit.name, [unit]
        if kind == "personal":
            held = organizations.held_posts(person_id=owner_id)
            if held:
                units = [organizations.get_unit(unit_id=post.unit_id) for post in held]
                return organizations.person(person_id=owner_id).name, units
    except LookupError:
        pass
    raise Http404(_("Không có người hay cơ quan này, hoặc người ấy không giữ chức vụ nào."))


def _enrol(request: AuthenticatedRequest, kind: str, owner_id: int, name: str, typed: Typed) -> str:
    sent = request.FILES.get("certificate")
    typed.text("reference", _("Ghi chỗ giữ khoá: mã ở dịch vụ ký, hoặc «token|nhãn» của thiết bị."), 200)
    if typed["adapter"] not in dict(ADAPTERS):
        typed.wrong("adapter", _("Chọn nơi giữ khoá."))
    if sent is None or (sent.size or 0) > LARGEST:
        typed.wrong("certificate", _("Chọn tệp chứng thư (PEM hoặc DER), tối đa 100 KB."))
    if typed.errors or sent is None:
        return ""
    issued, *chain = signing.read_certificates(content=sent.read())
    if kind == "personal" and fold(issued.subject) != fold(name):
        typed.wrong("certificate", _("Chứng thư này mang tên «%(theirs)s», không phải «%(name)s».")
                    % {"theirs": issued.subject, "name": name})  # fmt: skip
        return ""
    signing.enrol_key(
        kind=kind, owner_id=owner_id, adapter=typed["adapter"], reference=typed["reference"],
        certificate=issued.content, chain=[one.content for one in chain], by=request.actor, at=timezone.now(),
    )  # fmt: skip
    return _("Đã khai chứng thư của %(name)s.") % {"name": name}


def _end(request: AuthenticatedRequest, kind: str, owner_id: int, typed: Typed) -> str:
    signing.end_key(kind=kind, owner_id=owner_id, reason=typed["reason"], by=request.actor, at=timezone.now())
    return _("Chứng thư đã thôi dùng; những gì đã ký giữ nguyên giá trị.")
