from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Units, posts, people, assignments, delegations, places and codes: all dated."""

    name = "tinhso.foundation.organizations"
    label = "organizations"
    verbose_name = "Tổ chức"
    default_auto_field = "django.db.models.BigAutoField"
