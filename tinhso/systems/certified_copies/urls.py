"""Addresses of certified copies."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.certified_copies.views import desk, register, signing

app_name = "certified_copies"
urlpatterns: list[URLPattern | URLResolver] = [
    path("certified-copies", desk.copies, name="copies"),
    path("certified-copies/new", desk.new, name="new"),
    path("certified-copies/signing", signing.signing_queue, name="signing"),
    path("certified-copies/sealing", signing.sealing_queue, name="sealing"),
    path("certified-copies/batches/<uuid:batch_id>", signing.batch, name="batch"),
    path("certified-copies/register", register.register, name="register"),
    path("certified-copies/register.csv", register.register_csv, name="register_csv"),
    path("certified-copies/<uuid:key>", desk.copy, name="copy"),
    path("certified-copies/<uuid:key>/files/<slug:which>", desk.file, name="file"),
    path("certified-copies/<uuid:key>/comparison", desk.comparison, name="comparison"),
    path("certified-copies/<uuid:key>/correction", desk.correction, name="correction"),
    path("certified-copies/<uuid:key>/return", desk.return_to_desk, name="return"),
    path("certified-copies/<uuid:key>/refusal", desk.refusal, name="refusal"),
    path("certified-copies/<uuid:key>/signature", signing.signature, name="signature"),
    path("certified-copies/<uuid:key>/seal", signing.seal, name="seal"),
    path("certified-copies/<uuid:key>/recall", signing.recall, name="recall"),
]
