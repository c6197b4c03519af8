from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Base pages, components, styles and the gallery (Thiết kế)."""

    name = "tinhso.design"
    label = "design"
    verbose_name = "Thiết kế"
