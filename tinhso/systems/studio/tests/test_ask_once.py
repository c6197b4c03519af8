"""The studio cannot make a form ask for what a register holds; what the store may hold is said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.forms import public as forms
from tinhso.systems.studio import ask_once
from tinhso.systems.studio.kinds import KINDS
from tinhso.systems.vault import public as vault

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(db) -> None:
    vault.set_kinds(
        [
            vault.Kind("identity_card", "Thẻ căn cước", held_by="Cơ sở dữ liệu quốc gia về dân cư"),
            vault.Kind("birth", "Giấy khai sinh", phrases=("bản sao giấy khai sinh",)),
        ]
    )


def form(*components: dict) -> str:
    schema = forms.drafting.blank("thu", "Thử")
    schema["components"][0]["components"] += list(components)
    return forms.drafting.write(forms.drafting.with_ids(schema))


def asking(label: str, **properties: str) -> dict:
    named = {f"tt:{name}": value for name, value in properties.items()}
    return {"type": "filepicker", "key": "giay", "label": label, "properties": named}


def test_a_paper_of_a_register_keeps_the_form_from_being_published():
    judged = KINDS["form"].judge(form(asking("Bản sao thẻ căn cước")))
    assert [said for _place, said, _todo in judged.problems] == [
        "Hỏi «Bản sao thẻ căn cước», trong khi Cơ sở dữ liệu quốc gia về dân cư đã có."
    ]


def test_with_a_reason_it_is_published_and_counted(administrator: Actor):
    content = form(asking("Bản sao thẻ căn cước", ask_reason="Người nước ngoài chưa có trong cơ sở dữ liệu"))
    assert KINDS["form"].judge(content).problems == []
    at = timezone.now()
    ask_once.count_overrides(forms.drafting.read(content), key="thu", actor=administrator, at=at)
    ask_once.count_overrides(forms.drafting.read(content), key="thu", actor=administrator, at=at)
    found = vault.figures(since=at - timedelta(days=1), until=at + timedelta(days=1))
    assert [one.asked_again for one in found] == [1]


def test_a_paper_the_store_may_hold_and_a_fact_of_the_account_are_said():
    plain = {"type": "textfield", "key": "applicant_phone", "label": "Điện thoại", "properties": {"tt:kind": "phone"}}
    judged = KINDS["form"].judge(form(asking("Bản sao Giấy khai sinh của con"), plain))
    assert judged.problems == []
    said = " ".join(one for _place, one, _todo in judged.doubts)
    assert "kho dữ liệu của người nộp có thể đã có Giấy khai sinh" in said
    assert "Hỏi «Điện thoại», trong khi tài khoản người nộp đã có." in said


def test_a_declaration_is_no_paper_that_is_held():
    assert KINDS["form"].judge(form(asking("Đơn xin cấp lại giấy khai sinh"))).doubts == []


@pytest.fixture
def administrator(unit) -> Actor:
    from tinhso.foundation.accounts import public as accounts
    from tinhso.foundation.accounts.tests.factories import make_officer

    return accounts.actor_of_account(account_id=make_officer("administrator", unit).pk)
