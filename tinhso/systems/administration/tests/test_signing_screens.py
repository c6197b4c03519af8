"""The trust list changes only by two people; certificates are enrolled by whoever administers the unit."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts.models import Account
from tinhso.foundation.accounts.public import actor_of_account
from tinhso.foundation.signing import public as signing
from tinhso.foundation.signing.demo.authority import YEAR, Authority, Subject, new_key, pem
from tinhso.foundation.signing.models import Credential, TrustedAuthority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tay_ninh")]


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def root() -> Authority:
    now = timezone.now()
    return Authority.root(Subject("CA mẫu"), new_key("p256"), begins=now - YEAR, ends=now + YEAR)


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("ca.pem", content, content_type="application/x-pem-file")


def propose(client: Client, content: bytes, **changes: Any) -> Any:
    given = {"do": "propose", "purposes": ["official"], "reason": "Công bố số 12", "certificate": file(content)}
    return client.post("/admin/trust", {**given, **changes})


def test_one_proposes_and_another_approves() -> None:
    first, second = signed_in("quantri"), signed_in("quantri2")
    assert propose(first, pem(root().certificate)).status_code == 302
    change = signing.trust_changes()[0]
    first.post("/admin/trust", {"do": "approve", "change": change.id})
    assert not TrustedAuthority.objects.exists()
    Account.objects.filter(username="quantri2").update(name=Account.objects.get(username="quantri").name)
    assert 'value="approve"' not in first.get("/admin/trust").content.decode()
    assert 'value="approve"' in second.get("/admin/trust").content.decode()  # whatever the two are called
    second.post("/admin/trust", {"do": "approve", "change": change.id})
    trusted = signing.trusted_authorities()
    assert [one.name for one in trusted] == ["CA mẫu"]
    second.post("/admin/trust", {"do": "approve", "change": change.id})  # pressed twice
    assert len(signing.trusted_authorities()) == 1
    second.post("/admin/trust", {"do": "withdraw", "fingerprint": trusted[0].fingerprint, "reason": "Bị lộ khoá"})
    first.post("/admin/trust", {"do": "approve", "change": signing.trust_changes()[0].id})
    assert not signing.trusted_authorities()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"certificate": file(b"abc")}, "Không đọc được chứng thư"),
        ({"purposes": []}, "ít nhất một mục đích"),
        ({"reason": ""}, "Ghi lý do"),
        ({"from": "31/02/2026"}, "không phải ngày có thật"),
        ({"certificate": ""}, "Chọn tệp chứng thư"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(changes: dict[str, Any], words: str) -> None:
    answer = propose(signed_in("quantri"), pem(root().certificate), **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not signing.trust_changes()


def issued(name: str, *, ends: timedelta = YEAR) -> bytes:
    now = timezone.now()
    made = root().issue(Subject(name), new_key("p256").public_key(), begins=now - YEAR, ends=now + ends)
    return made.public_bytes(Encoding.PEM)


def enrol(client: Client, address: str, content: bytes, **changes: Any) -> Any:
    given = {"certificate": file(content), "adapter": "remote", "reference": "cred-1"}
    return client.post(address, {**given, **changes})


def test_a_certificate_is_enrolled_replaced_and_ended() -> None:
    leader = actor_of_account(account_id=Account.objects.get(username="lanhdao").pk)
    admin, address = signed_in("quantri"), f"/admin/certificates/personal/{leader.person_id}"
    assert enrol(admin, address, issued(leader.name)).status_code == 302
    assert signing.can_sign(actor=leader).is_able
    assert enrol(admin, address, issued(leader.name), reference="cred-2").status_code == 302
    assert Credential.objects.filter(person_id=leader.person_id, ended_at=None).count() == 1
    unit = leader.posts[0].unit_id
    assert leader.name in admin.get(f"/admin/certificates?unit={unit}").content.decode()
    assert admin.post(address, {"do": "end", "reason": ""}).status_code == 422
    assert admin.post(address, {"do": "end", "reason": "Nghỉ hưu theo quyết định"}).status_code == 302
    assert not signing.can_sign(actor=leader).is_able
    assert admin.post(address, {"do": "end", "reason": "Nghỉ hưu theo quyết định"}).status_code == 302


def test_a_certificate_of_another_name_or_out_of_date_is_refused() -> None:
    leader = actor_of_account(account_id=Account.objects.get(username="lanhdao").pk)
    admin, address = signed_in("quantri"), f"/admin/certificates/personal/{leader.person_id}"
    for content, words in (
        (issued("Người Khác"), "mang tên «Người Khác»"),
        (issued(leader.name, ends=timedelta(days=-1)), "đã hết hạn"),
        (b"\x30\x03abc", "Không đọc được chứng thư"),
    ):
        answer = enrol(admin, address, content)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Credential.objects.exists()


def test_nobody_but_administrators_comes_near() -> None:
    for username in ("lanhdao", "vanthu", "congdan"):
        for address in ("/admin/trust", "/admin/certificates", "/admin/certificates/seal/1"):
            assert signed_in(username).get(address).status_code == 403
    assert signed_in("quantri").get("/admin/certificates/personal/0").status_code == 404
    assert signed_in("quantri").get("/admin/certificates/khac/1").status_code == 404
