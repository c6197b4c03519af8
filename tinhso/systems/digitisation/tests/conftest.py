"""People of a commune at work, a dossier that lacks its papers, and batches for it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor
from tinhso.systems.digitisation import permissions, services
from tinhso.systems.digitisation.models import Batch
from tinhso.systems.one_stop.tests.factories import Office

AT = timezone.now().replace(microsecond=0)


@pytest.fixture
def office(tay_ninh: None, db: None) -> Office:
    return Office()


@pytest.fixture
def desk(office: Office) -> Actor:
    return office.desk


@pytest.fixture
def code(office: Office) -> str:
    """A dossier the desk may put papers into."""
    return office.received()


Send = Callable[..., Batch]


@pytest.fixture
def send(desk: Actor) -> Send:
    """Send one file as a batch and read it to the end."""

    def sent(content: bytes, name: str = "lo.pdf", **more: object) -> Batch:
        stored = services.keep_scan(content=content, name=name)
        with transaction.atomic():
            received = services.receive_batch(
                unit_id=permissions.unit_of(desk),
                scans=[(name, stored)],
                name=name,
                source=Batch.Source.UPLOAD,
                actor=desk,
                at=AT,
                **more,  # type: ignore[arg-type]
            )
        while not services.read_piece(batch_id=received.batch.pk, limit=10, at=AT):
            pass
        return Batch.objects.get(pk=received.batch.pk)

    return sent


__all__ = ["AT", "Account", "Path", "accounts", "datetime"]
