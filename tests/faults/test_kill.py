"""kill -9 and a database that goes away, under load: nothing acknowledged is lost, nothing happens twice.

Only processes this test started are ended, by their numbers.
"""

import contextlib
import http.client
import os
import re
import signal
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops import postgres, supervisor
from tests.running import Province, children, dossier

pytestmark = pytest.mark.slow

CLIENTS = 4
OUTAGE_SECONDS = 20.0
PATIENCE_SECONDS = 150.0  # longer than the 90 seconds for which a killed worker still holds a letter


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    started = Province(tmp_path_factory.mktemp("province"))
    started.up()
    yield started
    started.down()


def wait_until(what: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.2)


def health(province: Province) -> dict[str, Any]:
    try:
        return dict(province.ask(province.connect(5), "GET", "/healthz")[1])
    except (OSError, ValueError, http.client.HTTPException):
        return {}


class Clients:
    """People who send dossiers, one after the other, each with a key of its own, until told to stop.

    Whoever gets no answer, or 503, sends the same again with the same key, as the page tells them to.
    """

    def __init__(self, province: Province, papers: list[str]) -> None:
        self.province = province
        self.papers = papers
        self.acknowledged: dict[str, str] = {}  # once → code
        self.refused: list[tuple[int, Any]] = []
        self.unanswered: set[str] = set()
        self.waited: list[float] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._send_all, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> "Clients":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)

    def _send_all(self, number: int) -> None:
        while not self.stopping.is_set():
            self._send(f"{number}-{uuid.uuid4()}", dossier(self.papers, number))

    def _send(self, once: str, body: dict[str, Any]) -> None:
        began = time.monotonic()
        self.unanswered.add(once)
        while time.monotonic() - began < PATIENCE_SECONDS:
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
                status, answer = self.province.submit(self.province.connect(40), body, once)
                if status in {200, 201}:
                    self.acknowledged[once] = answer["code"]
                    self.unanswered.discard(once)
                    self.waited.append(time.monotonic() - began)
                    return
                if status < 500:
                    self.refused.append((status, answer))
                    self.unanswered.discard(once)
                    return
            time.sleep(0.3)


def kill(pid: int | None) -> None:
    assert pid is not None
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def check_nothing_lost_nothing_doubled(province: Province, clients: Clients) -> None:
    assert clients.refused == []
    assert clients.unanswered == set()
    with province.database() as connection:
        codes = [row[0] for row in connection.execute("select code from one_stop_dossier where parent_id is null")]
        counters = connection.execute("select agency, day, last from one_stop_counter").fetchall()
        events = dict(
            connection.execute("select key, count(*) from outbox_storedevent group by 1 order by 1").fetchall()
        )
        audited = connection.execute(
            "select subject, count(*) from audit_entry where act = 'dossier.submitted' group by 1"
        ).fetchall()
        messages = connection.execute("select subject, count(*) from notifications_message group by 1").fetchall()
    assert len(codes) == len(set(codes))
    assert set(clients.acknowledged.values()) <= set(codes)
    assert len(set(clients.acknowledged.values())) == len(clients.acknowledged)
    check_numbers_gapless(codes, counters)
    assert all(events.get(code) == 1 for code in codes)
    assert sorted(audited) == [(code, 1) for code in sorted(codes)]
    assert all(count == 1 for _, count in messages)


def check_numbers_gapless(codes: list[str], counters: list[tuple[Any, ...]]) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for code in codes:
        found = re.fullmatch(r"(.+-\d{6})-(\d{4,})", code)
        assert found, code
        numbers[found[1]].append(int(found[2]))
    for found_numbers in numbers.values():
        assert sorted(found_numbers) == list(range(1, len(found_numbers) + 1))
    lasts = {f"{agency}-{day:%y%m%d}": last for agency, day, last in counters}
    assert {series: max(found) for series, found in numbers.items()} == lasts


def check_all_told(province: Province) -> None:
    """Everything published was delivered, every letter laid down once, the trail is whole, nobody is in limbo."""
    wait_until(lambda: health(province).get("events", {}).get("waiting") == 0)
    with province.database() as connection:
        pending = "select count(*) from notifications_delivery where state = 'waiting'"
        wait_until(lambda: connection.execute(pending).fetchone() == (0,))
        sent = connection.execute("select count(*) from notifications_delivery where state = 'sent'").fetchone()
    letters = [path.read_text() for path in (province.var / "mail").glob("*.eml")]
    ids = [found[0] for letter in letters if (found := re.search(r"(?m)^Message-ID: .*$", letter))]
    assert sent == (len(letters),)
    assert len(ids) == len(set(ids)) == len(letters)
    province.run("manage.py", "outbox", "reconcile")
    province.run("manage.py", "limbo")


def test_kill_of_web_worker_and_database_loses_nothing(province: Province) -> None:
    papers = province.upload()
    with Clients(province, papers) as clients:
        time.sleep(2)
        kill(province.pid("worker"))
        time.sleep(2)
        kill(list(children(province.pid("web") or 0))[-1])  # one of the two web workers
        time.sleep(3)
        kill(province.pid("web"))
        time.sleep(4)
        kill(province.pid("database"))
        wait_until(lambda: health(province).get("status") == "ok")
        kill(province.pid("worker"))
        time.sleep(2)
    assert len(clients.acknowledged) > 50
    wait_until(lambda: health(province).get("status") == "ok")
    check_nothing_lost_nothing_doubled(province, clients)
    check_all_told(province)


def test_a_database_away_for_twenty_seconds_makes_people_wait_and_loses_nothing(province: Province) -> None:
    papers = province.upload()
    seen: list[dict[str, Any]] = []
    pages: list[int] = []

    def read_a_page() -> None:
        connection = province.connect(60)
        connection.request("GET", "/search?q=khai+sinh", headers={"Host": "localhost"})
        pages.append(connection.getresponse().status)

    with Clients(province, papers) as clients:
        time.sleep(1)
        supervisor.paused(province.var).touch()
        postgres.stop(province.var, "immediate")
        reader = threading.Thread(target=read_a_page)
        reader.start()
        time.sleep(OUTAGE_SECONDS)
        seen.append(health(province))
        supervisor.paused(province.var).unlink()
        wait_until(lambda: health(province).get("status") == "ok")
        reader.join(60)
        time.sleep(2)
    assert pages == [200]
    assert seen[0].get("database") in {"gone", None}  # None: all eight threads wait for the database, as they should
    assert max(clients.waited) >= OUTAGE_SECONDS - 2  # somebody did wait, and was served
    with province.database() as connection:
        codes = {row[0] for row in connection.execute("select code from one_stop_dossier").fetchall()}
    assert set(clients.acknowledged.values()) <= codes
    assert clients.unanswered == set()
    check_all_told(province)
