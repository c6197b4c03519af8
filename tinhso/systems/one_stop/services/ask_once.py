"""Ask once: a supplement request may not name what the owner's store, or a register, already holds.

`clashing` shows an official what is held and where (a row on the owner's page, so in a transaction that stays);
`guard` stands where every request passes and says only that there is something, for its refusal undoes its transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.systems.one_stop.models import Dossier
from tinhso.systems.one_stop.permissions import agency_of
from tinhso.systems.one_stop.services import leaning
from tinhso.systems.one_stop.types import Finding, RefusedError
from tinhso.systems.vault import public as vault

SHORTEST_REASON = 10
REASON = "held_reason"  # in the data of a request: why it is asked all the same
_TERSE = (
    "Kho dữ liệu điện tử hoặc cơ sở dữ liệu đã có: %s. Không yêu cầu nộp lại giấy tờ đã có; "
    "nếu vẫn cần, ghi lý do (ít nhất 10 ký tự)."
)


def _clashes(dossier: Dossier, items: Sequence[str], at: datetime) -> list[vault.Clash]:
    return vault.clashes(
        owner_number=dossier.identity_number, procedure_code=dossier.procedure_code,
        papers=leaning.papers_of(dossier), lines=items, at=at,
    )  # fmt: skip


def clashing(dossier: Dossier, items: Sequence[str], *, actor: Actor, at: datetime) -> list[str]:
    """What is held and where, in sentences; empty when nothing that is asked is held."""
    found = _clashes(dossier, items, at)
    return vault.show_clashes(found=found, actor=actor, subject=dossier.code, at=at) if found else []


def guard(dossier: Dossier, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Refuse, or count the override where a reason is given. Raises RefusedError."""
    found = _clashes(dossier, [str(item) for item in data.get("items", ())], at)
    if not found:
        return
    unit_id = actor.posts[0].unit_id if actor.posts else dossier.receiving_unit_id
    try:
        vault.record_override(
            found=found, where="supplement", subject=dossier.code, unit_id=agency_of(unit_id).id,
            reason=str(data.get(REASON, "")), actor=actor, at=at,
        )  # fmt: skip
    except ValueError as short:
        names = ", ".join(dict.fromkeys(clash.kind.name for clash in found))
        raise RefusedError([Finding(REASON, _TERSE % names)]) from short
