"""Pages without a person's data."""

import json

import pytest
from django.test import Client

from tinhso.foundation.audit import public as audit
from tinhso.systems.portal.tests.factories import citizen_client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/help", "/accessibility", "/privacy", "/track", "/design"])
def test_the_page_has_one_title_and_a_way_past_the_header(path):
    page = Client().get(path).content.decode()
    assert page.count("<h1") == 1
    assert 'href="#main"' in page
    assert 'id="main"' in page


def test_the_language_chosen_stays():
    client = Client()
    response = client.post("/language", {"language": "en", "next": "/help"})
    assert response["Location"] == "/help"
    assert client.get("/help")["Content-Language"] == "en"


def test_the_language_switch_never_leads_away():
    response = Client().post("/language", {"language": "en", "next": "https://example.com/"})
    assert response["Location"] == "/"


def test_the_language_switch_wants_proof_that_the_page_is_ours():
    assert Client(enforce_csrf_checks=True).post("/language", {"language": "en"}).status_code == 403


def test_a_language_we_do_not_speak_changes_nothing():
    response = Client().post("/language", {"language": "xx"})
    assert not response.cookies


def test_a_phone_can_keep_the_portal():
    manifest = json.loads(Client().get("/manifest.webmanifest").content)
    assert manifest["start_url"] == "/"
    assert manifest["icons"]


def test_search_engines_are_kept_from_dossiers():
    assert "Disallow: /my" in Client().get("/robots.txt").content.decode()


def test_a_person_sees_who_read_their_data():
    audit.record_reading(
        owner="072198000017",
        actor="account:1",
        actor_name="Lê Hoàng Nam",
        unit_name="UBND phường Tân Ninh",
        what="Hồ sơ",
        purpose="Tiếp nhận",
        subject="H53.118.02-261118-0007",
    )
    page = citizen_client().get("/privacy").content.decode()
    assert "Lê Hoàng Nam" in page
    assert "Tiếp nhận" in page


def test_nobody_sees_readings_without_signing_in():
    assert "Đăng nhập để xem" in Client().get("/privacy").content.decode()
