"""A draft tried: clicked through, lived once more by last month's cases, and many times by chance."""

import re
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.studio import selectors
from tinhso.systems.studio.views.common import studio, the_draft
from tinhso.systems.studio.words import CLOCKS, ROLES

CASES = (1_000, 10_000, 50_000)
_VARIABLE = re.compile(r"([^\W\d]\w*)\s*=\s*(.*)")


def variables_of(text: str) -> dict[str, object]:
    """`amount = 5000` a line: what conditions read; true and false are themselves."""
    found: dict[str, object] = {}
    for line in text.splitlines()[:50]:
        if match := _VARIABLE.fullmatch(line.strip()):
            value = match[2].strip()
            plain = {"true": True, "false": False, "đúng": True, "sai": False}.get(value.casefold(), value)
            found[match[1]] = plain
    return found


@studio
def clicking(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """The clicks stand in the address: going back is undo, and the address can be handed on."""
    draft = the_draft(draft_id, "process")
    clicks = request.GET.getlist("c")
    facts = request.GET.get("facts", "")[:2000]
    walked, refusal = None, ""
    try:
        walked = workflow.click_through(bpmn=draft.content.encode(), clicks=clicks, variables=variables_of(facts))
    except workflow.ProcessRefusedError as error:
        refusal = str(error)
    context = {
        "draft": draft, "walked": walked, "clicks": clicks, "facts": facts, "refusal": refusal, "roles": ROLES,
        "clocks": CLOCKS,
    }  # fmt: skip
    return render(request, "studio/trial.html", context)


@studio
def replay(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """Last month's cases on the draft: «these 14 would have ended elsewhere»."""
    draft = the_draft(draft_id, "process")
    found, refusal = [], ""
    try:
        found = workflow.replay_histories(
            bpmn=draft.content.encode(), process_key=draft.key, since=selectors.month_before(timezone.now())
        )
    except workflow.ProcessRefusedError as error:
        refusal = str(error)
    context = {
        "draft": draft,
        "refusal": refusal,
        "total": len(found),
        "same": sum(one.verdict == "same" for one in found),
        "elsewhere": [one for one in found if one.verdict == "elsewhere"],
        "stuck": [one for one in found if one.verdict == "stuck"],
        "codes": one_stop.codes_of(subjects=[one.subject for one in found if one.verdict != "same"]),
    }
    return render(request, "studio/replay.html", context)


@studio
def simulation(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    """Measured step times by chance: expected lateness, as a picture and as a table."""
    draft = the_draft(draft_id, "process")
    limit = _number(request.GET.get("days", ""))
    cases = int(request.GET["cases"]) if request.GET.get("cases", "") in map(str, CASES) else CASES[1]
    found, refusal = None, ""
    try:
        found = workflow.simulate(
            bpmn=draft.content.encode(), process_key=draft.key, since=selectors.month_before(timezone.now()),
            cases=cases, limit_hours=float(limit * 8) if limit else None,
        )  # fmt: skip
    except workflow.ProcessRefusedError as error:
        refusal = str(error)
    except workflow.TooLargeError:
        refusal = _("Quy trình có quá nhiều trạng thái để mô phỏng; tách thành các quy trình con.")
    context = {
        "draft": draft, "found": found, "refusal": refusal, "cases": cases, "choices": CASES,
        "days": request.GET.get("days", ""),
        "top": max((count for _b, count in found.histogram), default=1) if found else 1,
        "limit_hours": float(limit * 8) if limit else None, "names": _names(draft.content),
    }  # fmt: skip
    return render(request, "studio/simulation.html", context)


def _number(text: str) -> Decimal | None:
    plain = text.strip().replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"\d{1,4}(\.\d)?", plain) and Decimal(plain) > 0 else None


def _names(content: str) -> dict[str, str]:
    try:
        return {row.key: row.name or row.key for row in workflow.read_table(content.encode()).rows}
    except workflow.ProcessRefusedError:
        return {}
