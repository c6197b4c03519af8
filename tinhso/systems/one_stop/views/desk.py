"""The counter: a paper dossier in two minutes, by keyboard alone, with nothing typed twice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.foundation.accounts.public import AuthenticatedRequest, Right, access
from tinhso.foundation.audit import public as audit
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing import public as signing
from tinhso.lib import identifiers
from tinhso.systems.one_stop import desk
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.desk import Intake
from tinhso.systems.one_stop.selectors.one import paper_list
from tinhso.systems.one_stop.selectors.people import known_person
from tinhso.systems.one_stop.views.opening import opened
from tinhso.systems.procedures import public as procedures

Errors = list[tuple[str, str]]
CARD_PHOTO_LIMIT = 20_000_000  # bytes


@access("official", Right.RECEIVE)
@require_http_methods(["GET", "POST"])
def intake(request: AuthenticatedRequest) -> HttpResponse:
    """The counter's one page. POST `do` names what the officer did; the state stays in the session."""
    state = desk.load(request.session)
    at = timezone.now()
    if not state.started_at:
        state.started_at = at.isoformat()
    errors: Errors = []
    found: list[procedures.Hit] | None = None
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do in ("receive", "lack", "refuse"):
            return _receive(request, state, at, decision=do)
        if do == "find":
            found = procedures.search(text=request.POST.get("procedure", "")[:200], limit=9, online_only=True)
        elif act := ACTS.get(do):
            errors = act(request, state, at)
            if do == "clear":
                return redirect("one_stop:desk")
            desk.keep(request.session, state)
            if not errors:
                return redirect("one_stop:desk")
    desk.keep(request.session, state)
    return _page(request, state, at, errors, found)


def _page(
    request: AuthenticatedRequest,
    state: Intake,
    at: datetime,
    errors: Errors,
    found: list[procedures.Hit] | None = None,
    status: int | None = None,
) -> HttpResponse:
    unit_id = request.actor.unit_ids(Right.RECEIVE)[0]
    context: dict[str, Any] = {
        "state": state,
        "errors": errors,
        "found": found,
        "typed": request.POST if request.method == "POST" else {},
        "unit": organizations.get_unit(unit_id=unit_id),
        "procedure": None,
        "papers": [],
        "paper_notes": {},
        "verdicts": {},
        "missing": [],
        "promise": None,
        "fees": [],
        "payer_groups": [],
        "handlers": [],
        "handler_options": [],
        "seconds": int((at - datetime.fromisoformat(state.started_at)).total_seconds()) if state.started_at else 0,
    }
    if state.procedure_code:
        context |= _procedure_context(request, state, unit_id, at)
    return render(request, "one_stop/desk.html", context, status=status or (422 if errors else 200))


def _look_in_store(request: AuthenticatedRequest, state: Intake, procedure: procedures.Procedure, at: datetime) -> None:
    with transaction.atomic():
        desk.look_in_store(state, procedure.papers, actor=request.actor, at=at)
    desk.keep(request.session, state)


def _procedure_context(request: AuthenticatedRequest, state: Intake, unit_id: int, at: datetime) -> dict[str, Any]:
    procedure = procedures.get_procedure(code=state.procedure_code)
    _look_in_store(request, state, procedure, at)
    handlers = desk.handlers_for(procedure_code=state.procedure_code, desk_unit_id=unit_id, on=at.date())
    return {
        "procedure": procedure,
        "papers": procedure.papers,
        "paper_notes": {paper.key: _notes(state, paper) for paper in procedure.papers},
        "verdicts": {key: signing.words_of(sha256=scan["sha256"], at=at) for key, scan in state.files.items()},
        "missing": desk.missing(state, procedure.papers),
        "promise": desk.promise(procedure_code=state.procedure_code, unit_id=unit_id, at=at),
        "fees": procedures.fee_lines(
            code=state.procedure_code, on=at.date(), data=_data(state), channel="desk", copies=state.copies
        ),
        "payer_groups": desk.payer_groups(procedure_code=state.procedure_code, on=at.date()),
        "handlers": handlers,
        "handler_options": [(u.key, u.name) for u in handlers],
        "handler": next((u for u in handlers if u.key == state.unit_key), handlers[0] if handlers else None),
    }


def _notes(state: Intake, paper: procedures.Paper) -> list[str]:
    """Under a paper's name: how it is given, in which case, and the scan there is."""
    given = [
        _("%(n)s bản chính") % {"n": paper.originals} if paper.originals else "",
        _("%(n)s bản sao") % {"n": paper.copies} if paper.copies else "",
    ]
    when = _("xuất trình") if paper.is_shown_only else paper.case or ("" if paper.required else _("khi cần"))
    if paper.key in state.held:
        held = _("Kho của người nộp đã có: %(what)s. Tự vào hồ sơ khi nhận, không thu bản giấy.")
        given = [held % {"what": state.held[paper.key]["sentence"]}]
    elif paper.key in state.registers:
        given = [_("%(place)s đã có, không yêu cầu nộp") % {"place": state.registers[paper.key]}]
    return [note for note in (*given, when, state.files.get(paper.key, {}).get("name", "")) if note]


