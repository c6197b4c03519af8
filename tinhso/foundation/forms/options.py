"""The answers a question may choose from: written in the form, or a named list shared by forms."""

import time
from collections.abc import Mapping

from tinhso.foundation.forms.models import CodeList
from tinhso.foundation.forms.schema import Field

FRESH_SECONDS = 60
_lists: dict[str, tuple[float, Mapping[str, str]]] = {}


def options_of(field: Field) -> Mapping[str, str]:
    """Value → label, in the order of reading. A list that has gone leaves nothing to choose."""
    return named(field.options_list) if field.options_list else field.options


def named(name: str) -> Mapping[str, str]:
    kept = _lists.get(name)
    now = time.monotonic()
    if kept and kept[0] > now:
        return kept[1]
    rows = CodeList.objects.filter(name=name).values_list("rows", flat=True).first() or []
    found = {str(value): str(label) for value, label in rows}
    _lists[name] = (now + FRESH_SECONDS, found)
    return found


def names() -> frozenset[str]:
    return frozenset(CodeList.objects.values_list("name", flat=True))


def forget() -> None:
    """After a list was written in this process."""
    _lists.clear()
