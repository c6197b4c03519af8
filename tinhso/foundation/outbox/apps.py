from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    """Events written in the transaction that caused them and delivered at least once."""

    name = "tinhso.foundation.outbox"
    label = "outbox"
    verbose_name = "Hộp thư đi"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("handlers", "tasks")