def _know_person(request: AuthenticatedRequest, state: Intake, at: datetime) -> Errors:
    """A scanned card, a number of somebody known, or what the officer types."""
    text = request.POST.get("card", "").strip()[:1000]
    if not text and (photo := request.FILES.get("card_photo")):
        text, wrong = desk.card_in_photograph(photo.read() if (photo.size or 0) <= CARD_PHOTO_LIMIT else b"")
        if wrong:
            return [("card_photo", wrong)]
    if text and (card := desk.read_card(text)):
        _take(state, card)
        _add_what_is_known(request, state)
        return []
    if text:
        verdict = identifiers.check("personal_id", text, {})
        if verdict.verdict == "invalid":
            return [("card", _("Đây không phải mã QR thẻ căn cước, cũng không phải số định danh 12 chữ số."))]
        state.identity_number = "".join(c for c in text if c.isdigit())
        state.name = ""
        _add_what_is_known(request, state)
        if not state.name:
            state.source = "typed"
        return []
    return _typed_person(request, state)


def _take(state: Intake, values: dict[str, str]) -> None:
    for key, value in values.items():
        setattr(state, key, value)


def _add_what_is_known(request: AuthenticatedRequest, state: Intake) -> None:
    known = known_person(identity_number=state.identity_number)
    if known is None:
        return
    state.name = state.name or known.name
    state.address = state.address or known.address
    state.phone, state.email = known.phone, known.email
    state.source = state.source if state.source == "qr" else "known"
    with transaction.atomic():
        audit.record_reading(
            owner=state.identity_number,
            actor=request.actor.key,
            actor_name=request.actor.name,
            unit_name=request.actor.posts[0].unit_name,
            what=_("Thông tin liên hệ ở hồ sơ trước"),
            purpose=_("Tiếp nhận hồ sơ tại quầy"),
            subject=known.code,
        )


def _typed_person(request: AuthenticatedRequest, state: Intake) -> Errors:
    errors: Errors = []
    name = " ".join(request.POST.get("name", "").split())[:200]
    number = request.POST.get("identity_number", "").strip()[:40]
    phone = request.POST.get("phone", "").strip()[:20]
    if not name:
        errors.append(("name", _("Chưa có họ và tên người nộp.")))
    if identifiers.check("personal_id", number, {}).verdict == "invalid" and (
        identifiers.check("tax_code", number, {}).verdict == "invalid"
    ):
        errors.append(("identity_number", _("Số định danh phải có 12 chữ số; tổ chức dùng mã số thuế 10 chữ số.")))
    if phone and identifiers.check("phone", phone, {}).verdict == "invalid":
        errors.append(("phone", _("Số điện thoại không đúng: cần 10 chữ số, bắt đầu bằng 0.")))
    state.name, state.identity_number, state.phone = name, number.replace(" ", ""), phone
    state.address = " ".join(request.POST.get("address", "").split())[:400]
    state.email = request.POST.get("email", "").strip()[:254]
    state.source = state.source or "typed"
    return errors


def _choose_procedure(request: AuthenticatedRequest, state: Intake, at: datetime) -> Errors:
    code = request.POST.get("code", "")
    try:
        procedures.binding_on(code=code, on=at.date())
    except LookupError:
        return [("procedure", _("Thủ tục này hôm nay không tiếp nhận ở đây. Hãy tìm thủ tục khác."))]
    unit_id = request.actor.unit_ids(Right.RECEIVE)[0]
    handlers = desk.handlers_for(procedure_code=code, desk_unit_id=unit_id, on=at.date())
    state.procedure_code, state.given, state.files, state.copies = code, [], {}, 0
    state.payer_group = ""
    state.unit_key = handlers[0].key if handlers else ""
    return []


_PERSON = ("name", "identity_number", "phone", "email", "address", "birth_date", "source", "payer_group")


def _forget_person(request: AuthenticatedRequest, state: Intake, at: datetime) -> Errors:
    _take(state, dict.fromkeys(_PERSON, ""))
    return []


def _forget_procedure(request: AuthenticatedRequest, state: Intake, at: datetime) -> Errors:
    state.procedure_code = ""
    return []


def _look_at_papers(request: AuthenticatedRequest, state: Intake, at: datetime) -> Errors:
    """Ticks and scans so far are kept, and each signature is judged before the dossier is received."""
    if not state.procedure_code:
        return [("", _("Cần có người nộp và thủ tục trước khi nhận hồ sơ."))]
    return _read_papers(request, state, procedures.get_procedure(code=state.procedure_code))


def _clear(request: AuthenticatedRequest, state: Intake, at: datetime) -> Errors:
    desk.clear(request.session)
    return []


ACTS: dict[str, Callable[[AuthenticatedRequest, Intake, datetime], Errors]] = {
    "person": _know_person,
    "change-person": _forget_person,
    "procedure": _choose_procedure,
    "change-procedure": _forget_procedure,
    "papers": _look_at_papers,
    "clear": _clear,
}


