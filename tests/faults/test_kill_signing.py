"""kill -9 in the middle of signing a batch: nothing lost, nothing signed twice, no stored byte rewritten.

Only processes this test started are ended, by their numbers. TINHSO_FULL=1: five hundred papers, as a leader may sign.
"""

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Province, children

pytestmark = pytest.mark.slow

PAPERS = 500 if os.environ.get("TINHSO_FULL") else 60
KILLS = 3

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
papers = [signing.Paper(paper(n), f"van-ban-{{n}}.pdf", "kill", look) for n in range({PAPERS})]
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


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    started = Province(tmp_path_factory.mktemp("province"))
    started.up(with_key=False)
    yield started
    started.down()


def counted(province: Province, query: str) -> int:
    with province.database() as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return int(row[0]) if row else 0


def signed_so_far(province: Province) -> int:
    return counted(province, "select count(*) from signing_signingorder where state = 'signed'")


def kill_worker(province: Province) -> None:
    pid = province.pid("worker")
    for one in list(children(pid)) if pid else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def wait_for(province: Province, count: int, seconds: float = 150.0) -> None:
    until = time.monotonic() + seconds
    while signed_so_far(province) < count:
        assert time.monotonic() < until, f"{signed_so_far(province)} of {count} signed in time"
        time.sleep(0.05)


def damaged(var: Path) -> list[str]:
    """Blobs whose bytes are not those of their name."""
    blobs = (path for path in (var / "files" / "sha256").rglob("*") if path.is_file())
    return [path.name for path in blobs if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]


def test_a_batch_survives_its_worker_being_killed(province: Province) -> None:
    batch = province.python(ORDER)
    for number in range(1, KILLS + 1):
        wait_for(province, number * PAPERS // (KILLS + 2))
        kill_worker(province)
    wait_for(province, PAPERS)
    found = province.python(FOUND % batch)
    assert found == {"signed": PAPERS, "failed": 0, "different": PAPERS, "bad": []}
    assert counted(province, "select count(*) from signing_signedversion") == PAPERS
    assert counted(province, "select count(distinct former) from signing_signedversion") == PAPERS
    events = "select count(*) from outbox_storedevent where kind like '%FileSigned'"
    assert counted(province, events) == PAPERS
    entries = "select count(*) from audit_entry where act = 'signing.signed'"
    assert counted(province, entries) == PAPERS
    assert damaged(province.var) == []
