"""Tests run on the real, embedded PostgreSQL (or DATABASE_URL); browser tests on the machine's Chromium, if any."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops import postgres

VAR = Path(os.environ["TINHSO_VAR"]).resolve()
STARTED = pytest.StashKey[bool]()

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)


@pytest.fixture(autouse=True)
def _fresh_copies() -> None:
    """What one test made is rolled back: the copies in memory of what seldom changes must go too."""
    from tinhso.foundation.calendars import public as calendars
    from tinhso.foundation.organizations import revision
    from tinhso.systems.procedures import public as procedures
    from tinhso.systems.vault import public as vault

    vault.look_again()
    revision.start_afresh()
    calendars.look_again()
    procedures.look_again()


@pytest.fixture(autouse=True)
def _nobody_has_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests come from one address; what one asked is not held against the next."""
    from tinhso.lib.rate_limit import RateLimit

    asked = RateLimit.allows
    begun: set[int] = set()

    def allows(limit: RateLimit, address: str, at: float | None = None) -> bool:
        if id(limit) not in begun:
            begun.add(id(limit))
            limit._asked.clear()
        return asked(limit, address, at)

    monkeypatch.setattr(RateLimit, "allows", allows)


@pytest.fixture(scope="session", autouse=True)
def _bytes_kept_stay_as_they_were(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """At the end of all tests each file of every store they filled is read: none was ever written over."""
    yield
    from tinhso.foundation.files import checking

    stores = [VAR / "files", *(found.parent for found in tmp_path_factory.getbasetemp().rglob("files/sha256"))]
    assert [path for place in stores for path in checking.changed(place)] == []


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path, int], None]]:
    """Lays a disk of so many megabytes over a folder; skipped where mounting is not permitted."""
    laid: list[Path] = []

    def lay(folder: Path, megabytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, text=True
        )
        if made.returncode:
            pytest.skip(f"mounting is not permitted here: {made.stderr.strip()}")
        laid.append(folder)

    yield lay
    for folder in laid:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def tay_ninh(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The whole pack of Tây Ninh for the tests of one module: loaded once, each test undone, all undone at the end."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from tinhso.foundation.organizations import revision

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        revision.start_afresh()
        with transaction.atomic():
            call_command("pack", "load", str(settings.BASE_DIR / "packs" / "tay_ninh"), verbosity=0)
            yield
            transaction.set_rollback(True)
        revision.start_afresh()
        connection.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, so that side by side all end at one time.

    Without a Chromium browser tests are skipped, with one line at the end; under CI that is a failure.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/faults", "tests/journeys")))
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    if CHROMIUM or not in_browser:
        return
    if os.environ.get("CI") == "true":
        pytest.exit(f"{len(in_browser)} browser tests need a Chromium, and CI=true lets none be skipped", returncode=1)
    for item in in_browser:
        item.add_marker(pytest.mark.skip(reason="no Chromium"))
    config.stash[SKIPPED] = len(in_browser)


SKIPPED = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(SKIPPED, 0):
        terminalreporter.write_line(
            f"{count} browser tests skipped: no Chromium on this machine (apt install chromium)"
        )


def pytest_configure(config: pytest.Config) -> None:
    """The database is there before Django asks for it; the process that only hands tests out needs none."""
    if os.environ.get("DATABASE_URL") or config.getoption("numprocesses", None):
        return
    config.stash[STARTED] = not postgres.data_dir(VAR).exists() or not postgres.is_running(VAR)
    postgres.start(VAR)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The database started for these tests stops with them, unless it is kept for the next run (`--reuse-db`)."""
    if config.stash.get(STARTED, False) and not config.getoption("reuse_db", False):
        postgres.stop(VAR)