def _receive(request: AuthenticatedRequest, state: Intake, at: datetime, *, decision: str) -> HttpResponse:
    """Tick, scan and receive in one press; what is missing is said and nothing typed is lost.

    decision: `lack` registers the dossier and leads to the supplement slip, `refuse` to the refusal slip (mẫu 02, 03).
    """
    if not (state.has_person and state.procedure_code):
        return _page(request, state, at, [("", _("Cần có người nộp và thủ tục trước khi nhận hồ sơ."))])
    procedure = procedures.get_procedure(code=state.procedure_code)
    _look_in_store(request, state, procedure, at)
    errors = _read_papers(request, state, procedure)
    groups = dict(desk.payer_groups(procedure_code=state.procedure_code, on=at.date()))
    state.payer_group = group if (group := request.POST.get("payer_group", "")) in groups else ""
    desk.keep(request.session, state)
    missing = desk.missing(state, procedure.papers)
    if decision == "receive":
        errors += [(f"paper-{p.key}", _("Thiếu giấy: %(name)s") % {"name": p.name}) for p in missing]
    if errors:
        return _page(request, state, at, errors)
    try:
        with transaction.atomic():
            receipt = one_stop.submit(
                procedure_code=state.procedure_code,
                form_version_id=None,
                data=_data(state),
                papers=_papers(request, state, procedure, at),
                unit_key=state.unit_key,
                actor=request.actor,
                at=at,
                once=state.once,
                channel="desk",
                return_channel=state.return_channel,
                copies=state.copies,
                accept=decision == "receive",
            )
    except one_stop.RefusedError as refused:
        return _page(request, state, at, [(f.place, f.sentence) for f in refused.findings])
    desk.clear(request.session)
    if decision == "receive":
        return redirect("one_stop:received", receipt.code)
    slug = "supplement-request" if decision == "lack" else "refusal"
    wanted = urlencode({"items": "\n".join(p.name for p in missing)}) if decision == "lack" else ""
    return redirect(f"{reverse('one_stop:act', args=[receipt.code, slug])}?{wanted}")


def _read_papers(request: AuthenticatedRequest, state: Intake, procedure: procedures.Procedure) -> Errors:
    errors: Errors = []
    known = {paper.key for paper in procedure.papers}
    state.given = [key for key in request.POST.getlist("given") if key in known]
    wanted = request.POST.get("return_channel", "electronic")
    state.return_channel = wanted if wanted in ("electronic", "desk", "post") else "electronic"
    state.unit_key = request.POST.get("unit_key", state.unit_key)
    copies = request.POST.get("copies", "").strip()
    state.copies = min(int(copies), 100) if copies.isdigit() and len(copies) < 4 else 0
    for paper_key in known:
        sent = request.FILES.get(f"file-{paper_key}")
        if sent is None:
            continue
        try:
            kept = files.keep(content=cast(BinaryIO, sent), name=sent.name or "giay-to")
        except files.FileRefusedError as refused:
            errors += [(f"paper-{paper_key}", problem.sentence) for problem in refused.problems]
            continue
        state.files[paper_key] = {"sha256": kept.sha256, "name": sent.name}
    return errors


def _data(state: Intake) -> dict[str, Any]:
    """The applicant as every dossier keeps it; the paper form itself is scanned, not typed."""
    return {
        "applicant_name": state.name,
        "applicant_id": state.identity_number,
        "applicant_phone": state.phone,
        "applicant_email": state.email,
        "applicant_address": state.address,
        "applicant_birth_date": state.birth_date,
        "copies": state.copies,
        **({"payer_group": state.payer_group} if state.payer_group else {}),
    }


def _papers(
    request: AuthenticatedRequest, state: Intake, procedure: procedures.Procedure, at: datetime
) -> list[one_stop.PaperGiven]:
    """What was handed over or scanned; from the store what is held and needed, or ticked, and not scanned."""
    from_store = {
        paper.key
        for paper in procedure.papers
        if paper.key in state.held and paper.key not in state.files and (paper.required or paper.key in state.given)
    }
    over_the_counter = {*state.given, *state.files} - from_store
    given = [
        one_stop.PaperGiven(
            key=paper.key,
            name=paper.name,
            sha256=state.files.get(paper.key, {}).get("sha256", ""),
            file_name=state.files.get(paper.key, {}).get("name", ""),
            kind="original" if paper.originals else "copy",
        )
        for paper in procedure.papers
        if paper.key in over_the_counter
    ]
    held = [paper for paper in procedure.papers if paper.key in from_store]
    return given + [desk.lend_held(state, paper, actor=request.actor, at=at) for paper in held]


@access("official", Right.RECEIVE)
def received(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Done: the code, the appointment, the print, and the next person."""
    dossier = opened(request, code)
    judged = [(paper.name, signing.words_of(sha256=paper.sha256)) for paper in paper_list(dossier) if paper.sha256]
    context = {"dossier": dossier, "verdicts": [(name, found) for name, found in judged if found is not None]}
    return render(request, "one_stop/received.html", context)
