from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """A public token for each paper issued; whoever holds the paper sees whether it is genuine and still good."""

    name = "tinhso.systems.verification"
    label = "verification"
    verbose_name = "Xác minh kết quả"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.systems.verification.navigation import add_entries

        add_entries()
