"""What the counter holds while it takes in a paper dossier: who, which procedure, which papers. Nothing is typed twice.

The state lives in the officer's session until the dossier is received, so that a reload or a lost line loses nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tinhso.design.jinja import plain_name
from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.calendars import public as calendars
from tinhso.foundation.forms import public as forms
from tinhso.foundation.organizations import public as organizations
from tinhso.lib import identifiers, vietnamese
from tinhso.lib.barcodes import codes_in_photograph
from tinhso.lib.working_time import Event
from tinhso.systems.one_stop.services import leaning
from tinhso.systems.one_stop.types import PaperGiven, refuse
from tinhso.systems.procedures import public as procedures
from tinhso.systems.vault import public as vault

SESSION_KEY = "desk-intake"


@dataclass(slots=True)
class Intake:
    """A paper dossier on its way over the counter (hồ sơ đang tiếp nhận)."""

    once: str = field(default_factory=lambda: uuid4().hex)
    started_at: str = ""
    source: str = ""  # how the person became known: qr | known | typed
    name: str = ""
    identity_number: str = ""
    birth_date: str = ""  # dd/mm/yyyy, as on the card
    sex: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    procedure_code: str = ""
    unit_key: str = ""  # who handles it; the desk itself may lie elsewhere (phi địa giới)
    given: list[str] = field(default_factory=list)  # keys of papers ticked
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # paper key → {sha256, name}
    return_channel: str = "electronic"
    copies: int = 0  # copies asked for beside the result
    payer_group: str = ""  # exempt from fees as; one of `payer_groups`
    looked_for: str = ""  # for whom and which procedure the store was asked
    held: dict[str, dict[str, str]] = field(default_factory=dict)  # paper key → {key, name, sentence} of the store
    registers: dict[str, str] = field(default_factory=dict)  # paper key → the register that has it

    @property
    def has_person(self) -> bool:
        return bool(self.name and self.identity_number)


def load(session: Mapping[str, Any]) -> Intake:
    kept = session.get(SESSION_KEY) or {}
    known = {key: value for key, value in kept.items() if key in Intake.__dataclass_fields__}
    return Intake(**known)


def keep(session: Any, intake: Intake) -> None:
    session[SESSION_KEY] = asdict(intake)


def clear(session: Any) -> None:
    session.pop(SESSION_KEY, None)


def read_card(text: str) -> dict[str, str] | None:
    """What the QR of an identity card says, as fields of Intake; None where the text is no card."""
    card = identifiers.parse_card(text)
    if card is None:
        return None
    return {
        "identity_number": card.identity_number,
        "name": vietnamese.nfc(card.name),
        "birth_date": f"{card.birth_date:%d/%m/%Y}" if card.birth_date else "",
        "sex": card.sex,
        "address": vietnamese.nfc(card.address),
        "source": "qr",
    }


def card_in_photograph(content: bytes) -> tuple[str, str]:
    """(text of the card's QR, "") or ("", the sentence why there is none). The photograph is looked at and not kept."""
    try:
        found = codes_in_photograph(content)
    except ValueError:
        return "", "Tệp này không phải ảnh JPG, PNG hoặc quá lớn. Chụp lại mặt có mã QR của thẻ."
    card = next((code.text for code in found if identifiers.parse_card(code.text)), "")
    if card:
        return card, ""
    if found:
        return "", "Mã QR trong ảnh không phải của thẻ căn cước. Chụp mặt thẻ có mã QR."
    return "", "Không thấy mã QR trong ảnh. Chụp gần hơn, đủ sáng, mã QR nằm trọn trong ảnh và không nhoè."


@dataclass(frozen=True, slots=True)
class Promise:
    """When the result would be due if the dossier were received now, and why."""

    due_at: datetime | None
    explanation: str


def promise(*, procedure_code: str, unit_id: int, at: datetime) -> Promise:
    """Raises LookupError where the procedure cannot be taken in that day."""
    binding = procedures.binding_on(code=procedure_code, on=at.date())
    events = [Event(at=at, kind="received")]
    if binding.rule.limit is None:
        return Promise(None, "")
    reckoning = calendars.reckon(unit_id=unit_id, rule=binding.rule, events=events, at=at)
    return Promise(reckoning.due_at, calendars.explain(unit_id=unit_id, rule=binding.rule, events=events, at=at))


def payer_groups(*, procedure_code: str, on: date) -> list[tuple[str, str]]:
    """(value, words) of groups exempt from fees, as the procedure's form asks; empty where it does not ask."""
    version_id = procedures.binding_on(code=procedure_code, on=on).form_version_id
    return list(forms.choices_of(version_id=version_id, key="payer_group").items()) if version_id else []


def missing(intake: Intake, papers: Sequence[procedures.Paper]) -> list[procedures.Paper]:
    """Required papers that are neither ticked nor scanned, nor held by the person's store or a register."""
    there = {*intake.given, *intake.files, *intake.held, *intake.registers}
    return [p for p in papers if p.required and p.key not in there]


def _asked_for(intake: Intake, at: datetime) -> str:
    """What the person came for, as their own page names it."""
    on = timezone.localdate(at)
    return plain_name(procedures.get_procedure(code=intake.procedure_code, on=on).name)[:100]


def look_in_store(intake: Intake, papers: Sequence[procedures.Paper], *, actor: Actor, at: datetime) -> None:
    """Once for a person and a procedure: what need not be asked. That it was shown is on the person's own page."""
    question = f"{intake.identity_number}:{intake.procedure_code}"
    if not (intake.has_person and intake.procedure_code) or intake.looked_for == question:
        return
    wanted = leaning.wanted_of(intake.procedure_code, [paper for paper in papers if not paper.is_shown_only])
    held = vault.held_for_official(
        owner_number=intake.identity_number, wanted=wanted, actor=actor, subject=_asked_for(intake, at), at=at,
        at_desk=True,
    )  # fmt: skip
    places = vault.already_held(owner_number=intake.identity_number, wanted=wanted, at=at)
    intake.looked_for = question
    intake.held = {key: {"key": one.key, "name": one.name, "sentence": one.sentence} for key, one in held.items()}
    intake.registers = {key: place for key, place in places.items() if key not in held}


def lend_held(intake: Intake, paper: procedures.Paper, *, actor: Actor, at: datetime) -> PaperGiven:
    """The paper of the store in place of one handed over. Raises RefusedError where it is no longer good."""
    held = intake.held[paper.key]
    try:
        lent = vault.lend(
            key=held["key"], owner_number=intake.identity_number, actor=actor, subject=_asked_for(intake, at), at=at,
            at_desk=True,
        )  # fmt: skip
    except LookupError as gone:
        raise refuse(f"«{held['name']}»: {gone}", f"paper-{paper.key}") from gone
    return PaperGiven(
        key=paper.key, name=paper.name, sha256=lent.sha256, file_name=lent.file_name, kind="copy", vault=lent.key
    )


def handlers_for(*, procedure_code: str, desk_unit_id: int, on: date) -> list[organizations.Unit]:
    """Units that may handle the procedure: the desk's own commune first, any other commune of the province after it."""
    binding = procedures.binding_on(code=procedure_code, on=on)
    if binding.handling != "commune":
        return [organizations.unit_by_key(key=binding.handling)]
    own = organizations.get_unit(unit_id=desk_unit_id)
    communes = organizations.units(kind="commune", on=on)
    mine = [u for u in communes if u.id in own.path]
    return mine + [u for u in communes if u.id not in own.path]
