"""Papers for other systems: only by a consent of the owner, with a purpose and a time; every answer is written down."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from tinhso.foundation.accounts.public import Actor, access
from tinhso.foundation.files import public as files
from tinhso.systems.vault.models import Consent, Paper
from tinhso.systems.vault.selectors.papers import paper_by_key
from tinhso.systems.vault.services import consenting

router = Router(tags=["Kho dữ liệu"])


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


ERRORS: dict[Any, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}


class ConsentIn(Schema):
    """What is asked of the owner: which kinds of paper, for what, for how long, for whom."""

    owner_number: str = Field(min_length=5, max_length=35)
    kinds: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(min_length=1, max_length=20)
    purpose: str = Field(min_length=10, max_length=300)
    days: int = Field(ge=1, le=consenting.MOST_DAYS)
    asked_by: str = Field(min_length=2, max_length=300)


class PaperOut(Schema):
    """The facts of a paper; its bytes stand at `…/papers/{key}`. weight: 1 result, 2 certified copy, 3 digitised."""

    key: str
    kind: str
    name: str
    number: str
    issuer: str
    issued_on: date | None
    valid_to: date | None
    status: str
    weight: int
    signature: str


class ConsentOut(Schema):
    """state: asked | given | refused | withdrawn | expired; papers only while it is given."""

    key: str
    state: str
    purpose: str
    kinds: list[str]
    valid_until: datetime | None
    papers: list[PaperOut]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _out(consent: Consent, papers: Sequence[Paper], at: datetime) -> dict[str, Any]:
    return {
        "key": str(consent.key),
        "state": consenting.state_of(consent, at=at),
        "purpose": consent.purpose,
        "kinds": consent.kinds,
        "valid_until": consent.valid_until,
        "papers": [
            {
                "key": str(paper.key),
                "kind": paper.kind,
                "name": paper.name,
                "number": paper.number,
                "issuer": paper.issuer_name,
                "issued_on": paper.issued_on,
                "valid_to": paper.valid_to,
                "status": paper.status,
                "weight": paper.weight,
                "signature": paper.signature,
            }
            for paper in papers
        ],
    }


def _own(actor: Actor, key: UUID) -> Consent:
    """The consent this system asked for. Raises LookupError, also for another's."""
    consent = Consent.objects.select_related("store").filter(key=key, system=actor.system).first()
    if consent is None or not actor.system:
        raise LookupError("Không có sự đồng ý này.")
    return consent


@router.post("/vault/consents", response={201: ConsentOut, **ERRORS}, operation_id="ask_vault_consent")
@access("system")
def ask_consent(request: HttpRequest, body: ConsentIn) -> Any:
    """Xin chủ kho đồng ý cho đọc. Hỏi lại đúng câu đang chờ thì trả về câu ấy. Chủ kho được báo."""
    at, actor = timezone.now(), _actor(request)
    try:
        with transaction.atomic():
            asked = consenting.ask(
                owner_number=body.owner_number, kinds=body.kinds, purpose=body.purpose, days=body.days, actor=actor,
                grantee_name=f"{body.asked_by} ({actor.name})", at=at,
            )  # fmt: skip
    except ValueError as refused:
        raise HttpError(422, str(refused)) from refused
    return Status(201, _out(asked, (), at))


@router.get("/vault/consents/{key}", response={200: ConsentOut, **ERRORS}, operation_id="get_vault_consent")
@access("system")
def get_consent(request: HttpRequest, key: UUID) -> Any:
    """Chủ kho đã trả lời chưa; khi đã đồng ý thì có những giấy tờ nào. Lần xem này được ghi trên trang của chủ kho."""
    at, actor = timezone.now(), _actor(request)
    with transaction.atomic():
        consent = _own(actor, key)
        papers = consenting.shown_papers(consent, most=200, actor=actor, at=at)
    return _out(consent, papers, at)


@router.get("/vault/consents/{key}/papers/{paper}", response={**ERRORS}, operation_id="get_vault_paper")
@access("system")
def get_paper(request: HttpRequest, key: UUID, paper: UUID) -> HttpResponseBase:
    """Bản điện tử của một giấy tờ, theo sự đồng ý. Lần đọc này được ghi trên trang của chủ kho."""
    actor = _actor(request)
    with transaction.atomic():
        consent = _own(actor, key)
        lent = consenting.open_for_system(consent, paper_by_key(paper), actor=actor, at=timezone.now())
    return files.response(sha256=lent.sha256, name=lent.file_name)
