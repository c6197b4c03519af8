"""Who may do what in a store: the owner everything, delegates what they were given, others nothing without a reason."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.vault.models import Paper, Store

SURE = 2  # level of identification that opens a store (VNeID mức 2)


@dataclass(frozen=True, slots=True)
class Hand:
    """A store and what this person may do in it: own | use | read."""

    store: Store
    power: str

    @property
    def is_own(self) -> bool:
        return self.power == "own"

    @property
    def may_use(self) -> bool:
        return self.power in {"own", "use"}


def is_sure(actor: Actor) -> bool:
    """A number proved at sign-in."""
    return actor.account_id is not None and bool(actor.identity_number) and actor.assurance >= SURE


_STORE = ("id", "key", "number", "kind", "name", "opened_at")
_HANDS = """
select s.id, s.key, s.number, s.kind, s.name, s.opened_at, 'own' as power, 0 as place
from vault_store s where s.number = %(number)s
union all
select s.id, s.key, s.number, s.kind, s.name, s.opened_at, d.power, 1
from vault_delegate d join vault_store s on s.id = d.store_id
where d.identity_number = %(number)s and d.ended_at is null and d.valid_from <= %(on)s
  and (d.valid_to is null or d.valid_to >= %(on)s)
order by place, name, id
"""


def hands_of(actor: Actor, on: date) -> list[Hand]:
    """The stores a person may enter, the own one first; none for an account that is not surely identified.

    One query, for every page of the store begins with it.
    """
    if not is_sure(actor):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HANDS, {"number": actor.identity_number, "on": on})
        return [Hand(Store.from_db(connection.alias, _STORE, row[:6]), row[6]) for row in cursor.fetchall()]


def hand_on(actor: Actor, paper: Paper, on: date) -> Hand | None:
    """What this person may do with a paper; None: for them it is not there."""
    return next((hand for hand in hands_of(actor, on) if hand.store.pk == paper.store_id), None)


def why_not_revoke(actor: Actor, paper: Paper) -> str:
    """Only a leader over the unit that issued the paper takes it back."""
    if paper.zone != Paper.Zone.ISSUED or paper.issuer_unit_id is None:
        return "Chỉ thu hồi được kết quả do cơ quan của tỉnh cấp."
    path = organizations.get_unit(unit_id=paper.issuer_unit_id).path
    if not actor.has(Right.APPROVE, unit_path=path):
        return "Chỉ lãnh đạo cơ quan đã cấp mới thu hồi được giấy này."
    return ""


def units_of(actor: Actor) -> set[int]:
    """The units in whose name an official reads, with those above: a consent to the agency is one to its offices."""
    return {unit_id for post in actor.posts for unit_id in post.unit_path}
