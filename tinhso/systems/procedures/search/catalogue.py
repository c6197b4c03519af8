"""The index of the catalogue as in force today, one per process, made again when the catalogue moves."""

from datetime import date

from tinhso.systems.procedures import models, reading
from tinhso.systems.procedures.revision import Kept
from tinhso.systems.procedures.search.index import Entry, Index
from tinhso.systems.procedures.selectors import today


def build(day: date) -> Index:
    online = set(models.Binding.objects.on(day).values_list("procedure_id", flat=True))
    rows = (
        models.ProcedureVersion.objects.on(day)
        .order_by("procedure__code")
        .values_list(
            "procedure_id",
            "procedure__code",
            "name",
            "field",
            "levels",
            "search_text",
            "procedure__popularity",
            "procedure__is_essential",
        )
    )
    entries = [
        Entry(
            code=code,
            name=name,
            plain_name=text.get("plain") or reading.plain_name(name),
            field=field,
            levels=tuple(levels),
            summary=text.get("summary", ""),
            is_online=procedure_id in online,
            is_essential=is_essential,
            popularity=popularity,
            text=text,
        )
        for procedure_id, code, name, field, levels, text, popularity, is_essential in rows
    ]
    return Index(entries, models.Synonym.objects.order_by("id").values_list("said", "meant"))


class _Daily:
    """Tomorrow other versions may be in force, though nothing was changed."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.index: Index | None = None

    def get(self) -> Index:
        day = today()
        if self.index is None or self.day != day:
            self.index, self.day = build(day), day
        return self.index


_kept = Kept(_Daily)


def current() -> Index:
    return _kept.get().get()
