from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """One message, a person's channels in order, with proof of delivery."""

    name = "tinhso.foundation.notifications"
    label = "notifications"
    verbose_name = "Thông báo"
    default_auto_field = "django.db.models.BigAutoField"
