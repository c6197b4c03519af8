"""Addresses of files: uploads only. Files themselves are shown by the system that owns the paper."""

from django.urls import URLPattern, URLResolver, path

from tinhso.foundation.files import views

app_name = "files"
urlpatterns: list[URLPattern | URLResolver] = [
    path("files/uploads", views.uploads, name="uploads"),
    path("files/uploads/<uuid:upload_id>", views.upload, name="upload"),
]
