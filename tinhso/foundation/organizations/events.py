"""What the organisation tells."""

from dataclasses import dataclass

from tinhso.foundation.outbox.public import Event


@dataclass(frozen=True, slots=True)
class UnitsMerged(Event):
    """Units were merged (sắp xếp đơn vị): pairs of old and new ids of units and of posts. Key: `merger:<id>`."""

    merger_id: int
    title: str
    effective_on: str  # ISO date
    units: tuple[tuple[int, int], ...]
    posts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PostsChanged(Event):
    """Who acts in posts of these units changed or will: appointed, relieved, delegated, away. Key: `posts`.

    on: the first day of the change (ISO date); what lies ahead is also seen by those who look regularly.
    """

    units: tuple[int, ...]
    on: str
