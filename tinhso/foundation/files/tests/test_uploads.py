"""Resumable uploads: broken lines, wrong offsets, two pieces at once, another's upload."""

import base64
import hashlib
import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from django.utils import timezone

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.foundation.files import services, store, views
from tinhso.foundation.files.models import UploadSession
from tinhso.foundation.files.tests import factories as f

pytestmark = pytest.mark.django_db
LAN, SON = (Actor(account_id=n, kind="citizen", name=name) for n, name in ((1, "Lan"), (2, "Sơn")))
CONTENT = f.pdf(30)
PIECE = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def send(
    method: str, path: str = "/files/uploads", *, actor: Actor = LAN, body: Any = b"", **headers: str
) -> HttpResponse:
    request = RequestFactory().generic(
        method, path, body, content_type=headers.pop("content_type", PIECE if body else ""), headers=headers
    )
    request.actor = actor  # type: ignore[attr-defined]
    if path == "/files/uploads":
        return views.uploads(request)
    return views.upload(request, upload_id=path.rpartition("/")[2])


def create(size: int = len(CONTENT), name: str = "giấy.pdf", actor: Actor = LAN) -> str:
    metadata = "filename " + base64.b64encode(name.encode()).decode()
    answer = send("POST", actor=actor, **{"Upload-Length": str(size), "Upload-Metadata": metadata})
    assert answer.status_code == 201, answer.content
    return answer.headers["Location"]


def patch(path: str, offset: int, body: bytes, **headers: str) -> HttpResponse:
    return send("PATCH", path, body=body, **{"Upload-Offset": str(offset)}, **headers)


def state(path: str) -> files.Upload:
    return files.upload(upload_id=path.rpartition("/")[2], owner=LAN.key)


def test_the_server_says_what_it_can_do() -> None:
    answer = send("OPTIONS")
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "creation" in answer.headers["Tus-Extension"]
    assert int(answer.headers["Tus-Max-Size"]) == services.limit()


def test_a_file_comes_in_pieces_and_is_kept(tmp_path: Path) -> None:
    path = create()
    assert patch(path, 0, CONTENT[:1000]).headers["Upload-Offset"] == "1000"
    assert send("HEAD", path).headers["Upload-Offset"] == "1000"
    assert patch(path, 1000, CONTENT[1000:]).headers["Upload-Offset"] == str(len(CONTENT))
    done = state(path)
    assert done.file is not None
    assert (done.name, done.file.pages, done.problems) == ("giấy.pdf", 30, ())
    assert done.file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert not list((tmp_path / "files" / "parts").iterdir())
    assert send("HEAD", path).headers["Upload-Offset"] == str(len(CONTENT))
    assert patch(path, len(CONTENT), b"x").status_code == 409


def test_a_file_may_come_with_its_creation() -> None:
    answer = send("POST", body=CONTENT, **{"Upload-Length": str(len(CONTENT))})
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(CONTENT)))
    assert state(answer.headers["Location"]).file is not None


