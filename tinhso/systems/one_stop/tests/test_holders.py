"""People come and go: work and dossiers follow the post, at once by the organisation's news or by the hour."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.outbox import public as outbox
from tinhso.foundation.workflow import public as workflow
from tinhso.systems.one_stop import services
from tinhso.systems.one_stop.selectors.limbo import limbo
from tinhso.systems.one_stop.services import holders
from tinhso.systems.one_stop.tests.factories import COMMUNE, Office, person_actor

Role = organizations.Role


@pytest.fixture(autouse=True)
def _told(office: Office) -> None:
    """What the loading of the pack published is out of the way."""
    outbox.deliver_pending()


def post_of(person_id: int, role: str) -> organizations.HeldPost:
    return next(p for p in organizations.held_posts(person_id=person_id) if p.role == role)


def mine(actor: Actor) -> set[str]:
    page = workflow.inbox(actor=actor, wanted=workflow.InboxFilter(kind="dossier"), limit=100)
    return {item.subject for item in page.items}


def delegate(office: Office, leader: Actor, to: int, days: int = 3) -> int:
    today = timezone.localdate()
    return organizations.delegate(
        post_id=post_of(leader.person_id or 0, Role.LEADER).post_id,
        to_person_id=to,
        first_day=today,
        last_day=today + timedelta(days=days),
        reason="Đi công tác",
        by=leader,
    )


def test_a_leaders_open_approvals_go_to_the_delegate_and_come_back(office: Office) -> None:
    code = office.at_approval()
    leader, subject = office.holder(code), services.subject_of(office.dossier(code))
    head = organizations.holders(unit_id=organizations.unit_by_key(key=COMMUNE).id, role=Role.UNIT_HEAD)[0]
    number = delegate(office, leader, head.id)
    outbox.deliver_pending()
    assert subject in mine(person_actor(head.id))
    assert subject not in mine(leader)
    assert office.dossier(code).responsible_person_id == head.id
    assert head.name in office.dossier(code).visible_reason
    assert not limbo(at=office.at).offenders
    organizations.revoke_delegation(delegation_id=number, on=timezone.localdate(), by=leader)
    outbox.deliver_pending()
    assert office.holder(code).person_id == leader.person_id
    assert office.dossier(code).responsible_person_id == leader.person_id
    services.approve(code=code, actor=leader, at=office.tick())


def test_the_delegate_approves_and_the_leader_may_too(office: Office) -> None:
    first, second = office.at_approval(), office.at_approval()
    leader = office.holder(first)
    head = organizations.holders(unit_id=organizations.unit_by_key(key=COMMUNE).id, role=Role.UNIT_HEAD)[0]
    delegate(office, leader, head.id)
    outbox.deliver_pending()
    services.approve(code=first, actor=person_actor(head.id), at=office.tick())
    services.approve(code=second, actor=person_actor(leader.person_id or 0), at=office.tick())
    assert {office.dossier(c).state for c in (first, second)} == {office.dossier(first).State.NUMBERING}


def test_a_specialist_who_leaves_hands_work_to_another_and_in_the_end_to_the_head(office: Office) -> None:
    code = office.received()
    unit_id = office.dossier(code).handling_unit_id
    seen: set[int] = set()
    while people := organizations.holders(unit_id=unit_id, role=Role.SPECIALIST):
        holder = office.dossier(code).responsible_person_id
        assert holder in {p.id for p in people}
        assert holder not in seen
        seen.add(holder or 0)
        organizations.relieve(
            post_id=post_of(holder or 0, Role.SPECIALIST).post_id, on=timezone.localdate(), by=office.actors["quantri"]
        )
        outbox.deliver_pending()
        assert not limbo(at=office.at).offenders
    assert office.dossier(code).responsible_role in {Role.UNIT_HEAD, Role.LEADER}
    assert office.holder(code).person_id == office.dossier(code).responsible_person_id
    office.do(services.finish_examination, code)


def test_who_comes_after_gets_the_work_of_the_post(office: Office) -> None:
    code = office.received()
    before = office.holder(code)
    newcomer = organizations.add_person(name="Người mới nhận việc", by=office.actors["quantri"])
    post = post_of(before.person_id or 0, Role.SPECIALIST)
    organizations.appoint(
        post_id=post.post_id, person_id=newcomer, on=timezone.localdate(), by=office.actors["quantri"]
    )
    outbox.deliver_pending()
    assert office.dossier(code).responsible_person_id == newcomer
    assert "Người mới nhận việc" in office.dossier(code).visible_reason


def test_what_ends_by_its_date_alone_is_followed_by_the_hour(office: Office) -> None:
    from tinhso.foundation.organizations.models import Delegation

    code = office.at_approval()
    leader = office.holder(code)
    head = organizations.holders(unit_id=organizations.unit_by_key(key=COMMUNE).id, role=Role.UNIT_HEAD)[0]
    delegate(office, leader, head.id)
    outbox.deliver_pending()
    Delegation.objects.update(valid_to=timezone.localdate(), valid_from=timezone.localdate() - timedelta(days=2))
    assert holders.follow_posts(at=office.at) == 1
    assert office.dossier(code).responsible_person_id == leader.person_id
    assert holders.follow_posts(at=office.at) == 0


def test_somebody_on_leave_has_no_work_waiting(office: Office) -> None:
    code = office.received()
    away = office.holder(code)
    today = timezone.localdate()
    organizations.record_absence(
        person_id=away.person_id or 0, first_day=today, last_day=today, reason="Nghỉ ốm", by=office.actors["quantri"]
    )
    outbox.deliver_pending()
    assert office.dossier(code).responsible_person_id != away.person_id
    assert not limbo(at=office.at).offenders
