"""The door of the organisation (tổ chức): units, posts, people, places; everything dated."""

from datetime import date, datetime

from tinhso.foundation.organizations import mergers, reorganization, revision, selectors, services
from tinhso.foundation.organizations.directory import CodeSpan as AgencyCode
from tinhso.foundation.organizations.events import PostsChanged, UnitsMerged
from tinhso.foundation.organizations.mergers import Dependant, MergerPlan, MergerRefusedError, MergerRequest
from tinhso.foundation.organizations.records import (
    DelegationView,
    HeldPost,
    Person,
    Place,
    PlaceSuccessor,
    Post,
    PostHolder,
    Role,
    Unit,
)
from tinhso.foundation.organizations.services import Doer, OrganizationError

__all__ = [
    "AgencyCode",
    "DelegationView",
    "Dependant",
    "Doer",
    "HeldPost",
    "MergerPlan",
    "MergerRefusedError",
    "MergerRequest",
    "OrganizationError",
    "Person",
    "Place",
    "PlaceSuccessor",
    "Post",
    "PostHolder",
    "PostsChanged",
    "Role",
    "Unit",
    "UnitsMerged",
    "acting_on",
    "add_person",
    "appoint",
    "carry_out_merger",
    "close_post",
    "codes_of",
    "delegate",
    "delegations",
    "end_absence",
    "find_people",
    "get_post",
    "get_unit",
    "held_posts",
    "holder_on",
    "holders",
    "is_absent",
    "issue_code",
    "look_again",
    "open_post",
    "open_unit",
    "person",
    "place",
    "place_successors",
    "places",
    "plan_merger",
    "posts",
    "record_absence",
    "register_dependant",
    "relieve",
    "rename_unit",
    "resolve_code",
    "revision_number",
    "revoke_delegation",
    "successor_of",
    "takers",
    "unit_by_key",
    "units",
]


def get_unit(*, unit_id: int) -> Unit:
    """Raises LookupError."""
    return selectors.get_unit(unit_id)


def unit_by_key(*, key: str) -> Unit:
    """Raises LookupError."""
    return selectors.unit_by_key(key)


def resolve_code(*, code: str, on: date | None = None) -> Unit:
    """The unit that answers today (or on a day) for an agency code, old or new, through mergers. Raises LookupError."""
    return selectors.resolve_code(code, on)


def codes_of(*, unit_id: int) -> list[AgencyCode]:
    """All codes the unit ever carried, oldest first within a scheme (`qd20`, `qcvn102`)."""
    return selectors.codes_of(unit_id)


def successor_of(*, unit_id: int, on: date | None = None) -> Unit:
    """The unit that does this one's work today (or on a day): itself, or what it was merged into."""
    return selectors.successor_of(unit_id, on)


def units(*, kind: str | None = None, under: int | None = None, on: date | None = None) -> list[Unit]:
    """Units in force that day, in their order; `under` keeps that unit and all below it."""
    return selectors.units(kind, under, on)


def get_post(*, post_id: int) -> Post:
    """Raises LookupError."""
    return selectors.get_post(post_id)


def posts(*, unit_id: int, role: str | None = None, on: date | None = None) -> list[Post]:
    """Posts of the unit in force that day."""
    return selectors.posts(unit_id, role, on)


def holders(*, unit_id: int, role: str, on: date | None = None) -> list[Person]:
    """Whom the work of this role in this unit reaches that day: delegates in place of who delegated, nobody absent."""
    return selectors.holders(unit_id, role, on)


def takers(*, person_id: int, unit_id: int, role: str, on: date | None = None) -> list[int]:
    """Who acts that day in the posts the person sat or acted in: their delegate, who came after them, who came back."""
    return selectors.takers(person_id, unit_id, role, on)


def held_posts(*, person_id: int, on: date | None = None) -> tuple[HeldPost, ...]:
    """Posts the person holds that day, by assignment or by delegation (kept while on leave)."""
    return selectors.held_posts(person_id, on)


def holder_on(*, post_id: int, on: date) -> PostHolder | None:
    """Who sat in the post that day, under the title and unit name of that day; None when it stood empty."""
    return selectors.holder_on(post_id, on)


def acting_on(*, post_id: int, on: date) -> PostHolder | None:
    """Who acted in the post that day: the delegate if there was one, else the holder."""
    return selectors.acting_on(post_id, on)


def is_absent(*, person_id: int, on: date | None = None) -> bool:
    """Whether the person is on leave or away that day."""
    return selectors.is_absent(person_id, on)


def person(*, person_id: int) -> Person:
    """Raises LookupError."""
    return selectors.get_person(person_id)


def find_people(*, text: str, limit: int = 20) -> list[Person]:
    """People by parts of the name, with or without marks, or by the whole identity number; by given name."""
    return selectors.find_people(text, limit)


def delegations(*, unit_id: int, on: date) -> list[DelegationView]:
    """Delegations of the unit's posts that run that day or later."""
    return selectors.delegations(unit_id, on)


