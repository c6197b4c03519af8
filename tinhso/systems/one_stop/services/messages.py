"""What the owner is told at each change: one message, once, in the owner's channels."""

from datetime import datetime

from django.utils import timezone

from tinhso.design.jinja import plain_name
from tinhso.foundation.notifications import public as notifications
from tinhso.systems.one_stop.models import Dossier

TEMPLATES = {
    "submitted": "dossier_submitted",
    "received": "dossier_received",
    "supplement_requested": "supplement_requested",
    "supplement_reminder": "supplement_reminder",
    "financial_duty_requested": "payment_demanded",
    "reappointed": "dossier_reappointed",
    "stopped": "dossier_stopped",
    "resumed": "dossier_resumed",
    "finished": "result_ready",
    "returned": "result_returned",
    "refused": "dossier_refused",
    "declined": "dossier_declined",
    "closed": "dossier_closed",
    "withdrawn": "dossier_withdrawn",
    "due_moved": "due_date_moved",
}
OF_PARTS = frozenset({"supplement_requested", "supplement_reminder", "financial_duty_requested", "declined", "closed"})


def send(dossier: Dossier, kind: str, at: datetime, *, reason: str = "") -> None:
    """Tell the owner; of parts only what they must do or what ended badly: for the rest the whole dossier speaks."""
    template = TEMPLATES.get(kind)
    if template is None or (dossier.parent_id and kind not in OF_PARTS):
        return
    local = timezone.localtime(at)
    notifications.send(
        template=template,
        context={
            "code": dossier.code,
            "procedure": plain_name(dossier.procedure_name),
            "applicant": dossier.applicant_name,
            "due_at": dossier.due_at,
            "promised_at": dossier.promised_at,
            "next_date": dossier.next_date,
            "reason": reason or dossier.visible_reason,
            "result_number": dossier.result_number,
        },
        subject=dossier.code,
        once=f"{dossier.code}:{kind}:{local:%Y%m%d%H%M%S%f}",
        account_id=dossier.owner_account_id,
        identity_number=dossier.identity_number,
        email=dossier.email,
        phone=dossier.phone,
    )


def send_arrival(dossier_id: int, at: datetime) -> None:
    """That a dossier sent online arrived; nothing where it is gone."""
    dossier = Dossier.objects.filter(pk=dossier_id).first()
    if dossier is not None:
        send(dossier, "submitted", at)
