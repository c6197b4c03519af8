"""What the door hands out: frozen, plain values."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Unit:
    """An agency or a part of one (cơ quan, đơn vị)."""

    id: int
    key: str  # stable, from the pack: `ubnd-phuong-tan-ninh`
    name: str
    kind: str  # province | department | commune | centre | division | desk
    parent_id: int | None
    path: tuple[int, ...]  # from the province down to itself
    code: str  # agency code in force, H53.118
    place_code: str
    valid_from: date
    valid_to: date | None
    successor_id: int | None

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    identity_number: str


@dataclass(frozen=True, slots=True)
class Post:
    """A seat in a unit (vị trí)."""

    id: int
    key: str
    unit_id: int
    role: str
    title: str
    valid_from: date
    valid_to: date | None
    successor_id: int | None


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post a person holds on a day, by assignment or by delegation (uỷ quyền)."""

    post_id: int
    unit_id: int
    unit_path: tuple[int, ...]
    unit_name: str
    role: str  # see Role
    title: str
    delegated_by: str | None = None  # name of the person on leave


@dataclass(frozen=True, slots=True)
class PostHolder:
    """Who sat in a post on a day, under the title and the unit's name of that day."""

    person: Person
    title: str
    unit_name: str
    acting: bool = False  # by delegation


@dataclass(frozen=True, slots=True)
class DelegationView:
    """Who acts in a post for its holder, from one day up to, not including, another."""

    id: int
    post_id: int
    post_title: str
    from_name: str
    to_name: str
    valid_from: date
    valid_to: date
    reason: str

    @property
    def last_day(self) -> date:
        """The last day it runs."""
        return self.valid_to - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A province, district or commune, old or new (đơn vị hành chính)."""

    code: str
    name: str
    kind: str  # province | district | commune
    parent_code: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PlaceSuccessor:
    """A place that took over an old one: `whole`, or a `part` to be told by the address."""

    place: Place
    share: str


class Role:
    """Roles a post carries (vai trò); a pack may give one post several posts' roles by several posts."""

    DESK_OFFICER = "desk_officer"  # công chức bộ phận Một cửa
    SPECIALIST = "specialist"  # chuyên viên
    UNIT_HEAD = "unit_head"  # trưởng phòng, lãnh đạo đơn vị chuyên môn
    LEADER = "leader"  # lãnh đạo cơ quan, người ký
    CLERK = "clerk"  # văn thư
    ADMINISTRATOR = "administrator"  # quản trị
