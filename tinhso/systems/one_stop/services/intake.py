"""Sending a dossier: everything is checked and prepared here; one SQL call writes all of it, the number last."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files.public import StoredFile
from tinhso.foundation.statements import prepared
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.searching import search_text_of
from tinhso.systems.one_stop.services import leaning, standing
from tinhso.systems.one_stop.services.checking import Applicant, Checked, check, stored_of
from tinhso.systems.one_stop.services.handling import KIND, accept_dossier
from tinhso.systems.one_stop.services.passage import state_after
from tinhso.systems.one_stop.services.routing import Units
from tinhso.systems.one_stop.types import Finding, PaperGiven, Receipt, RefusedError, RepeatedWithOtherContentError
from tinhso.systems.procedures import public as procedures

AT_DESK = frozenset({"desk", "post"})  # an official takes it in while the person waits


@dataclass(frozen=True, slots=True)
class Request:
    """One dossier as it is sent."""

    procedure_code: str
    data: Mapping[str, Any]
    papers: Sequence[PaperGiven]
    unit_key: str
    actor: Actor
    at: datetime
    once: str
    applicant: Applicant
    form_version_id: int | None = None
    channel: str = "online"
    return_channel: str = "electronic"
    sources: Mapping[str, Any] | None = None
    copies: int = 1
    origin_code: str = ""
    accept: bool = True  # at the desk: False registers it unaccepted, to ask for a supplement or to refuse in writing


def applicant_of(actor: Actor, data: Mapping[str, Any]) -> Applicant:
    """The signed-in person; for an official or a system, what the form says of the applicant."""
    first = lambda *keys: next((str(data[k]).strip() for k in keys if data.get(k)), "")  # noqa: E731
    mine = actor.kind in {"citizen", "business"}
    return Applicant(
        name=actor.name if mine else first("applicant_name", "owner_name", "full_name", "business_name"),
        identity_number=actor.identity_number
        if mine
        else first("applicant_id", "applicant_identity", "identity_number"),
        kind="business" if actor.kind == "business" or data.get("applicant_kind") == "business" else "citizen",
        phone=first("applicant_phone", "phone"),
        email=first("applicant_email", "email"),
        address=first("applicant_address", "address", "residence"),
    )


def digest_of(request: Request) -> str:
    """What makes two sendings the same."""
    content = [
        request.procedure_code,
        request.unit_key,
        request.applicant.identity_number,
        request.data,
        [[p.key, p.sha256] for p in request.papers],
    ]
    text = json.dumps(content, sort_keys=True, cls=DjangoJSONEncoder, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _encoded(payload: Any) -> str:
    """As the SQL call reads it: three times as fast as Django's encoder, and exact to the microsecond."""
    return msgspec.json.encode(payload, enc_hook=_said).decode()


def _said(value: Any) -> Any:
    if isinstance(value, Promise):  # words whose language is chosen late
        return str(value)
    raise NotImplementedError(type(value).__name__)


def check_request(
    request: Request, *, stored: Mapping[str, StoredFile] | None = None, with_warnings: bool = True
) -> Checked:
    """Preflight of a request; see `checking.check`."""
    return check(
        procedure_code=request.procedure_code,
        data=request.data,
        papers=request.papers,
        applicant=request.applicant,
        unit_key=request.unit_key,
        form_version_id=request.form_version_id,
        channel=request.channel,
        actor=request.actor,
        at=request.at,
        may_lack_papers=not request.accept,
        stored=stored,
        with_warnings=with_warnings,
    )


def preflight(request: Request) -> list[Finding]:
    """What would be refused, or warned of, if this were sent now."""
    try:
        return check_request(request).findings
    except RefusedError as error:
        return list(error.findings)


def passed(request: Request) -> Checked:
    """What preflight found where nothing blocks. Raises RefusedError."""
    return unblocked(check_request(request))


def unblocked(checked: Checked) -> Checked:
    """The same where nothing blocks. Raises RefusedError."""
    if checked.is_blocked:
        raise RefusedError([finding for finding in checked.findings if finding.blocking])
    return checked


