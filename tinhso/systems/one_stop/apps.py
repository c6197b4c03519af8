from django.apps import AppConfig
from django.utils import timezone


class OneStopConfig(AppConfig):
    """Dossiers: intake, examination, result, register, printed forms, national statuses."""

    name = "tinhso.systems.one_stop"
    label = "one_stop"
    verbose_name = "Một cửa điện tử"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.foundation.organizations import public as organizations
        from tinhso.foundation.workflow import public as workflow
        from tinhso.systems.one_stop.navigation import add_entries
        from tinhso.systems.one_stop.services import deadlines, issued
        from tinhso.systems.one_stop.services.progress import KIND, on_case_change
        from tinhso.systems.vault import public as vault

        add_entries()
        organizations.register_dependant(
            organizations.Dependant(
                name="hồ sơ đang giải quyết",
                count=lambda unit_ids: deadlines.count_open(unit_ids=unit_ids),
                move=lambda units, _posts: deadlines.move_units(successors=dict(units), at=timezone.now()),
            )
        )
        workflow.on_change(KIND, on_case_change)
        vault.register_results(issued.result_of, listed=issued.results_after)
