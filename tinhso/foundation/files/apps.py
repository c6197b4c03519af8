from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Content-addressed immutable files: sniffed, checked, uploaded resumably."""

    name = "tinhso.foundation.files"
    label = "files"
    verbose_name = "Tệp"
    default_auto_field = "django.db.models.BigAutoField"
