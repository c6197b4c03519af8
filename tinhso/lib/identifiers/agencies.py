"""Codes of agencies, dossiers and procedures (QĐ 20/2020/QĐ-TTg, QCVN 102:2016, TT 01/2018 and TT 04/2025/TT-VPCP)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from tinhso.lib.identifiers.code_lists import LEVEL1_CODES
from tinhso.lib.identifiers.numbers import has_tax_check_digit
from tinhso.lib.identifiers.verdicts import Context, Verdict, found, refused

_CURRENT = re.compile(r"[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*")
_OLD = re.compile(r"(?P<fourth>[0-9]{3})\.(?P<third>[0-9]{2})\.(?P<second>[0-9]{2})\.(?P<first>[A-Y][0-9]{2})")
_OLD_SHORT = re.compile(
    r"(?:(?P<fourth>[0-9]{3})\.)?(?:(?P<third>[0-9]{2})\.)?(?:(?P<second>[0-9]{2})\.)?(?P<first>[A-Y][0-9]{2})"
)
_OTHER = re.compile(r"Z(?:0[1-9]|[1-9][0-9])[0-9A-Z.]{1,32}")
_DOSSIER = re.compile(r"(?P<agency>[0-9A-Z.]{3,35})-(?P<date>[0-9]{6}|[0-9]{8})-(?P<seq>[0-9]{4,})")
_PROCEDURE = re.compile(r"(?P<base>[0-9]\.[0-9]{6})(?:\.(?P<suffix>.+))?")


def _raised(text: str) -> tuple[str, list[str]]:
    """Outer spaces dropped, letters raised; the reason where that changed anything."""
    plain = text.strip().upper()
    return plain, ["normalised"] if plain != text else []


def check_agency_code(text: str, context: Context | None = None) -> Verdict:
    """Code of an agency: `current` (left to right), `old` (right to left), `enterprise` number or scheme `z`."""
    code, reasons = _raised(text)
    if re.fullmatch(r"[0-9]{10}", code):
        if not has_tax_check_digit(code):
            return refused(code, "check_digit")
        return found(code, reasons, _agency("enterprise", None, None))
    if code.startswith("Z"):
        return found(code, reasons, _agency("z", None, None)) if _OTHER.fullmatch(code) else refused(code, "scheme_z")
    if len(code) <= 35 and _CURRENT.fullmatch(code):
        levels = code.count(".") + 1
        if levels > 4:
            return refused(code, "too_many_levels")
        return found(code, reasons + _unknown(code[:3]), _agency("current", code[:3], levels))
    if parts := _OLD.fullmatch(code):
        return _old(code, parts.groupdict(), reasons, short=False)
    if parts := _OLD_SHORT.fullmatch(code):
        return _old(code, parts.groupdict(), reasons, short=True)
    return refused(code, "no_match")


def _agency(scheme: str, level1: str | None, level: int | None) -> dict[str, Any]:
    return {"scheme": scheme, "level1": level1, "level": level}


def _unknown(level1: str) -> list[str]:
    return [] if level1 in LEVEL1_CODES else ["level1_unknown"]


def _old(code: str, parts: Mapping[str, str | None], reasons: list[str], *, short: bool) -> Verdict:
    groups = [parts["second"], parts["third"], parts["fourth"]]
    if short and parts["second"] is None:
        # One group of two digits stands for the second level, whichever place the pattern gave it.
        groups = [parts["third"], None, parts["fourth"]]
    used = [level for level, group in enumerate(groups, start=2) if group and group.strip("0")]
    level = max(used, default=1)
    reasons = reasons + _unknown(code[-3:])
    if len(used) != level - 1:
        reasons.append("gap_in_levels")
    if short:
        reasons.append("old_short_form")
    return found(code, reasons, _agency("old", code[-3:], level))


def check_dossier_code(text: str, context: Context | None = None) -> Verdict:
    """Code of a dossier: agency, day of receipt, number of that day. An impossible day is kept for search."""
    code, reasons = _raised(text)
    parts = _DOSSIER.fullmatch(code)
    if parts is None:
        return refused(code, "no_match")
    agency, digits, sequence = parts["agency"], parts["date"], parts["seq"]
    day = _day(digits)
    if len(digits) == 8:
        reasons.append("date_8_digits")
    if day is None:
        reasons.append("bad_date")
    if len(sequence) == 5:
        reasons.append("sequence_length")
    scheme = _dossier_scheme(agency, digits, sequence)
    parsed = {"agency": agency, "date": day.isoformat() if day else None, "sequence": sequence, "scheme": scheme}
    return found(code, reasons, parsed, generated=scheme is not None)


def _day(digits: str) -> date | None:
    try:
        year = int(digits[:-4])
        return date(year if len(digits) == 8 else 2000 + year, int(digits[-4:-2]), int(digits[-2:]))
    except ValueError:
        return None


def _dossier_scheme(agency: str, digits: str, sequence: str) -> str | None:
    if len(digits) != 6:
        return None
    parsed = check_agency_code(agency).parsed
    scheme = parsed["scheme"] if parsed else None
    if scheme == "old":
        return "tt01" if len(sequence) == 4 else None
    if scheme != "current":
        return None
    return {4: "qd20", 5: None}.get(len(sequence), "tt04")


def check_procedure_code(text: str, context: Context | None = None) -> Verdict:
    """Code of a procedure, with or without the agency whose variant it is."""
    code = text.strip()
    reasons = ["normalised"] if code != text else []
    parts = _PROCEDURE.fullmatch(code)
    if parts is None:
        return refused(code, "no_match")
    suffix = parts["suffix"]
    if suffix is None:
        scheme = "national"
    elif re.fullmatch(r"[0-9]{2}", suffix):
        scheme = "payment_service"
        reasons.append("payment_service_code")
    elif _OLD.fullmatch(suffix):
        scheme = "with_agency"
    else:
        return refused(code, "no_match")
    return found(code, reasons, {"base": parts["base"], "suffix": suffix, "scheme": scheme})
