"""Procedures for other systems: find, read."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from tinhso.foundation.accounts.public import access
from tinhso.systems.procedures import public as procedures

router = Router(tags=["Thủ tục hành chính"])


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class HitOut(Schema):
    """A procedure in a list of results."""

    code: str
    name: str
    field: str
    level: str
    is_online: bool


class PaperOut(Schema):
    """A component of the dossier."""

    key: str
    name: str
    originals: int
    copies: int
    required: bool
    case: str


class FeeOut(Schema):
    """A fee or charge."""

    key: str
    kind: str
    name: str
    amount: int | None
    note: str
    legal_basis: str


class ProcedureOut(Schema):
    """A procedure as in force today."""

    code: str
    name: str
    field: str
    levels: list[str]
    executing_agency: str
    subjects: list[str]
    duration: str
    fee: str
    requirements: str
    steps: str
    papers: list[PaperOut]
    fees: list[FeeOut]
    legal_basis: list[list[str]]
    results: list[list[str]]
    is_online: bool
    form_version_id: int | None


@router.get("/procedures", response={200: list[HitOut], 422: Problem}, operation_id="search_procedures")
@access("public")
def search_procedures(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200)] = "",
    online_only: bool = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Any]:
    """Tìm thủ tục bằng lời thường, có dấu hoặc không, hoặc bằng mã."""
    return procedures.search(text=q, limit=limit, online_only=online_only)


@router.get(
    "/procedures/{code}", response={200: ProcedureOut, 404: Problem, 422: Problem}, operation_id="get_procedure"
)
@access("public")
def get_procedure(request: HttpRequest, code: Annotated[str, Field(max_length=40)]) -> dict[str, Any]:
    """Một thủ tục đang có hiệu lực: giấy tờ, thời hạn, phí, căn cứ pháp lý."""
    found = procedures.get_procedure(code=code)
    return {
        "code": found.code,
        "name": found.name,
        "field": found.field,
        "levels": list(found.levels),
        "executing_agency": found.executing_agency,
        "subjects": list(found.subjects),
        "duration": found.duration_text,
        "fee": found.fee_text,
        "requirements": found.requirements,
        "steps": found.steps_text,
        "papers": list(found.papers),
        "fees": list(found.fees),
        "legal_basis": [list(row) for row in found.legal_basis],
        "results": [list(row) for row in found.results],
        "is_online": found.is_online,
        "form_version_id": _form(code) if found.is_online else None,
    }


def _form(code: str) -> int | None:
    from django.utils import timezone

    return procedures.binding_on(code=code, on=timezone.localdate()).form_version_id
