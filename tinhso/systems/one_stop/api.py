"""Dossiers for other systems, with their own keys and rights, and for the owner's own tools."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import BaseModel, Field

from tinhso.foundation.accounts.public import Actor, access
from tinhso.foundation.files import public as files
from tinhso.systems.one_stop import public as one_stop

router = Router(tags=["Hồ sơ"])

Code = Annotated[str, Field(max_length=60)]
Once = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=120, pattern=r"^[0-9A-Za-z._:-]+$")]


class FindingOut(Schema):
    """What is wrong, where, and how to mend it."""

    place: str
    sentence: str
    blocking: bool


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    findings: list[FindingOut] = Field(default_factory=list)


ERRORS: dict[Any, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}


class PaperIn(BaseModel):
    """A paper: `key` of the procedure's list or `other`; `sha256` as the upload answered."""

    key: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=500)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    file_name: str = Field("", max_length=255)


class ApplicantIn(BaseModel):
    """For whom a system files."""

    name: str = Field(min_length=2, max_length=200)
    identity_number: str = Field(min_length=5, max_length=35)
    kind: Literal["citizen", "business"] = "citizen"
    phone: str = Field("", max_length=20)
    email: str = Field("", max_length=254)
    address: str = Field("", max_length=400)


class DossierIn(BaseModel):
    """A dossier to send."""

    procedure_code: str = Field(min_length=1, max_length=40)
    unit: str = Field("", max_length=100)
    data: dict[str, Any] = Field(default_factory=dict)
    papers: list[PaperIn] = Field(default_factory=list, max_length=60)
    applicant: ApplicantIn | None = None
    form_version_id: int | None = Field(None, ge=1, le=2**62)
    return_channel: Literal["electronic", "desk", "post"] = "electronic"
    origin_code: str = Field("", max_length=60)


class SupplementIn(BaseModel):
    """What was asked for; `data` null keeps what the form said."""

    data: dict[str, Any] | None = None
    papers: list[PaperIn] = Field(default_factory=list, max_length=60)


class ReasonIn(BaseModel):
    """Why."""

    reason: str = Field(min_length=5, max_length=4000)


class RatingIn(BaseModel):
    """How the service was."""

    score: int = Field(ge=1, le=5)
    comment: str = Field("", max_length=2000)


class FileOut(Schema):
    """A file kept."""

    sha256: str
    size: int
    media_type: str
    pages: int | None


class ReceiptOut(Schema):
    """That the dossier arrived."""

    code: str
    submitted_at: datetime
    repeated: bool


class StepOut(Schema):
    """A line of the dossier's way."""

    name: str
    at: datetime | None
    who: str
    unit: str
    state: str
    note: str


class StatusOut(Schema):
    """Where a dossier stands: who has it, until when, why that date."""

    code: str
    procedure_code: str
    procedure_name: str
    applicant_name: str
    state: str
    state_label: str
    national_status: int
    unit_name: str
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    promised_at: datetime | None
    next_date: datetime | None
    reason: str
    explanation: str
    asks: str
    wanted: list[str]
    steps: list[StepOut]
    result_number: str
    parts: list["StatusOut"] = Field(default_factory=list)


class DossierPageOut(Schema):
    """Dossiers, newest first; `after` continues, "" at the end."""

    dossiers: list[StatusOut]
    after: str


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _papers(papers: list[PaperIn]) -> list[one_stop.PaperGiven]:
    return [one_stop.PaperGiven(key=p.key, name=p.name, sha256=p.sha256, file_name=p.file_name) for p in papers]


def _applicant(body: DossierIn) -> one_stop.Applicant | None:
    return one_stop.Applicant(**body.applicant.model_dump()) if body.applicant else None


@router.post("/files", response={201: FileOut, **ERRORS, 413: Problem}, operation_id="upload_file")
@access("connected")
def upload_file(request: HttpRequest, file: UploadedFile = File(...)) -> Any:  # noqa: B008 (how ninja declares it)
    """Gửi một tệp giấy tờ; tệp được kiểm tra ngay. Trả về mã băm dùng trong `papers`."""
    try:
        stored = files.keep(content=file.read(), name=file.name or "tep")
    except files.FileRefusedError as error:
        raise one_stop.RefusedError(
            [one_stop.Finding(place="file", sentence=problem.sentence) for problem in error.problems]
        ) from None
    return Status(201, stored)


