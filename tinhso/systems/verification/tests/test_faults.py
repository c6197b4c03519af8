"""What goes wrong around a token: news out of order, guesses, forged addresses, disks without room."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from tinhso.foundation.files import public as files
from tinhso.foundation.files import store
from tinhso.foundation.signing import orders
from tinhso.systems.vault import public as vault
from tinhso.systems.verification import public as verification
from tinhso.systems.verification import views
from tinhso.systems.verification.models import Document
from tinhso.systems.verification.services import issuing
from tinhso.systems.verification.tests.factories import NAME, NUMBER, facts, file, issued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_state(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path / "var"
    monkeypatch.setattr(views, "LEAST_SECONDS", 0.0)


def test_the_newest_form_stays_whatever_news_comes_when() -> None:
    at, (signed, stamped, renewed) = timezone.now(), (file(11), file(12), file(13))
    orders.note_version(stamped, signed, "timestamp", "B-LTA", at)
    early = issued(sha256=signed)  # bound after the news of its stamp
    assert Document.objects.get(token=early.token).sha256 == stamped
    orders.note_version(renewed, stamped, "archive", "B-LTA", at)
    for former, newer in ((stamped, renewed), (signed, stamped), (signed, stamped)):
        issuing.strengthened(former=former, sha256=newer, at=at)
    kept = Document.objects.get(token=early.token)
    assert kept.sha256 == renewed
    assert set(kept.forms.values_list("sha256", flat=True)) == {signed, stamped, renewed}


def test_preparing_and_binding_the_same_paper_wait_for_each_other() -> None:
    """What prepares a paper writes all of its row: at the same second it would make an issued paper unknown."""
    made = verification.issue(**facts())
    Document.objects.filter(token=made.token).update(source_ref="H02-9")  # the lock taken above is another's

    def locks() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
                " and (classid::bigint << 32 | objid::bigint) = hashtextextended('result:one_stop:H02-9', 0)"
            )
            return int(cursor.fetchone()[0])

    assert locks() == 0
    verification.bind(token=made.token, sha256=file(14))
    assert locks() == 1


def test_a_recalled_edition_stays_recalled_when_a_newer_one_is_bound() -> None:
    class Somebody:
        key, name = "account:1", "Nguyễn Văn Chủ"

    given = facts()
    first = issued(**given)
    where = {key: given[key] for key in ("source", "source_ref", "kind")}
    assert verification.recall(**where, reason="Cấp sai người", by=Somebody())
    second = issued(**given)
    assert [Document.objects.get(token=one.token).state for one in (first, second)] == ["recalled", "valid"]
    said = Client().get(f"/X/{first.token}").content.decode()
    assert "Cấp sai người" in said
    assert "đang còn hiệu lực" not in said


def test_the_sixth_try_opens_nothing_though_it_is_right_and_a_lost_file_keeps_its_row() -> None:
    made, other = issued(source_ref="H02-1"), issued(source_ref="H02-2")
    for one in (made, other):
        document = Document.objects.get(token=one.token)
        vault.deposit(
            paper=vault.Deposit(
                owner_number=NUMBER, owner_kind="citizen", owner_name=NAME, source="one_stop",
                source_ref=document.source_ref, zone="issued", weight=1, name="Trích lục", number="12/GKS",
                sha256=document.sha256, file_name="a.pdf",
            ),
            at=timezone.now(),
        )  # fmt: skip
    right = {"last4": "1234", "day": "02/05/1990"}

    def press(token: str, number: int, **given: str) -> Any:
        forged = f"203.0.113.{number}"  # another address each time: the paper itself counts
        return Client(REMOTE_ADDR=forged).post(f"/X/{token}/file", given)

    for number in range(5):
        assert press(made.token, number, last4="0000", day="02/05/1990").status_code == 422
    sixth = press(made.token, 5, **right)
    assert sixth.status_code == 422
    assert "quá nhiều lần" in sixth.content.decode()
    assert press(other.token, 6, **right).status_code == 200
    store.path_of(document.sha256).unlink()  # the disk lost it
    assert press(other.token, 7, **right).status_code == 422
    rows = apps.get_model("vault", "Reading").objects.values_list("by_way_of", flat=True)
    assert list(rows) == ["verification", "verification"]


def test_a_forged_header_gives_no_new_tries() -> None:
    made = issued()
    statuses = [
        Client(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}").get(f"/X/{made.token}").status_code for number in range(32)
    ]
    assert statuses == [200] * 30 + [429] * 2


def test_a_file_to_compare_on_a_full_disk_gets_a_sentence_and_works_again(
    small_disk: Callable[[Path, int], None], settings: Any, tmp_path: Path
) -> None:
    made = issued()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "tmp")
    small_disk(tmp_path / "tmp", 1)
    (tmp_path / "tmp" / "other").write_bytes(b"x" * ((1 << 20) - 100_000))
    for address in (f"/X/{made.token}", "/verify"):
        answer = Client().post(address, {"file": SimpleUploadedFile("a.pdf", b"x" * 300_000)})
        assert answer.status_code == 422
        assert "hết chỗ" in answer.content.decode()
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["other"]
    (tmp_path / "tmp" / "other").unlink()
    kept = files.read(sha256=Document.objects.get(token=made.token).sha256).read()
    answer = Client().post(f"/X/{made.token}", {"file": SimpleUploadedFile("a.pdf", kept)})
    assert "Đúng tệp này." in answer.content.decode().split("data-answer")[0]
