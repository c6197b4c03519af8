"""A commune that certifies copies, and originals shown there."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pikepdf
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.accounts.tests import factories as people
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations.tests import factories as units
from tinhso.foundation.signing.demo import issuing
from tinhso.systems.certified_copies.models import CertifiedCopy
from tinhso.systems.certified_copies.services import certifying, receiving
from tinhso.systems.certified_copies.services.receiving import Shown

OWNER = "072190001234"
_numbers = count(1)


@dataclass
class Commune:
    """Who works here; `elsewhere` is the leader of another commune."""

    unit_id: int
    desk: Actor
    leader: Actor
    clerk: Actor
    elsewhere: Actor
    accounts: dict[str, Account]


def make_commune(state: Path) -> Commune:
    at = timezone.now()
    ward = units.make_unit("UBND phường Tân Ninh", kind="commune")
    made = {
        "desk": people.make_officer("desk_officer", ward, name="Phạm Thị Quầy"),
        "leader": people.make_officer("leader", ward, name="Nguyễn Văn Chủ"),
        "clerk": people.make_officer("clerk", ward, name="Trần Thị Thư"),
        "elsewhere": people.make_officer("leader", units.make_unit("UBND xã khác", kind="commune"), name="Lê Văn Lạ"),
    }
    demo = issuing.set_up(state, at)
    issuing.issue_all(demo, at)
    actors = {name: accounts.actor_of_account(account_id=one.pk) for name, one in made.items()}
    return Commune(ward.pk, **actors, accounts=made)


def pages(number: int) -> bytes:
    """A PDF of so many pages, different each time."""
    document, out = pikepdf.new(), BytesIO()
    for _ in range(number):
        document.add_blank_page(page_size=(595, 842))
    document.Root.So = pikepdf.String(str(next(_numbers)))
    document.save(out)
    return out.getvalue()


def scan(number: int = 2) -> files.StoredFile:
    return files.keep(content=pages(number), name="ban-quet.pdf")


def shown(**changes: Any) -> Shown:
    values: dict[str, Any] = {
        "name": "Bằng tốt nghiệp trung học phổ thông",
        "issuer": "Sở Giáo dục và Đào tạo",
        "number": "A-123",
        "day": None,
        "owner_kind": "citizen",
        "owner_name": "Trần Thị Hồng Ươm",
        "owner_number": OWNER,
        "dossier_code": "",
    }
    return Shown(**{**values, **changes})


def received(commune: Commune, *, number: int = 2, at: datetime | None = None, **changes: Any) -> CertifiedCopy:
    return receiving.receive(
        shown(**changes), scan(number), actor=commune.desk, once=uuid4().hex, at=at or timezone.now()
    )


def compared(commune: Commune, *, number: int = 2, **changes: Any) -> CertifiedCopy:
    """Waits for the leader, who has opened it."""
    copy = received(commune, number=number, **changes)
    copy = receiving.compare(copy, pages=range(1, number + 1), is_done=True, actor=commune.desk, at=timezone.now())
    certifying.note_seen(copy, commune.leader)
    return copy


def signed(commune: Commune, **changes: Any) -> CertifiedCopy:
    copy, at = compared(commune, **changes), timezone.now()
    certifying.sign([copy], actor=commune.leader, confirmed_at=at, at=at)
    copy.refresh_from_db()
    return copy


def issued(commune: Commune, **changes: Any) -> CertifiedCopy:
    copy, at = signed(commune, **changes), timezone.now()
    certifying.seal([copy], actor=commune.clerk, confirmed_at=at, at=at)
    copy.refresh_from_db()
    return copy
