"""What the door hands out: frozen records with plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tinhso.lib.working_time import Rule


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a long text made readable.

    kind: `paragraph` (text), `heading` (text), `list` (items). Items keep their «a)» or «1.», to which
    other places refer.
    """

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    level: int = 0  # 1: under the item before


@dataclass(frozen=True, slots=True)
class Paper:
    """A component of the dossier (thành phần hồ sơ)."""

    key: str
    name: str
    originals: int
    copies: int
    required: bool
    case: str  # «Trường hợp …»
    form_name: str
    note: str = ""
    is_shown_only: bool = False  # shown at the desk, not handed in (xuất trình)


@dataclass(frozen=True, slots=True)
class Fee:
    """kind: phi | le_phi."""

    key: str
    kind: str
    name: str
    amount: Decimal | None  # dong; None: not fixed nationally
    note: str
    legal_basis: str
    per: str = "dossier"  # dossier | copy | page
    channel: str = ""  # "": every channel
    decision_version_id: int | None = None  # a decision table that gives the amount


@dataclass(frozen=True, slots=True)
class FeeLine:
    name: str
    kind: str
    amount: Decimal  # dong, after exemptions and reductions
    explanation: str
    key: str = ""
    full_amount: Decimal = Decimal(0)  # before them
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class FeeRuleView:
    """An exemption or reduction, as the administrator sees it."""

    key: str
    for_every_procedure: bool
    fee_key: str  # "": every fee
    kind: str  # "" | phi | le_phi
    effect: str  # exempt | percent | amount
    value: Decimal  # percent or dong
    condition: str  # FEEL
    explanation: str
    legal_basis: str
    valid_from: date
    valid_to: date | None  # the first day no longer in force


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure as in force on a day."""

    code: str
    name: str
    field: str
    levels: tuple[str, ...]  # commune | province | ministry | other
    issuing_agency: str
    executing_agency: str
    subjects: tuple[str, ...]
    duration_text: str  # ready to be read: «7 ngày làm việc»
    fee_text: str
    requirements: str
    steps_text: str
    papers: tuple[Paper, ...]
    fees: tuple[Fee, ...]
    methods: tuple[Mapping[str, Any], ...]  # method, duration, fees: [{amount, note}], description
    legal_basis: tuple[tuple[str, str], ...]  # (number, title)
    results: tuple[tuple[str, str], ...]  # (code, name)
    version_id: int
    is_online: bool  # has a binding on that day
    plain_name: str = ""  # as a person says it: «Đăng ký khai sinh»
    summary: str = ""  # one sentence of the pack, or ""
    steps: tuple[Block, ...] = ()  # steps_text made readable
    requirement_blocks: tuple[Block, ...] = ()
    fee_blocks: tuple[Block, ...] = ()
    paper_notes: tuple[str, ...] = ()  # what the catalogue lists among papers but is a remark
    decision_no: str = ""
    source_url: str = ""
    is_essential: bool = False
    life_event: str = ""
    valid_from: str = ""  # ISO day


@dataclass(frozen=True, slots=True)
class Child:
    """A part of an interlinked procedure: its own agency and clock."""

    key: str
    name: str
    procedure_code: str
    unit: str  # role of the unit in the process: `handling`, `police`, `insurance`
    rule: Rule
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a dossier received on a day follows for life: process, form, clock, handling unit."""

    id: int
    procedure_code: str
    process_version_id: int
    form_version_id: int | None
    rule: Rule
    handling: str  # commune | key of a unit (a department)
    result_name: str
    result_code: str
    children: tuple[Child, ...] = ()
    process_key: str = ""
    form_key: str = ""
    channels: tuple[str, ...] = ()  # online | desk | post
    # Where `handling` is commune: "" the commune itself; `police`: the unit `police-…` of the same place handles, and
    # the commune's desk receives.
    handling_role: str = ""
    limit_decision_id: int | None = None  # a decision table that gives the limit of each dossier


@dataclass(frozen=True, slots=True)
class Hit:
    code: str
    name: str
    field: str
    level: str
    is_online: bool
    plain_name: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class FieldCount:
    """A field (lĩnh vực) with the number of procedures in force."""

    name: str
    slug: str
    procedures: int
    online: int
