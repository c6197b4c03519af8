"""A few views of each kind, to try the door with."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from tinhso.foundation.accounts.public import Right, access, require

handler403 = "tinhso.foundation.accounts.errors.forbidden"
handler404 = "tinhso.foundation.accounts.errors.not_found"
api = NinjaAPI(urls_namespace="trial", docs_url=None)


@access("public")
def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.actor.key)  # type: ignore[attr-defined]


@access("signed_in")
def for_people(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.actor.name)  # type: ignore[attr-defined]


@access("signed_in", assurance=2)
def for_the_sure(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@access("official", Right.RECEIVE)
def for_the_desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@access("signed_in")
def refusing(request: HttpRequest) -> HttpResponse:
    require(request.actor, Right.APPROVE)  # type: ignore[attr-defined]
    return HttpResponse("ok")


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never")


@api.get("/things")
@access("system", Right.READ_DOSSIERS)
def read_things(request: HttpRequest) -> dict[str, str]:
    return {"system": request.actor.system}  # type: ignore[attr-defined]


@api.post("/things")
@access("connected")
def make_thing(request: HttpRequest) -> dict[str, str]:
    return {"by": request.actor.key}  # type: ignore[attr-defined]


@api.get("/undeclared")
def api_undeclared(request: HttpRequest) -> dict[str, str]:
    return {}


urlpatterns = [
    path("trial/open", open_to_all),
    path("trial/people", for_people),
    path("trial/sure", for_the_sure),
    path("trial/desk", for_the_desk),
    path("trial/refusing", refusing),
    path("trial/undeclared", undeclared),
    path("api/v1/trial/", api.urls),
    path("", include("tinhso.foundation.accounts.urls")),
    path("", include("tinhso.foundation.accounts.sign_in_urls")),
]
