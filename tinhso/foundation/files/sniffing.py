"""What a file is, by its own bytes; the name and the sender are never believed."""

import re
from collections.abc import Collection
from pathlib import Path

PDF = "application/pdf"
JPEG, PNG, TIFF, WEBP = "image/jpeg", "image/png", "image/tiff", "image/webp"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
XML = "application/xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ASICE = "application/vnd.etsi.asic-e+zip"
IMAGES = frozenset({JPEG, PNG, TIFF, WEBP})
OFFICE = frozenset({DOCX, XLSX, PPTX, ODT, ODS})
ACCEPTED = IMAGES | OFFICE | {PDF, XML, ASICE}
SHOWN_INLINE = frozenset({PDF, JPEG, PNG, WEBP})

HEIC, GIF, SVG, HTML, PROGRAM, RAR, TEXT, UNKNOWN = "heic", "gif", "svg", "html", "program", "rar", "text", "unknown"

_BY_EXTENSION: dict[str, Collection[str]] = {
    "pdf": {PDF},
    **dict.fromkeys(("jpg", "jpeg", "jpe", "png", "tif", "tiff", "webp", "heic"), IMAGES),
    **dict.fromkeys(("docx", "docm", "doc"), frozenset({DOCX})),
    **dict.fromkeys(("xlsx", "xlsm", "xls"), frozenset({XLSX})),
    "pptx": {PPTX},
    "odt": {ODT},
    "ods": {ODS},
    "xml": {XML},
    "asice": {ASICE},
    "sce": {ASICE},
}
NAMES = {
    PDF: "PDF",
    JPEG: "ảnh JPG",
    PNG: "ảnh PNG",
    TIFF: "ảnh TIFF",
    WEBP: "ảnh WebP",
    DOCX: "văn bản Word",
    XLSX: "bảng tính Excel",
    PPTX: "trình chiếu PowerPoint",
    ODT: "văn bản ODF",
    ODS: "bảng tính ODF",
    XML: "dữ liệu XML",
    ASICE: "gói ký số ASiC",
}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"GIF8", GIF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
    (b"Rar!", RAR),
    (b"7z\xbc\xaf\x27\x1c", RAR),
)
_HEIC = re.compile(rb"^....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif)", re.DOTALL)
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|iframe|svg|object|embed|img)\b", re.IGNORECASE)


def sniff(path: Path) -> str:
    """A media type, or one of the names above for what is never taken. Zip containers are told apart elsewhere."""
    with path.open("rb") as file:
        head = file.read(4096)
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x00\t\n\r\x0c ")
    if bare.startswith(b"%PDF-"):
        return PDF
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if _HEIC.match(head):
        return HEIC
    return _sniff_text(head, bare)


def _sniff_text(head: bytes, bare: bytes) -> str:
    if found := _MARKUP.search(head):
        return SVG if b"svg" in found[1].lower() else HTML
    if bare.startswith(b"<?xml") or re.match(rb"<[A-Za-z_][\w.:-]*[\s/>]", bare):
        return XML
    if b"%PDF-" in head[:1024]:
        return UNKNOWN  # something else stands before the PDF
    if b"\x00" not in head and head:
        return TEXT
    return UNKNOWN


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower().strip() if "." in name else ""


def fits_its_name(name: str, media_type: str) -> bool:
    """A photograph may call itself by another kind of photograph; a letter may not call itself a photograph."""
    expected = _BY_EXTENSION.get(extension(name))
    return expected is None or media_type in expected
