"""Places a paper keeps for what comes after its first signature: số, ngày, and the boxes of signature and seal.

The signer signs first, then the clerk gives number and date and the agency seals (NĐ 30/2020/NĐ-CP). So the paper bears
form fields from the beginning: filling them in is the one change its first signature allows, in the same revision as
the seal, and the seal locks them. A template marks a place by a link to `tinhso:text/NAME` or `tinhso:sign/KIND`.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from tinhso.lib.typesetting import typeset

TEMPLATE = Path(__file__).parent / "blank.typ"
SCHEME = "tinhso:"
SIGNATURE_FIELDS = {"personal": "ChuKyNguoiKy", "seal": "DauCoQuan"}
SPOKEN = {"SoKyHieu": "Số, ký hiệu", "NgayBanHanh": "Ngày ban hành"}  # as a screen reader says them
READ_ONLY = 1  # nobody types into it in a viewer; filling it in is ours, and the judges look at what changed
LONGEST = 80
ITALIC = frozenset({"NgayBanHanh"})  # as the decree sets place and date


class BlankError(ValueError):
    """What should be written into a place does not fit, or there is no such place; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A box kept for a signature: field, page from 0, box in points from the lower left corner."""

    field: str
    page: int
    box: tuple[float, float, float, float]


def reserve(content: bytes) -> bytes:
    """Make form fields of the places a template marked. The paper must not be signed yet."""
    with pikepdf.open(io.BytesIO(content)) as document:
        marked = [(page, note) for page in document.pages for note in page.get("/Annots", ()) if _is_mark(note)]
        names = [str(note.A.URI).removeprefix(f"{SCHEME}text/") for _, note in marked if _is_text(note)]
        fields = []
        for page, note in marked:
            _take_out_of_structure(document, note)
            _make_field(document, page, note, names)
            fields.append(note)
        if fields:
            form = Dictionary(Fields=Array(fields), DA=String("/Tinos 13 Tf 0 g"), DR=Dictionary())
            document.Root.AcroForm = document.make_indirect(form)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _is_mark(note: Any) -> bool:
    return bool(note.get("/Subtype") == "/Link" and str(note.get("/A", {}).get("/URI", "")).startswith(SCHEME))


def _is_text(note: Any) -> bool:
    return str(note.A.URI).startswith(f"{SCHEME}text/")


def _take_out_of_structure(document: pikepdf.Pdf, note: Any) -> None:
    """A field the structure tree points to may not be filled in after a signature: the judges cannot tell it from a
    change of the text."""
    if "/StructParent" not in note:
        return
    number = int(note.StructParent)
    del note["/StructParent"]
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    for place in range(0, len(numbers), 2):
        if int(numbers[place]) == number:
            element = numbers[place + 1]
            kept = [one for one in _children(element.P) if not _is_same(one, element)]
            element.P.K = Array(kept)
            del numbers[place + 1], numbers[place]
            return


def _children(element: Any) -> list[Any]:
    return list(element.K) if isinstance(element.K, Array) else [element.K]


def _is_same(one: Any, other: Any) -> bool:
    return isinstance(one, Dictionary) and one.is_indirect and one.objgen == other.objgen


def _make_field(document: pikepdf.Pdf, page: Any, note: Any, names: list[str]) -> None:
    kind, name = str(note.A.URI).removeprefix(SCHEME).split("/", 1)
    left, lower, right, upper = (float(value) for value in note.Rect)
    look = document.make_stream(b"", Type=Name.XObject, Subtype=Name.Form)
    look.BBox = Array([0, 0, round(right - left, 3), round(upper - lower, 3)])
    for key in ("/A", "/Border", "/Contents"):
        if key in note:
            del note[key]
    note.Subtype, note.F, note.P, note.AP = Name.Widget, 4, page.obj, Dictionary(N=look)
    if kind == "text":
        note.FT, note.T, note.TU = Name.Tx, String(name), String(SPOKEN.get(name, name))
        note.DA, note.MaxLen, note.Ff = String("/Tinos 13 Tf 0 g"), LONGEST, READ_ONLY
        return
    note.FT, note.T = Name.Sig, String(SIGNATURE_FIELDS[name])
    note.TU, note.F = String("Chữ ký" if name == "personal" else "Dấu của cơ quan"), 132
    if name == "seal" and names:  # once sealed, number and date are fixed
        locked = Array(String(one) for one in names)
        note.Lock = document.make_indirect(Dictionary(Type=Name.SigFieldLock, Action=Name.Include, Fields=locked))


# -- in a paper that is being signed ---------------------------------------------------------------------------


def _fields(handler: PdfHandler) -> dict[str, generic.DictionaryObject]:
    """Form fields at the root of the form, by name."""
    try:
        rows = handler.root["/AcroForm"]["/Fields"]
    except KeyError:
        return {}
    found = {}
    for row in rows:
        field = row.get_object()
        if "/T" in field:
            found[str(field["/T"])] = field
    return found


def reserved(handler: PdfHandler, kind: str) -> Reserved | None:
    """The empty box this paper keeps for a signature of the kind; None where it keeps none."""
    field = _fields(handler).get(SIGNATURE_FIELDS.get(kind, ""))
    if field is None or field.get("/FT") != "/Sig" or "/V" in field:
        return None
    page = field.raw_get("/P").reference
    left, lower, right, upper = (float(value) for value in field["/Rect"])
    return Reserved(SIGNATURE_FIELDS[kind], _page_number(handler, page), (left, lower, right, upper))


def _page_number(handler: PdfHandler, wanted: generic.Reference) -> int:
    for number in range(int(handler.root["/Pages"]["/Count"])):
        found, _resources = handler.find_page_for_modification(number)
        if (found.reference.idnum, found.reference.generation) == (wanted.idnum, wanted.generation):
            return number
    return 0


def empty(handler: PdfHandler) -> list[str]:
    """Names of the places for text that nobody has filled in; only of papers with a box for the seal, made by us."""
    fields = _fields(handler)
    if SIGNATURE_FIELDS["seal"] not in fields:
        return []
    return [name for name, field in fields.items() if field.get("/FT") == "/Tx" and not str(field.get("/V") or "")]


def fill(writer: IncrementalPdfFileWriter, values: Mapping[str, str], *, at: datetime) -> None:
    """Write texts into their places, as part of the revision about to be signed. Raises BlankError."""
    fields = _fields(writer)
    for name, value in values.items():
        field = fields.get(name)
        if field is None or field.get("/FT") != "/Tx":
            raise BlankError(f"Văn bản không chừa chỗ «{name}».")
        if str(field.get("/V") or ""):
            if str(field["/V"]) == value:
                continue
            raise BlankError("Văn bản đã có số và ngày, không ghi lại được.")
        if not value or len(value) > LONGEST:
            raise BlankError(f"Chỗ «{name}» cần từ 1 đến {LONGEST} ký tự.")
        left, lower, right, upper = (float(one) for one in field["/Rect"])
        page = typeset(
            TEMPLATE,
            {"text": value, "italic": name in ITALIC, "width": right - left, "height": upper - lower},
            dated=at,
        )
        drawing = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(page)), page_ix=0)
        field["/V"] = pdf_string(value)
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): drawing})
        writer.update_container(field)
