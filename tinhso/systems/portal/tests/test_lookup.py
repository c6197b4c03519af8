"""Looking up by code without signing in."""

import pytest
from django.test import Client

from tinhso.lib.rate_limit import RateLimit
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.portal.tests.factories import CODE, make_tracking
from tinhso.systems.portal.views import lookup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def desk(monkeypatch):
    monkeypatch.setattr(lookup, "limit", RateLimit())

    def track(*, code, actor, at):
        if code != CODE:
            raise LookupError(code)
        return make_tracking(is_full=False)

    monkeypatch.setattr(one_stop, "track", track)


def test_the_code_alone_shows_how_far_it_is_and_nothing_of_the_person():
    page = Client().get("/track", {"code": CODE}).content.decode()
    assert "Đang thẩm định" in page
    for secret in ("Ưởng", "Bích Phượng", "Trảng Bàng", "26/11/2026"):
        assert secret not in page


def test_small_letters_and_spaces_are_forgiven():
    response = Client().get("/track", {"code": f"  {CODE.lower()} "})
    assert "Đang thẩm định" in response.content.decode()


@pytest.mark.parametrize("code", ["abc", "H53.118.02", "H53.118.02-261118", "'; --", "1" * 500])
def test_what_is_no_code_is_answered_with_its_shape(code):
    response = Client().get("/track", {"code": code})
    assert response.status_code == 422
    assert 'href="#code"' in response.content.decode()


def test_an_unknown_code_is_not_found_and_stays_in_the_field():
    response = Client().get("/track", {"code": "H53.118.02-261118-9999"})
    assert response.status_code == 404
    assert 'value="H53.118.02-261118-9999"' in response.content.decode()


def test_who_asks_too_often_waits(monkeypatch):
    monkeypatch.setattr(lookup, "limit", RateLimit(most=2))
    codes = [Client().get("/track", {"code": CODE}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
