"""Every address and API operation × every role: what the declaration says is what happens.

Nobody enters a closed door; whoever may enter is neither turned away nor shown a fault; an object is shown only to
those it concerns. An empty form or an empty JSON body is sent to every address that takes one.
"""

import re
from copy import copy

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from tests.architecture.routes import API_ROOT, Route, routes
from tests.architecture.samples import AREAS, OFFICE, SAMPLES, Sample, fixed
from tests.architecture.world import EVERYBODY, World
from tinhso.foundation.accounts.access import Verdict, judge
from tinhso.systems.one_stop import public as one_stop

ROUTES = routes()


def send(world: World, role: str, route: Route, address: str) -> HttpResponse:
    """The request, and nothing of what it did."""
    client = world.clients[role]
    client.raise_request_exception = False
    cookies = copy(client.cookies)  # a page that signs out would end the walk
    with transaction.atomic():
        if route.method == "GET":
            response = client.get(address)
        elif route.is_api:
            response = client.generic(route.method, address, b"{}", content_type="application/json")
        else:
            response = client.generic(route.method, address, b"", content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 401 or response.headers.get("Location", "").startswith("/accounts/login/?next=")


def fault(world: World, role: str, route: Route, sample: Sample) -> str:
    """What is wrong with the answer this role gets; empty when nothing is."""
    response = send(world, role, route, route.address(sample.values(world)))
    status, verdict = response.status_code, judge(route.access, world.actors[role])
    if status in sample.answers:
        return ""
    if status >= 500:
        return f"{status}"
    if verdict is Verdict.SIGN_IN:
        return "" if leads_to_sign_in(response) else f"{status} instead of the way to sign in"
    if verdict is not Verdict.OPEN:
        return "" if status == 403 else f"{status} instead of 403"
    if leads_to_sign_in(response):
        return "sent to sign in although the declaration lets in"
    if response.headers.get("Location", "").startswith("/accounts/reauthenticate/"):
        return ""  # the password is asked again before anything is shown
    if sample.may is not None and role not in sample.may:
        return "" if status in {400, 403, 404, 405, 409, 410, 422} else f"{status}: sees an object of others"
    if route.method == "GET" and status in {403, 404}:
        return f"{status} although it may: name in samples.py who may see this object"
    return ""


@pytest.mark.django_db  # without the mark no test database would be made, and the fixture would see the real one
@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_role_gets_what_the_declaration_says(route: Route, world: World) -> None:
    sample = SAMPLES.get(route.path) or (fixed() if not route.arguments else None)
    assert sample is not None, f"{route.path} has arguments and no sample in tests/architecture/samples.py"
    faults = {role: found for role in EVERYBODY if (found := fault(world, role, route, sample))}
    assert not faults, f"{route}: {faults}"


@pytest.mark.django_db
def test_an_official_who_may_read_a_dossier_cannot_act_as_its_owner(world: World) -> None:
    code = world.things["dossier"]
    for role in sorted(OFFICE - {"desk"}):  # the desk may withdraw for somebody who asks at the counter
        before = one_stop.track(code=code, actor=world.actors["citizen"], at=timezone.now()).state
        world.clients[role].post(f"/my/dossiers/{code}/withdrawal", {"reason": "Không phải của tôi", "confirm": "on"})
        world.clients[role].post(f"/my/dossiers/{code}/rating", {"score": "5"})
        after = one_stop.track(code=code, actor=world.actors["citizen"], at=timezone.now()).state
        assert after == before, role


def let_in(world: World, route: Route) -> set[str]:
    return {role for role in EVERYBODY if judge(route.access, world.actors[role]) is Verdict.OPEN}


@pytest.mark.django_db
def test_no_declaration_opens_an_area_to_people_it_is_not_for(world: World) -> None:
    """The matrix asks whether a view keeps its declaration; this, whether the declaration can be right."""
    wrong = {}
    for route in ROUTES:
        if route.access is None:
            continue
        area = next((area for area in AREAS if re.match(area, route.path)), None)
        if area is None:
            wrong[str(route)] = "name its area in AREAS of samples.py"
        elif strangers := let_in(world, route) - AREAS[area]:
            wrong[str(route)] = f"open to {sorted(strangers)}"
    assert wrong == {}


def test_every_address_declares_who_may_enter() -> None:
    undeclared = {route.path for route in ROUTES if route.access is None}
    assert undeclared <= {API_ROOT}


def test_every_sample_belongs_to_an_address() -> None:
    assert set(SAMPLES) <= {route.path for route in ROUTES}


def test_the_administration_of_the_platform_is_not_djangos() -> None:
    assert not any(route.path.startswith("admin/login") for route in ROUTES)
