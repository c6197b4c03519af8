from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Legal working time: statutory calendar, desk slots, due dates that explain themselves."""

    name = "tinhso.foundation.calendars"
    label = "calendars"
    verbose_name = "Lịch làm việc"
    default_auto_field = "django.db.models.BigAutoField"
