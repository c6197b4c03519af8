"""Addresses of the studio."""

from django.urls import path

from tinhso.systems.studio.views import (
    decision,
    draft,
    drawing,
    fields,
    home,
    migration,
    packages,
    table,
    trial,
    versions,
)

app_name = "studio"
urlpatterns = [
    path("studio", home.home, name="home"),
    path("studio/new/<slug:kind>", home.new, name="new"),
    path("studio/open/<slug:kind>/<slug:key>", home.open_draft, name="open"),
    path("studio/drafts/<int:draft_id>", draft.draft, name="draft"),
    path("studio/drafts/<int:draft_id>/acts/<slug:step>", draft.act, name="act"),
    path("studio/drafts/<int:draft_id>/file", draft.file, name="file"),
    path("studio/drafts/<int:draft_id>/file/replacement", draft.replace_file, name="replace"),
    path("studio/drafts/<int:draft_id>/table", table.table, name="table"),
    path("studio/drafts/<int:draft_id>/table/<slug:key>", table.row, name="row"),
    path("studio/drafts/<int:draft_id>/drawing", drawing.drawing, name="drawing"),
    path("studio/drafts/<int:draft_id>/trial", trial.clicking, name="trial"),
    path("studio/drafts/<int:draft_id>/replay", trial.replay, name="replay"),
    path("studio/drafts/<int:draft_id>/simulation", trial.simulation, name="simulation"),
    path("studio/drafts/<int:draft_id>/grid", decision.grid, name="grid"),
    path("studio/drafts/<int:draft_id>/decision-drawing", drawing.decision, name="decision_drawing"),
    path("studio/drafts/<int:draft_id>/fields", fields.field_list, name="fields"),
    path("studio/drafts/<int:draft_id>/fields/<slug:part>", fields.field, name="field"),
    path("studio/drafts/<int:draft_id>/preview", fields.preview, name="preview"),
    path("studio/drafts/<int:draft_id>/print", fields.printed, name="print"),
    path("studio/drafts/<int:draft_id>/form-drawing", drawing.form, name="form_drawing"),
    path("studio/processes/<slug:key>", versions.process, name="process"),
    path("studio/processes/<slug:key>/versions/<int:number>", versions.version, name="version"),
    path("studio/processes/<slug:key>/difference", versions.difference, name="difference"),
    path("studio/processes/<slug:key>/time", versions.time_spent, name="time"),
    path("studio/processes/<slug:key>/migration", migration.plan, name="migration_plan"),
    path("studio/migrations/<int:migration_id>", migration.migration, name="migration"),
    path("studio/packages", packages.packages, name="packages"),
    path("studio/packages/<str:code>.json", packages.download, name="package"),
]
