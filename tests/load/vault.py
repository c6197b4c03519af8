"""The store of one person with 500 papers: `fill` inside the province, `measure` from outside.

`python -m tests.load.vault fill COUNT` runs with the province's environment and prints the owner's session.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

from tests.load.figures import Figure, percentile
from tests.load.pages import timed, weight
from tests.running import Province

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PAPERS = 500
LIMIT_MS = 15.0
PATHS = (
    "/my/vault",
    "/my/vault?q=giay+khai+sinh",
    "/my/vault?q=Gi%E1%BA%A5y+ch%E1%BB%A9ng+sinh",
    "/my/vault?zone=issued&state=good",
    "/my/vault?kind=marriage_certificate",
)
BESIDE = "/my"
KINDS = (
    ("birth_certificate", "Giấy khai sinh"), ("marriage_certificate", "Giấy chứng nhận kết hôn"),
    ("marital_status", "Giấy xác nhận tình trạng hôn nhân"), ("hospital_birth_notice", "Giấy chứng sinh"),
    ("land_certificate", "Giấy chứng nhận quyền sử dụng đất"), ("", "Biên bản làm việc"),
)  # fmt: skip


def fill(count: int) -> None:
    """Papers of six kinds in the demo citizen's store, a file each; the owner's session as JSON."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction
    from django.utils import timezone

    from tests.running import pdf
    from tinhso.foundation.accounts.models import Account
    from tinhso.foundation.files import public as files
    from tinhso.systems.vault import public as vault

    owner, at = Account.objects.get(username="congdan"), timezone.now()
    sha256s = [files.keep(content=pdf(number), name="giay.pdf").sha256 for number in range(20)]
    with transaction.atomic():
        for number in range(count):
            kind, name = KINDS[number % len(KINDS)]
            issued = number % 3 != 2
            vault.deposit(
                paper=vault.Deposit(
                    owner_number=owner.identity_number, owner_kind="citizen", owner_name=owner.name,
                    source="bench", source_ref=f"bench-{number}", zone="issued" if issued else "digitised",
                    weight=1 if issued else 3, kind=kind, name=name, number=f"{number}/BENCH",
                    issuer_name="Ủy ban nhân dân phường Tân Ninh", sha256=sha256s[number % len(sha256s)],
                    issued_on=(at - timedelta(days=number)).date(),
                ),
                at=at - timedelta(minutes=number),
            )  # fmt: skip
    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": at.timestamp()}]
    session.set_expiry(timedelta(hours=12))
    session.create()
    print(json.dumps({"cookie": session.session_key}))


def _path(asked: list[str], number: int) -> str:
    """Of a measured turn: `timed` leaves out the first five."""
    return asked[(number + 5) % len(asked)]


def measure(province: Province) -> tuple[list[Figure], dict[str, Any]]:
    """The list, its searches and filters, and the page after the tenth, by its owner."""
    said = province.run("-m", "tests.load.vault", "fill", str(PAPERS)).strip().splitlines()[-1]
    cookie = json.loads(said)["cookie"]
    asked = [*PATHS, BESIDE]  # in turn, so that a busy neighbour hits both alike
    [all_took] = timed(province, asked, [cookie], 60 * len(asked))
    beside = [ms for number, ms in enumerate(all_took) if _path(asked, number) == BESIDE]
    took = [ms for number, ms in enumerate(all_took) if _path(asked, number) != BESIDE]
    bytes_sent, _fonts = weight(province, "/my/vault", cookie)
    facts = {
        path: percentile([ms for number, ms in enumerate(all_took) if _path(asked, number) == path], 0.95)
        for path in asked
    }
    note = f"p50 {percentile(took, 0.5):.1f}; slowest of its pages {max(facts.values()):.1f} (p95)"
    return [
        Figure(f"store of a person with {PAPERS} papers, p95", percentile(took, 0.95), "ms", LIMIT_MS, note=note),
        Figure(
            "store against an almost empty list of dossiers, p50",
            percentile(took, 0.5) / percentile(beside, 0.5),
            "of 1",
            2.0,
            note=f"{BESIDE}: p50 {percentile(beside, 0.5):.1f} ms",
        ),
        Figure("page of the store without fonts", bytes_sent / 1000, "kB", 60),
    ], facts


if __name__ == "__main__":
    django.setup()
    {"fill": lambda count: fill(int(count))}[sys.argv[1]](*sys.argv[2:])
