"""An administrator, a second one, and a process with running cases."""

import pytest
from django.test import Client

from tinhso.foundation.accounts.tests.factories import make_officer
from tinhso.foundation.organizations.tests.factories import make_unit
from tinhso.foundation.workflow.tests import factories as drawing

LINE = drawing.bpmn(
    drawing.start(), drawing.user("a", hours="8", outcomes="ok=Đạt;no=Không đạt"), drawing.user("b", role="leader"),
    drawing.end(), drawing.flows("start a b end"),
)  # fmt: skip


@pytest.fixture
def unit(db):
    return make_unit("Sở Mẫu", kind="department")


@pytest.fixture
def admin(unit):
    client = Client()
    client.force_login(make_officer("administrator", unit))
    return client


@pytest.fixture
def second(unit):
    client = Client()
    client.force_login(make_officer("administrator", unit))
    return client


@pytest.fixture
def process(unit):
    """Version 1 of the process «p»."""
    return drawing.publish(LINE)
