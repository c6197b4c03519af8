"""A name locked by five wrong passwords: who sees it, who opens it, and that it is written down."""

import pytest
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts import public as accounts
from tinhso.foundation.accounts.models import Account
from tinhso.foundation.audit import public as audit
from tinhso.systems.administration.tests.test_leave import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]


@pytest.fixture
def locked() -> str:
    client = Client()
    for _attempt in range(5):
        client.post("/accounts/login/", {"login": "motcua.xa", "password": "sai"})
    return "motcua.xa"


def names() -> list[str]:
    return [lock.username for lock in accounts.locked_sign_ins(at=timezone.now())]


def test_the_administrator_opens_a_locked_name_and_it_is_written_down(locked: str) -> None:
    admin = signed_in("quantri")
    page = admin.get("/admin/sign-ins").content.decode()
    assert Account.objects.get(username=locked).name in page
    assert admin.post("/admin/sign-ins", {"username": locked}).status_code == 302
    assert names() == []
    entry = next(e for e in audit.trail(subject="sign-in") if e.act == "unlock")
    assert entry.data["username"] == locked
    assert entry.actor_name == Account.objects.get(username="quantri").name
    assert "Không ai bị khoá" in admin.get("/admin/sign-ins").content.decode()


@pytest.mark.parametrize("username", ["chuyenvien", "lanhdao", "congdan"])
def test_nobody_else_opens_it(locked: str, username: str) -> None:
    assert signed_in(username).post("/admin/sign-ins", {"username": locked}).status_code == 403
    assert names() == [locked]


@pytest.mark.parametrize("typed", ["", "khong-co", "chuyenvien", "<b>"])
def test_a_name_that_is_not_locked_is_none(locked: str, typed: str) -> None:
    assert signed_in("quantri").post("/admin/sign-ins", {"username": typed}).status_code == 404
    assert names() == [locked]