def earlier(request: Request, digest: str) -> Receipt | None:
    """The receipt of the same sending, if it arrived before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select d.code, d.submitted_at, s.digest from one_stop_submission s"
            " join one_stop_dossier d on d.id = s.dossier_id where s.owner = %s and s.once = %s",
            [request.actor.key, request.once],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    code, submitted_at, kept = row
    return _receipt(code, timezone.localtime(submitted_at), kept, digest, repeated=True)


def _receipt(code: str, at: datetime, kept: str, digest: str, *, repeated: bool) -> Receipt:
    if repeated and kept != digest:
        raise RepeatedWithOtherContentError(
            f"Khoá gửi này đã dùng cho hồ sơ {code} với nội dung khác. Hãy dùng khoá mới cho hồ sơ mới."
        )
    return Receipt(code=code, submitted_at=at, repeated=repeated)


def _receipt_of(written: Mapping[str, Any], digest: str) -> Receipt:
    """What the SQL function answers, as a receipt."""
    at = timezone.localtime(parse_datetime(written["submitted_at"]))
    return _receipt(written["code"], at, written.get("digest", digest), digest, repeated=written["repeated"])


def submit(request: Request) -> Receipt:
    """Send one dossier. The same `once` gives the same receipt. Raises RefusedError with findings.

    At the desk the dossier is received in the same transaction.
    """
    if not request.once:
        raise RefusedError([Finding("once", "Thiếu khoá chống gửi trùng.")])
    digest = digest_of(request)
    try:
        checked = passed(request)
    except RefusedError:
        if receipt := earlier(request, digest):  # sent before, when it could still be: the answer stays the same
            return receipt
        raise
    payload = prepare(request, checked, digest)
    (answer,) = prepared("select one_stop_submit(%s::jsonb)", [_encoded(payload)])[0]
    receipt = _receipt_of(json.loads(answer), digest)
    if not receipt.repeated:
        leaning.lean(receipt.code, checked.procedure.name, request.papers, units=checked.units, at=request.at)
    if request.accept and not receipt.repeated and request.channel in AT_DESK:
        accept_dossier(code=receipt.code, actor=request.actor, at=request.at)
    return receipt


def prepare(request: Request, checked: Checked, digest: str) -> dict[str, Any]:
    """All that the SQL call writes, as plain data."""
    units = checked.units
    if units is None:
        raise RefusedError(checked.findings)
    plan = workflow.plan_start(
        kind=KIND,
        version_id=checked.binding.process_version_id,
        units=units.roles,
        variables=_variables(request, checked),
        title=request.applicant.name,
        topic=checked.procedure.name,
        due_at=None,
        at=request.at,
    )
    dossier = _row(request, checked, units)
    dossier.state = state_after("", plan.change.stage, None, was_received=False)
    lead = next((item for item in plan.change.opened if item.is_lead), None)
    standing.set_holder(dossier, lead)
    dossier.next_date = standing.next_date_of(dossier, lead, request.at)
    dossier.visible_reason = standing.reason_of(dossier, lead)
    row = {field.attname: getattr(dossier, field.attname) for field in Dossier._meta.concrete_fields}
    return {
        "owner": request.actor.key,
        "once": request.once,
        "digest": digest,
        "at": request.at,
        "agency": units.agency_code,
        "actor": request.actor.key,
        "actor_name": request.actor.name,
        "actor_unit": request.actor.posts[0].unit_id if request.actor.posts else None,
        "dossier": row,
        "papers": [_paper(paper, checked) for paper in request.papers],
        "fees": _fees(request, checked),
        "case": plan.payload,
        "audit": {"procedure": request.procedure_code, "channel": request.channel, "papers": len(request.papers)},
        "event": {
            "at": timezone.localtime(request.at).isoformat(),
            "procedure_code": request.procedure_code,
            "receiving_unit_id": units.receiving,
            "handling_unit_id": units.handling,
            "channel": request.channel,
        },
    }


def _variables(request: Request, checked: Checked) -> dict[str, Any]:
    return {"channel": request.channel, "procedure": request.procedure_code, "data": dict(checked.data)}


def _row(request: Request, checked: Checked, units: Units) -> Dossier:
    applicant = request.applicant
    sources = dict(request.sources or {})
    if request.actor.kind == "system":
        sources["_system"] = request.actor.system
    mine = request.actor.kind in {"citizen", "business"}
    return Dossier(
        code="",
        origin_code=request.origin_code,
        procedure_code=request.procedure_code,
        procedure_name=checked.procedure.name,
        procedure_version_id=checked.procedure.version_id,
        binding_id=checked.binding.id,
        form_version_id=checked.binding.form_version_id,
        applicant_kind=applicant.kind,
        applicant_name=applicant.name,
        identity_number=applicant.identity_number,
        phone=applicant.phone[:20],
        email=applicant.email[:254],
        address=applicant.address[:400],
        owner_account_id=request.actor.account_id if mine else None,
        channel=request.channel,
        return_channel=request.return_channel,
        receiving_unit_id=units.receiving,
        handling_unit_id=units.handling,
        units=units.roles,
        submitted_at=request.at,
        result_name=checked.binding.result_name,
        result_code=checked.binding.result_code,
        data=checked.data,
        sources=sources,
        search_text=search_text_of(
            applicant_name=applicant.name,
            phone=applicant.phone,
            procedure_code=request.procedure_code,
            unit_ids=(units.receiving, *units.roles.values()),
            submitted_at=request.at,
        ),
    )


def _paper(paper: PaperGiven, checked: Checked) -> dict[str, Any]:
    stored = checked.stored.get(paper.sha256)
    return {
        "key": paper.key[:60],
        "name": paper.name,
        "sha256": paper.sha256,
        "file_name": paper.file_name[:255],
        "media_type": stored.media_type if stored else "",
        "size": stored.size if stored else 0,
        "pages": stored.pages if stored else None,
        "kind": paper.kind,
    }


def _fees(request: Request, checked: Checked) -> list[dict[str, Any]]:
    channel = request.channel if request.channel in {"online", "desk", "post"} else "online"
    lines = procedures.fee_lines(
        code=request.procedure_code,
        on=timezone.localtime(request.at).date(),
        data={**checked.data, "person": procedures.payer_facts(assurance=_assurance_of_payer(request.actor))},
        channel=channel,
        copies=request.copies,
    )
    return [
        {"name": line.name, "kind": line.kind, "amount": line.amount, "explanation": line.explanation}
        for line in lines
        if line.amount > 0
    ]


def _assurance_of_payer(actor: Actor) -> int:
    """An officer's own identity says nothing of the person at the desk."""
    return 0 if actor.is_official else actor.assurance


def import_dossiers(
    requests: Sequence[Request],
) -> list[Receipt | RefusedError | RepeatedWithOtherContentError]:
    """Take in many at once (fifty and more a transaction) by the same rules; a receipt or the refusal of each.

    A repeated `once` gives the first receipt. Nobody reads warnings here: they are not looked for.
    """
    results: list[Receipt | RefusedError | RepeatedWithOtherContentError | None] = []
    payloads, places = [], []
    stored = stored_of(paper for request in requests for paper in request.papers)
    for place, request in enumerate(requests):
        try:
            checked = unblocked(check_request(request, stored=stored, with_warnings=False))
        except RefusedError as error:
            results.append(error)
            continue
        results.append(None)
        payloads.append(prepare(request, checked, digest_of(request)))
        places.append(place)
    ((written,),) = prepared("select one_stop_submit_many(%s::jsonb)", [_encoded(payloads)])
    for place, payload, one in zip(places, payloads, json.loads(written), strict=True):
        try:
            results[place] = _receipt_of(one, payload["digest"])
        except RepeatedWithOtherContentError as error:
            results[place] = error
    return [result for result in results if result is not None]
