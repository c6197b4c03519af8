"""What stands in the header, the tabs, the footer and the officials' rail.

Each system adds its own entries when it is ready (`apps.py`), so that design knows no system and a new system changes
no page of others:

    navigation.add(Entry("rail", 20, gettext_lazy("Việc của tôi"), "inbox", "one_stop:inbox", rights=(Right.PROCESS,)))
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

PLACES = ("header", "tabs", "footer", "account", "rail")


@dataclass(frozen=True, slots=True)
class Entry:
    """place: one of PLACES. view: URL name, or an address that starts with «tel:». rights: any of them opens it; none
    means every official (rail) or everybody (elsewhere). count: how many wait, or None to show nothing."""

    place: str
    order: int
    label: Any  # lazy text
    icon: str
    view: str
    rights: tuple[str, ...] = ()
    count: Callable[[HttpRequest], int] | None = None
    key: str = ""  # letter after `G` on the keyboard
    also: tuple[str, ...] = ()  # other beginnings of addresses that belong to it


@dataclass(frozen=True, slots=True)
class Shown:
    label: str
    icon: str
    href: str
    current: bool
    count: int
    key: str


_entries: dict[tuple[str, str], Entry] = {}


def add(entry: Entry) -> None:
    """Add or replace the entry of this view in this place."""
    if entry.place not in PLACES:
        raise ValueError(f"{entry.place!r} is not one of {PLACES}")
    _entries[entry.place, entry.view] = entry


def _allowed(entry: Entry, request: HttpRequest) -> bool:
    actor = getattr(request, "actor", None)
    if entry.rights:
        return actor is not None and any(actor.has(right) for right in entry.rights)
    return entry.place != "rail" or bool(actor and actor.is_official)


def _current(path: str, pairs: Iterable[tuple[Entry, str]]) -> str | None:
    """The address of the entry that names the longest beginning of this path."""
    best, longest = None, 0
    for entry, href in pairs:
        for start in (href, *entry.also):
            if (path == start or (start != "/" and path.startswith(start.rstrip("/") + "/"))) and len(start) > longest:
                best, longest = href, len(start)
    return best


def _address(entry: Entry) -> str | None:
    """Where it leads; None where the system that added it has no addresses in this installation."""
    if entry.view.startswith("tel:"):
        return entry.view
    try:
        return reverse(entry.view)
    except NoReverseMatch:
        return None


def shown(place: str, request: HttpRequest) -> list[Shown]:
    """The entries this person sees, in order; the one with the longest beginning of the page's address is current."""
    chosen = sorted((e for e in _entries.values() if e.place == place and _allowed(e, request)), key=lambda e: e.order)
    pairs = [(entry, href) for entry in chosen if (href := _address(entry)) is not None]
    current = _current(request.path, pairs)
    return [
        Shown(str(e.label), e.icon, href, href == current, e.count(request) if e.count else 0, e.key)
        for e, href in pairs
    ]
