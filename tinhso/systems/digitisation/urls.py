"""Addresses of digitisation."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.digitisation.views import batches, documents, finding, sheets, signing

app_name = "digitisation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("scans", batches.batches, name="batches"),
    path("scans/figures", finding.figures, name="figures"),
    path("scans/search", finding.search, name="search"),
    path("scans/separators", sheets.separators, name="separators"),
    path("scans/separators.pdf", sheets.separators_pdf, name="separators_pdf"),
    path("scans/<int:batch_id>", batches.batch, name="batch"),
    path("scans/<int:batch_id>/confirmation", batches.confirm_plain, name="confirm_plain"),
    path("scans/<int:batch_id>/urgency", batches.urge, name="urge"),
    path("scans/<int:batch_id>/signing", signing.sign, name="sign"),
    path("scans/<int:batch_id>/sealing", signing.seal, name="seal"),
    path("scans/pages/<int:page_id>/act", documents.page_act, name="page_act"),
    path("scans/pages/<int:page_id>.jpg", documents.picture, name="picture"),
    path("scans/papers/<int:document_id>", documents.document, name="document"),
    path("scans/papers/<int:document_id>/place", documents.place, name="place"),
    path("scans/papers/<int:document_id>/merging", documents.merge, name="merge"),
    path("scans/papers/<int:document_id>/taking-back", signing.take_back, name="take_back"),
    path("scans/papers/<int:document_id>/copy.pdf", documents.copy, name="copy"),
]
