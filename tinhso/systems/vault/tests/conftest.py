"""People of a commune at work on dossiers, and what they put into stores."""

import pytest

from tinhso.systems.one_stop.tests.factories import Office


@pytest.fixture
def office(tay_ninh: None, db: None) -> Office:
    return Office()
