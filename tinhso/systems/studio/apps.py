"""The studio as a Django app."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "tinhso.systems.studio"
    label = "studio"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.systems.studio import navigation, tasks  # noqa: F401 - registers the regular job

        navigation.add_entries()
