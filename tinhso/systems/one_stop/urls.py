"""Addresses of the one-stop desk."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.one_stop.views import desk, doing, inbox, lateness, lists, result, rounds, store, workspace

app_name = "one_stop"
urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/bulk", inbox.bulk, name="bulk"),
    path("inbox/signing/<uuid:round_id>", rounds.overview, name="round"),
    path("inbox/signing/<uuid:round_id>/progress", rounds.progress, name="round_progress"),
    path("inbox/signing/<uuid:round_id>/signature", rounds.sign, name="round_signature"),
    path("inbox/signing/<uuid:round_id>/<int:position>", rounds.reader, name="round_line"),
    path("inbox/signing/<uuid:round_id>/<int:position>/document", rounds.document, name="round_document"),
    path("desk", desk.intake, name="desk"),
    path("desk/received/<str:code>", desk.received, name="received"),
    path("dossiers", lists.dossier_list, name="dossiers"),
    path("dossiers/<str:code>", workspace.dossier, name="dossier"),
    path("dossiers/<str:code>/drawing", workspace.drawing, name="drawing"),
    path("dossiers/<str:code>/drawing.bpmn", workspace.drawing_file, name="drawing_file"),
    path("dossiers/<str:code>/papers/<int:paper_id>", workspace.paper, name="paper"),
    path("dossiers/<str:code>/result/<slug:which>", result.result_file, name="result"),
    path("dossiers/<str:code>/store", store.store, name="store"),
    path("dossiers/<str:code>/printing/<slug:form>.pdf", workspace.printed, name="printing"),
    path("dossiers/<str:code>/acts/<slug:slug>", doing.act, name="act"),
    path("register", lists.register, name="register"),
    path("register.pdf", lists.register_pdf, name="register_pdf"),
    path("register.csv", lists.register_csv, name="register_csv"),
    path("lateness", lateness.by_unit, name="lateness"),
    path("lateness/<int:unit_id>", lateness.of_unit, name="lateness_unit"),
]
