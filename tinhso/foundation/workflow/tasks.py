"""What the worker does for running cases: timers that are due. Opens its own transactions."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.foundation.workflow import services, work
from tinhso.foundation.workflow.records import WrongOutcomeError

log = logging.getLogger(__name__)


def fire_due_timers(at: datetime, limit: int = 500) -> int:
    """Fire timers due by `at`, each in a transaction of its own; how many moved a case.

    A case somebody works on just now is left for the next round; a timer that cannot fire is left and logged, and
    does not keep the others from firing.
    """
    fired = 0
    passed: list[int] = []
    while len(passed) < limit:
        with transaction.atomic():
            found = services.due_timer(at, passed)
            if found is None:
                break
            timer_id, case_id, token, node = found
            passed.append(timer_id)
            try:
                with transaction.atomic():
                    fired += services.fire_timer(case_id, token, node, at) is not None
            except WrongOutcomeError as error:
                log.error("timer %s of case %s at %s: %s", timer_id, case_id, node, error)
    return fired


@periodic(label="Giờ hẹn của quy trình", every=timedelta(seconds=5))
def fire_timers_now() -> int:
    return fire_due_timers(timezone.now())


@periodic(label="Giao lại việc của người đã rời vị trí", every=timedelta(hours=1))
def reassign_vacant_now() -> int:
    with transaction.atomic():
        return work.reassign_vacant(at=timezone.now())
