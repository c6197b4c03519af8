"""Regular work of the studio."""

from datetime import timedelta

from django.utils import timezone

from tinhso.foundation.accounts.public import actor_of_job
from tinhso.foundation.outbox.public import periodic
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.studio import services


@periodic(label="Chuyển hồ sơ sang phiên bản quy trình mới, hoặc đưa về", every=timedelta(seconds=15))
def carry_on_migrations() -> int:
    """Go on with what was begun, forward or back: whoever began need not wait, and nothing stays halfway."""
    job = actor_of_job(name="migration")
    return sum(services.carry_on(migration=one, actor=job, at=timezone.now()) for one in workflow.migrations())
