"""Persons who act in an organisation's store."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.audit import public as audit
from tinhso.lib.identifiers import check_personal_id, sentence_of
from tinhso.systems.vault.models import Delegate, Store


def name_delegate(
    store: Store, *, identity_number: str, name: str, power: str, valid_to: date | None, actor: Actor, at: datetime,
    today: date,
) -> Delegate:  # fmt: skip
    """Raises ValueError with a sentence."""
    number, name = identity_number.replace(" ", ""), " ".join(name.split())[:200]
    verdict = check_personal_id(number)
    if not verdict.is_usable:
        raise ValueError(sentence_of(verdict.reasons[0]))
    if len(name) < 2:
        raise ValueError(_("Ghi họ và tên người được uỷ quyền."))
    if power not in Delegate.Power.values:
        raise ValueError(_("Chọn người đó được làm gì."))
    if valid_to is not None and valid_to < today:
        raise ValueError(_("Ngày hết hạn uỷ quyền đã qua."))
    now = Delegate.objects.filter(store=store, identity_number=number, ended_at__isnull=True)
    now.filter(valid_to__lt=today).update(ended_at=at)  # whose days are over can be named anew
    try:
        with transaction.atomic():
            made = Delegate.objects.create(
                store=store, identity_number=number, name=name, power=power, valid_from=today, valid_to=valid_to,
                named_by=actor.key,
            )  # fmt: skip
    except IntegrityError as twice:
        raise ValueError(_("Người này đang được uỷ quyền rồi.")) from twice
    _record(made, "delegate_named", actor, at)
    return made


def end(delegate: Delegate, *, actor: Actor, at: datetime) -> None:
    """From now on the person finds nothing there; twice is once."""
    if Delegate.objects.filter(pk=delegate.pk, ended_at__isnull=True).update(ended_at=at):
        _record(delegate, "delegate_ended", actor, at)


def _record(delegate: Delegate, act: str, actor: Actor, at: datetime) -> None:
    data = {"delegate": str(delegate.key), "power": delegate.power}
    audit.record(
        subject=f"vault:{delegate.store_id}", act=f"vault.{act}", actor=actor.key, actor_name=actor.name, data=data,
        at=at,
    )  # fmt: skip
