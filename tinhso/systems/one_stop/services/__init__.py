"""One function = one thing a person does with a dossier."""

from tinhso.systems.one_stop.services.bulk import each
from tinhso.systems.one_stop.services.checking import Applicant
from tinhso.systems.one_stop.services.citizen import rate, supplement, withdraw
from tinhso.systems.one_stop.services.clock import explain
from tinhso.systems.one_stop.services.consulting import answer_consultation, ask_agencies
from tinhso.systems.one_stop.services.deadlines import reappoint, resume_dossier, stop_dossier
from tinhso.systems.one_stop.services.handling import (
    accept_dossier,
    approve,
    assign,
    assign_at_step,
    check_draft,
    complete_step,
    draft_result,
    finish_examination,
    hand_over,
    hand_over_by,
    lead_step,
    number_result,
    refuse_dossier,
    request_supplement,
    return_result,
    return_to_step,
    subject_of,
    take_over,
)
from tinhso.systems.one_stop.services.intake import Request, import_dossiers, preflight, submit
from tinhso.systems.one_stop.services.money import demand_fee, mark_paid

__all__ = [
    "Applicant",
    "Request",
    "accept_dossier",
    "answer_consultation",
    "approve",
    "ask_agencies",
    "assign",
    "assign_at_step",
    "check_draft",
    "complete_step",
    "demand_fee",
    "draft_result",
    "each",
    "explain",
    "finish_examination",
    "hand_over",
    "hand_over_by",
    "import_dossiers",
    "lead_step",
    "mark_paid",
    "number_result",
    "preflight",
    "rate",
    "reappoint",
    "refuse_dossier",
    "request_supplement",
    "resume_dossier",
    "return_result",
    "return_to_step",
    "stop_dossier",
    "subject_of",
    "submit",
    "supplement",
    "take_over",
    "withdraw",
]
