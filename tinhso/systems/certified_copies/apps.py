from django.apps import AppConfig


class CertifiedCopiesConfig(AppConfig):
    """Certified electronic copies of originals shown at a commune's desk, and the register that numbers them."""

    name = "tinhso.systems.certified_copies"
    label = "certified_copies"
    verbose_name = "Chứng thực bản sao"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.systems.certified_copies.navigation import add_entries

        add_entries()
