"""Who comes in where: the middleware keeps to the declaration of each view."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tinhso.foundation.accounts import public, system_keys
from tinhso.foundation.accounts.models import SystemKey
from tinhso.foundation.accounts.records import Right
from tinhso.foundation.accounts.tests.factories import actor, make_account, make_officer
from tinhso.foundation.organizations.models import Assignment
from tinhso.foundation.organizations.tests.factories import make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tinhso.foundation.accounts.tests.urls")]


def test_everybody_may_enter_a_public_page(client: Client) -> None:
    assert client.get("/trial/open").content == b"account:0"


def test_a_stranger_is_sent_to_sign_in_and_back(client: Client) -> None:
    response = client.get("/trial/people?page=2")
    assert response["Location"] == "/accounts/login/?next=%2Ftrial%2Fpeople%3Fpage%3D2"


def test_a_fragment_asks_the_whole_page_to_sign_in(client: Client) -> None:
    response = client.get("/trial/people", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"].startswith("/accounts/login/")


def test_a_refused_form_leads_back_to_the_page_it_was_on(client: Client) -> None:
    response = client.post("/trial/people", headers={"Referer": "http://testserver/trial/form"})
    assert response["Location"] == "/accounts/login/?next=%2Ftrial%2Fform"
    response = client.post("/trial/people", headers={"Referer": "https://elsewhere.vn/x"})
    assert response["Location"] == "/accounts/login/?next=%2F"


def test_a_view_without_declaration_is_closed_to_everyone(client: Client) -> None:
    client.force_login(make_officer("administrator"))
    assert client.get("/trial/undeclared").status_code == 403


def test_the_right_comes_from_the_post_held_today(client: Client) -> None:
    officer = make_officer("desk_officer")
    client.force_login(officer)
    assert client.get("/trial/desk").status_code == 200
    Assignment.objects.filter(person=officer.person).update(valid_to=timezone.localdate())
    assert client.get("/trial/desk").status_code == 403


@pytest.mark.parametrize("role", ["specialist", "unit_head", "leader", "clerk", "administrator"])
def test_another_role_is_told_so_in_vietnamese(client: Client, role: str) -> None:
    client.force_login(make_officer(role))
    response = client.get("/trial/desk")
    assert response.status_code == 403
    assert "không có quyền vào trang này" in response.content.decode()


def test_a_citizen_is_not_an_official(client: Client) -> None:
    client.force_login(make_account())
    assert client.get("/trial/desk").status_code == 403
    assert client.get("/trial/people").content.decode() == "Nguyễn Thị Mẫu"


def test_a_low_assurance_asks_for_a_step_up_with_the_way_to_it(client: Client) -> None:
    client.force_login(make_account(assurance=1))
    response = client.get("/trial/sure")
    assert response.status_code == 403
    assert "mức 2" in response.content.decode()
    assert "/accounts/vneid/start?next=%2Ftrial%2Fsure" in response.content.decode()


def test_a_rule_that_refuses_says_which_right_is_missing(client: Client) -> None:
    client.force_login(make_officer("clerk"))
    response = client.get("/trial/refusing")
    assert response.status_code == 403
    assert "Việc này cần quyền phê duyệt." in response.content.decode()


def test_a_right_reaches_to_units_below_and_not_beside() -> None:
    province = make_unit("UBND tỉnh", kind="province")
    commune, other = make_unit("Phường A", province), make_unit("Phường B", province)
    above, beside = actor(make_officer("leader", province)), actor(make_officer("leader", other))
    path = tuple(commune.path)
    assert above.has(Right.APPROVE, unit_path=path)
    assert not beside.has(Right.APPROVE, unit_path=path)
    with pytest.raises(public.StepUpRequiredError.__mro__[1], match="không ở Phường A"):
        public.require(beside, Right.APPROVE, unit_path=path)


def test_an_unknown_address_answers_with_our_page(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "Không có trang này" in response.content.decode()


def test_a_signed_in_page_costs_two_queries_for_rights(client: Client) -> None:
    client.force_login(make_officer("desk_officer"))
    client.get("/trial/desk")
    with CaptureQueriesContext(connection) as queries:
        client.get("/trial/desk")
    assert len(queries) <= 3  # session, account, now and then the revision


# --- other systems


def make_key(**fields: object) -> str:
    text, prefix, digest = system_keys.make()
    values = {"name": "Trục LGSP", "system": "lgsp", "rights": ["read_dossiers"], **fields}
    SystemKey.objects.create(prefix=prefix, digest=digest, **values)
    return text


def call(client: Client, key: str, method: str = "get", path: str = "things", **options: object) -> object:
    return getattr(client, method)(f"/api/v1/trial/{path}", headers={"Authorization": f"Bearer {key}"}, **options)


def test_a_system_enters_with_its_key(client: Client) -> None:
    assert call(client, make_key()).json() == {"system": "lgsp"}
    assert call(client, make_key(system="khac"), "post").json() == {"by": "system:khac"}


def test_without_a_key_the_api_answers_in_json(client: Client) -> None:
    response = client.get("/api/v1/trial/things")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["detail"] == "Cần đăng nhập hoặc khoá kết nối."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"revoked_at": timezone.now()}, "thu hồi"),
        ({"valid_to": timezone.now() - timedelta(days=1)}, "hết hạn"),
        ({"networks": ["10.0.0.0/8"]}, "không được dùng từ địa chỉ 127.0.0.1"),
    ],
)
def test_a_key_that_may_not_be_used_says_why(client: Client, fields: dict[str, object], sentence: str) -> None:
    response = call(client, make_key(**fields))
    assert response.status_code == 401
    assert sentence in response.json()["detail"]


@pytest.mark.parametrize("key", ["", "ts_", "ts_00000000_wrong", "x" * 5000, "ts_" + "é" * 12 + "_x"])
def test_a_wrong_key_is_refused(client: Client, key: str) -> None:
    make_key()
    assert call(client, key.encode().decode("latin-1")).status_code == 401


def test_a_wrong_secret_with_a_right_prefix_is_refused(client: Client) -> None:
    assert call(client, make_key()[:-2] + "xx").status_code == 401


def test_a_key_without_the_right_is_closed_out(client: Client) -> None:
    assert call(client, make_key(rights=["see_figures"])).status_code == 403


def test_a_key_has_a_rate(client: Client) -> None:
    key = make_key(per_minute=2)
    assert [call(client, key).status_code for _ in range(3)] == [200, 200, 429]
    assert int(call(client, key)["Retry-After"]) > 0


def test_a_key_is_no_person(client: Client) -> None:
    key = make_key()
    assert client.get("/trial/people", headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_a_person_is_no_system(client: Client) -> None:
    client.force_login(make_officer("desk_officer"))
    assert client.get("/api/v1/trial/things").status_code == 403


def test_an_api_operation_without_declaration_is_closed(client: Client) -> None:
    assert call(client, make_key(), path="undeclared").status_code == 403


def test_a_method_the_api_does_not_have_is_405(client: Client) -> None:
    assert call(client, make_key(), "delete").status_code == 405


def test_a_person_writing_by_cookie_must_come_from_our_page() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_account())
    assert strict.post("/api/v1/trial/things").status_code == 403
    easy = Client()
    easy.force_login(make_account())
    assert easy.post("/api/v1/trial/things").status_code == 200


def test_a_key_is_issued_once_and_revoked_at_once(client: Client) -> None:
    by = actor(make_officer("administrator"))
    key = public.issue_system_key(name="Sở", system="so-nn", rights=[Right.READ_DOSSIERS], by=by)
    assert call(client, key).status_code == 200
    with pytest.raises(ValueError, match="đã có khoá"):
        public.issue_system_key(name="Sở", system="so-nn", rights=[], by=by)
    with pytest.raises(ValueError, match="không phải địa chỉ IP"):
        public.issue_system_key(name="Sở", system="so-yt", rights=[], networks=["mạng nhà"], by=by)
    public.revoke_system_key(system="so-nn", by=by)
    assert call(client, key).status_code == 401
    assert public.issue_system_key(name="Sở", system="so-nn", rights=[], by=by) != key


def test_a_job_has_a_name_in_the_trail_and_no_rights() -> None:
    job = public.actor_of_job(name="closing")
    assert job.key == "job:closing"
    assert not any(job.has(right) for right in Right)
