"""Pages that carry a modeller: BPMN, DMN, form-js. Each has a plain page beside it that does the same by keyboard."""

from django.http import HttpResponse
from django.shortcuts import render

from tinhso.foundation.accounts.public import AuthenticatedRequest
from tinhso.systems.studio import services
from tinhso.systems.studio.views.common import studio, the_draft


@studio
def drawing(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    found = the_draft(draft_id, "process")
    return render(request, "studio/drawing.html", {"draft": found, "judged": services.judged(found)})


@studio
def decision(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    found = the_draft(draft_id, "decision")
    return render(request, "studio/decision_drawing.html", {"draft": found, "judged": services.judged(found)})


@studio
def form(request: AuthenticatedRequest, draft_id: int) -> HttpResponse:
    found = the_draft(draft_id, "form")
    return render(request, "studio/form_drawing.html", {"draft": found, "judged": services.judged(found)})
