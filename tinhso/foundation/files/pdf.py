"""A PDF must be whole, unlocked and only paper: nothing in it may run, open, send or carry another file."""

from pathlib import Path
from typing import Any

import pikepdf

from tinhso.foundation.files.problems import SAVE_AS_PDF, FileRefusedError, refuse

MAX_PAGES = 3_000
MAX_OBJECTS = 400_000
TAIL = 2048  # bytes in which the end mark must stand

ACTIONS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/Movie", "/Sound",
                     "/GoToE", "/RichMediaExecute", "/GoTo3DView"})  # fmt: skip
ANNOTATIONS = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/FileAttachment"})
_WORDS = {
    "/JavaScript": "mã JavaScript",
    "/Launch": "lệnh mở chương trình",
    "/SubmitForm": "lệnh gửi dữ liệu ra ngoài",
    "/ImportData": "lệnh lấy dữ liệu từ ngoài",
    "/XFA": "biểu mẫu động XFA",
    "/EmbeddedFile": "tệp khác đính bên trong",
    "/FileAttachment": "tệp khác đính bên trong",
    "/GoToE": "tệp khác đính bên trong",
}


def pages_of_harmless(path: Path) -> int:
    """Number of pages. Raises FileRefusedError: encrypted, damaged, active_content."""
    if b"%%EOF" not in _tail(path):
        raise _damaged()
    try:
        with pikepdf.open(path, access_mode=pikepdf.AccessMode.mmap_only) as document:
            return _judge(document)
    except pikepdf.PasswordError as error:
        raise _locked() from error
    except FileRefusedError:
        raise
    except Exception as error:  # a damaged file may provoke anything in the parser
        raise _damaged() from error


def _judge(document: pikepdf.Pdf) -> int:
    if document.is_encrypted:
        raise _locked()
    pages = len(document.pages)
    if not pages:
        raise _damaged()
    if pages > MAX_PAGES or len(document.objects) > MAX_OBJECTS:
        raise refuse("too_large", f"Tệp PDF có {pages} trang, nhiều nhất {MAX_PAGES}. Tách thành nhiều tệp rồi gửi")
    if found := _active(document):
        words = _WORDS.get(found, "nội dung chạy được")
        raise refuse("active_content", f"Tệp PDF có {words} nên không nhận, để bảo vệ bạn và cơ quan. {SAVE_AS_PDF}")
    return pages


def _active(document: pikepdf.Pdf) -> str:
    """The first thing that is not paper; empty where there is none."""
    for thing in document.objects:
        if found := _look(thing, 0):
            return found
    return _look(document.Root, 0)


def _look(thing: Any, depth: int) -> str:
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        if found := _dictionary(thing):
            return found
        inner = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing) if depth else [one for one in thing if not isinstance(one, int | float)]
    else:
        return ""
    if depth > 20:
        return "/Deep"
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect and (found := _look(value, depth + 1)):
            return found
    return ""


def _dictionary(thing: Any) -> str:
    action, subtype, kind = (_name(thing.get(key)) for key in ("/S", "/Subtype", "/Type"))
    if action in ACTIONS:
        return action
    if subtype in ANNOTATIONS:
        return subtype
    if kind == "/EmbeddedFile" or "/EF" in thing:
        return "/EmbeddedFile"
    if "/XFA" in thing:
        return "/XFA"
    return "/JavaScript" if "/JS" in thing else ""


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - TAIL, 0))
        return file.read()


def _damaged() -> FileRefusedError:
    return refuse("damaged", "Tệp PDF bị hỏng hoặc tải lên thiếu. Mở thử trên máy của bạn, lưu lại rồi gửi")


def _locked() -> FileRefusedError:
    return refuse("encrypted", f"Tệp PDF đang khoá bằng mật khẩu, cơ quan không mở được. {SAVE_AS_PDF}")
