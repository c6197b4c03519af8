"""Printed sheets of digitisation."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import segno

from tinhso.lib.typesetting import typeset
from tinhso.systems.digitisation.separators import Separator, code_of
from tinhso.systems.one_stop.public import PaperList, PaperWanted

SHEET = Path(__file__).parent / "separator.typ"


def separator_sheets(
    wanted: PaperList, papers: Sequence[PaperWanted], *, counts: Mapping[str, int], at: datetime
) -> bytes:
    """A4 sheets as PDF/A, one before each paper. counts: sides that should follow, 0 where not said."""
    sheets = [
        {
            "qr": _drawn(code_of(Separator(wanted.code, paper.key, counts.get(paper.key, 0)))),
            "name": paper.name,
            "pages": counts.get(paper.key, 0),
        }
        for paper in papers
    ]
    data = {
        "code": wanted.code,
        "procedure_name": wanted.procedure_name,
        "applicant": wanted.applicant_name,
        "sheets": sheets,
    }
    return typeset(SHEET, data, dated=at)


def _drawn(code: str) -> str:
    out = io.BytesIO()
    segno.make(code, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode()
