"""Who acts and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tinhso.foundation.organizations.public import HeldPost, Role


class Right(StrEnum):
    """What a post allows: rights come from the role of a post held on the day, in its unit and what lies under it."""

    RECEIVE = "receive"  # take in and return dossiers at a desk
    PROCESS = "process"  # examine, draft
    CHECK = "check"  # check a draft, assign
    APPROVE = "approve"  # sign
    NUMBER = "number"  # number and seal
    READ_DOSSIERS = "read_dossiers"
    SEE_FIGURES = "see_figures"
    MANAGE_CATALOGUE = "manage_catalogue"
    MANAGE_ORGANIZATION = "manage_organization"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_PROCESSES = "manage_processes"
    READ_AUDIT = "read_audit"
    OPERATE = "operate"


RIGHTS_OF_ROLE: dict[str, frozenset[Right]] = {
    Role.DESK_OFFICER: frozenset({Right.RECEIVE, Right.READ_DOSSIERS}),
    Role.SPECIALIST: frozenset({Right.PROCESS, Right.READ_DOSSIERS}),
    Role.UNIT_HEAD: frozenset({Right.CHECK, Right.READ_DOSSIERS, Right.SEE_FIGURES}),
    Role.LEADER: frozenset({Right.APPROVE, Right.READ_DOSSIERS, Right.SEE_FIGURES}),
    Role.CLERK: frozenset({Right.NUMBER, Right.READ_DOSSIERS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.MANAGE_CATALOGUE,
            Right.MANAGE_ORGANIZATION,
            Right.MANAGE_CALENDAR,
            Right.MANAGE_PROCESSES,
            Right.READ_AUDIT,
            Right.OPERATE,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is doing this: a signed-in account with the posts it holds now, a system with a key, or nobody."""

    account_id: int | None
    kind: str  # citizen | business | official | system | job | anonymous
    name: str
    identity_number: str = ""
    assurance: int = 0
    person_id: int | None = None
    posts: tuple[HeldPost, ...] = ()
    system: str = ""
    system_rights: frozenset[Right] = frozenset()
    system_unit_id: int | None = None  # None: the whole province

    @property
    def key(self) -> str:
        """As the audit trail names it."""
        if self.kind == "job":
            return f"job:{self.system}"
        return f"system:{self.system}" if self.system else f"account:{self.account_id or 0}"

    @property
    def is_official(self) -> bool:
        return bool(self.posts)

    def has(self, right: Right, *, unit_path: tuple[int, ...] | None = None) -> bool:
        """Whether a held post gives the right, over the unit whose path is given (its own or one above)."""
        if self.system:
            within = self.system_unit_id is None or unit_path is None or self.system_unit_id in unit_path
            return right in self.system_rights and within
        return any(
            right in RIGHTS_OF_ROLE.get(post.role, frozenset()) and (unit_path is None or post.unit_id in unit_path)
            for post in self.posts
        )

    def unit_ids(self, right: Right) -> tuple[int, ...]:
        """Units in which the right is held (the right reaches to all that lies under them)."""
        if self.system:
            held = right in self.system_rights and self.system_unit_id is not None
            return (self.system_unit_id,) if held and self.system_unit_id is not None else ()
        return tuple(sorted({p.unit_id for p in self.posts if right in RIGHTS_OF_ROLE.get(p.role, frozenset())}))


ANONYMOUS = Actor(account_id=None, kind="anonymous", name="")


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """What others may know of an account."""

    id: int
    kind: str  # citizen | business | official
    name: str
    identity_number: str
    assurance: int
    email: str
    phone: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """One row of the table of demo sign-ins."""

    username: str
    password: str
    role: str  # as people say it: «Công chức Một cửa phường …»
    name: str


@dataclass(frozen=True, slots=True)
class LockedSignIn:
    """A name that was mistyped too often (khoá đăng nhập), borne by an account."""

    username: str
    name: str
    person_id: int | None
    until: datetime
