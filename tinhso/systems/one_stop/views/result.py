"""The draft and the result: what the head checks, the leader approves, the clerk numbers and the desk returns."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, AuthenticatedRequest, access
from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.public import VerdictWords
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.signatures import one
from tinhso.systems.one_stop.signatures.document import document_of
from tinhso.systems.one_stop.views.opening import note_reading, opened


def shown_result(found: Dossier, actor: Actor) -> dict[str, Any] | None:
    """What the screen shows of draft and result; None before there is a draft, and to the owner."""
    draft = found.result_draft or {}
    if permissions.is_owner(actor, found) or not (draft or found.result_number or found.result_sha256):
        return None
    drafted = found.history.filter(kind="drafted").order_by("-at", "-id").first()
    return {
        "title": _("Kết quả") if found.result_number else _("Dự thảo kết quả"),
        "name": found.result_name,
        "lines": [line for line in str(draft.get("content", "")).splitlines() if line.strip()],
        "drafted": drafted,
        "draft_name": draft.get("file_name") or _("Tệp dự thảo"),
        "draft_href": reverse("one_stop:result", args=[found.code, "draft"]) if draft.get("sha256") else "",
        "signed_href": reverse("one_stop:result", args=[found.code, "signed"]) if _is_signed(found) else "",
        "verdict": _verdict(found),
        "number": found.result_number,
        "day": found.result_date,
        "final_href": reverse("one_stop:result", args=[found.code, "final"]) if found.result_sha256 else "",
    }


def _verdict(found: Dossier) -> VerdictWords | None:
    """On the newest form of the result: sealed, or signed by the leader alone."""
    sha256 = found.result_sha256 or one.signed_draft(found)
    return signing.words_of(sha256=sha256) if sha256 else None


def _is_signed(found: Dossier) -> bool:
    return bool(found.result_draft.get(one.SIGNED)) and not found.result_sha256


@access("official")
def result_file(request: AuthenticatedRequest, code: str, which: str) -> HttpResponseBase:
    """The bytes of the draft or of the numbered result, to officials who may read the dossier."""
    found = opened(request, code)
    draft = found.result_draft or {}
    sha256 = {"draft": draft.get("sha256", ""), "signed": one.signed_draft(found), "final": found.result_sha256}.get(
        which, ""
    )
    if which == "document" and draft and (document := document_of(found, request.actor)):
        sha256 = document.sha256
    if not sha256 or permissions.is_owner(request.actor, found):
        raise Http404
    name = (draft.get("file_name") if which == "draft" else "") or f"{found.code}.pdf"
    words = _("Dự thảo kết quả") if which in ("draft", "document") else _("Kết quả")
    note_reading(request, found, words, sha256=sha256)
    return files.response(sha256=sha256, name=name, inline=True)
