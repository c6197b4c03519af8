"""What the studio's views share: the draft of an address, a change saved or told why not."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.systems.procedures import public as procedures
from tinhso.systems.studio import selectors, services
from tinhso.systems.studio.models import Draft

Rest = ParamSpec("Rest")
View = Callable[Concatenate[AuthenticatedRequest, Rest], HttpResponse]


def studio(view: View[Rest]) -> View[Rest]:
    """A page of the studio: for whoever manages processes; copies in memory are compared with the database first."""

    @wraps(view)
    def looked_again(request: AuthenticatedRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        procedures.look_again()
        return view(request, *args, **kwargs)

    return access("official", Right.MANAGE_PROCESSES)(looked_again)


def the_draft(draft_id: int, *kinds: str) -> Draft:
    """Raises Http404, also for a draft of another kind."""
    try:
        draft = selectors.get_draft(draft_id)
    except LookupError:
        raise Http404 from None
    if kinds and draft.kind not in kinds:
        raise Http404
    return draft


def rev_of(request: AuthenticatedRequest) -> int:
    """The revision a form was filled in from; 0, which fits none, where it is missing or no number."""
    text = request.POST.get("rev", "")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def text_of(file: UploadedFile) -> str:
    """An uploaded file as text. Raises DraftError."""
    raw = file.read(services.MAX_BYTES + 1)
    if len(raw) > services.MAX_BYTES:
        raise services.DraftError("Tệp lớn hơn 1 MB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise services.DraftError("Tệp không phải văn bản UTF-8.") from None


def save(request: AuthenticatedRequest, draft: Draft, content: str, what: str, *, name: str = "") -> str:
    """Write a change; the sentence that says why not, or nothing."""
    try:
        with transaction.atomic():
            services.save(
                draft_id=draft.pk, rev=rev_of(request), content=content, what=what, actor=request.actor,
                at=timezone.now(), name=name,
            )  # fmt: skip
    except services.DraftError as error:
        return str(error)
    messages.success(request, f"{what}.")
    return ""
