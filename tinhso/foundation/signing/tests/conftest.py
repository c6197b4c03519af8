"""A demonstration authority that answers on loopback, made once a run, and a unit with people who sign."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ops import demo_authority
from tinhso.foundation.signing import credentials, evidence, proofs
from tinhso.foundation.signing.demo import folder, server
from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.desk import Desk, make_desk
from tinhso.foundation.signing.tests.factories import Holder, World


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority alone, as it lies in a state folder; keys are slow to make."""
    var = tmp_path_factory.mktemp("authority")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder.make(demo_authority.place(var), port, timezone.now())
    return var


@pytest.fixture
def state(authority_folder: Path, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A state folder of its own with that authority in it; nothing is remembered from another test."""
    target = demo_authority.place(tmp_path)
    target.parent.mkdir(parents=True)
    target.mkdir()
    for file in demo_authority.place(authority_folder).iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    settings.VAR = tmp_path
    settings.SIGNING = {
        **settings.SIGNING,
        "timestamps": demo_authority.timestamps(tmp_path),
        "hosts": demo_authority.hosts(tmp_path),
    }
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    evidence._stampers.clear()
    proofs.forget()
    credentials.forget_signers()


@pytest.fixture
def services(state: Path) -> Iterator[Path]:
    """Timestamps, OCSP and lists are answered."""
    running = server.start(state)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield state
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def desk(db: None, state: Path) -> Desk:
    """A ward with a chairman and a clerk, who have their certificates."""
    return make_desk(state)


@pytest.fixture(scope="module")
def world() -> World:
    return make.world()


@pytest.fixture(scope="module")
def holder(world: World) -> Holder:
    return world.holder()


@pytest.fixture(scope="module")
def plain(world: World, holder: Holder) -> bytes:
    return make.sign(make.paper(), holder.signer(), timestamper=world.stamper())


@pytest.fixture(scope="module")
def archived(world: World, holder: Holder) -> bytes:
    return make.sign(
        make.paper(), holder.signer(), timestamper=world.stamper(), context=world.context(holder), lta=True
    )