@router.post("/dossiers/preflight", response={200: list[FindingOut], **ERRORS}, operation_id="preflight_dossier")
@access("connected")
def preflight_dossier(request: HttpRequest, body: DossierIn) -> Any:
    """Kiểm tra trước khi gửi: những gì sẽ bị từ chối và cách sửa. Không ghi gì."""
    return one_stop.preflight(
        procedure_code=body.procedure_code,
        data=body.data,
        papers=_papers(body.papers),
        actor=_actor(request),
        at=timezone.now(),
        unit_key=body.unit,
        form_version_id=body.form_version_id,
        channel="api",
        applicant=_applicant(body),
    )


@router.post("/dossiers", response={200: ReceiptOut, 201: ReceiptOut, **ERRORS}, operation_id="create_dossier")
@access("connected")
def create_dossier(request: HttpRequest, body: DossierIn, once: Once) -> Any:
    """Nộp hồ sơ. Cùng một `Idempotency-Key` luôn trả về cùng một mã hồ sơ (200 khi đã có)."""
    receipt = one_stop.submit(  # one statement is its own transaction
        procedure_code=body.procedure_code,
        form_version_id=body.form_version_id,
        data=body.data,
        papers=_papers(body.papers),
        unit_key=body.unit,
        actor=_actor(request),
        at=timezone.now(),
        once=once,
        channel="api",
        return_channel=body.return_channel,
        applicant=_applicant(body),
        origin_code=body.origin_code,
    )
    return Status(200 if receipt.repeated else 201, receipt)


@router.get("/dossiers", response={200: DossierPageOut, **ERRORS}, operation_id="list_dossiers")
@access("connected")
def list_dossiers(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """Hồ sơ của chính người hoặc hệ thống đang gọi, mới nhất trước."""
    found = one_stop.my_dossiers(actor=_actor(request), after=after, limit=limit)
    cursor = one_stop.cursor_after(code=found[-1].code) if len(found) == limit else ""
    return {"dossiers": found, "after": cursor}


@router.get("/dossiers/{code}", response={200: StatusOut, **ERRORS}, operation_id="get_dossier")
@access("connected")
def get_dossier(request: HttpRequest, code: Code) -> Any:
    """Hồ sơ đang ở đâu, ai giữ, đến bao giờ, vì sao."""
    with transaction.atomic():
        return one_stop.track(code=code, actor=_actor(request), at=timezone.now())


@router.post("/dossiers/{code}/supplement", response={204: None, **ERRORS}, operation_id="supplement_dossier")
@access("connected")
def supplement_dossier(request: HttpRequest, code: Code, body: SupplementIn, once: Once) -> Any:
    """Nộp bổ sung theo phiếu yêu cầu."""
    with transaction.atomic():
        one_stop.supplement(
            code=code,
            actor=_actor(request),
            data=body.data,
            papers=_papers(body.papers),
            at=timezone.now(),
            once=once,
        )
    return Status(204, None)


@router.post("/dossiers/{code}/withdrawal", response={204: None, **ERRORS}, operation_id="withdraw_dossier")
@access("connected")
def withdraw_dossier(request: HttpRequest, code: Code, body: ReasonIn) -> Any:
    """Rút hồ sơ khi chưa có quyết định."""
    with transaction.atomic():
        one_stop.withdraw(code=code, actor=_actor(request), reason=body.reason, at=timezone.now())
    return Status(204, None)


@router.post("/dossiers/{code}/rating", response={204: None, **ERRORS}, operation_id="rate_dossier")
@access("connected")
def rate_dossier(request: HttpRequest, code: Code, body: RatingIn) -> Any:
    """Đánh giá việc giải quyết hồ sơ."""
    with transaction.atomic():
        one_stop.rate(code=code, actor=_actor(request), score=body.score, comment=body.comment, at=timezone.now())
    return Status(204, None)
