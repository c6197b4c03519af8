from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Digital signatures: verdicts on signed files, the trust list, and the door to the keys."""

    name = "tinhso.foundation.signing"
    label = "signing"
    verbose_name = "Chữ ký số"
    default_auto_field = "django.db.models.BigAutoField"
