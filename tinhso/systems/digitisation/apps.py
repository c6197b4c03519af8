from django.apps import AppConfig


class DigitisationConfig(AppConfig):
    """From paper to record: scans, fields, signatures of what was scanned."""

    name = "tinhso.systems.digitisation"
    label = "digitisation"
    verbose_name = "Số hoá"
    default_auto_field = "django.db.models.BigAutoField"
