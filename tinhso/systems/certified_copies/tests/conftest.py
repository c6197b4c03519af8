"""A commune with a desk, a leader and a clerk who have their keys; timestamps and OCSP are not asked."""

from pathlib import Path
from typing import Any

import pytest

from tinhso.foundation.signing.tests.conftest import authority_folder, services, state
from tinhso.systems.certified_copies.tests.factories import Commune, make_commune

__all__ = ["authority_folder", "services", "state"]


@pytest.fixture
def commune(db: None, services: Path, settings: Any) -> Commune:
    return make_commune(services)
