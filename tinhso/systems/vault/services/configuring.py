"""The kinds of paper, as the pack brings them."""

from collections.abc import Iterable
from dataclasses import fields

from tinhso.systems.vault.models import PaperKind
from tinhso.systems.vault.records import Kind
from tinhso.systems.vault.selectors.kinds import look_again


def set_kinds(rows: Iterable[Kind], *, gone: Iterable[str] = ()) -> None:
    """Write what is given, forget what is gone: papers keep the key of a kind that no longer is."""
    names = [field.name for field in fields(Kind)]
    lists = {"phrases", "result_codes", "papers"}
    made = [
        PaperKind(**{name: list(getattr(row, name)) if name in lists else getattr(row, name) for name in names})
        for row in rows
    ]
    PaperKind.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["key"], update_fields=[name for name in names if name != "key"]
    )
    PaperKind.objects.filter(key__in=list(gone)).delete()
    look_again()
