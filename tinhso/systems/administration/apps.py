from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Screens and commands of the administrator: packs, organisation, calendar, catalogue, processes, health."""

    name = "tinhso.systems.administration"
    label = "administration"
    verbose_name = "Quản trị"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.systems.administration.navigation import add_entries

        add_entries()
