"""The kinds of paper the pack configures."""

from tinhso.systems.vault.models import PaperKind
from tinhso.systems.vault.records import Kind

COLUMNS = ("key", "name", "name_en", "phrases", "result_codes", "papers", "valid_months", "held_by", "legal_basis")


def all_kinds() -> list[Kind]:
    """By key; a few dozen rows."""
    return [Kind(*row) for row in PaperKind.objects.order_by("key").values_list(*COLUMNS)]


def kinds_by_key() -> dict[str, Kind]:
    return {kind.key: kind for kind in all_kinds()}
