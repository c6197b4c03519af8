from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """BPMN subset compiled at publish to a plan; a pure step; work items, timers, messages."""

    name = "tinhso.foundation.workflow"
    label = "workflow"
    verbose_name = "Quy trình"
    default_auto_field = "django.db.models.BigAutoField"
