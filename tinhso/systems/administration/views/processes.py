"""Processes: their steps, and another number of hours for a step."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.administration import services
from tinhso.systems.administration.forms import Typed
from tinhso.systems.administration.fresh import fresh
from tinhso.systems.administration.words import ROLES
from tinhso.systems.procedures import public as procedures

MOST_HOURS = 2000


@fresh
@access("official", Right.MANAGE_PROCESSES)
def process_list(request: AuthenticatedRequest) -> HttpResponse:
    rows = [
        {
            "process": row,
            "steps": len(_steps(row)),
            "procedures": len(procedures.codes_of_process(process_key=row["key"], on=timezone.localdate())),
        }
        for row in workflow.processes()
    ]
    return render(request, "administration/processes.html", {"rows": rows})


def _steps(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [step for step in row["steps"] if step["kind"] == "user"]


def _process(key: str) -> Mapping[str, Any]:
    found = next((row for row in workflow.processes() if row["key"] == key), None)
    if found is None:
        raise Http404
    return found


@fresh
@access("official", Right.MANAGE_PROCESSES)
@require_http_methods(["GET", "POST"])
def process(request: AuthenticatedRequest, key: str) -> HttpResponse:
    """The steps with their hours; changed hours make the next version."""
    row = _process(key)
    steps = _steps(row)
    names = [f"hours-{step['node']}" for step in steps]
    if request.method == "GET":
        as_is = {name: _shown(step["hours"]) for name, step in zip(names, steps, strict=True)}
        return _page(request, row, steps, Typed.read({**as_is, "version": str(row["version_id"])}, "version", *names))
    typed = Typed.read(request.POST, "version", *names)
    hours: dict[str, str] = {}
    for name, step in zip(names, steps, strict=True):
        value = typed.half_days(name)
        if value is not None and value > MOST_HOURS:
            typed.wrong(name, _("«%(step)s»: số giờ quá lớn.") % {"step": step["name"]})
        elif name not in typed.errors:
            new = "" if value is None else f"{value.normalize():f}"
            if new != str(step["hours"] or ""):
                hours[step["node"]] = new
    if typed["version"] != str(row["version_id"]):
        typed.wrong("version", _("Quy trình vừa được người khác đổi; xem lại số giờ bên dưới rồi gửi lại."))
    if not typed.errors and not hours:
        typed.wrong(names[0] if names else "version", _("Chưa có số giờ nào thay đổi."))
    if typed.errors:
        return _page(request, row, steps, typed)
    at = timezone.now()
    try:
        with transaction.atomic():
            codes = services.change_step_hours(
                version_id=row["version_id"], process_key=key, hours=hours, actor=request.actor,
                on=timezone.localdate(at), at=at,
            )  # fmt: skip
    except workflow.ProcessRefusedError as refusal:
        for _element, wrong, todo in refusal.problems:
            typed.wrong("version", f"{wrong} {todo}")
        return _page(request, row, steps, typed)
    said = _("Đã công bố bản mới; hồ sơ mới của %(n)d thủ tục đi theo, hồ sơ đang giải quyết giữ bản cũ.")
    messages.success(request, said % {"n": len(codes)})
    return redirect("administration:process", key)


def _shown(hours: object) -> str:
    return str(hours or "").replace(".", ",")


def _page(
    request: AuthenticatedRequest, row: Mapping[str, Any], steps: list[Mapping[str, Any]], typed: Typed
) -> HttpResponse:
    codes = procedures.codes_of_process(process_key=row["key"], on=timezone.localdate())
    context = {
        "process": row,
        "steps": [(f"hours-{step['node']}", step, _(ROLES.get(step["role"], step["role"]))) for step in steps],
        "codes": codes,
        "typed": typed,
    }
    return render(request, "administration/process.html", context, status=422 if typed.errors else 200)
