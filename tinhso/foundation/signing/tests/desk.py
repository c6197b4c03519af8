"""A ward whose chairman signs and whose clerk sets the seal."""

from dataclasses import dataclass
from pathlib import Path

import pikepdf
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.accounts.tests import factories as people
from tinhso.foundation.files import public as files
from tinhso.foundation.files.tests import factories as made_files
from tinhso.foundation.organizations.tests import factories as units
from tinhso.foundation.signing.demo import issuing
from tinhso.foundation.signing.demo.folder import Demo


@dataclass
class Desk:
    """Who signs here, and by which authority."""

    demo: Demo
    chairman: Actor
    clerk: Actor
    stranger: Actor


def paper(number: int = 1) -> str:
    """A stored PDF of one page, different for each number."""
    document = made_files.blank(1)
    document.pages[0].Contents = document.make_stream(b"BT /F1 12 Tf 72 700 Td (Van ban %d) Tj ET" % number)
    document.Root.So = pikepdf.String(str(number))
    return files.keep(content=made_files.save(document), name=f"van-ban-{number}.pdf").sha256


def make_desk(state: Path) -> Desk:
    """Issued as `demo_ca set_up` does it."""
    at = timezone.now()
    ward = units.make_unit("UBND phường Tân Ninh")
    leader = people.make_officer("leader", ward, name="Nguyễn Văn Chủ")
    clerk = people.make_officer("clerk", ward, name="Trần Thị Thư")
    stranger = people.make_officer("specialist", units.make_unit("UBND xã khác"), name="Lê Văn Lạ")
    demo = issuing.set_up(state, at)
    issuing.issue_all(demo, at)
    return Desk(demo, *(accounts.actor_of_account(account_id=one.pk) for one in (leader, clerk, stranger)))
