"""Separator sheets (tờ phân cách): the code on them is keyed, so that no foreign QR can split a batch.

`TSPC1:<dossier>:<paper>:<pages>:<seal>`; the seal is an HMAC with the installation's secret over what stands before.
"""

import re
from dataclasses import dataclass
from enum import Enum

from django.utils.crypto import constant_time_compare, salted_hmac

_LOOKS_LIKE = re.compile(r"^(TSPC\d|SEP)\s*:", re.IGNORECASE)
_CODE = re.compile(r"TSPC1:([0-9A-Z.-]{6,60}):([A-Za-z0-9_-]{0,60}):(\d{1,4}):([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Separator:
    """What a genuine sheet says: the pages that follow are this paper of this dossier."""

    dossier_code: str
    paper_key: str
    pages: int  # sheets' sides that should follow; 0: not said


class NotOurs(Enum):
    """What a code on a page is when it is no separator of this installation."""

    PLAIN = "plain"  # some other code: a receipt, a card, a result
    FOREIGN = "foreign"  # calls itself a separator and is not ours, or was altered


def code_of(separator: Separator) -> str:
    said = f"TSPC1:{separator.dossier_code}:{separator.paper_key}:{separator.pages}"
    return f"{said}:{_seal(said)}"


def read_code(text: str) -> Separator | NotOurs:
    found = _CODE.fullmatch(text.strip())
    if found and constant_time_compare(_seal(text.strip().rpartition(":")[0]), found[4]):
        return Separator(found[1], found[2], int(found[3]))
    return NotOurs.FOREIGN if _LOOKS_LIKE.match(text.strip()) else NotOurs.PLAIN


def _seal(said: str) -> str:
    return salted_hmac("tinhso.digitisation.separator", said, algorithm="sha256").hexdigest()[:16]
