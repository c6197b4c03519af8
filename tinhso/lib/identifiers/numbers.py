"""Numbers of people: personal number, tax code, telephone."""

import re
from datetime import date
from typing import Any

from tinhso.lib.identifiers.code_lists import BIRTH_PROVINCES
from tinhso.lib.identifiers.verdicts import Context, Verdict, found, refused

_SEPARATORS = str.maketrans("", "", " .-\t\u00a0\u2009\u202f")
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_PERSONS_USE_PERSONAL_NUMBER = date(2025, 7, 1)
_MOBILE = re.compile(r"(?:0|\+?84)(?P<national>[35789][0-9]{8})")
_LANDLINE = re.compile(r"(?:0|\+?84)(?P<national>2[0-9]{2}[0-9]{7,8})")


def _compact(text: str) -> tuple[str, list[str]]:
    """Spaces, dots and hyphens dropped; the reason where that changed anything."""
    plain = text.strip().translate(_SEPARATORS)
    return plain, ["normalised"] if plain != text else []


def _date(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _year(value: Any) -> int | None:
    text = value.isoformat() if isinstance(value, date) else str(value or "")
    return int(text[:4]) if re.match(r"[0-9]{4}", text) else None


def check_personal_id(text: str, context: Context | None = None) -> Verdict:
    """The 12-digit personal number, or the 9-digit card number it replaced.

    context: `today`, and `birth_date` and `sex` (male, female) as written elsewhere; differences are only warnings,
    for the registered data may err.
    """
    known = context or {}
    number, reasons = _compact(text)
    if not re.fullmatch(r"[0-9]+", number):
        return refused(number, "not_digits")
    if len(number) == 9:
        parsed: dict[str, Any] = {"province": None, "sex": None, "birth_year": None, "scheme": "cmnd"}
        return found(number, [*reasons, "cmnd"], parsed)
    if len(number) != 12:
        return refused(number, "length")
    province, mark = number[:3], int(number[3])
    if province < "100" and province not in BIRTH_PROVINCES:
        return refused(number, "province_unknown")
    sex = "female" if mark % 2 else "male"
    birth_year = 1900 + mark // 2 * 100 + int(number[4:6])
    today, birth = _date(known.get("today")), _year(known.get("birth_date"))
    if province >= "100":
        reasons.append("birth_country_unlisted")
    if today and birth_year > today.year:
        reasons.append("birth_year_in_future")
    if known.get("sex") in ("male", "female") and known["sex"] != sex:
        reasons.append("sex_mismatch")
    if birth is not None and birth != birth_year:
        reasons.append("birth_year_mismatch")
    parsed = {"province": province, "sex": sex, "birth_year": birth_year, "scheme": "personal_id"}
    return found(number, reasons, parsed)


def has_tax_check_digit(number: str) -> bool:
    """Whether the tenth digit is right: 10 − (weighted sum mod 11); 10 itself is no digit."""
    return 10 - sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11 == int(number[9])


def check_tax_code(text: str, context: Context | None = None) -> Verdict:
    """10 digits with check digit; a branch adds a hyphen and 3; a person's is the personal number since 1 July 2025."""
    today = _date((context or {}).get("today"))
    stripped = text.strip()
    spaced = stripped.translate(str.maketrans("", "", " .\t\u00a0\u2009\u202f"))
    if re.fullmatch(r"[0-9]{10}-[0-9]{3}", spaced):
        return _enterprise(spaced[:10], spaced[11:], ["normalised"] if spaced != text else [])
    number, reasons = _compact(text)
    if re.fullmatch(r"[0-9]{10}", number):
        return _enterprise(number, None, reasons)
    if re.fullmatch(r"[0-9]{13}", number):
        return _enterprise(number[:10], number[10:], ["normalised"])
    in_use = today is None or today >= _PERSONS_USE_PERSONAL_NUMBER
    if re.fullmatch(r"[0-9]{12}", number) and in_use and check_personal_id(number).is_usable:
        return found(number, reasons, {"base": number, "branch": None, "scheme": "person"})
    return refused(number, "check_digit")  # the one reason the rules have: no number with a right check digit


def _enterprise(base: str, branch: str | None, reasons: list[str]) -> Verdict:
    text = f"{base}-{branch}" if branch else base
    if not has_tax_check_digit(base):
        return refused(text, "check_digit")
    return found(text, reasons, {"base": base, "branch": branch, "scheme": "enterprise"})


def check_phone(text: str, context: Context | None = None) -> Verdict:
    """Mobile or landline of Việt Nam; `international` is kept with 84 and without plus."""
    number, reasons = _compact(text)
    for pattern, kind in ((_MOBILE, "mobile"), (_LANDLINE, "landline")):
        if match := pattern.fullmatch(number):
            return found(number, reasons, {"international": f"84{match['national']}", "type": kind})
    return refused(number, "no_match")
