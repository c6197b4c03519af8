"""Leave: who acts for whom, from which day, and that no work stands still meanwhile."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.organizations import public as organizations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def leader() -> tuple[organizations.HeldPost, int]:
    """The leader's own post and a colleague of the same unit who is none."""
    person = Account.objects.get(username="lanhdao").person_id
    post = organizations.held_posts(person_id=person)[0]
    other = organizations.holders(unit_id=post.unit_id, role=organizations.Role.CLERK)[0]
    return post, other.id


def typed(**changes: object) -> dict[str, object]:
    post, colleague = leader()
    today = timezone.localdate()
    return {
        "post": post.post_id,
        "to": colleague,
        "first": f"{today:%d/%m/%Y}",
        "last": f"{today + timedelta(days=5):%d/%m/%Y}",
        "reason": "Nghỉ phép năm",
        **changes,
    }


def test_the_colleague_holds_the_post_during_leave() -> None:
    post, colleague = leader()
    answer = signed_in("lanhdao").post("/leave", typed())
    assert answer.status_code == 302
    held = organizations.held_posts(person_id=colleague)
    assert any(h.post_id == post.post_id and h.delegated_by for h in held)
    people = organizations.holders(unit_id=post.unit_id, role=post.role)
    assert colleague in {person.id for person in people}


def test_it_is_taken_back() -> None:
    post, colleague = leader()
    client = signed_in("lanhdao")
    client.post("/leave", typed())
    number = organizations.delegations(unit_id=post.unit_id, on=timezone.localdate())[0].id
    client.post("/leave", {"do": "revoke", "delegation": number})
    assert all(h.post_id != post.post_id for h in organizations.held_posts(person_id=colleague))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": "31/02/2027"}, "không phải ngày có thật"),
        ({"last": "01/01/2020"}, "không sau ngày cuối"),
        ({"reason": ""}, "Ghi lý do"),
        ({"to": "999999"}, "Chọn một đồng nghiệp"),
        ({"post": "999999"}, "Chọn chức vụ của bạn"),
    ],
)
def test_bad_input_is_said_and_kept(changes: dict[str, object], sentence: str) -> None:
    answer = signed_in("lanhdao").post("/leave", typed(**changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_nobody_delegates_another_ones_post() -> None:
    answer = signed_in("vanthu").post("/leave", typed())
    assert answer.status_code == 422
    assert "Chọn chức vụ của bạn" in answer.content.decode()


def test_citizens_have_no_leave() -> None:
    assert signed_in("congdan").get("/leave").status_code in (302, 403)
