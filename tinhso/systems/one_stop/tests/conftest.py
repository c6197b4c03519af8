"""Dossiers on the real pack, loaded once for a file of tests."""

from pathlib import Path

import pytest

from tinhso.foundation.signing.tests.conftest import authority_folder, services, state  # noqa: F401 -- fixtures
from tinhso.systems.one_stop.tests.factories import Office
from tinhso.systems.one_stop.tests.signing_office import SigningOffice


@pytest.fixture
def office(tay_ninh: None, db: None) -> Office:
    """People of a commune at work on dossiers."""
    return Office()


@pytest.fixture
def signing_office(tay_ninh: None, db: None, services: Path) -> SigningOffice:  # noqa: F811 -- the fixture above
    """The same people, with their certificates; timestamps and lists are answered."""
    return SigningOffice(var=services)
