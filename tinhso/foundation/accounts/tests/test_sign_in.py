"""Signing in: by password, with a second factor, locked after five failures, by VNeID and its bad days."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from django.utils import timezone

from tinhso.foundation.accounts import idle, sign_in
from tinhso.foundation.accounts.models import Account, SignInLock
from tinhso.foundation.accounts.tests.factories import PASSWORD, make_account, make_officer
from tinhso.foundation.accounts.vneid import stand_in
from tinhso.foundation.audit import public as audit

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tinhso.foundation.accounts.tests.urls")]


def sign_in_as(client: Client, account: Account, password: str = PASSWORD, **more: str) -> object:
    return client.post("/accounts/login/", {"login": account.username, "password": password, **more})


def test_the_sign_in_page_shows_both_ways(client: Client) -> None:
    page = client.get("/accounts/login/?next=/trial/people").content.decode()
    assert "Đăng nhập bằng VNeID" in page
    assert 'name="next" value="/trial/people"' in page
    assert "<script" in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert "style=" not in page


@pytest.mark.parametrize(
    ("role", "where"),
    [("desk_officer", "/inbox"), ("leader", "/inbox"), ("administrator", "/admin"), (None, "/my")],
)
def test_everybody_lands_at_their_own_work(client: Client, role: str | None, where: str) -> None:
    account = make_officer(role) if role else make_account()
    response = sign_in_as(client, account)
    assert response["Location"] == "/after-sign-in"
    assert client.get("/after-sign-in")["Location"] == where


def test_one_goes_on_to_where_one_was_going_but_never_abroad(client: Client) -> None:
    account = make_account()
    assert sign_in_as(client, account, next="/trial/people")["Location"] == "/trial/people"
    client.logout()
    assert sign_in_as(client, account, next="https://elsewhere.vn/")["Location"] == "/after-sign-in"


def test_a_wrong_password_keeps_the_name_and_says_so_in_vietnamese(client: Client) -> None:
    account = make_account()
    page = sign_in_as(client, account, "sai").content.decode()
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in page
    assert f'value="{account.username}"' in page
    assert "sai" not in re.findall(r'type="password" value="([^"]*)"', page)


@pytest.mark.parametrize("known", [True, False])
def test_five_failures_lock_the_name_whether_or_not_it_exists(client: Client, known: bool) -> None:
    name = make_account().username if known else "khong-co"
    for _ in range(5):
        client.post("/accounts/login/", {"login": name, "password": "sai"})
    page = client.post("/accounts/login/", {"login": name.upper(), "password": PASSWORD}).content.decode()
    assert "Tên đăng nhập này bị khoá đến" in page
    lock = SignInLock.objects.get(username=name)
    assert lock.locked_until is not None
    assert timedelta(hours=11) < lock.locked_until - timezone.now() <= timedelta(hours=12)
    assert [e.act for e in audit.trail(subject="sign-in")] == ["lock"]


def test_a_lock_opens_by_time_or_by_an_administrator(client: Client) -> None:
    account = make_account()
    for _ in range(5):
        sign_in_as(client, account, "sai")
    SignInLock.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert sign_in_as(client, account).status_code == 302
    assert not SignInLock.objects.exists()
    client.logout()
    for _ in range(5):
        sign_in_as(client, account, "sai")
    sign_in.clear_failures(account.username)
    assert sign_in_as(client, account).status_code == 302


def test_a_closed_account_is_told_so(client: Client) -> None:
    account = make_account(is_active=False)
    response = client.post("/accounts/login/", {"login": account.username, "password": PASSWORD}, follow=True)
    assert "Tài khoản đã ngừng dùng" in response.content.decode()


@pytest.mark.parametrize("typed", ["\x00", "a" * 5000, "<b>x</b>", "' OR 1=1 --", "　", "ｎ"])
def test_strange_names_get_a_clear_answer(client: Client, typed: str) -> None:
    response = client.post("/accounts/login/", {"login": typed, "password": typed})
    assert response.status_code in {200, 400}


# --- passwords


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("ngan.1A", "ít nhất 8 ký tự (đang có 7)"),
        ("khongcochuhoa.1", "chữ hoa"),
        ("KHONGCHUTHUONG.1", "chữ thường"),
        ("Khongcochuso.", "chữ số"),
        ("Khongkytu123", "ký tự đặc biệt"),
        (PASSWORD, "đã dùng trong 10 lần gần đây"),
        ("Nguyenmau.1x-nguoidoimatkhau", "không được chứa tên đăng nhập"),
    ],
)
def test_a_weak_password_is_told_what_it_lacks(client: Client, password: str, sentence: str) -> None:
    sign_in_as(client, make_account(username="nguoidoimatkhau"))
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = client.post("/accounts/password/change/", fields).content.decode()
    assert sentence in page


def test_a_password_is_changed_and_the_old_one_not_taken_again(client: Client) -> None:
    account = make_account(must_change_password=True)
    sign_in_as(client, account)
    assert client.get("/trial/people")["Location"].startswith("/accounts/password/change/")
    new = "Mat-khau-moi.2"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    response = client.post("/accounts/password/change/", fields)
    assert response["Location"] == "/my/account", response.content.decode()
    assert client.get("/trial/people").status_code == 200
    fields = {"oldpassword": new, "password1": PASSWORD, "password2": PASSWORD}
    assert "đã dùng" in client.post("/accounts/password/change/", fields).content.decode()
    assert audit.trail(subject=f"account:{account.pk}")[-1].act == "change_password"


def test_a_forgotten_password_is_set_again_by_mail(client: Client) -> None:
    make_account(email="canbo@tinh.example")
    response = client.post("/accounts/password/reset/", {"email": "canbo@tinh.example"}, follow=True)
    assert "Hãy xem hộp thư" in response.content.decode()
    assert "Kính gửi" in mail.outbox[0].body
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert link
    page = client.get(link[1], follow=True)
    assert "Đặt mật khẩu mới" in page.content.decode()
    new = "Mat-khau-moi.2"
    done = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert "Đã đặt mật khẩu mới" in done.content.decode()
    assert "không còn dùng được" in client.get(link[1], follow=True).content.decode()


# --- second factor


def confirm(client: Client) -> None:
    """The password once more, as asked before ways of signing in are changed."""
    page = client.get("/accounts/2fa/totp/activate/", follow=True)
    assert "Nhập lại mật khẩu" in page.content.decode()
    assert client.post(page.request["PATH_INFO"], {"password": PASSWORD}).status_code == 302


def test_a_second_factor_is_turned_on_and_then_asked_for(client: Client) -> None:
    account = make_officer("administrator")
    sign_in_as(client, account)
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/")
    assert "Bật ứng dụng xác thực" in page.content.decode()
    secret = client.session[totp.SECRET_SESSION_KEY]
    bad = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "Mã không đúng" in bad.content.decode()
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    done = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    assert Authenticator.objects.filter(user=account, type="totp").exists(), done.content.decode()
    codes = client.get("/accounts/2fa/codes/").content.decode()
    recovery = re.findall(r"<code>(\w+)</code>", codes)[0]
    client.logout()
    response = sign_in_as(client, account)
    assert response["Location"].startswith("/accounts/2fa/authenticate/")
    page = client.get(response["Location"]).content.decode()
    assert "Mã xác thực" in page
    assert not client.session.get("_auth_user_id")
    assert "Mã không đúng" in client.post(response["Location"], {"code": "123"}).content.decode()
    assert client.post(response["Location"], {"code": recovery})["Location"] == "/after-sign-in"


@pytest.mark.parametrize("address", ["2fa/totp/activate/", "2fa/keys/add/", "2fa/codes/generate/", "password/set/"])
def test_ways_of_signing_in_are_changed_only_soon_after_the_password(client: Client, address: str) -> None:
    client.force_login(make_account())
    response = client.get(f"/accounts/{address}")
    assert response.status_code in {200, 302}
    if response.status_code == 302:
        assert client.get(response["Location"], follow=True).status_code == 200


def test_passkey_pages_carry_their_options_without_inline_script(client: Client) -> None:
    sign_in_as(client, make_account())
    confirm(client)
    page = client.get("/accounts/2fa/keys/add/").content.decode()
    assert "data-options=" in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    client.logout()
    options = client.get("/accounts/2fa/keys/login/", headers={"Accept": "application/json"}).json()
    assert "challenge" in options["request_options"]["publicKey"]


# --- idle lock


def asleep(client: Client, kind: str = "official") -> None:
    session = client.session
    session["seen_at"] = 1.0
    session.save()


def test_an_unattended_session_asks_for_the_password_and_goes_on(client: Client) -> None:
    sign_in_as(client, make_officer("desk_officer"))
    assert client.get("/trial/desk").status_code == 200
    asleep(client)
    response = client.get("/trial/desk")
    assert response["Location"] == "/accounts/unlock?next=%2Ftrial%2Fdesk"
    assert client.get("/trial/open").content == b"account:0"
    assert "Phiên làm việc đã khoá" in client.get(response["Location"]).content.decode()
    wrong = client.post("/accounts/unlock", {"password": "sai", "next": "/trial/desk"})
    assert "Mật khẩu không đúng" in wrong.content.decode()
    assert client.post("/accounts/unlock", {"password": PASSWORD, "next": "/trial/desk"})["Location"] == "/trial/desk"
    assert client.get("/trial/desk").status_code == 200


def test_what_was_being_sent_when_the_lock_fell_is_sent_on(client: Client) -> None:
    sign_in_as(client, make_officer("desk_officer"))
    client.get("/trial/desk")
    asleep(client)
    client.post("/trial/desk?a=1", {"note": "thiếu sổ hộ khẩu", "csrfmiddlewaretoken": "old"})
    page = client.post("/accounts/unlock", {"password": PASSWORD}).content.decode()
    assert 'action="/trial/desk?a=1"' in page
    assert 'name="note" value="thiếu sổ hộ khẩu"' in page
    assert page.count("csrfmiddlewaretoken") == page.count("<form")
    assert idle.take_kept(type("R", (), {"session": client.session})()) is None


def test_five_wrong_unlocks_lock_the_name(client: Client) -> None:
    sign_in_as(client, make_officer("desk_officer"))
    client.get("/trial/desk")
    asleep(client)
    client.get("/trial/desk")
    for _ in range(5):
        client.post("/accounts/unlock", {"password": "sai"})
    assert "bị khoá đến" in client.post("/accounts/unlock", {"password": PASSWORD}).content.decode()


# --- VNeID


def to_vneid(client: Client, back: str = "/trial/people") -> dict[str, str]:
    response = client.get(f"/accounts/vneid/start?next={back}")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(response["Location"]).query).items()}
    page = client.get(response["Location"]).content.decode()
    assert "Mô phỏng" in page
    return asked


def answer(client: Client, asked: dict[str, str], **typed: str) -> object:
    person = {"kind": "citizen", "number": "072198000017", "name": "Nguyễn Văn Thử", "level": "2", **typed}
    response = client.post("/accounts/vneid/mo-phong", {**asked, **person})
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def test_the_first_sign_in_by_vneid_opens_an_account_and_the_next_finds_it(client: Client) -> None:
    response = answer(client, to_vneid(client))
    assert response["Location"] == "/trial/people"
    assert client.get("/trial/people").content.decode() == "Nguyễn Văn Thử"
    client.logout()
    answer(client, to_vneid(client), name="Nguyễn Văn Thử Hai")
    account = Account.objects.get(identity_number="072198000017")
    assert (account.name, account.assurance, account.kind) == ("Nguyễn Văn Thử Hai", 2, "citizen")
    assert account.tech_id.startswith("TI-")
    assert [e.act for e in audit.trail(subject=f"account:{account.pk}")] == ["sign_up", "refresh_identity"]


def test_an_organisation_signs_in_by_its_number(client: Client) -> None:
    answer(client, to_vneid(client), kind="business", number="0100109106", name="Công ty Thử")
    assert Account.objects.get(kind="business").identity_number == "0100109106"


def test_a_step_up_keeps_the_session(client: Client) -> None:
    account = make_account(assurance=1, identity_number="072198000017")
    client.force_login(account)
    assert client.get("/trial/sure").status_code == 403
    assert answer(client, to_vneid(client, "/trial/sure"))["Location"] == "/trial/sure"
    assert client.get("/trial/sure").status_code == 200


def test_signing_in_as_another_ends_the_session_before(client: Client) -> None:
    client.force_login(make_account(name="Người Trước"))
    answer(client, to_vneid(client))
    assert client.get("/trial/people").content.decode() == "Nguyễn Văn Thử"


@pytest.mark.parametrize("fault", [f for f in stand_in.FAULTS if f])
def test_every_bad_day_of_vneid_gets_a_sentence_and_no_session(client: Client, fault: str) -> None:
    response = answer(client, to_vneid(client), fault=fault)
    assert response.status_code == 403
    page = response.content.decode()
    assert "Chưa đăng nhập được" in page
    assert "VNeID" in page
    assert not client.session.get("_auth_user_id")
    assert not Account.objects.exists()


def test_an_answer_is_good_once_and_only_in_its_own_browser(client: Client) -> None:
    asked = to_vneid(client)
    person = {"kind": "citizen", "number": "072198000017", "name": "Nguyễn Văn Thử", "level": "2"}
    address = client.post("/accounts/vneid/mo-phong", {**asked, **person})["Location"]
    assert Client().get(address).status_code == 403
    assert client.get(address).status_code == 302
    client.logout()
    assert client.get(address).status_code == 403
    assert client.get("/accounts/vneid/callback").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://elsewhere.vn/cb"},
        {"client_id": "x"},
        {"code_challenge": ""},
        {"response_type": "token"},
    ],
)
def test_the_stand_in_keeps_to_the_protocol(client: Client, change: dict[str, str]) -> None:
    assert client.get("/accounts/vneid/mo-phong", {**to_vneid(client), **change}).status_code == 400


def test_the_stand_in_forgives_no_nonsense(client: Client) -> None:
    fields = {**to_vneid(client), "kind": "citizen", "number": "12", "name": " "}
    response = client.post("/accounts/vneid/mo-phong", fields)
    assert response.status_code == 422
    assert "12 chữ số" in response.content.decode()


def test_without_vneid_the_way_is_gone(client: Client, settings: object) -> None:
    settings.VNEID = {**settings.VNEID, "stand_in": False}
    assert client.get("/accounts/vneid/start").status_code == 404
    assert client.get("/accounts/vneid/mo-phong").status_code == 404
    assert "VNeID" not in client.get("/accounts/login/").content.decode()


def test_a_closed_account_cannot_come_in_by_vneid(client: Client) -> None:
    make_account(identity_number="072198000017", is_active=False)
    assert "đã ngừng dùng" in answer(client, to_vneid(client)).content.decode()


# --- my account


def test_ones_account_shows_devices_and_signs_out_elsewhere(client: Client) -> None:
    account, elsewhere = make_account(), Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/129"})
    sign_in_as(client, account)
    sign_in_as(elsewhere, account)
    page = client.get("/my/account").content.decode()
    assert "Chrome trên Android" in page
    assert "thiết bị này" in page
    assert account.identity_number not in page
    client.post("/my/account/other-sessions")
    assert elsewhere.get("/trial/people").status_code == 302
    assert client.get("/trial/people").status_code == 200


def test_ones_account_shows_who_looked(client: Client) -> None:
    account = make_account()
    audit.record_reading(
        owner=account.identity_number,
        actor="account:9",
        actor_name="Trần Văn Mẫu",
        unit_name="UBND phường Mẫu",
        what="Hồ sơ và giấy tờ",
        purpose="Giải quyết hồ sơ",
        subject="H53-1",
    )
    client.force_login(account)
    for address in ("/my/account", "/my/account/readings"):
        page = client.get(address).content.decode()
        assert "UBND phường Mẫu" in page
        assert "Giải quyết hồ sơ" in page


def test_when_somebody_last_showed_who_they_are_is_known(client: Client) -> None:
    from django.test import RequestFactory

    from tinhso.foundation.accounts import public

    account = make_account()
    request = RequestFactory().get("/")
    request.session, request.user = client.session, account
    assert public.confirmed_at(request=request) is None
    before = timezone.now()
    sign_in_as(client, account)
    request.session = client.session
    confirmed = public.confirmed_at(request=request)
    assert confirmed is not None
    assert before - timedelta(seconds=1) <= confirmed <= timezone.now()
    request.user = make_account()
    assert public.confirmed_at(request=request) is None
