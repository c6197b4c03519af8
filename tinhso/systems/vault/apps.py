from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Each person's and organisation's store of papers: results, digitised papers, own uploads; every reading noted."""

    name = "tinhso.systems.vault"
    label = "vault"
    verbose_name = "Kho dữ liệu điện tử"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.systems.vault.navigation import add_entries

        add_entries()
