"""Fees and financial duties: what is to be paid, and that it was paid (the payment platform is a room of its own)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import events, permissions
from tinhso.systems.one_stop.models import Dossier, Fee
from tinhso.systems.one_stop.selectors.one import dossier_by_code
from tinhso.systems.one_stop.services.doing import as_actor
from tinhso.systems.one_stop.services.handling import KIND, PAY_OUTCOMES, complete_step, lead_step, require, subject_of
from tinhso.systems.one_stop.services.history import note, tell
from tinhso.systems.one_stop.services.standing import PAY_DAYS
from tinhso.systems.one_stop.states import State
from tinhso.systems.one_stop.types import refuse

HOW = ("cash", "transfer", "card", "platform")


def demand_fee(
    *,
    code: str,
    actor: Actor,
    name: str,
    amount: Decimal,
    reason: str,
    at: datetime,
    pay_by: datetime | None = None,
    kind: str = "khac",
) -> Fee:
    """Ask the owner to fulfil a financial duty (nghĩa vụ tài chính): the clock pauses until it is paid."""
    if amount <= 0 or amount >= Decimal(10) ** 15 or amount != amount.to_integral_value():
        raise refuse(_("Số tiền phải là số đồng nguyên lớn hơn 0."), "amount")
    reason = require(reason, _("căn cứ thu"), "reason")
    dossier = dossier_by_code(code)
    item = lead_step(dossier)
    outcome = next((key for key, _label in item.outcomes if key in PAY_OUTCOMES), "")
    if not outcome:
        raise refuse(_("Quy trình của thủ tục này không có bước nghĩa vụ tài chính tại đây."))
    fee = Fee.objects.create(
        dossier=dossier,
        name=name.strip() or "Nghĩa vụ tài chính",
        kind=kind,
        amount=amount,
        explanation=reason,
        when=Fee.When.DUTY,
        demanded_at=at,
        pay_by=pay_by or at + timedelta(days=PAY_DAYS),
    )
    complete_step(
        code=code, actor=actor, outcome=outcome, at=at, text=f"{fee.name}: {amount:,.0f} đồng".replace(",", ".")
    )
    tell(events.PaymentDemanded, dossier, at, amount=int(amount))
    return fee


def mark_paid(
    *,
    code: str,
    actor: Actor,
    fee_ids: Sequence[int],
    how: str,
    at: datetime,
    receipt_number: str = "",
) -> Dossier:
    """Record at the desk that fees were paid; when the last duty is, the dossier goes on by itself."""
    if how not in HOW:
        raise refuse(_("Cách nộp tiền không hợp lệ."), "how")
    if not fee_ids:
        raise refuse(_("Xin chọn khoản đã nộp."), "fee_ids")
    dossier = dossier_by_code(code)
    if not actor.has(Right.RECEIVE) and actor.kind != "system":
        raise PermissionError(permissions.why_not_receive(actor))
    workflow.lock_case(kind=KIND, subject=subject_of(dossier))
    fees = list(dossier.fees.select_for_update().filter(id__in=list(fee_ids)))
    if len(fees) != len(set(fee_ids)):
        raise refuse(_("Có khoản thu không thuộc hồ sơ này."))
    if paid := [fee.name for fee in fees if fee.paid_at]:
        raise refuse(_("Đã ghi nộp trước đó: %(names)s.") % {"names": ", ".join(paid)})
    for fee in fees:
        fee.paid_at, fee.paid_how, fee.receipt_number, fee.recorded_by = at, how, receipt_number[:40], actor.key
        fee.save()
    amount = int(sum(fee.amount for fee in fees))
    note(dossier, "paid", actor=actor, at=at, text=receipt_number, data={"amount": amount, "how": how})
    tell(events.PaymentRecorded, dossier, at, amount=amount)
    if (
        dossier.state == State.AWAITING_PAYMENT
        and not dossier.fees.filter(paid_at__isnull=True, when=Fee.When.DUTY).exists()
    ):
        with as_actor(actor):
            workflow.send_message(
                name="fee_paid", subject=subject_of(dossier), kind=KIND, variables={}, at=at,
                once=f"{dossier.code}:fee_paid:{max(fee.pk for fee in fees)}",
            )  # fmt: skip
    return dossier_by_code(code)
