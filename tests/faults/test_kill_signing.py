"""kill -9 in the middle of signing: nothing lost, nothing signed twice, no stored byte rewritten.

A batch of loose papers, then a round of the inbox: a leader looks at results one by one and signs them in one go, a
clerk numbers and seals them, over the real pages. Only processes this test started are ended, by their numbers.
TINHSO_FULL=1: five hundred of each, as a leader may sign.
"""

import contextlib
import hashlib
import http.client
import os
import re
import signal
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import filed
from tests.running import Province, children

pytestmark = pytest.mark.slow

IS_FULL = bool(os.environ.get("TINHSO_FULL"))
PAPERS, RESULTS = (500, 500) if IS_FULL else (60, 24)
KILLS, ROUND_KILLS = 3, 3 if IS_FULL else 2  # each costs the start of a worker
LOOSE, APPROVAL, SEAL = "kill", "one_stop/approval/", "one_stop/seal/"

ORDER = f"""
import json
from django.db import transaction
from django.utils import timezone
from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.tests.desk import paper
by = accounts.actor_of_account(account_id=Account.objects.get(username="lanhdao").pk)
look = signing.default_appearance(kind="personal")
papers = [signing.Paper(paper(n), f"van-ban-{{n}}.pdf", "{LOOSE}", look) for n in range({PAPERS})]
with transaction.atomic():
    batch = signing.sign_batch(papers=papers, by=by, confirmed_at=timezone.now())
print(json.dumps(batch))
"""
FOUND = """
import json
from tinhso.foundation.signing import public as signing
status = signing.batch_status(batch_id="%s")
signed = [one.signed_sha256 for one in status.papers]
bad = [one for one in signed[::10] if not signing.verdict_of(sha256=one).is_valid]
print(json.dumps({"signed": status.signed, "failed": status.failed, "different": len(set(signed)), "bad": bad}))
"""
# Results that wait for the leader's signature, and browsers of those who are to sign: one start of a command.
DRAFTED = f"""
from tinhso.systems.one_stop.tests.signing_office import confirmed
codes = []
for _ in range({RESULTS}):
    code = file_one()
    do("accept_dossier", code, "motcua.xa")
    do("finish_examination", code, "chuyenvien")
    do("draft_result", code, "chuyenvien", draft={{"content": "Trích lục " + code}})
    codes.append(code)
cookies = {{name: confirmed(name).cookies["sessionid"].value for name in ("lanhdao", "vanthu")}}
print(json.dumps({{"codes": codes, "cookies": cookies}}))
"""
RESULTS_FOUND = f"""
from tinhso.foundation.signing import public as signing
from tinhso.systems.one_stop.models import Dossier
sealed = list(Dossier.objects.exclude(result_number="").order_by("id").values_list("result_sha256", flat=True))
verdicts = [signing.verdict_of(sha256=one) for one in sealed[::{max(1, RESULTS // 24)}]]
bad = [verdict.sentence for verdict in verdicts if not verdict.is_valid or len(verdict.signers) != 2]
print(json.dumps({{"different": len(set(sealed)), "bad": bad}}))
"""

HALF_ORDERED = """
select count(*) from one_stop_roundline line join one_stop_signinground round on round.id = line.round_id
where (round.ordered_at is null) <> (line.state in ('seen', 'chosen'))
"""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    started = Province(tmp_path_factory.mktemp("province"))
    started.up(with_key=False)
    yield started
    started.down()


def rows(province: Province, query: str, *given: Any) -> list[tuple[Any, ...]]:
    with province.database() as connection:
        return connection.execute(query, given).fetchall()  # type: ignore[arg-type]


def signed_so_far(province: Province, purpose: str) -> int:
    query = "select count(*) from signing_signingorder where state = 'signed' and starts_with(purpose, %s)"
    return int(rows(province, query, purpose)[0][0])


