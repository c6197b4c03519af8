"""Regular work of the studio."""

from datetime import timedelta

from django.utils import timezone

from tinhso.foundation.outbox.public import periodic
from tinhso.foundation.workflow import public as workflow


@periodic(label="Chuyển hồ sơ sang phiên bản quy trình mới", every=timedelta(seconds=15))
def carry_on_migrations() -> int:
    """Batches of migrations that were begun: whoever began one need not wait. Each batch is its own transaction."""
    carried = 0
    for one in workflow.migrations():
        while one.finished_at is None and one.reverted_at is None:
            batch = workflow.migrate_batch(migration_id=one.id, at=timezone.now())
            if not batch:
                break
            carried += batch
    return carried
