"""Addresses of the store."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.vault.views import consents, figures, home, links, officials, organisation, own

app_name = "vault"
urlpatterns: list[URLPattern | URLResolver] = [
    path("my/vault", home.home, name="home"),
    path("my/vault/papers/<uuid:key>", home.paper, name="paper"),
    path("my/vault/papers/<uuid:key>/file", home.file, name="file"),
    path("my/vault/papers/<uuid:key>/hiding", own.hiding, name="hiding"),
    path("my/vault/papers/<uuid:key>/removal", own.removal, name="removal"),
    path("my/vault/papers/<uuid:key>/shares", links.make, name="shares"),
    path("my/vault/shares/<uuid:key>/end", links.end, name="share_end"),
    path("my/vault/uploads", own.upload, name="upload"),
    path("my/vault/readings", own.readings, name="readings"),
    path("my/vault/export", own.export, name="export"),
    path("my/vault/consents", consents.consents, name="consents"),
    path("my/vault/consents/<uuid:key>/<slug:act>", consents.decide, name="consent_act"),
    path("my/vault/delegates", organisation.delegates, name="delegates"),
    path("my/vault/delegates/<uuid:key>/end", organisation.end, name="delegate_end"),
    path("shared/<str:token>", links.shared, name="shared"),
    path("shared/<str:token>/file", links.shared_file, name="shared_file"),
    path("consented", officials.consented, name="consented"),
    path("consented/<uuid:key>", officials.consent, name="consent"),
    path("consented/<uuid:key>/papers/<uuid:paper>", officials.consented_file, name="consented_file"),
    path("issued/<uuid:key>/revocation", officials.revocation, name="revocation"),
    path("figures/asked-again", figures.asked_again, name="asked_again"),
]
