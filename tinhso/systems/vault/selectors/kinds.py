"""The kinds of paper the pack configures."""

from time import monotonic

from tinhso.systems.vault.models import PaperKind
from tinhso.systems.vault.records import Kind

COLUMNS = ("key", "name", "name_en", "phrases", "result_codes", "papers", "valid_months", "held_by", "legal_basis")
KEPT_SECONDS = 30.0  # a pack loaded by another process is seen after so long

_kept: tuple[float, list[Kind]] = (0.0, [])


def all_kinds() -> list[Kind]:
    """By key; a few dozen, read again every half minute."""
    global _kept  # one copy per process
    until, kinds = _kept
    if monotonic() >= until:
        kinds = [Kind(*row) for row in PaperKind.objects.order_by("key").values_list(*COLUMNS)]
        _kept = (monotonic() + KEPT_SECONDS, kinds)
    return kinds


def look_again() -> None:
    """Forget the copy."""
    global _kept  # as above
    _kept = (0.0, [])


def kinds_by_key() -> dict[str, Kind]:
    return {kind.key: kind for kind in all_kinds()}
