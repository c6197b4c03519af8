"""The database going away: reads are tried once more, sends are told that nothing is half done."""

from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import health, outages
from config.database.base import still_open


def gone(sqlstate: str | None = None) -> OperationalError:
    error = OperationalError("the server closed the connection unexpectedly")
    error.__cause__ = psycopg.errors.lookup(sqlstate)() if sqlstate else psycopg.OperationalError()
    return error


@pytest.mark.parametrize("state", [None, "57P01", "57P03", "08006", "53300", "40P01"])
def test_a_server_that_went_away_is_an_outage(state: str | None) -> None:
    assert outages.is_outage(gone(state))


@pytest.mark.parametrize("error", [ValueError(), gone("42P01"), None])
def test_a_fault_of_ours_is_not(error: Exception | None) -> None:
    assert not outages.is_outage(error)


def ask(method: str, failures: int, path: str = "/") -> tuple[HttpResponse, int]:
    calls = 0

    def view(request: HttpRequest) -> HttpResponse:
        nonlocal calls
        calls += 1
        if calls > failures:
            return HttpResponse("here")
        try:
            raise gone()
        except OperationalError:
            return outages.server_error(request)

    return outages.OutageMiddleware(view)(RequestFactory().generic(method, path)), calls


def test_a_read_is_tried_once_more() -> None:
    response, calls = ask("GET", 1)
    assert (response.status_code, calls) == (200, 2)


def test_a_read_that_fails_twice_is_a_clear_page() -> None:
    response, calls = ask("GET", 2)
    assert (response.status_code, calls) == (503, 2)
    assert "tải lại trang" in response.content.decode()
    assert response["Retry-After"]


def test_a_send_is_never_repeated_for_the_person() -> None:
    response, calls = ask("POST", 1)
    assert (response.status_code, calls) == (503, 1)
    assert "chỉ được ghi nhận một lần" in response.content.decode()


def test_the_interface_answers_in_json() -> None:
    response, _ = ask("POST", 1, "/api/v1/dossiers")
    assert response["Content-Type"] == "application/json"
    assert response.status_code == 503


def test_a_fault_of_ours_shows_a_page_without_details() -> None:
    try:
        raise ValueError("secret detail")
    except ValueError:
        page = outages.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "secret detail" not in page.content.decode()


@pytest.mark.django_db
def test_a_connection_closed_by_the_server_is_noticed_without_a_round_trip() -> None:
    with psycopg.connect(**connection.get_connection_params()) as victim:
        still_open(victim)
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 2000)", [victim.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            still_open(victim)


@pytest.mark.django_db
def test_health_names_what_is_silent(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] == "ok"
    assert "Giao sự kiện" in response.json()["silent"]


@pytest.mark.django_db
def test_health_without_a_database_says_so_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise psycopg.OperationalError("no server")

    monkeypatch.setattr(health.psycopg, "connect", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] == "gone"
