"""People of a commune at work, a dossier that lacks its papers, and batches for it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.digitisation import permissions, services
from tinhso.systems.digitisation.models import Batch
from tinhso.systems.digitisation.reading import tesseract
from tinhso.systems.one_stop.tests.factories import Office

AT = timezone.now().replace(microsecond=0)
Send = Callable[..., Batch]
_SEEN: dict[tuple[bytes, tuple[str, ...]], str] = {}


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same picture is truly read once in a run; after that the answer is remembered."""
    run = tesseract._run

    def remembered(picture: Any, arguments: Any) -> str:
        key = (picture.tobytes(), tuple(arguments))
        if key not in _SEEN:
            _SEEN[key] = run(picture, arguments)
        return _SEEN[key]

    monkeypatch.setattr(tesseract, "_run", remembered)


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


@pytest.fixture
def send(desk: Actor) -> Send:
    """Send one file as a batch and read it to the end."""

    def sent(content: bytes, name: str = "lo.pdf") -> Batch:
        stored = services.keep_scan(content=content, name=name)
        with transaction.atomic():
            received = services.receive_batch(
                unit_id=permissions.unit_of(desk),
                scans=[(name, stored)],
                name=name,
                source=Batch.Source.UPLOAD,
                actor=desk,
                at=AT,
            )
        while not services.read_piece(batch_id=received.batch.pk, limit=10, at=AT):
            pass
        return Batch.objects.get(pk=received.batch.pk)

    return sent
