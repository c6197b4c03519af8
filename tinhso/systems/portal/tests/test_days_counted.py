"""The picture of a deadline counts as the deadline itself was counted."""

from datetime import datetime

import pytest

from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.organizations import public as organizations
from tinhso.lib.working_time import Event
from tinhso.systems.portal import answers
from tinhso.systems.portal.tests.factories import CODE, make_tracking, moment
from tinhso.systems.procedures import public as procedures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]


@pytest.mark.parametrize("received", [moment(20, 9), moment(20, 22), moment(21, 9), moment(24, 8)])
def test_the_last_box_bears_the_number_of_days_of_the_limit(received: datetime) -> None:
    code = "1.000080"
    rule = procedures.binding_on(code=code, on=received.date()).rule
    unit = organizations.resolve_code(code=CODE.rsplit("-", 2)[0])
    reckoned = calendars.reckon(unit_id=unit.id, rule=rule, events=[Event(at=received, kind="received")], at=received)
    tracking = make_tracking(procedure_code=code, received_at=received, due_at=reckoned.due_at, promised_at=None)
    boxes = answers.answer(tracking, at=received).boxes
    assert rule.limit
    assert boxes[-1].note == f"ngày {int(rule.limit.value)}"
