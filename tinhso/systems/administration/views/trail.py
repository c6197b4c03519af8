"""The audit trail of a subject: who did what, and whether the chain holds."""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.audit import public as audit
from tinhso.systems.administration.permissions import require
from tinhso.systems.administration.words import ACTS

LONGEST = 200


@access("official", Right.READ_AUDIT)
def trail(request: AuthenticatedRequest) -> HttpResponse:
    """Acts of one subject (a dossier code, `calendar`, `unit:12`), newest first."""
    subject = request.GET.get("subject", "").replace("\x00", "").strip()[:100]
    if subject:
        require(request.actor, Right.READ_AUDIT)
    entries = list(reversed(audit.trail(subject=subject, limit=LONGEST))) if subject else []
    context = {
        "subject": subject,
        "entries": [
            {"entry": entry, "act": _(ACTS[entry.act]) if entry.act in ACTS else "", "facts": _facts(entry.data)}
            for entry in entries
        ],
        "is_cut": len(entries) == LONGEST,
        "common": [
            ("calendar", _("Lịch làm việc")),
            ("catalogue", _("Danh mục thủ tục")),
            ("processes", _("Quy trình")),
        ],
    }
    return render(request, "administration/trail.html", context)


def _facts(data: object) -> list[tuple[str, str]]:
    if not isinstance(data, dict):
        return []
    return [
        (str(key), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
        for key, value in data.items()
        if value not in (None, "", [], {})
    ]
