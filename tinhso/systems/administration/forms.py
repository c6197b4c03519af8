"""What administrators type, read with a sentence for everything that is wrong. Nothing here decides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from tinhso.lib.days import day_of
from tinhso.lib.vietnamese import nfc

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:hg]([0-9]{2})?)?")
_SPAN = re.compile(r"\s*([0-9:hg]+)\s*(?:-|–|đến)\s*([0-9:hg]+)\s*")


@dataclass(slots=True)
class Typed:
    """Values as typed, cleaned of outer spaces, and what is wrong with them: field → sentence."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, posted: Mapping[str, str], *names: str, longest: int = 2000) -> "Typed":
        return cls({name: nfc(str(posted.get(name, "")).replace("\x00", "")).strip()[:longest] for name in names})

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def wrong(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, sentence)

    def text(self, name: str, missing: str, longest: int = 300) -> str:
        """A text that must be there."""
        value = self[name]
        if not value:
            self.wrong(name, missing)
        elif len(value) > longest:
            self.wrong(name, _("Dài quá %(longest)d ký tự.") % {"longest": longest})
        return value

    def day(self, name: str, missing: str = "") -> date | None:
        """A day typed as 05/11/2026; empty is wrong only where `missing` says so."""
        value = self[name]
        if not value:
            if missing:
                self.wrong(name, missing)
            return None
        found = day_of(value)
        if found is None:
            self.wrong(name, _("«%(value)s» không phải ngày có thật. Ghi dạng 05/11/2026.") % {"value": value[:40]})
        return found

    def number(self, name: str, missing: str = "") -> int | None:
        """A whole number that is not negative."""
        value = self[name]
        if not value:
            if missing:
                self.wrong(name, missing)
            return None
        if not re.fullmatch(r"[0-9]{1,12}", value):
            self.wrong(name, _("Ghi một số nguyên, ví dụ 5."))
            return None
        return int(value)

    def half_days(self, name: str, missing: str = "") -> Decimal | None:
        """A limit such as 3 or 1,5."""
        value = self[name].replace(",", ".")
        if not value:
            if missing:
                self.wrong(name, missing)
            return None
        try:
            found = Decimal(value) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,2})?", value) else Decimal("NaN")
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found * 2 != int(found * 2):
            self.wrong(name, _("Ghi số ngày hoặc giờ, ví dụ 5 hoặc 1,5."))
            return None
        return found

    def dong(self, name: str, missing: str = "") -> Decimal | None:
        """An amount of money: 8000 or 8.000."""
        value = re.sub(r"\s|đồng|đ$", "", self[name])
        if not value:
            if missing:
                self.wrong(name, missing)
            return None
        if not re.fullmatch(r"[0-9]{1,12}|[0-9]{1,3}(\.[0-9]{3}){1,3}", value):
            self.wrong(name, _("Ghi số tiền bằng đồng, ví dụ 8.000."))
            return None
        return Decimal(value.replace(".", ""))

    def clock(self, name: str) -> time | None:
        """A time of day typed as 15:00; empty for none."""
        value = self[name]
        found = clock_of(value) if value else None
        if value and found is None:
            self.wrong(name, _("Ghi giờ dạng 15:00."))
        return found

    @property
    def error_list(self) -> list[tuple[str, str]]:
        return list(self.errors.items())


def clock_of(text: str) -> time | None:
    """7:30, 07:30, 7h30, 7g."""
    parts = _CLOCK.fullmatch(text.strip())
    if parts is None or int(parts[1]) > 23 or int(parts[2] or 0) > 59:
        return None
    return time(int(parts[1]), int(parts[2] or 0))


def slots_of(text: str) -> tuple[tuple[time, time], ...] | None:
    """«07:30–11:30, 13:30–17:00»; empty for a closed day; None for what cannot be read."""
    found = []
    for piece in re.split(r"[,;]", text) if text.strip() else []:
        parts = _SPAN.fullmatch(piece)
        opens, closes = (clock_of(parts[1]), clock_of(parts[2])) if parts else (None, None)
        if opens is None or closes is None:
            return None
        found.append((opens, closes))
    return tuple(found)


def slots_in_words(slots: tuple[tuple[time, time], ...]) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in slots)
