from django.apps import AppConfig


class DigitisationConfig(AppConfig):
    """Batches of scans, their pages read and split, papers tied to dossiers."""

    name = "tinhso.systems.digitisation"
    label = "digitisation"
    verbose_name = "Số hoá hồ sơ, kết quả"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.systems.digitisation import navigation

        navigation.add_entries()
