"""The outbox's own regular jobs."""

import logging
from datetime import time, timedelta

from django.db import connection
from django.utils import timezone

from tinhso.foundation.audit import public as audit
from tinhso.foundation.outbox import selectors, services
from tinhso.foundation.outbox.public import periodic

log = logging.getLogger(__name__)

KEPT = timedelta(days=90)


@periodic(label="Niêm phong nhật ký", every=timedelta(hours=1))
def seal_audit_trail() -> None:
    """Here because the audit trail, the lowest engine, knows of no worker."""
    audit.seal()


@periodic(label="Đối chiếu hai đầu sự kiện", at=time(1, 30))
def reconcile_both_ends() -> None:
    """Count both ends of the last week; what is missing is shared out again and told."""
    wrong = [b for b in selectors.reconcile(since=timezone.now() - timedelta(days=7)) if b.missing or b.dead]
    for balance in wrong:
        log.error("outbox does not balance: %s", balance)
    if any(balance.missing for balance in wrong):
        log.error("outbox shared out again: %s", services.deliver_missing())


@periodic(label="Dọn sự kiện đã giao", at=time(2, 30))
def forget_old_events() -> None:
    services.forget_delivered(older_than=KEPT)


FORGET_JOBS = """
delete from procrastinate_jobs where id in (
    select j.id from procrastinate_jobs j
    where j.status in ('succeeded', 'cancelled', 'aborted')
      and not exists (select 1 from procrastinate_events e where e.job_id = j.id and e.at > now() - interval '3 days')
    limit 20000)
"""


@periodic(label="Dọn việc nền đã xong", every=timedelta(hours=1))
def forget_old_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FORGET_JOBS)
