"""The QR code on the front of an identity card (thẻ căn cước)."""

import re
from dataclasses import dataclass
from datetime import date

from tinhso.lib.identifiers.numbers import check_personal_id
from tinhso.lib.vietnamese import fold, nfc


@dataclass(frozen=True, slots=True)
class Card:
    """What the card says; a part that cannot be read is empty."""

    identity_number: str
    old_number: str  # of the 9-digit card it replaced
    name: str
    birth_date: date | None
    sex: str  # Nam | Nữ
    address: str  # place of permanent residence
    issued_date: date | None


def parse_card(text: str) -> Card | None:
    """Read `number|old number|name|ddmmyyyy|sex|residence|ddmmyyyy of issue`; None where the text is no such code.

    Later cards add fields at the end; they are not read.
    """
    parts = [nfc(part).strip() for part in text.strip().split("|")]
    if len(parts) < 6 or len(parts) > 20:
        return None
    number, old_number, name, birth, sex, address, *rest = parts
    if not re.fullmatch(r"[0-9]{12}", number) or not check_personal_id(number).is_usable or not name:
        return None
    return Card(
        identity_number=number,
        old_number=old_number if re.fullmatch(r"[0-9]{9}|[0-9]{12}", old_number) else "",
        name=name,
        birth_date=_date(birth),
        sex={"nam": "Nam", "nu": "Nữ"}.get(fold(sex), ""),
        address=address,
        issued_date=_date(rest[0]) if rest else None,
    )


def _date(digits: str) -> date | None:
    if not re.fullmatch(r"[0-9]{8}", digits):
        return None
    try:
        return date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None
