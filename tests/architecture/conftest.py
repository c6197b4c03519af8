"""One province for all tests of the architecture; nothing of it stays."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.architecture.world import World, make_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """Somebody of every role, and what they have; undone at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_world()
        transaction.set_rollback(True)
