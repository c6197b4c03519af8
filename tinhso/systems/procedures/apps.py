from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """The catalogue of administrative procedures, dated, with fees, papers, forms, processes and search."""

    name = "tinhso.systems.procedures"
    label = "procedures"
    verbose_name = "Thủ tục hành chính"
    default_auto_field = "django.db.models.BigAutoField"
