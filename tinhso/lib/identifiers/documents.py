"""Document ids of the national document exchange (edXML, QCVN 102:2016)."""

import re
from datetime import date

from tinhso.lib.identifiers.verdicts import Context, Verdict, found, refused

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COMPOSED = re.compile(
    r"(?P<organ>[^,\s][^,]*),(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<day>[0-9]{2}),(?P<number>[0-9]+)/(?P<notation>[^,]+)"
)


def check_document_id(text: str, context: Context | None = None) -> Verdict:
    """`OrganId,yyyy/MM/dd,Number/Notation` or a UUID; an impossible date occurs in real messages and is accepted."""
    plain = text.strip()
    reasons = ["normalised"] if plain != text else []
    if _UUID.fullmatch(plain):
        parsed = {"organ": None, "date": None, "number": None, "notation": None, "form": "uuid"}
        return found(plain, reasons, parsed)
    parts = _COMPOSED.fullmatch(plain)
    if parts is None:
        return refused(plain, "parts")
    try:
        day = date(int(parts["year"]), int(parts["month"]), int(parts["day"])).isoformat()
    except ValueError:
        day = None
        reasons.append("bad_date")
    if re.fullmatch(r"[1-9]", parts["number"]):  # NĐ 30/2020: numbers 1–9 carry a zero before them
        reasons.append("number_without_leading_zero")
    parsed = {"organ": parts["organ"], "date": day, "number": parts["number"], "notation": parts["notation"]}
    return found(plain, reasons, {**parsed, "form": "composed"})
