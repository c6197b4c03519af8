from django.apps import AppConfig


class FormsConfig(AppConfig):
    """Form definitions rendered, prefilled and validated on the server."""

    name = "tinhso.foundation.forms"
    label = "forms"
    verbose_name = "Biểu mẫu"
    default_auto_field = "django.db.models.BigAutoField"
