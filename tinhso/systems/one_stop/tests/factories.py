"""People and dossiers for tests: the pack's commune, its real process, form and calendar."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import pikepdf
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.models import Dossier, DossierPaper

COMMUNE = "ubnd-phuong-tan-ninh"
GENERIC = "3.000322"  # three working days, the generic form, no paper required
INTERLINKED = "2.000986"
ANSWERS = {
    "applicant_kind": "citizen",
    "applicant_name": "Nguyễn Thị Ưởng",
    "applicant_id": "072190004217",
    "applicant_phone": "0912345678",
    "applicant_province": "80",
    "applicant_commune": "25459",
    "applicant_address": "Số 1, đường 30 Tháng 4",
    "subject": "Đăng ký kết hợp",
    "request": "Đề nghị giải quyết theo quy định",
    "pledge": True,
}


@cache
def page() -> bytes:
    document, out = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def paper(key: str = "other", name: str = "Giấy tờ khác") -> one_stop.PaperGiven:
    stored = files.keep(content=page(), name="a.pdf")
    return one_stop.PaperGiven(key=key, name=name, sha256=stored.sha256, file_name="a.pdf")


def papers_in(code: str, key: str) -> list[DossierPaper]:
    """What the dossier holds under this key of its list."""
    return list(DossierPaper.objects.filter(dossier__code=code, key=key))


def person_actor(person_id: int) -> Actor:
    """Whoever this person is, at work."""
    person = organizations.person(person_id=person_id)
    posts = organizations.held_posts(person_id=person_id)
    return Actor(account_id=10_000 + person_id, kind="official", name=person.name, person_id=person_id, posts=posts)


@dataclass
class Office:
    """Time passes with `tick`; `do` runs a service as the person responsible."""

    at: datetime = field(default_factory=lambda: timezone.now().replace(microsecond=0))

    def __post_init__(self) -> None:
        self.actors = {
            a.username: accounts.actor_of_account(account_id=a.pk) for a in Account.objects.filter(is_active=True)
        }
        self.citizen = self.actors["congdan"]
        self.desk = self.actors["motcua.xa"]

    def tick(self, hours: float = 1) -> datetime:
        self.at += timedelta(hours=hours)
        return self.at

    def submit(self, *, actor: Actor | None = None, **changes: Any) -> str:
        """The code of a dossier just sent."""
        values: dict[str, Any] = {
            "procedure_code": GENERIC,
            "form_version_id": None,
            "data": ANSWERS,
            "papers": [],
            "unit_key": COMMUNE,
            "actor": actor or self.citizen,
            "at": self.at,
            "once": uuid4().hex,
        }
        return one_stop.submit(**{**values, **changes}).code

    def holder(self, code: str) -> Actor:
        """The person who has the dossier's step."""
        item = services.lead_step(self.dossier(code))
        assert item.assignee_id is not None
        return person_actor(item.assignee_id)

    def dossier(self, code: str) -> Dossier:
        return Dossier.objects.get(code=code)

    def do(self, service: Callable[..., Any], code: str, *, actor: Actor | None = None, **values: Any) -> Any:
        return service(code=code, actor=actor or self.holder(code), at=self.tick(), **values)

    def received(self, **changes: Any) -> str:
        code = self.submit(**changes)
        self.do(services.accept_dossier, code)
        return code

    def at_approval(self) -> str:
        code = self.received()
        self.do(services.finish_examination, code)
        self.do(services.draft_result, code, draft={"text": "Đồng ý"})
        return code

    def with_result(self) -> str:
        code = self.at_approval()
        self.do(services.approve, code)
        self.do(services.number_result, code, number="12/GKS", day=timezone.localtime(self.at).date())
        return code

    def supplement(self, code: str, data: Mapping[str, Any] | None = None) -> None:
        one_stop.supplement(
            code=code, actor=self.citizen, data=data, papers=[paper()], at=self.tick(), once=uuid4().hex
        )
