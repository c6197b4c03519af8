"""The step table: every step a row, one row a page; works by keyboard and without JavaScript."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import ProcessRefusedError, Row, StepTable
from tinhso.systems.studio import rows, services, tables
from tinhso.systems.studio.models import Draft
from tinhso.systems.studio.views.common import save, studio, the_draft
from tinhso.systems.studio.words import ADDED, CLOCKS, ROLES, SPLITS, STAGES

MOST_ROWS = 150


def read(draft: Draft) -> StepTable | None:
    """The table of a draft; None where its drawing cannot be read at all."""
    try:
        return workflow.read_table(draft.content.encode())
    except ProcessRefusedError:
        return None


@studio
@require_http_methods(["GET", "POST"])
def table(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    draft = the_draft(draft_id, "process")
    steps = read(draft)
    if steps is None:
        return redirect("studio:draft", draft_id)
    error = ""
    if request.method == "POST":
        changed, what, onward = _change(request, steps)
        if changed is None:
            error = what
        else:
            error = save(request, draft, workflow.write_table(changed).decode(), what, name=changed.name)
            if not error:
                return redirect("studio:row", draft_id, onward) if onward else redirect("studio:table", draft_id)
    return _page(request, draft, steps, error)


def _change(request: AuthenticatedRequest, steps: StepTable) -> tuple[StepTable | None, str, str]:
    """(new table, what was done, row to look at next); no table and a sentence where it cannot be done."""
    step, _sign, key = request.POST.get("step", "").partition(":")
    try:
        if step == "add":
            if len(steps.rows) >= MOST_ROWS:
                return None, _("Bảng đã có %(n)d dòng; tách thành các quy trình con.") % {"n": MOST_ROWS}, ""
            kind, name = request.POST.get("kind", "user"), " ".join(request.POST.get("name", "").split())[:300]
            if kind not in ADDED:
                return None, _("Chọn loại bước."), ""
            if not name and kind not in ("and", "end"):
                return None, _("Đặt tên cho bước mới."), ""
            after = request.POST.get("after", "")
            changed, made = tables.insert_after(steps, after, kind=kind, name=name)
            return changed, _("Đã thêm «%(name)s»") % {"name": name or workflow.KINDS[kind]}, made
        if step in ("up", "down"):
            return tables.move(steps, key, -1 if step == "up" else 1), _("Đã đổi thứ tự"), ""
        if step == "remove":
            name = tables.title(steps.row(key))
            return tables.remove(steps, key), _("Đã xoá «%(name)s»") % {"name": name}, ""
    except KeyError:
        return None, _("Bước này không còn trong bảng; xem lại bảng bên dưới."), ""
    return None, _("Chọn một việc."), ""


def _page(request: AuthenticatedRequest, draft: Draft, steps: StepTable, error: str) -> HttpResponse:
    judged = services.judged(draft)
    at_fault = {_node(place): f"{wrong} {todo}" for place, wrong, todo in judged.problems}
    context = {
        "draft": draft,
        "lines": [_line(steps, row, at_fault) for row in steps.rows],
        "judged": judged,
        "error": error,
        "kinds": [(kind, workflow.KINDS[kind]) for kind in ADDED],
        "places": [(row.key, tables.title(row)) for row in steps.rows if row.kind not in ("end", "terminate", "error")],
        "typed": {name: request.POST.get(name, "") for name in ("kind", "name", "after")},
    }
    return render(request, "studio/table.html", context, status=422 if error else 200)


def _node(place: str) -> str:
    """The key in «Thẩm định (tham_dinh)»."""
    return place.rpartition("(")[2].rstrip(")") if place.endswith(")") else place


def _line(steps: StepTable, row: Row, at_fault: dict[str, str]) -> dict[str, Any]:
    depth, above = 0, row.within
    while above:
        depth, above = depth + 1, steps.row(above).within
    gate = row.gate or f"{row.key}_re"
    return {
        "row": row,
        "title": tables.title(row),
        "kind": workflow.KINDS[row.kind],
        "role": ROLES.get(row.role, row.role),
        "hours": row.hours.replace(".", ",") or (row.hours_by and _("theo bảng")) or "",
        "clock": CLOCKS.get(row.clock, row.clock) if row.clock not in ("", "running") else "",
        "ways": rows.said(steps, row),
        "depth": min(depth, 3),
        "on": tables.title(steps.row(row.on)) if row.on in steps.known() else "",
        "limit": rows.limit_of(row) if row.after else None,
        "wrong": at_fault.get(row.key) or at_fault.get(gate) or "",
    }


@studio
@require_http_methods(["GET", "POST"])
def row(request: AuthenticatedRequest, draft_id: int, key: str) -> HttpResponse:
    """One row: who, how long, what the clock does, which answers, where on, where back."""
    draft = the_draft(draft_id, "process")
    steps = read(draft)
    if steps is None or key not in steps.known():
        raise Http404
    found = rows.RowTyped(steps.row(key), {})
    error = ""
    if request.method == "POST":
        found = rows.read(steps, steps.row(key), request.POST.dict())
        if not found.errors:
            content = workflow.write_table(steps.with_row(found.row)).decode()
            what = _("Đã ghi bước «%(name)s»") % {"name": tables.title(found.row)}
            error = save(request, draft, content, what)
            if not error:
                return redirect("studio:table", draft_id)
    return _row_page(request, draft, steps, found, error)


def _row_page(
    request: AuthenticatedRequest, draft: Draft, steps: StepTable, found: rows.RowTyped, error: str
) -> HttpResponse:
    one = found.row
    amount, per = rows.limit_of(one) if one.after else ("", "days")
    context = {
        "draft": draft,
        "row": one,
        "title": tables.title(one),
        "kind": workflow.KINDS[one.kind],
        "errors": found.errors,
        "error_list": [("", error)] * bool(error) + [(f"f-{name}", said) for name, said in found.errors.items()],
        "roles": [(role, ROLES[role]) for role in ROLES],
        "clocks": [(clock, CLOCKS[clock]) for clock in ("running", "paused", "citizen")],
        "stages": list(STAGES.items()),
        "units": [("", _("nơi giải quyết")), ("desk", _("nơi tiếp nhận")), ("agency", _("cơ quan ký kết quả"))],
        "splits": list(SPLITS.items()),
        "targets": tables.targets(steps, one.key),
        "earlier": [(row.key, tables.title(row)) for row in tables.earlier(steps, one.key)],
        "outcomes": "\n".join(f"{key} = {label}" for key, label in one.outcomes),
        "answers": list(one.outcomes),
        "ways": rows.ways_of(steps, one),
        "amount": found.typed.get("amount", amount),
        "per": found.typed.get("per", per),
        "hours": found.typed.get("hours", one.hours).replace(".", ","),
        "decisions": [("", _("không"))] + [(row["key"], row["name"]) for row in workflow.decision_tables()],
        "processes": [(row["key"], row["name"]) for row in workflow.processes()],
        "types": steps.types,
    }
    return render(request, "studio/row.html", context, status=422 if found.errors or error else 200)