class BrokenLine(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if chunk := super().read(size):
            return chunk
        raise UnreadablePostError("connection reset")


def test_a_broken_line_leaves_what_had_come_and_the_upload_goes_on() -> None:
    path = create()
    request = RequestFactory().patch(path, b"x", content_type=PIECE, headers={"Upload-Offset": "0"})
    request.actor = LAN  # type: ignore[attr-defined]
    request.read = BrokenLine(CONTENT[:700]).read  # type: ignore[method-assign]
    assert views.upload(request, upload_id=path.rpartition("/")[2]).status_code == 400
    assert send("HEAD", path).headers["Upload-Offset"] == "700"
    assert patch(path, 700, CONTENT[700:]).status_code == 204
    assert state(path).file is not None


@pytest.mark.parametrize("offset", ["5", "1001", "-1", "", "x", "9" * 30])
def test_a_piece_at_a_wrong_offset_is_refused_and_changes_nothing(offset: str) -> None:
    path = create()
    patch(path, 0, CONTENT[:1000])
    answer = send("PATCH", path, body=b"rubbish", **{"Upload-Offset": offset})
    assert answer.status_code == (409 if offset in ("5", "1001") else 400)
    assert send("HEAD", path).headers["Upload-Offset"] == "1000"


def test_two_pieces_at_once_one_waits() -> None:
    path = create()
    session = UploadSession.objects.get()

    class Overtaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == 0:
                assert patch(path, 0, CONTENT[:10]).status_code == 423
            return super().read(size)

    assert services.receive_piece(session, Overtaking(CONTENT[:500]), offset=0) == 500
    assert patch(path, 500, CONTENT[500:]).status_code == 204
    assert state(path).file is not None


def test_anothers_upload_is_not_there() -> None:
    path = create()
    for method in ("HEAD", "GET", "DELETE"):
        assert send(method, path, actor=SON).status_code == 404
    assert send("PATCH", path, actor=SON, body=b"x", **{"Upload-Offset": "0"}).status_code == 404
    with pytest.raises(LookupError):
        files.upload(upload_id=path.rpartition("/")[2], owner=SON.key)
    with pytest.raises(LookupError):
        files.upload(upload_id="khong-phai-uuid", owner=LAN.key)
    assert send("HEAD", path).status_code == 200


def test_a_damaged_piece_is_thrown_away() -> None:
    path = create()
    wrong = "sha256 " + base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert patch(path, 0, CONTENT[:1000], **{"Upload-Checksum": wrong}).status_code == 460
    assert send("HEAD", path).headers["Upload-Offset"] == "0"
    right = "sha256 " + base64.b64encode(hashlib.sha256(CONTENT[:1000]).digest()).decode()
    assert patch(path, 0, CONTENT[:1000], **{"Upload-Checksum": right}).status_code == 204
    assert patch(path, 1000, b"x", **{"Upload-Checksum": "crc 1"}).status_code == 400


def test_more_than_announced_is_refused() -> None:
    path = create(size=100)
    assert patch(path, 0, b"x" * 101).status_code == 413
    assert send("HEAD", path).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(("size", "status"), [("500000000", 413), ("0", 400), ("", 400), ("-5", 400), ("1e9", 400)])
def test_a_file_that_could_never_be_taken_is_refused_before_it_is_sent(size: str, status: int) -> None:
    answer = send("POST", **{"Upload-Length": size})
    assert answer.status_code == status
    assert "sentence" in answer.content.decode()
    assert not UploadSession.objects.exists()


def test_a_file_that_is_no_paper_is_told_when_it_has_come() -> None:
    content = b"MZ" + b"\x00" * 500
    path = create(size=len(content))
    assert patch(path, 0, content).status_code == 204
    refused = state(path)
    assert refused.file is None
    assert refused.problems[0].code == "wrong_type"


def test_an_upload_is_forgotten_when_asked(tmp_path: Path) -> None:
    path = create()
    patch(path, 0, CONTENT[:1000])
    assert send("DELETE", path).status_code == 204
    assert send("HEAD", path).status_code == 404
    assert not list((tmp_path / "files" / "parts").iterdir())


def test_an_upload_left_for_a_week_is_gone() -> None:
    path = create()
    UploadSession.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert send("HEAD", path).status_code == 410
    assert services.drop_expired(timezone.now()) == 1
    assert send("HEAD", path).status_code == 404


def test_one_person_cannot_fill_the_disk_with_unfinished_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "UNFINISHED_LIMIT", 3)
    for _ in range(3):
        create()
    assert send("POST", **{"Upload-Length": "10"}).status_code == 429
    create(actor=SON)


def test_a_full_disk_keeps_no_half_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    path = create()
    patch(path, 0, CONTENT[:1000])

    def full(part: Any, piece: Any, *arguments: Any) -> Iterator[None]:
        with store.disk_is_full_told():
            part.write(piece.read(200))
            raise OSError(28, os.strerror(28))

    with monkeypatch.context() as context:
        context.setattr(services, "_append", full)
        assert patch(path, 1000, CONTENT[1000:]).status_code == 507
    assert send("HEAD", path).headers["Upload-Offset"] == "1000"


def test_a_piece_needs_its_content_type_and_a_known_method() -> None:
    path = create()
    assert patch(path, 0, b"x", content_type="text/plain").status_code == 415
    assert send("PUT", path).status_code == 405
    assert send("GET").status_code == 405


def test_every_answer_names_the_version() -> None:
    path = create()
    for answer in (send("HEAD", path), send("GET", path), send("PUT", path), send("OPTIONS")):
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Cache-Control"] == "no-store"
