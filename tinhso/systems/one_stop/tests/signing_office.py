"""The people of a commune with certificates of a demonstration authority."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from allauth.account.internal.flows import login
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.signing.demo import issuing
from tinhso.foundation.signing.demo.authority import Subject
from tinhso.foundation.signing.demo.folder import Demo
from tinhso.foundation.signing.models import Credential
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.signatures import document, one
from tinhso.systems.one_stop.tests.factories import Office


@dataclass
class SigningOffice(Office):
    """Leaders and clerks hold certificates, the ward its seal."""

    var: Path = field(default_factory=Path)

    def __post_init__(self) -> None:
        super().__post_init__()
        at = timezone.now()
        self.at -= timedelta(days=1)  # services tick ahead; nothing may be signed in the future
        self.demo: Demo = issuing.set_up(self.var, at)
        self.leader, self.clerk = self.actors["lanhdao"], self.actors["vanthu"]
        for actor in (self.leader, self.clerk):
            self.give_key(actor)
        self.give_seal(self.leader.posts[0].unit_id)

    def give_key(self, actor: Actor) -> None:
        post = actor.posts[0]
        subject = Subject(actor.name, post.unit_name, post.title)
        issuing._row(self.demo, "personal", timezone.now(), subject, person_id=actor.person_id or 0).save()

    def give_seal(self, unit_id: int) -> None:
        name = organizations.get_unit(unit_id=unit_id).name
        issuing._row(self.demo, "seal", timezone.now(), Subject(name, name), unit_id=unit_id).save()

    def take_keys(self) -> None:
        Credential.objects.update(ended_at=timezone.now())

    def seen(self, code: str, actor: Actor | None = None) -> str:
        """What the leader is shown."""
        shown = document.document_of(self.dossier(code), actor or self.leader)
        assert shown is not None
        return shown.sha256

    def sign(self, code: str, *, actor: Actor | None = None, **changes: Any) -> None:
        actor = actor or self.leader
        given = {"seen": self.seen(code, actor), "confirmed_at": timezone.now(), "at": timezone.now(), **changes}
        one.sign_result(code=code, actor=actor, **given)

    def seal(self, code: str, number: str = "05/2026-GKS", **changes: Any) -> None:
        now = timezone.now()
        given = {"day": timezone.localdate(now), "confirmed_at": now, "at": now, "actor": self.clerk, **changes}
        one.seal_result(code=code, number=number, **given)

    def sealed(self, number: str = "05/2026-GKS") -> Dossier:
        code = self.at_approval()
        self.sign(code)
        self.seal(code, number)
        return self.dossier(code)


def confirmed(username: str, *, ago: timedelta = timedelta()) -> Client:
    """A browser of this account whose person showed who they are so long ago."""
    client = Client()
    account = Account.objects.get(username=username)
    client.force_login(account)
    request = HttpRequest()
    request.session = client.session
    with patch("allauth.account.internal.flows.login.time.time", return_value=(timezone.now() - ago).timestamp()):
        login.record_authentication(request, account, "password")
    request.session.save()
    return client
