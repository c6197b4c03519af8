"""Merging units: choose, read the plan, carry out exactly that plan."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.public import (
    MergerPlan,
    MergerRefusedError,
    MergerRequest,
    OrganizationError,
    Unit,
)
from tinhso.lib.vietnamese import fold
from tinhso.systems.administration.acts import free_key
from tinhso.systems.administration.forms import Typed
from tinhso.systems.administration.fresh import fresh
from tinhso.systems.administration.permissions import require
from tinhso.systems.administration.words import KINDS, ROLES

FIELDS = ("title", "decision", "on", "sources", "target", "new_name", "new_kind", "code", "fingerprint", "new_key")
MOST_SOURCES = 100


@fresh
@access("official", Right.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def merger(request: AuthenticatedRequest) -> HttpResponse:
    """Nothing changes before the plan was shown; what is carried out is the plan that was shown."""
    typed = Typed.read(request.POST, *FIELDS, longest=20_000)
    if request.method == "GET" or request.POST.get("step") == "edit":
        return _page(request, typed, None)
    asked = _request(typed)
    if asked is None:
        return _page(request, typed, None)
    require(request.actor, Right.MANAGE_ORGANIZATION)
    try:
        plan = organizations.plan_merger(asked)
        if request.POST.get("step") != "carry-out":
            return _page(request, typed, plan)
        if plan.fingerprint != typed["fingerprint"]:
            typed.wrong("title", _("Tổ chức đã thay đổi từ lúc lập phương án. Rà soát lại phương án mới bên dưới."))
            return _page(request, typed, plan)
        with transaction.atomic():
            organizations.carry_out_merger(plan, by=request.actor, at=timezone.now())
    except (MergerRefusedError, OrganizationError) as refusal:
        typed.wrong("title", str(refusal))
        return _page(request, typed, None)
    messages.success(request, _("Đã sáp nhập. Mã cũ vẫn tra được; hồ sơ đang giải quyết đã có người chịu trách nhiệm."))
    return redirect("administration:organization")


def _request(typed: Typed) -> MergerRequest | None:
    typed.text("title", _("Ghi tên việc sắp xếp, ví dụ «Sáp nhập hai phường»."))
    typed.text("decision", _("Ghi nghị quyết hoặc quyết định."))
    on = typed.day("on", _("Ghi ngày có hiệu lực."))
    sources = _sources(typed)
    target = _unit(typed, "target", typed["target"]) if typed["target"] else None
    if not typed["target"]:
        typed.text("new_name", _("Ghi tên đơn vị mới, hoặc ghi đơn vị nhận có sẵn."))
        if typed["new_kind"] not in KINDS:
            typed.wrong("new_kind", _("Chọn loại của đơn vị mới."))
    if typed.errors or on is None:
        return None
    first = sources[0]
    return MergerRequest(
        title=typed["title"],
        decision=typed["decision"],
        effective_on=on,
        sources=tuple(unit.id for unit in sources),
        target_id=target.id if target else None,
        target_key="" if target else typed["new_key"] or free_key(typed["new_name"]),
        target_name="" if target else typed["new_name"],
        target_kind=typed["new_kind"] or "commune",
        target_parent_id=None if target else first.parent_id,
        target_place_code="" if target else first.place_code,
        new_code=typed["code"].upper(),
        keeps_code_of=None if target or typed["code"] else first.id,
    )


def _sources(typed: Typed) -> list[Unit]:
    lines = [line.strip() for line in typed["sources"].splitlines() if line.strip()]
    if not lines:
        typed.wrong("sources", _("Ghi ít nhất một đơn vị bị sáp nhập, mỗi dòng một đơn vị."))
    elif len(lines) > MOST_SOURCES:
        typed.wrong("sources", _("Nhiều nhất %(n)d đơn vị một lần.") % {"n": MOST_SOURCES})
        return []
    found = [unit for line in lines if (unit := _unit(typed, "sources", line)) is not None]
    return list({unit.id: unit for unit in found}.values())


def _unit(typed: Typed, name: str, text: str) -> Unit | None:
    """The one unit in force that is meant: by its code, its whole name, or a part that fits only one."""
    wanted = fold(text)
    units = organizations.units()
    exact = [unit for unit in units if wanted in (fold(unit.name), unit.code.lower())]
    found = exact or [unit for unit in units if all(word in fold(unit.name) for word in wanted.split())]
    if len(found) == 1:
        return found[0]
    if not found:
        typed.wrong(name, _("«%(text)s»: không có đơn vị nào đang hoạt động tên như vậy.") % {"text": text[:80]})
    else:
        names = ", ".join(f"{unit.name} ({unit.code})" if unit.code else unit.name for unit in found[:4])
        typed.wrong(
            name,
            _("«%(text)s»: có nhiều đơn vị như vậy (%(names)s); ghi rõ hơn.") % {"text": text[:80], "names": names},
        )
    return None


def _page(request: AuthenticatedRequest, typed: Typed, plan: MergerPlan | None) -> HttpResponse:
    context = {"typed": typed, "kinds": list(KINDS.items()), "roles": ROLES, "plan": plan}
    return render(request, "administration/merger.html", context, status=422 if typed.errors else 200)
