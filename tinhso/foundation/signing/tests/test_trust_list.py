"""The trust list: two people, every version kept, and what follows for verdicts."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.accounts.tests import factories as people
from tinhso.foundation.audit import public as audit
from tinhso.foundation.outbox.models import StoredEvent
from tinhso.foundation.signing import public, trusting
from tinhso.foundation.signing.models import TrustChange
from tinhso.foundation.signing.public import TrustRefusedError
from tinhso.foundation.signing.tests import factories as make
from tinhso.foundation.signing.tests.factories import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world() -> World:
    return make.world()


@pytest.fixture
def first() -> Actor:
    return people.actor(people.make_officer("administrator"))


@pytest.fixture
def second() -> Actor:
    return people.actor(people.make_officer("administrator"))


def _propose(world: World, by: Actor, **options: Any) -> int:
    options = {"certificate": make.pem(world.root.certificate), "purposes": ["official"], "reason": "QĐ 1", **options}
    return public.propose_trust(by=by, at=timezone.now(), **options)


def test_two_people_add_an_authority(world: World, first: Actor, second: Actor) -> None:
    change = _propose(world, first, purposes=["official", "timestamps"])
    assert [one.name for one in public.trust_changes()] == ["Gốc thử"]
    assert public.trusted_authorities() == []
    version = public.decide_trust(change_id=change, approved=True, by=second, at=timezone.now())
    assert version == 1
    assert public.trusted_authorities()[0].purposes == ("official", "timestamps")
    assert public.trust_changes() == []
    assert StoredEvent.objects.get(kind__endswith="TrustListChanged").payload["version"] == 1
    assert [one.act for one in audit.trail(subject="trust")] == ["trust.add_proposed", "trust.add_approved"]
    signed = make.sign(make.paper(), world.holder().signer())
    assert make.codes(public.judge(content=signed, at=NOW)) == {"revocation_unknown"}


def test_nobody_approves_their_own_proposal(world: World, first: Actor) -> None:
    change = _propose(world, first)
    with pytest.raises(TrustRefusedError, match="người thứ hai"):
        public.decide_trust(change_id=change, approved=True, by=first, at=timezone.now())
    assert public.trusted_authorities() == []
    assert public.decide_trust(change_id=change, approved=False, by=first, at=timezone.now()) == 0
    assert TrustChange.objects.get().state == "refused"


def test_a_proposal_is_decided_once_and_waits_once(world: World, first: Actor, second: Actor) -> None:
    change = _propose(world, first)
    with pytest.raises(TrustRefusedError, match="đang chờ"):
        _propose(world, second)
    public.decide_trust(change_id=change, approved=True, by=second, at=timezone.now())
    with pytest.raises(TrustRefusedError, match="đã được quyết định"):
        public.decide_trust(change_id=change, approved=True, by=second, at=timezone.now())
    with pytest.raises(TrustRefusedError, match="đã có"):
        _propose(world, first)
    with pytest.raises(LookupError):
        public.decide_trust(change_id=999_999, approved=True, by=second, at=timezone.now())


def test_a_withdrawal_needs_two_as_well_and_makes_a_new_version(world: World, first: Actor, second: Actor) -> None:
    change = _propose(world, first)
    public.decide_trust(change_id=change, approved=True, by=second, at=timezone.now())
    fingerprint = public.trusted_authorities()[0].fingerprint
    leaving = public.propose_withdrawal(fingerprint=fingerprint, reason="bị lộ khoá", by=first, at=timezone.now())
    assert public.decide_trust(change_id=leaving, approved=True, by=second, at=timezone.now()) == 2
    assert public.trusted_authorities() == []
    assert trusting.current().version == "2"


@pytest.mark.parametrize("kind", ["text", "signer", "lower", "no purpose", "no reason"])
def test_what_is_no_root_is_refused_with_a_sentence(kind: str, world: World, first: Actor) -> None:
    given: dict[str, dict[str, Any]] = {
        "text": {"certificate": b"xin chao"},
        "signer": {"certificate": make.pem(world.holder().certificate)},
        "lower": {"certificate": world.sub.certificate.public_bytes(Encoding.DER)},
        "no purpose": {"purposes": []},
        "no reason": {"reason": " "},
    }
    with pytest.raises(TrustRefusedError) as refused:
        _propose(world, first, **given[kind])
    assert str(refused.value).endswith(".")


def test_an_authority_is_believed_only_in_its_time(world: World, first: Actor, second: Actor) -> None:
    change = _propose(world, first, trusted_to=NOW - timedelta(days=30))
    public.decide_trust(change_id=change, approved=True, by=second, at=timezone.now())
    signed = make.sign(make.paper(), world.holder().signer())
    listed = trusting.current()
    given = type(listed)(listed.anchors, (), world.trust().crls, listed.version, listed.date, listed.source)
    assert make.codes(public.judge(content=signed, at=NOW, trust=given)) == {"issuer_expired"}
