"""What happened to dossiers, for whoever listens; `key` is the dossier code, so that each is told in order."""

from dataclasses import dataclass
from datetime import datetime

from tinhso.foundation.outbox.public import Event


@dataclass(frozen=True, slots=True)
class OfDossier(Event):
    """Base: key = dossier code."""

    dossier_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DossierSubmitted(OfDossier):
    """Nộp hồ sơ."""

    procedure_code: str
    receiving_unit_id: int
    handling_unit_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class DossierAccepted(OfDossier):
    """Tiếp nhận."""

    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DossierRefused(OfDossier):
    """Không tiếp nhận, hoặc từ chối giải quyết."""

    reason: str


@dataclass(frozen=True, slots=True)
class SupplementRequested(OfDossier):
    """Yêu cầu bổ sung; `again` for a second request, which the law does not want."""

    answer_by: datetime | None
    again: bool


@dataclass(frozen=True, slots=True)
class SupplementReceived(OfDossier):
    """Đã nộp bổ sung."""


@dataclass(frozen=True, slots=True)
class PaymentDemanded(OfDossier):
    """Yêu cầu thực hiện nghĩa vụ tài chính."""

    amount: int


@dataclass(frozen=True, slots=True)
class PaymentRecorded(OfDossier):
    """Đã nộp."""

    amount: int


@dataclass(frozen=True, slots=True)
class DossierReappointed(OfDossier):
    """Xin lỗi và hẹn lại."""

    new_due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DossierStopped(OfDossier):
    """Tạm dừng."""

    reason: str


@dataclass(frozen=True, slots=True)
class DossierResumed(OfDossier):
    """Tiếp tục."""


@dataclass(frozen=True, slots=True)
class DossierStateChanged(OfDossier):
    """Any change of state, for statistics and synchronisation."""

    before: str
    after: str
    national_status: int


@dataclass(frozen=True, slots=True)
class ResultReady(OfDossier):
    """Đã có kết quả."""

    verdict: str


@dataclass(frozen=True, slots=True)
class ResultReturned(OfDossier):
    """Đã trả kết quả."""


@dataclass(frozen=True, slots=True)
class DossierWithdrawn(OfDossier):
    """Rút hồ sơ."""

    reason: str


@dataclass(frozen=True, slots=True)
class DossierClosedByRule(OfDossier):
    """Đóng vì 15 ngày không bổ sung."""


@dataclass(frozen=True, slots=True)
class DossierRated(OfDossier):
    """Đánh giá."""

    score: int
