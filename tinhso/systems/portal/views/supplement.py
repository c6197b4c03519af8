"""Giving the papers that were asked for. Like the papers of a draft: a plain file input does everything, and the
script only makes it survive bad lines. What has been given waits in the session until it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.files import intake
from tinhso.foundation.files import public as files
from tinhso.foundation.signing import public as signing
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal.views.filing_papers import ACCEPT, offers, too_large
from tinhso.systems.portal.views.mine import own_tracking
from tinhso.systems.procedures import public as procedures
from tinhso.systems.vault import public as vault

MOST_FILES = 20
OTHER = "other"
Errors = list[tuple[str, str]]  # (place, sentence)


@access("signed_in")
@require_http_methods(["GET", "POST"])
def supplement(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Show, take, give back and send. All files of one press are looked at; one refused does not lose the others."""
    tracking = own_tracking(request, code)
    if not tracking.can_supplement:
        _forget(request, code)
        messages.warning(request, gettext("Lúc này hồ sơ không chờ bạn bổ sung."))
        return redirect("portal:dossier", code)
    wanted = _wanted(tracking)
    if request.method == "GET":
        return _show(request, tracking, wanted, [])
    if removed := request.POST.get("_remove"):
        _keep(request, code, [one for one in _given(request, code) if one["id"] != removed])
        return redirect("portal:supplement", code)
    if picked := request.POST.get("_pick"):
        refused = _pick(request, code, wanted, picked)
        return _show(request, tracking, wanted, refused) if refused else redirect("portal:supplement", code)
    errors = [*_uploaded(request, code, wanted), *_attached(request, code, wanted)]
    if request.headers.get("X-Fragment") == "paper":
        return _show(request, tracking, wanted, errors, only=request.POST.get("paper", ""))
    given = _given(request, code)
    if not errors and not given:
        errors.append((wanted[0].place, gettext("Chọn ít nhất một tệp")))
    if not errors:
        sentence = _send(request, code, wanted, given)
        if not sentence:
            _forget(request, code)
            messages.success(request, gettext("Đã gửi %(count)s giấy bổ sung.") % {"count": len(given)})
            return redirect("portal:dossier", code)
        errors.append(("", sentence))
    return _show(request, tracking, wanted, errors)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place for files: a paper asked for, one of the procedure, or anything else."""

    place: str
    key: str  # of the paper in the dossier
    name: str
    is_asked: bool = False


def _wanted(tracking: one_stop.Tracking) -> list[Wanted]:
    """What was asked for, in the words of whoever asked; where nothing is named, the papers of the procedure."""
    try:
        papers = procedures.get_procedure(code=tracking.procedure_code).papers
    except LookupError:
        papers = ()
    known = {word: paper for paper in papers for word in (paper.key, paper.name)}
    places: dict[str, Wanted] = {}
    for number, name in enumerate(tracking.wanted):
        paper = known.get(name)
        one = Wanted(paper.key, paper.key, paper.name, True) if paper else Wanted(f"asked-{number}", OTHER, name, True)
        places.setdefault(one.place, one)
    if not places:
        places = {paper.key: Wanted(paper.key, paper.key, paper.name) for paper in papers}
    return [*(one for place, one in places.items() if place != OTHER), Wanted(OTHER, OTHER, gettext("Giấy tờ khác"))]


def _session_key(code: str) -> str:
    return f"supplement:{code}"


def _given(request: AuthenticatedRequest, code: str) -> list[dict[str, Any]]:
    return list(request.session.get(_session_key(code), ()))


def _keep(request: AuthenticatedRequest, code: str, given: list[dict[str, Any]]) -> None:
    request.session[_session_key(code)] = given


def _forget(request: AuthenticatedRequest, code: str) -> None:
    request.session.pop(_session_key(code), None)


def _add(
    request: AuthenticatedRequest, code: str, place: str, kept: files.StoredFile, file_name: str, vault_key: str = ""
) -> None:
    """Raises FileRefusedError when there are too many."""
    given = _given(request, code)
    if any(one["place"] == place and one["sha256"] == kept.sha256 for one in given):
        return
    if len(given) >= MOST_FILES:
        sentence = gettext("Mỗi lần bổ sung nhận nhiều nhất %(most)s tệp. Gộp các trang vào một tệp PDF.")
        raise files.FileRefusedError((files.Problem("too_many", sentence % {"most": MOST_FILES}),))
    paper: dict[str, Any] = {
        "place": place,
        "sha256": kept.sha256,
        "file_name": file_name,
        "size": kept.size,
        "pages": kept.pages,
    }
    if vault_key:
        paper["vault"] = vault_key
    _keep(request, code, [*given, {"id": uuid4().hex[:12], **paper}])


def _pick(request: AuthenticatedRequest, code: str, wanted: Sequence[Wanted], picked: str) -> Errors:
    """A paper of the store instead of an upload: `place:key of the store`."""
    place, _, key = picked.partition(":")
    if place not in {one.place for one in wanted}:
        return []
    try:
        with transaction.atomic():
            lent = vault.lend_own(key=key, actor=request.actor, at=timezone.now())
        kept = files.StoredFile(lent.sha256, lent.size, lent.media_type, lent.pages)
        _add(request, code, place, kept, lent.file_name, vault_key=lent.key)
    except (LookupError, files.FileRefusedError) as refused:
        return [(place, str(refused).strip("'"))]
    return []


def _attached(request: AuthenticatedRequest, code: str, wanted: Sequence[Wanted]) -> Errors:
    """Files of plain inputs."""
    errors: Errors = []
    over, full = intake.over_limit(request), intake.without_space(request)
    for one in wanted:
        field = f"paper-{one.place}"
        for sent in request.FILES.getlist(field):
            file_name = files.safe_name(name=sent.name or "")
            try:
                kept = files.keep(content=sent, name=file_name)  # type: ignore[arg-type]
                _add(request, code, one.place, kept, file_name)
            except files.FileRefusedError as refused:
                errors.append((one.place, f"«{file_name}»: {refused}"))
        errors += [(one.place, too_large(file_name)) for where, file_name in over if where == field]
        errors += [(one.place, f"«{file_name}»: {intake.no_space()}") for where, file_name in full if where == field]
    return errors


def _uploaded(request: AuthenticatedRequest, code: str, wanted: Sequence[Wanted]) -> Errors:
    """A finished resumable upload named by the script."""
    upload_id, place = request.POST.get("upload", ""), request.POST.get("paper", "")
    if not upload_id or place not in {one.place for one in wanted}:
        return []
    try:
        found = files.upload(upload_id=upload_id, owner=request.actor.key)
    except LookupError as missing:
        return [(place, str(missing).strip("'"))]
    try:
        _add(request, code, place, files.finished(upload=found), found.name)
    except files.FileRefusedError as refused:
        return [(place, f"«{found.name}»: {refused}")]
    return []


def _send(request: AuthenticatedRequest, code: str, wanted: Sequence[Wanted], given: Sequence[dict[str, Any]]) -> str:
    """Empty when done, else why not."""
    by_place = {one.place: one for one in wanted}
    papers = []
    for paper in given:
        one = by_place.get(paper["place"], wanted[-1])
        picked = paper.get("vault", "")
        papers.append(one_stop.PaperGiven(one.key, one.name, paper["sha256"], paper["file_name"], vault=picked))
    try:
        with transaction.atomic():
            one_stop.supplement(
                code=code,
                actor=request.actor,
                data=None,
                papers=papers,
                at=timezone.now(),
                once=f"supplement:{code}:{request.POST.get('once', '')[:64]}",
            )
    except (PermissionError, one_stop.RefusedError) as refused:
        return str(refused)
    return ""


def _show(
    request: AuthenticatedRequest,
    tracking: one_stop.Tracking,
    wanted: Sequence[Wanted],
    errors: Errors,
    only: str | None = None,
) -> HttpResponse:
    given = _given(request, tracking.code)
    asked = [vault.Wanted(tracking.procedure_code, one.key, one.name) for one in wanted]
    held = vault.fits(actor=request.actor, wanted=asked, at=timezone.now())
    rows = [_row(one, given, errors, held.get(one.key, []) if one.key != OTHER else []) for one in wanted]
    context: dict[str, Any] = {"accept": ACCEPT, "limit_mb": f"{files.size_limit() // 1_000_000} MB"}
    status = 422 if errors else 200
    if only is not None:
        row = next((row for row in rows if row["key"] == only), None)
        if row is None:
            raise Http404(gettext("Không có giấy tờ này."))
        return render(request, "portal/_filing_paper.html", {**context, "row": row}, status=status)
    context |= {
        "t": tracking,
        "rows": rows,
        "errors": [(f"paper-{place}" if place else "", sentence) for place, sentence in errors],
        "once": request.POST.get("once") or uuid4().hex,
    }
    return render(request, "portal/supplement.html", context, status=status)


def _row(one: Wanted, given: Sequence[dict[str, Any]], errors: Errors, held: list[vault.Held]) -> dict[str, Any]:
    return {
        "key": one.place,
        "id": f"paper-{one.place}",
        "name": one.name,
        "note": "",
        "case": "",
        "required": one.is_asked,
        "given": [
            {**paper, "href": "", "verdict": signing.words_of(sha256=paper.get("sha256", ""))}
            for paper in given
            if paper["place"] == one.place
        ],
        "held": offers(held, {paper.get("vault", "") for paper in given}),
        "errors": [sentence for place, sentence in errors if place == one.place],
    }
