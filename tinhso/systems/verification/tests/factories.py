"""Papers with tokens for tests."""

from datetime import date, datetime
from itertools import count
from typing import Any

from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.files import public as files
from tinhso.systems.verification import public as verification

NAME = "Trần Thị Hồng Ươm"
NUMBER = "072190001234"
_numbers = count(1)


def facts(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": "result",
        "source": "one_stop",
        "source_ref": f"H02.18.01-261128-{next(_numbers):04d}",
        "unit_id": 1,
        "agency_name": "UBND phường Tân Ninh",
        "name": "Trích lục khai sinh",
        "holder_name": NAME,
        "holder_number": NUMBER,
        "holder_birth_date": date(1990, 5, 2),
    }
    return {**values, **changes}


def file(number: int = 1) -> str:
    return files.keep(content=pdf(70_000 + number), name="ket-qua.pdf").sha256


def issued(*, sha256: str = "", at: datetime | None = None, **changes: Any) -> verification.Issued:
    """A paper whose file is bound."""
    made = verification.issue(**facts(**changes), at=at)
    verification.bind(
        token=made.token, sha256=sha256 or file(next(_numbers)), number="12/GKS", issued_on=date(2026, 11, 20),
        signer_name="Nguyễn Văn Chủ", signer_title="Chủ tịch", at=at or timezone.now(),
    )  # fmt: skip
    return made
