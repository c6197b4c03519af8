"""A decision table as a plain grid: a line a rule, a column a condition or a result."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.workflow import public as workflow
from tinhso.lib import decisions
from tinhso.lib.decisions import DecisionTable, Input, Output, Rule
from tinhso.lib.decisions.table import TYPES
from tinhso.lib.vietnamese import nfc
from tinhso.systems.studio import services
from tinhso.systems.studio.models import Draft
from tinhso.systems.studio.views.common import save, studio, the_draft
from tinhso.systems.studio.views.trial import variables_of

MOST_RULES, MOST_COLUMNS = 300, 12


def _table(draft: Draft) -> DecisionTable | None:
    try:
        return decisions.read_dmn(draft.content.encode())
    except decisions.DecisionRefusedError:
        return None


@studio
@require_http_methods(["GET", "POST"])
def grid(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    draft = the_draft(draft_id, "decision")
    table = _table(draft)
    if table is None:
        return redirect("studio:draft", draft_id)
    error, tried = "", None
    if request.method == "POST":
        table, what = _changed(table, request.POST)
        if request.POST.get("step") == "try":
            tried = _tried(table, request.POST.get("facts", ""))
        else:
            error = save(request, draft, decisions.write_dmn(table).decode(), what, name=table.name)
            if not error:
                return redirect("studio:grid", draft_id)
    context = {
        "draft": draft,
        "table": table,
        "problems": services.judged(draft),
        "policies": list(decisions.HIT_POLICIES.items()),
        "types": list(TYPES.items()),
        "roundings": list(decisions.ROUNDINGS.items()),
        "error": error,
        "tried": tried,
        "facts": request.POST.get("facts", ""),
        "wrong": _cells(table),
    }
    return render(request, "studio/grid.html", context, status=422 if error else 200)


def _cells(table: DecisionTable) -> list[dict[str, Any]]:
    _compiled, problems = decisions.compile_table(table)
    return [{"row": one.row, "place": one.place, "said": f"{one.wrong} {one.remedy}"} for one in problems]


def _changed(table: DecisionTable, posted: Any) -> tuple[DecisionTable, str]:
    """The grid as typed, with a line or a column more or less."""
    text = lambda name: nfc(posted.get(name, "")).strip()[:2000]  # noqa: E731 - one short word for reading a cell
    inputs = [
        Input(text(f"in-{n}-expression"), text(f"in-{n}-label"), text(f"in-{n}-type") or "string",
              tuple(value.strip() for value in text(f"in-{n}-values").split(",") if value.strip()))
        for n in range(_count(posted, "inputs"))
    ]  # fmt: skip
    outputs = [
        Output(text(f"out-{n}-name"), text(f"out-{n}-label"), text(f"out-{n}-type") or "number",
               text(f"out-{n}-rounding"), text(f"out-{n}-unit") or "1")
        for n in range(_count(posted, "outputs"))
    ]  # fmt: skip
    rules = [
        Rule(
            tests=tuple(text(f"r{r}-i{n}") for n in range(len(inputs))),
            results=tuple(text(f"r{r}-o{n}") for n in range(len(outputs))),
            basis=text(f"r{r}-basis"),
            id=text(f"r{r}-id"),
        )
        for r in range(_count(posted, "rules"))
    ]
    step, _sign, place = posted.get("step", "").partition(":")
    at = int(place) if place.isdigit() else 0
    what = _("Đã ghi bảng quyết định")
    if step == "add-rule" and len(rules) < MOST_RULES:
        rules.insert(at + 1, Rule(("",) * len(inputs), ("",) * len(outputs)))
        what = _("Đã thêm dòng %(n)d") % {"n": at + 2}
    elif step == "remove-rule" and at < len(rules):
        del rules[at]
        what = _("Đã xoá dòng %(n)d") % {"n": at + 1}
    elif step in ("up", "down") and at < len(rules):
        other = at + (1 if step == "down" else -1)
        if 0 <= other < len(rules):
            rules[at], rules[other] = rules[other], rules[at]
        what = _("Đã đổi thứ tự dòng")
    elif step == "add-input" and len(inputs) < MOST_COLUMNS:
        inputs.append(Input("", _("Điều kiện mới")))
        rules = [Rule((*r.tests, ""), r.results, r.basis, r.id) for r in rules]
        what = _("Đã thêm cột điều kiện")
    elif step == "remove-input" and at < len(inputs) and len(inputs) > 1:
        del inputs[at]
        rules = [Rule(r.tests[:at] + r.tests[at + 1 :], r.results, r.basis, r.id) for r in rules]
        what = _("Đã xoá cột điều kiện")
    name, policy = text("name") or table.name, text("policy")
    policy = policy if policy in decisions.HIT_POLICIES else table.hit_policy
    return DecisionTable(table.key, name, tuple(inputs), tuple(outputs), tuple(rules), policy), what


def _count(posted: Any, name: str) -> int:
    text = posted.get(name, "")
    return min(int(text), MOST_RULES) if text.isdigit() and len(text) < 5 else 0


def _tried(table: DecisionTable, facts: str) -> str:
    compiled, problems = decisions.compile_table(table)
    if compiled is None:
        return f"{problems[0].place}: {problems[0].wrong}"
    try:
        return decisions.decide(compiled, variables_of(facts)).sentence
    except workflow.DecisionError as error:
        return str(error)