def kill(province: Province, name: str) -> None:
    pid = province.pid(name)
    for one in list(children(pid)) if pid else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def wait_until(what: Callable[[], bool], told: Callable[[], str], seconds: float = 150.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, told()
        time.sleep(0.05)


def sign_through_kills(province: Province, purpose: str, count: int, kills: int) -> None:
    """Wait until all are signed, killing the worker again and again on the way."""

    def told() -> str:
        return f"{signed_so_far(province, purpose)} of {count} signed in time"

    for number in range(1, kills + 1):
        wait_until(lambda part=number: signed_so_far(province, purpose) >= part * count // (kills + 2), told)  # type: ignore[misc]
        kill(province, "worker")
    wait_until(lambda: signed_so_far(province, purpose) >= count, told)


def check_signed_once(province: Province, purpose: str, count: int) -> None:
    """One order, one signed file, one entry of the trail and one event for each paper."""
    query = "select sha256, signed_sha256 from signing_signingorder where starts_with(purpose, %s)"
    orders = rows(province, query, purpose)
    papers = sorted(one for one, _ in orders)
    assert len(papers) == len(set(papers)) == len({signed for _, signed in orders}) == count
    for what in (
        "select former from signing_signedversion where former = any(%s)",
        "select key from outbox_storedevent where kind like '%%FileSigned' and key = any(%s)",
        "select substr(subject, 6) from audit_entry where act = 'signing.signed' and substr(subject, 6) = any(%s)",
    ):
        assert sorted(row[0] for row in rows(province, what, papers)) == papers, what


def damaged(var: Path) -> list[str]:
    """Blobs whose bytes are not those of their name."""
    blobs = (path for path in (var / "files" / "sha256").rglob("*") if path.is_file())
    return [path.name for path in blobs if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]


def test_a_batch_survives_its_worker_being_killed(province: Province) -> None:
    batch = province.python(ORDER)
    sign_through_kills(province, LOOSE, PAPERS, KILLS)
    found = province.python(FOUND % batch)
    assert found == {"signed": PAPERS, "failed": 0, "different": PAPERS, "bad": []}
    check_signed_once(province, LOOSE, PAPERS)
    assert damaged(province.var) == []


# -- a round of the inbox --------------------------------------------------------------------------------------------


@dataclass
class Browser:
    """A person signed in, who asks again when the server did not answer."""

    province: Province
    session: str

    def ask(self, path: str, **fields: Any) -> http.client.HTTPResponse:
        """GET, or POST where fields are given."""
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={'k' * 32}", "Host": "localhost"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": "k" * 32}, doseq=True) if fields else None
        connection = self.province.connect(20)
        connection.request("POST" if fields else "GET", path, body, headers)
        return connection.getresponse()

    def insist(self, path: str, **fields: Any) -> tuple[str, str]:
        """Where it leads, and the page."""
        until = time.monotonic() + 90
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = self.ask(path, **fields)
                page = answer.read().decode(errors="replace")
                if answer.status < 500:
                    assert answer.status in (200, 302), page
                    return answer.headers.get("Location", ""), page
            assert time.monotonic() < until, path
            time.sleep(0.2)


def begin(browser: Browser, act: str, codes: list[str]) -> str:
    """Open a round of these in the inbox; where it is."""
    place, page = browser.insist("/inbox/bulk", do=act, code=codes)
    found = re.match(r"/inbox/signing/[0-9a-f-]{36}", place)
    assert found, page
    return found[0]


def look_through(browser: Browser, place: str) -> None:
    """Each result is opened and marked; the web is killed in the middle."""
    for position in range(1, RESULTS + 1):
        if position == RESULTS // 2:
            kill(browser.province, "web")
        line = f"{place}/{position}"
        seen = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.insist(line)[1])
        assert seen
        browser.insist(line, do="seen", seen=seen[1])


def order_while_the_web_is_killed(browser: Browser, place: str, **fields: Any) -> None:
    """The order is broken off at whatever it is doing, then given again, as somebody would who got no answer."""

    def first_try() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            browser.ask(place + "/signature", do="sign", **fields).read()

    thread = threading.Thread(target=first_try)
    thread.start()
    time.sleep(0.1)
    kill(browser.province, "web")
    thread.join()
    assert rows(browser.province, HALF_ORDERED) == [(0,)]
    assert browser.insist(place + "/signature", do="sign", **fields)[0] == place


def wait_until_done(browser: Browser, place: str) -> None:
    """The page of the round says so."""
    wanted = f"Đã ký xong: {RESULTS} trên {RESULTS}"
    wait_until(lambda: wanted in browser.insist(place + "/progress")[1], lambda: browser.insist(place + "/progress")[1])


def states(province: Province) -> set[tuple[Any, ...]]:
    return set(rows(province, "select state, count(*) from one_stop_dossier group by 1"))


def test_a_round_of_results_survives_worker_and_web_being_killed(province: Province) -> None:
    made = filed.run(province, DRAFTED)
    codes = made["codes"]
    leader, clerk = (Browser(province, made["cookies"][name]) for name in ("lanhdao", "vanthu"))
    place = begin(leader, "signing", codes)
    look_through(leader, place)
    order_while_the_web_is_killed(leader, place)
    sign_through_kills(province, APPROVAL, RESULTS, ROUND_KILLS)
    wait_until_done(leader, place)
    check_signed_once(province, APPROVAL, RESULTS)
    assert states(province) == {("numbering", RESULTS)}

    place = begin(clerk, "sealing", codes)
    day = time.strftime("%d/%m/%Y")
    order_while_the_web_is_killed(clerk, place, first="1", symbol="/TL", day=day)
    sign_through_kills(province, SEAL, RESULTS, ROUND_KILLS)
    wait_until_done(clerk, place)
    check_signed_once(province, SEAL, RESULTS)
    numbers = [row[0] for row in rows(province, "select result_number from one_stop_dossier order by id")]
    assert numbers == [f"{number:02d}/TL" for number in range(1, RESULTS + 1)]
    assert len(states(province)) == 1
    told = rows(province, "select dossier_id, kind from one_stop_dossierevent where kind in ('signed', 'finished')")
    assert len(told) == len(set(told)) == 2 * RESULTS
    assert province.python(filed.SOURCE + RESULTS_FOUND) == {"different": RESULTS, "bad": []}
    assert "nguyên vẹn" in province.run("manage.py", "files", "check")
    assert damaged(province.var) == []
