"""Who may do what in a store: the owner everything, delegates what they were given, others nothing without a reason."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tinhso.foundation.accounts.public import Actor, Right
from tinhso.foundation.organizations import public as organizations
from tinhso.systems.vault.models import Delegate, Paper, Store

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


def hands_of(actor: Actor, on: date) -> list[Hand]:
    """The stores a person may enter, the own one first; none for an account that is not surely identified."""
    if not is_sure(actor):
        return []
    own = [Hand(store, "own") for store in Store.objects.filter(number=actor.identity_number)]
    given = (
        Delegate.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            identity_number=actor.identity_number,
            ended_at__isnull=True,
            valid_from__lte=on,
        )
        .select_related("store")
        .order_by("store__name", "pk")
    )
    return own + [Hand(one.store, one.power) for one in given]


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
