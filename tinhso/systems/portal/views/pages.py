"""Pages that need no data of a person: gallery, help, accessibility, privacy, language switch, manifest."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from tinhso.design.icons import NAMES
from tinhso.design.province import province
from tinhso.foundation.accounts.public import AuthenticatedRequest, access
from tinhso.foundation.audit import public as audit

YEAR_SECONDS = 365 * 24 * 3600


@access("public")
@require_GET
def gallery(request: AuthenticatedRequest) -> HttpResponse:
    """Every component, as the server sends it."""
    return render(request, "design/gallery.html", {"icon_names": NAMES})


@access("public")
@require_POST
def set_language(request: AuthenticatedRequest) -> HttpResponse:
    """Keep the reader's language in a cookie and go back to the page they came from."""
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = "/"
    response = redirect(following)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    return response


@access("public")
@require_GET
@cache_control(public=True, max_age=3600)
def manifest(request: AuthenticatedRequest) -> HttpResponse:
    """Lets a phone keep the portal beside its apps."""
    icon = {"src": static("logo.svg"), "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": f"{province().portal_name} · {province().name}",
            "short_name": province().name,
            "lang": getattr(request, "LANGUAGE_CODE", "vi"),
            "start_url": "/",
            "display": "standalone",
            "background_color": "#faf8f4",
            "theme_color": "#3540a5",
            "icons": [icon, {**icon, "purpose": "maskable"}],
        },
        content_type="application/manifest+json",
    )


@access("public")
@require_GET
@cache_control(public=True, max_age=3600)
def robots(request: AuthenticatedRequest) -> HttpResponse:
    """Search engines may read the catalogue, never dossiers."""
    closed = "".join(f"Disallow: {path}\n" for path in ("/my", "/track", "/accounts/", "/filing", "/api/"))
    return HttpResponse(f"User-agent: *\n{closed}", content_type="text/plain; charset=utf-8")


@access("public")
@require_GET
def help_page(request: AuthenticatedRequest) -> HttpResponse:
    """How to file, in four steps, and what people ask."""
    return render(request, "portal/help.html")


@access("public")
@require_GET
def accessibility(request: AuthenticatedRequest) -> HttpResponse:
    """What we hold ourselves to, and whom to tell."""
    return render(request, "portal/accessibility.html")


@access("public")
@require_GET
def privacy(request: AuthenticatedRequest) -> HttpResponse:
    """Who read the person's data; for everybody, what is kept and why."""
    number = request.actor.identity_number
    looked = audit.readings_of(owner=number) if number else []
    return render(request, "portal/privacy.html", {"looked": looked})
