"""Dossiers on the real pack, loaded once for a file of tests."""

import pytest

from tinhso.systems.one_stop.tests.factories import Office


@pytest.fixture
def office(tay_ninh: None, db: None) -> Office:
    """People of a commune at work on dossiers."""
    return Office()
