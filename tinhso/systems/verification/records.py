"""What the door takes and hands out: frozen records with plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a paper while it is prepared."""

    kind: str
    source: str
    source_ref: str
    unit_id: int
    agency_name: str
    name: str
    number: str
    issued_on: date | None
    signer_name: str
    signer_title: str
    holder_name: str
    holder_number: str
    holder_is_person: bool
    holder_birth_date: date | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A token for a paper, ready to be typeset into it."""

    token: str  # 16 signs of base32
    url: str  # «HTTPS://HOST/X/<token>»: what the QR holds
    qr_svg: str  # without border: print it ≥ 20 mm wide, with a white edge and `alt`
    alt: str  # what stands for the picture: «Mã QR xác minh, mã ABCD EFGH IJKL MNOP»
    printed: str  # the token in groups of four, to print below the QR


@dataclass(frozen=True, slots=True)
class Known:
    """How a paper with a token stands."""

    token: str
    state: str  # prepared | valid | replaced | recalled
    state_label: str
    reason: str
    sha256: str
