"""Addresses of portal."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.portal.views import (
    catalogue,
    filing,
    filing_papers,
    filing_receipt,
    lookup,
    messages,
    mine,
    pages,
    supplement,
)

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalogue.home, name="home"),
    path("search", catalogue.search, name="search"),
    path("search/suggestions", catalogue.suggestions, name="suggestions"),
    path("procedures", catalogue.browse, name="procedures"),
    path("procedures/<str:code>", catalogue.procedure, name="procedure"),
    path("procedures/<str:code>/filing", filing.start, name="filing"),
    path("filing/<uuid:draft_id>", filing.resume, name="filing_resume"),
    path("filing/<uuid:draft_id>/place", filing.place, name="filing_place"),
    path("filing/<uuid:draft_id>/<int:number>", filing.step, name="filing_step"),
    path("filing/<uuid:draft_id>/papers", filing_papers.papers, name="filing_papers"),
    path("filing/<uuid:draft_id>/papers/<slug:paper_id>", filing_papers.file, name="filing_file"),
    path("filing/<uuid:draft_id>/review", filing.review, name="filing_review"),
    path("filing/<uuid:draft_id>/sent", filing_receipt.sent, name="filing_sent"),
    path("filing/<uuid:draft_id>/discard", filing.discard, name="filing_discard"),
    path("my/dossiers/<str:code>/receipt.pdf", filing_receipt.receipt, name="receipt"),
    path("life/<slug:key>", catalogue.life_event, name="life_event"),
    path("my", mine.my, name="my"),
    path("my/messages", messages.messages, name="messages"),
    path("my/dossiers/<str:code>", mine.dossier, name="dossier"),
    path("my/dossiers/<str:code>/result", mine.result, name="result"),
    path("my/dossiers/<str:code>/withdrawal", mine.withdrawal, name="withdrawal"),
    path("my/dossiers/<str:code>/rating", mine.rating, name="rating"),
    path("my/dossiers/<str:code>/supplement", supplement.supplement, name="supplement"),
    path("track", lookup.track, name="track"),
    path("figures/on-time", catalogue.on_time, name="on_time"),
    path("help", pages.help_page, name="help"),
    path("accessibility", pages.accessibility, name="accessibility"),
    path("privacy", pages.privacy, name="privacy"),
    path("design", pages.gallery, name="gallery"),
    path("language", pages.set_language, name="language"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("robots.txt", pages.robots, name="robots"),
]
