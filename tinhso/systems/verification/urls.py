"""Addresses of verification. `/X/<token>` is short and upper-case for the sake of the QR."""

from django.urls import URLPattern, URLResolver, path

from tinhso.systems.verification import views

app_name = "verification"
urlpatterns: list[URLPattern | URLResolver] = [
    path("X/<str:token>", views.paper, name="paper"),
    path("X/<str:token>/file", views.file, name="file"),
    path("X/<str:token>/offline.svg", views.offline_qr, name="offline_qr"),
    path("verify", views.verify, name="verify"),
    path("verify/keys.json", views.keys, name="keys"),
]
