"""The map of addresses; each system keeps its own part."""

from django.urls import include, path

from config.health import healthz

urlpatterns = [
    path("api/v1/", include("config.api")),  # first: other systems call it most
    path("", include("tinhso.systems.portal.urls")),
    path("", include("tinhso.systems.procedures.urls")),
    path("", include("tinhso.systems.one_stop.urls")),
    path("", include("tinhso.systems.certified_copies.urls")),
    path("", include("tinhso.systems.vault.urls")),
    path("", include("tinhso.systems.verification.urls")),
    path("", include("tinhso.systems.administration.urls")),
    path("", include("tinhso.systems.studio.urls")),
    path("", include("tinhso.systems.digitisation.urls")),
    path("", include("tinhso.foundation.accounts.urls")),
    path("", include("tinhso.foundation.accounts.sign_in_urls")),
    path("", include("tinhso.foundation.files.urls")),
    path("", include("tinhso.foundation.notifications.urls")),
    path("healthz", healthz),
]

handler400 = "tinhso.foundation.accounts.errors.bad_request"
handler403 = "tinhso.foundation.accounts.errors.forbidden"
handler404 = "tinhso.foundation.accounts.errors.not_found"
handler500 = "config.outages.server_error"