def place(*, code: str, kind: str = "commune", on: date | None = None) -> Place:
    """The place carrying the code that day, else the last that did (codes are used again). Raises LookupError."""
    return selectors.place(code, kind, on)


def places(*, kind: str, parent_code: str | None = None, on: date | None = None) -> list[Place]:
    """Places of a level (`province`, `district`, `commune`) in force that day, by code."""
    return selectors.places(kind, parent_code, on)


def place_successors(*, code: str, kind: str = "commune", as_at: date) -> list[PlaceSuccessor]:
    """What became of the place that carried the code on `as_at`; empty where it still stands. Raises LookupError."""
    return selectors.place_successors(code, kind, as_at)


def revision_number() -> int:
    """Changes whenever anything in the organisation changed; whoever keeps copies compares it (one query)."""
    return revision.current_number()


def look_again() -> None:
    """See what was changed a moment ago, also by another process (copies are up to a second old)."""
    revision.look_again()


# --- changes; the caller opens the transaction, each act is written to the trail in the name of `by`


def open_unit(
    *, key: str, name: str, kind: str, parent_id: int | None, on: date, by: Doer, place_code: str = "", order: int = 0
) -> int:
    """A new unit from that day; its id. Raises OrganizationError."""
    return services.open_unit(
        key=key, name=name, kind=kind, parent_id=parent_id, on=on, by=by, place_code=place_code, order=order
    ).pk


def rename_unit(*, unit_id: int, name: str, on: date, by: Doer) -> None:
    """From that day; papers of earlier days still show the old name. Raises OrganizationError."""
    services.rename_unit(unit_id=unit_id, name=name, on=on, by=by)


def issue_code(*, unit_id: int, code: str, on: date, by: Doer, scheme: str = "qd20") -> None:
    """The code before, if any, ends and points to the new one. Raises OrganizationError."""
    services.issue_code(unit_id=unit_id, code=code, on=on, by=by, scheme=scheme)


def open_post(*, key: str, unit_id: int, role: str, title: str, on: date, by: Doer, order: int = 0) -> int:
    """A new seat in a unit; its id. Raises OrganizationError."""
    return services.open_post(key=key, unit_id=unit_id, role=role, title=title, on=on, by=by, order=order).pk


def close_post(*, post_id: int, on: date, by: Doer) -> None:
    """The seat ends, and whoever sits in it leaves it that day. Raises OrganizationError."""
    services.close_post(post_id=post_id, on=on, by=by)


def add_person(*, name: str, by: Doer, key: str | None = None, **details: str) -> int:
    """details: identity_number, email, phone. The id."""
    return services.add_person(name=name, by=by, key=key, **details).pk


def appoint(*, post_id: int, person_id: int, on: date, by: Doer, decision: str = "", until: date | None = None) -> None:
    """The person sits in the post from that day (up to `until`); whoever sat there leaves. Raises OrganizationError."""
    services.appoint(post_id=post_id, person_id=person_id, on=on, by=by, decision=decision, until=until)


def relieve(*, post_id: int, on: date, by: Doer, decision: str = "") -> None:
    """The post stands empty from that day."""
    services.relieve(post_id=post_id, on=on, by=by, decision=decision)


def delegate(*, post_id: int, to_person_id: int, first_day: date, last_day: date, reason: str, by: Doer) -> int:
    """The holder lets another act in the post, both days included (uỷ quyền); its id. Raises OrganizationError."""
    return services.delegate(
        post_id=post_id, to_person_id=to_person_id, first_day=first_day, last_day=last_day, reason=reason, by=by
    ).pk


def revoke_delegation(*, delegation_id: int, on: date, by: Doer) -> None:
    services.revoke_delegation(delegation_id=delegation_id, on=on, by=by)


def record_absence(*, person_id: int, first_day: date, last_day: date, reason: str, by: Doer) -> int:
    """The person takes no work on these days, both included; its id. Raises OrganizationError."""
    return services.record_absence(person_id=person_id, first_day=first_day, last_day=last_day, reason=reason, by=by).pk


def end_absence(*, absence_id: int, on: date, by: Doer) -> None:
    """Back from that day."""
    services.end_absence(absence_id=absence_id, on=on, by=by)


def register_dependant(dependant: Dependant) -> None:
    """Tell of work that hangs on units, so that a merger counts it in the plan and moves it (call in `ready()`)."""
    mergers.register_dependant(dependant)


def plan_merger(request: MergerRequest) -> MergerPlan:
    """A dry run: what would end, begin and move, and what to look at before. Raises MergerRefusedError."""
    return mergers.plan_merger(request)


def carry_out_merger(plan: MergerPlan, *, by: Doer, at: datetime) -> int:
    """Do exactly what the reviewed plan says, in the caller's one transaction; id of the merger.

    Raises MergerRefusedError when the organisation changed since the plan, or its day has not come.
    """
    return reorganization.carry_out_merger(plan, by=by, at=at)
