"""One dossier and what hangs on it."""

from collections.abc import Iterable

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.statements import prepared_rows
from tinhso.systems.one_stop import permissions
from tinhso.systems.one_stop.models import Consultation, Dossier, DossierEvent, DossierPaper
from tinhso.systems.one_stop.selectors.lists import COLUMNS, DossierRow, row_of


def dossier_by_code(code: str) -> Dossier:
    """Raises LookupError."""
    found = prepared_rows(Dossier, "WHERE code = %s", [code.strip().upper()[:60]])
    if not found:
        raise LookupError(f"Không có hồ sơ mang mã {code[:60]}.")
    return found[0]


def dossier_for_official(*, code: str, actor: Actor) -> Dossier:
    """The dossier if the official may read it. Raises LookupError, PermissionError with the sentence why not."""
    dossier = dossier_by_code(code)
    if why := permissions.why_not_read(actor, dossier, is_consulted=is_consulted(dossier, actor)):
        raise PermissionError(why)
    return dossier


def is_consulted(dossier: Dossier, actor: Actor) -> bool:
    """Whether the dossier's question went to a unit the actor works in, or under."""
    units = {unit_id for post in actor.posts for unit_id in permissions.path_of(post.unit_id)}
    return bool(units) and dossier.consultations.filter(unit_id__in=units).exists()


def questions_of(ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """What agencies are asked about these dossiers and have not answered: (dossier, unit) → question."""
    waiting = Consultation.objects.filter(dossier_id__in=list(ids), answered_at__isnull=True, cancelled_at__isnull=True)
    return {(row[0], row[1]): row[2] for row in waiting.values_list("dossier_id", "unit_id", "question")}


def dossiers_by_ids(ids: Iterable[int]) -> dict[int, DossierRow]:
    """Rows by id, for work items whose subject is a dossier's id."""
    return {row[0]: row_of(row) for row in Dossier.objects.filter(id__in=list(ids)).values_list(*COLUMNS)}


def history_of(dossier: Dossier) -> list[DossierEvent]:
    return list(dossier.history.order_by("at", "id"))


def paper_list(dossier: Dossier) -> list[DossierPaper]:
    return list(dossier.papers.order_by("round", "id"))


def consultations_for(*, actor: Actor, limit: int = 50) -> list[Consultation]:
    """Open questions put to the units in which the actor holds a post, nearest deadline first."""
    ids: set[int] = {post.unit_id for post in actor.posts}
    for post in actor.posts:
        ids |= {unit.id for unit in organizations.units(under=post.unit_id)}
    query = Consultation.objects.filter(unit_id__in=ids, answered_at__isnull=True, cancelled_at__isnull=True)
    return list(query.select_related("dossier").order_by("due_at", "id")[:limit])
