"""What is taken, and what is refused with a sentence."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from pikepdf import Array, Dictionary, Name, Pdf, String

from tinhso.foundation.files import public as files
from tinhso.foundation.files import services, store
from tinhso.foundation.files.models import Blob
from tinhso.foundation.files.tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def left_over(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "name", "media_type", "pages"),
    [
        (f.pdf(3), "giay.pdf", "application/pdf", 3),
        (f.image("JPEG"), "anh.jpg", "image/jpeg", 1),
        (f.image("PNG"), "anh.png", "image/png", 1),
        (f.image("WEBP"), "anh.webp", "image/webp", 1),
        (f.image("TIFF"), "anh.tif", "image/tiff", 1),
        (f.image("JPEG"), "anh.png", "image/jpeg", 1),
        (f.docx(), "don.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", None),
        (f.odt(), "don.odt", "application/vnd.oasis.opendocument.text", None),
        (b"<?xml version='1.0'?><to_khai><a/></to_khai>", "tk.xml", "application/xml", None),
        (f.pdf(1), "khong-duoi", "application/pdf", 1),
    ],
)
def test_papers_are_kept_and_known_by_their_bytes(
    content: bytes, name: str, media_type: str, pages: int | None
) -> None:
    kept = files.keep(content=io.BytesIO(content), name=name)
    assert (kept.media_type, kept.pages, kept.size) == (media_type, pages, len(content))
    with files.read(sha256=kept.sha256) as stored:
        assert stored.read() == content


def test_the_same_bytes_are_kept_once_and_never_rewritten(tmp_path: Path) -> None:
    first = files.keep(content=f.pdf(), name="a.pdf")
    path = store.path_of(first.sha256)
    before = path.stat()
    assert files.keep(content=path.read_bytes(), name="b.pdf") == first
    assert (path.stat().st_mtime_ns, path.stat().st_ino, before.st_mode & 0o222) == (
        before.st_mtime_ns,
        before.st_ino,
        0,
    )
    assert left_over(tmp_path) == [path]


def test_a_changed_and_a_lost_file_are_found_when_the_store_is_read_again() -> None:
    good, spoilt, lost = (files.keep(content=f.pdf(pages), name="a.pdf").sha256 for pages in (1, 2, 3))
    assert files.check_store().is_whole
    assert files.check_store().files == 3

    store.path_of(spoilt).chmod(0o640)
    with store.path_of(spoilt).open("r+b") as file:
        file.write(b"X")
    store.path_of(lost).unlink()
    found = files.check_store()
    assert (found.changed, found.missing, found.files) == ((spoilt,), (lost,), 2)
    with pytest.raises(CommandError, match=r"1 tệp bị đổi, 1 tệp không còn"):
        call_command("files", "check")
    assert good not in found.changed
    store.path_of(spoilt).unlink()  # what all tests kept is read again at their end


def with_action(action: Dictionary) -> bytes:
    document = f.blank()
    document.Root.OpenAction = action
    return f.save(document)


def with_annotation(**fields: Any) -> bytes:
    document = f.blank()
    document.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **fields)])
    return f.save(document)


def with_root(change: Callable[[Pdf], None]) -> bytes:
    document = f.blank()
    change(document)
    return f.save(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _names_script(document: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))


def _xfa(document: Pdf) -> None:
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=Array([]))


def _attachment(document: Pdf) -> None:
    document.attachments["a.exe"] = b"MZ..."


def _page_script(document: Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("1")))


ACTIVE = {
    "open action": with_action(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))),
    "launch": with_action(Dictionary(S=Name.Launch, F=String("cmd.exe"))),
    "chained": with_action(
        Dictionary(S=Name.Named, N=Name.NextPage, Next=Dictionary(S=Name.JavaScript, JS=String("1")))
    ),
    "submit": with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm, F=String("http://x"))),
    "rich media": with_annotation(Subtype=Name.RichMedia),
    "attachment mark": with_annotation(Subtype=Name.FileAttachment),
    "names": with_root(_names_script),
    "xfa": with_root(_xfa),
    "embedded": with_root(_attachment),
    "page": with_root(_page_script),
}


@pytest.mark.parametrize("which", ACTIVE)
def test_a_pdf_that_may_run_open_send_or_carry_something_is_refused(which: str, tmp_path: Path) -> None:
    with pytest.raises(files.FileRefusedError) as refused:
        files.keep(content=ACTIVE[which], name="a.pdf")
    assert refused.value.problems[0].code == "active_content"
    assert left_over(tmp_path) == []


def test_a_pdf_with_a_plain_link_is_taken() -> None:
    link = with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://vidu.vn")))
    assert files.keep(content=link, name="a.pdf").pages == 1


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00" + b"\x00" * 100
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "a.pdf", "empty"),
    "locked pdf": (f.pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "a.pdf", "encrypted"),
    "pdf of limited use": (f.pdf(encryption=pikepdf.Encryption(owner="a", user="")), "a.pdf", "encrypted"),
    "locked zip": (f.locked_zip(), "a.docx", "encrypted"),
    "locked office": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "a.docx",
        "encrypted",
    ),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.doc", "wrong_type"),
    "cut pdf": (f.pdf(20)[:-900], "a.pdf", "damaged"),
    "broken pdf": (b"%PDF-1.7\nrubbish\n%%EOF", "a.pdf", "damaged"),
    "cut jpeg": (f.image(size=(900, 900))[:-3000], "a.jpg", "damaged"),
    "cut png": (f.image("PNG", size=(900, 900))[:-40], "a.png", "damaged"),
    "cut docx": (f.docx()[:-30], "a.docx", "damaged"),
    "html as pdf": (b"<!DOCTYPE html><html><script>1</script>", "a.pdf", "wrong_type"),
    "svg as png": (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
        "a.png",
        "wrong_type",
    ),
    "exe as pdf": (b"MZ\x90\x00" + b"\x00" * 100, "a.pdf", "wrong_type"),
    "shell script": (b"#!/bin/sh\nrm -rf /", "a.pdf", "wrong_type"),
    "letter called photo": (f.pdf(), "a.jpg", "wrong_type"),
    "photo called letter": (f.image(), "a.pdf", "wrong_type"),
    "heic": (HEIC, "IMG_1.HEIC", "wrong_type"),
    "gif": (b"GIF89a" + b"\x00" * 50, "a.gif", "wrong_type"),
    "text": ("Kính gửi".encode(), "a.txt", "wrong_type"),
    "noise": (bytes(range(256)) * 4, "a.bin", "wrong_type"),
    "plain zip": (f.archive({"a.txt": b"x"}), "a.zip", "wrong_type"),
    "macro": (f.docx(**{"word/vbaProject.bin": b"x"}), "a.docx", "active_content"),
    "macro type": (f.archive({"[Content_Types].xml": b"macroEnabled", "word/a.xml": b""}), "a.docm", "active_content"),
    "odt macro": (f.odt(**{"Basic/script.xml": b"x"}), "a.odt", "active_content"),
    "pdf and zip": (f.pdf() + f.archive({"a.exe": b"MZ"}), "a.pdf", "polyglot"),
    "jpeg and zip": (f.image() + f.archive({"a.exe": b"MZ"}), "a.jpg", "polyglot"),
    "gif before pdf": (b"GIF89a" + f.pdf(), "a.pdf", "wrong_type"),
    "zip bomb": (f.docx(**{"word/media/a": b"\x00" * 60_000_000}), "a.docx", "archive_bomb"),
    "image bomb": (f.image("PNG", size=(12_000, 11_000)), "a.png", "image_bomb"),
    "xml entities": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a.xml", "wrong_type"),
    "xml page": (b'<?xml version="1.0"?><a><b xmlns="http://www.w3.org/1999/xhtml"/></a>', "a.xml", "wrong_type"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("which", REFUSED)
def test_what_is_no_paper_is_refused_with_a_sentence_and_leaves_nothing(which: str, tmp_path: Path) -> None:
    content, name, code = REFUSED[which]
    with pytest.raises(files.FileRefusedError) as refused:
        files.keep(content=content, name=name)
    problem = refused.value.problems[0]
    assert problem.code == code
    assert len(problem.sentence) > 30
    assert left_over(tmp_path) == []
    assert not Blob.objects.exists()


def test_a_file_over_the_limit_is_refused_while_it_comes(settings: Any, tmp_path: Path) -> None:
    settings.FILE_LIMIT = 1_000_000
    read = []

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            read.append(size)
            return b"x" * size

    with pytest.raises(files.FileRefusedError) as refused:
        files.keep(content=Endless(), name="a.pdf")  # type: ignore[arg-type]
    assert refused.value.problems[0].code == "too_large"
    assert len(read) == 1
    assert left_over(tmp_path) == []


def test_a_full_disk_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("fsync", "link"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            with pytest.raises(files.FileRefusedError) as refused:
                files.keep(content=f.pdf(), name="a.pdf")
        assert refused.value.problems[0].code == "no_space"
    assert left_over(tmp_path) == []
    assert not Blob.objects.exists()


def test_a_file_is_sent_to_the_browser_in_a_sandbox() -> None:
    photo = files.keep(content=f.image(), name="a.jpg")
    answer = files.response(sha256=photo.sha256, name="Ảnh chân dung.jpg", inline=True)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")
    letter = files.keep(content=f.docx(), name="a.docx")
    answer = files.response(sha256=letter.sha256, name="đơn.docx", inline=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with pytest.raises(LookupError):
        files.response(sha256="0" * 64, name="a")


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "a" * 63 + "/", "é" * 64])
def test_a_hash_is_never_a_path(sha256: str) -> None:
    with pytest.raises(LookupError):
        files.read(sha256=sha256)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\tai lieu\\Đơn.pdf", "Đơn.pdf"),
        ("../../../etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\x00\n", "tep"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ('<img src="x">.png', "img src=x.png"),
    ],
)
def test_a_name_is_made_safe(name: str, kept: str) -> None:
    assert services.safe_name(name) == kept
