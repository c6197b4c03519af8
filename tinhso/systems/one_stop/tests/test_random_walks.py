"""Whatever people do, in whatever order: never a dossier without a person, a date and a reason."""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.public import StaleWorkItemError
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Fee
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.tests.factories import Office, paper

WALKS = 10_000 if os.environ.get("TINHSO_FULL") == "1" else 25
STEPS = 14
EXPECTED = (PermissionError, LookupError, one_stop.RefusedError, StaleWorkItemError)


def acts(office: Office, code: str, chance: Random) -> list[Callable[[], object]]:
    """Things people may try on a dossier; most are refused most of the time, as in life."""
    do, leader = office.do, office.actors["lanhdao"]
    day = timezone.localtime(office.at).date()

    def by_holder() -> object:
        item = services.lead_step(office.dossier(code))
        outcome = chance.choice([key for key, _ in item.outcomes] or [""])
        return do(services.complete_step, code, outcome=outcome, text="Theo quy định")

    def paid() -> object:
        fees = list(Fee.objects.filter(dossier__code=code, paid_at__isnull=True).values_list("id", flat=True))
        return services.mark_paid(code=code, actor=office.desk, fee_ids=fees, how="cash", at=office.tick())

    due = office.dossier(code).due_at or office.at
    return [
        by_holder, by_holder, by_holder, by_holder, by_holder, by_holder,
        lambda: do(services.accept_dossier, code),
        lambda: do(services.request_supplement, code, items=["Ảnh"], reason="Thiếu giấy tờ", again=True),
        lambda: do(services.refuse_dossier, code, reasons=["Không đủ điều kiện"]) if chance.random() < 0.2 else None,
        lambda: do(services.demand_fee, code, name="Thuế", amount=Decimal(10_000), reason="Luật thuế"),
        paid,
        lambda: do(services.return_to_step, code, reason="Xem lại giúp"),
        lambda: do(services.take_over, code),
        lambda: services.stop_dossier(code=code, actor=leader, reason="Chờ xác minh", at=office.tick()),
        lambda: services.resume_dossier(code=code, actor=leader, at=office.tick()),
        lambda: services.resume_dossier(code=code, actor=leader, at=office.tick()),
        lambda: services.reappoint(
            code=code, actor=leader, new_due=due + timedelta(days=3), reason="Xin lỗi", at=office.tick()
        ),
        lambda: do(services.number_result, code, number="1/X", day=day),
        lambda: one_stop.supplement(
            code=code, actor=office.citizen, data=None, papers=[paper()], at=office.tick(), once=uuid4().hex
        ),
        lambda: one_stop.withdraw(code=code, actor=office.citizen, reason="Thôi không xin", at=office.tick())
        if chance.random() < 0.1
        else None,
        lambda: workflow.fire_due_timers(at=office.tick(24 * 16)) if chance.random() < 0.2 else None,
    ]  # fmt: skip


@pytest.mark.slow
def test_nobody_is_ever_in_limbo(office: Office) -> None:
    chance = Random(20261120)
    began, done = office.at, 0
    for walk in range(WALKS):
        office.at = began
        try:
            with transaction.atomic():
                channel = chance.choice(["online", "online", "desk"])
                code = office.submit(channel=channel, actor=office.desk if channel == "desk" else None)
                for _ in range(STEPS):
                    try:
                        with transaction.atomic():
                            chance.choice(acts(office, code, chance))()
                            done += 1
                    except EXPECTED:
                        continue
                    dossier = office.dossier(code)
                    assert dossier.is_open or dossier.ended_at is not None
                found = limbo(at=office.at)
                assert not found.offenders, (walk, found.offenders)
                if WALKS > 100:
                    raise _UndoneError
        except _UndoneError:
            continue
    assert done > WALKS * 3


class _UndoneError(Exception):
    """Rolls a long run's walk back, so that ten thousand do not slow each other."""
