"""What the door hands out and takes: frozen records with plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Deposit:
    """A paper to be put into a store; the same (source, source_ref) is put there once.

    sha256: of a file kept in `files`, or "" where only the facts are known. valid_to: last good day; None: what the
    kind says, or no end. weight: 1 result of the issuer, 2 certified copy, 3 digitised and signed at a desk, 4 own.
    """

    owner_number: str
    owner_kind: str  # citizen | business
    owner_name: str
    source: str  # one_stop | digitisation | certification
    source_ref: str
    zone: str  # issued | digitised
    weight: int
    name: str
    kind: str = ""  # "": found by result code and name
    number: str = ""
    issuer_unit_id: int | None = None
    issuer_name: str = ""
    issued_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    sha256: str = ""
    file_name: str = ""
    procedure_code: str = ""
    result_code: str = ""
    signature: str = "unchecked"  # unchecked | valid | invalid | none
    signature_words: str = ""


@dataclass(frozen=True, slots=True)
class IssuedResult:
    """The result of a dossier once it is its owner's, as the system that issued it tells."""

    dossier_code: str
    owner_number: str
    owner_kind: str
    owner_name: str
    procedure_code: str
    name: str
    code: str
    number: str
    day: date | None
    unit_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper as a procedure or a form asks for it."""

    procedure_code: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A paper that is held, without its bytes."""

    key: str
    kind: str
    name: str
    number: str
    issuer_name: str
    issued_on: date | None
    valid_to: date | None
    weight: int
    weight_label: str
    signature: str
    signature_label: str
    zone: str
    store_name: str
    stands: bool  # may take the place of a component: the paper may not be asked for again
    place: str  # «Kho dữ liệu điện tử …» or the register that has it
    lent_by: str = ""  # the organisation whose store it is, where it is not the person's own

    @property
    def sentence(self) -> str:
        """«Giấy chứng nhận kết hôn», số 12/2026, do UBND … cấp ngày 02/11/2026."""
        day = f"{self.issued_on:%d/%m/%Y}" if self.issued_on else ""
        parts = [
            f"«{self.name}»",
            f"số {self.number}" if self.number else "",
            f"do {self.issuer_name} cấp" if self.issuer_name else "",
        ]
        said = ", ".join(part for part in parts if part)
        return f"{said} ngày {day}" if day and self.issuer_name else said


@dataclass(frozen=True, slots=True)
class Lent:
    """A paper handed to a dossier with its bytes' hash; the reading is already written."""

    key: str
    name: str
    sha256: str
    file_name: str
    media_type: str
    size: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class Leaning:
    """A paper of the store in a dossier, and whether it still is good."""

    paper_key: str  # of the dossier's list
    key: str
    name: str
    weight_label: str
    signature_label: str
    lapsed_why: str  # "" while good


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper, as the pack configures it."""

    key: str
    name: str
    name_en: str = ""
    phrases: Sequence[str] = ()
    result_codes: Sequence[str] = ()
    papers: Sequence[str] = ()
    valid_months: int | None = None
    held_by: str = ""
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, as the owner's page names them."""

    key: str
    name: str
    by_way_of: str  # dossier | desk | consent | link | delegate | verification
    post: str = ""
    unit_id: int | None = None
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """How often a unit reused papers, and asked again for what was held."""

    unit_id: int
    unit_name: str
    reused: int
    asked_again: int


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A consent as the system that asked sees it."""

    key: str
    state: str  # asked | given | refused | withdrawn | expired
    purpose: str
    kinds: Sequence[str]
    valid_until: datetime | None
    papers: Sequence[Held] = field(default_factory=tuple)


Facts = Mapping[str, str]
