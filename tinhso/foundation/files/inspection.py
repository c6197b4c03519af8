"""Is the file whole, open, and only paper? Each kind of file has its own look; the bytes are never changed."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from PIL import Image

from tinhso.foundation.files import pdf
from tinhso.foundation.files import sniffing as kinds
from tinhso.foundation.files.problems import SAVE_AS_PDF, FileRefusedError, refuse

MAX_PIXELS = 120_000_000  # an A3 sheet at 600 dpi has 70 million
MAX_UNPACKED = 600_000_000  # bytes
MAX_ENTRIES = 5_000
MAX_RATIO = 300
MAX_XML = 20_000_000  # bytes

_REFUSED = {
    kinds.HEIC: "Ảnh HEIC của điện thoại chưa mở được ở mọi cơ quan. Đặt máy ảnh thành «Tương thích nhất» rồi "
    "chụp lại, hoặc gửi ảnh JPG",
    kinds.GIF: "Ảnh GIF không dùng làm giấy tờ được. Gửi ảnh JPG, PNG hoặc tệp PDF",
    kinds.SVG: "Tệp SVG có thể chứa mã chạy được nên không nhận. Gửi ảnh JPG, PNG hoặc tệp PDF",
    kinds.HTML: "Đây là một trang web, không phải giấy tờ. Gửi ảnh JPG, PNG hoặc tệp PDF",
    kinds.PROGRAM: "Đây là một chương trình, không phải giấy tờ. Gửi ảnh JPG, PNG hoặc tệp PDF",
    kinds.RAR: "Tệp nén không nhận được. Giải nén rồi gửi từng tệp",
    kinds.TEXT: f"Tệp chữ thường không giữ được hình thức giấy tờ. {SAVE_AS_PDF}",
    kinds.UNKNOWN: "Không nhận ra đây là loại tệp gì. Gửi ảnh JPG, PNG hoặc tệp PDF",
}


def inspect(path: Path, name: str) -> tuple[str, int | None]:
    """(media type, pages). Raises FileRefusedError."""
    kind = kinds.sniff(path)
    if kind in _REFUSED:
        raise refuse("wrong_type", _REFUSED[kind])
    media_type, pages = _LOOKS[kind](path)
    check_name(name, media_type)
    return media_type, pages


def check_name(name: str, media_type: str) -> None:
    """Raises FileRefusedError where the name says one thing and the bytes another."""
    if not kinds.fits_its_name(name, media_type):
        raise refuse(
            "wrong_type",
            f"Tên tệp ghi «.{kinds.extension(name)}» nhưng bên trong là {kinds.NAMES.get(media_type, media_type)}. "
            "Kiểm tra xem có chọn nhầm tệp không, đổi lại đuôi tên rồi gửi",
        )


def _pdf(path: Path) -> tuple[str, int | None]:
    _no_archive_behind(path)
    return kinds.PDF, pdf.pages_of_harmless(path)


def _image(path: Path) -> tuple[str, int | None]:
    _no_archive_behind(path)
    try:
        with Image.open(path, formats=("JPEG", "PNG", "TIFF", "WEBP", "MPO")) as image:
            _small_enough(image.size)
            frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            media_type = Image.MIME.get(str(image.format), "") if image.format != "MPO" else kinds.JPEG
            image.draft("L", (image.width // 8, image.height // 8))
            image.load()
    except Image.DecompressionBombError:
        raise _bomb() from None
    except FileRefusedError:
        raise
    except Exception as error:  # Pillow raises whatever a damaged file provokes
        raise refuse("damaged", "Ảnh bị hỏng hoặc thiếu một phần. Chụp hay quét lại rồi gửi") from error
    return media_type, frames


def _small_enough(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise _bomb()


def _bomb() -> FileRefusedError:
    return refuse("image_bomb", "Ảnh quá lớn khi mở ra (hơn 120 triệu điểm ảnh). Chụp hay quét lại ở 300 dpi")


def _no_archive_behind(path: Path) -> None:
    """A picture or a PDF that is an archive as well is read differently by different programs."""
    try:
        with zipfile.ZipFile(path) as archive:
            hidden = bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return
    if hidden:
        raise refuse("polyglot", f"Bên trong tệp còn giấu một tệp nén nên không nhận. {SAVE_AS_PDF}")


def _zip(path: Path) -> tuple[str, int | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _container(archive), None
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError) as error:
        raise refuse("damaged", "Tệp bị hỏng hoặc tải lên thiếu. Mở thử trên máy của bạn rồi gửi lại") from error


def _container(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise _locked()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    swells = unpacked > 50_000_000 and unpacked / packed > MAX_RATIO
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or swells:
        raise refuse("archive_bomb", f"Tệp phình quá lớn khi mở ra nên không nhận. {SAVE_AS_PDF}")
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names:
        return _office(archive, names)
    if "mimetype" in names:
        return _open_document(archive, names)
    raise refuse("wrong_type", "Đây là tệp nén. Giải nén rồi gửi từng tệp bên trong")


def _office(archive: zipfile.ZipFile, names: set[str]) -> str:
    types = _read(archive, "[Content_Types].xml").lower()
    lowered = {name.lower() for name in names}
    if b"macroenabled" in types or any("vbaproject" in n or "/activex/" in n or "macrosheet" in n for n in lowered):
        raise _macros()
    if any("/embeddings/" in n and n.endswith(".bin") for n in lowered):
        raise refuse("active_content", f"Tệp còn chứa một tệp khác nhúng bên trong nên không nhận. {SAVE_AS_PDF}")
    for part, kind in (("word/", kinds.DOCX), ("xl/", kinds.XLSX), ("ppt/", kinds.PPTX)):
        if any(name.startswith(part) for name in lowered):
            return kind
    raise refuse("wrong_type", _REFUSED[kinds.UNKNOWN])


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    declared = _read(archive, "mimetype", 200).decode("ascii", "replace").strip()
    if declared not in (kinds.ODT, kinds.ODS, kinds.ASICE):
        raise refuse("wrong_type", _REFUSED[kinds.UNKNOWN])
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise _macros()
    if "META-INF/manifest.xml" in names and b"encryption-data" in _read(archive, "META-INF/manifest.xml"):
        raise _locked()
    return declared


def _read(archive: zipfile.ZipFile, name: str, limit: int = 2_000_000) -> bytes:
    with archive.open(name) as part:
        return part.read(limit)


def _locked() -> FileRefusedError:
    return refuse("encrypted", "Tệp đang khoá bằng mật khẩu, cơ quan không mở được. Bỏ mật khẩu rồi gửi lại")


def _macros() -> FileRefusedError:
    return refuse("active_content", f"Tệp có macro (mã chạy được) nên không nhận. {SAVE_AS_PDF}")


def _old_office(path: Path) -> tuple[str, int | None]:
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise _locked()
    raise refuse("wrong_type", f"Tệp Word, Excel kiểu cũ có thể chứa mã chạy được nên không nhận. {SAVE_AS_PDF}")


def _xml(path: Path) -> tuple[str, int | None]:
    content = path.read_bytes()
    if len(content) > MAX_XML or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise refuse("wrong_type", "Tệp XML có phần khai báo không dùng được. Xuất lại tệp từ phần mềm của bạn")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        names = {etree.QName(node).namespace or "" for node in etree.fromstring(content, parser).iter(etree.Element)}
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refuse("damaged", "Tệp XML bị hỏng. Xuất lại tệp từ phần mềm của bạn") from error
    if any(re.search(r"/(svg|xhtml)$", name) for name in names) or b"<?xml-stylesheet" in content:
        raise refuse("wrong_type", _REFUSED[kinds.SVG])
    return kinds.XML, None


_LOOKS: dict[str, Callable[[Path], tuple[str, int | None]]] = {
    kinds.PDF: _pdf,
    **dict.fromkeys(kinds.IMAGES, _image),
    kinds.ZIP: _zip,
    kinds.OLE: _old_office,
    kinds.XML: _xml,
}
