from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Every act recorded in the same transaction, hash-chained per subject and sealed hourly."""

    name = "tinhso.foundation.audit"
    label = "audit"
    verbose_name = "Nhật ký"
    default_auto_field = "django.db.models.BigAutoField"
