"""What goes wrong around a store: news out of order, doors shut meanwhile, bad files, full disks."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.running import pdf
from tinhso.foundation.files import public as files
from tinhso.foundation.files import store
from tinhso.foundation.files.tests import factories as bad
from tinhso.foundation.outbox.models import StoredEvent
from tinhso.foundation.signing import orders
from tinhso.systems.one_stop.tests.factories import COMMUNE, Office
from tinhso.systems.portal.tests.factories import drafts
from tinhso.systems.vault import public as vault
from tinhso.systems.vault.models import Consent, Content, Delegate, Paper, Reading, Share, Use
from tinhso.systems.vault.services import consenting, delegating, keeping, lapsing, sharing
from tinhso.systems.vault.tests.factories import BIRTH, NOTICE, client_of, file_of, keep, put

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # harmless by design


def stamp(former: str, newer: str, office: Office) -> None:
    orders.note_version(newer, former, "timestamp", "B-LTA", office.at)


def heavy(number: int, size: int) -> bytes:
    """A good PDF of about so many bytes."""
    return pdf(number).replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + b"x" * size + b"\n", 1)


# -- out of order -------------------------------------------------------------------------------------------------


def test_stamps_told_out_of_order_end_at_the_newest(office: Office) -> None:
    signed, stamped, renewed = keep(51), keep(52), keep(53)
    paper = put(office, sha256=signed)
    stamp(signed, stamped, office)
    stamp(stamped, renewed, office)
    for former, newer in ((stamped, renewed), (signed, stamped), (signed, stamped)):
        keeping.follow(former, newer, at=office.at)
    assert file_of(paper) == renewed


def test_a_stamp_between_picking_and_sending_loses_neither_paper_nor_row(office: Office) -> None:
    signed, stamped = keep(54), keep(55)
    paper = put(office, sha256=signed)
    stamp(signed, stamped, office)
    keeping.follow(signed, stamped, at=office.at)
    sent: dict[str, Any] = {"owner_number": office.citizen.identity_number, "sha256": signed, "at": office.at}
    assert vault.why_not_lean(key=str(paper.key), actor=office.citizen, **sent) == ""
    noted = vault.note_dossier_reading(dossier_code="H1", actor=office.desk, **sent)
    assert noted == Reading.objects.filter(paper=paper, what="file").count() == 1


def test_a_paper_that_ends_between_the_look_and_the_leaning_is_told(office: Office) -> None:
    recalled, expired, good = put(office), put(office, valid_to=timezone.localdate(office.at)), put(office)
    lapsing.mark(recalled, Paper.Status.REVOKED, reason="Cấp sai", by="job:x", by_name="", at=office.at)
    later = office.at + timedelta(days=2)
    assert lapsing.tell_of_expired(at=later) == 1
    papers = {name: str(paper.key) for name, paper in (("a", recalled), ("b", expired), ("c", good))}
    for _twice in range(2):
        vault.lean(dossier_code="H1", procedure_name="x", unit_id=None, papers=papers, at=later)
    assert set(Use.objects.filter(lapsed_at__isnull=False).values_list("paper_key", flat=True)) == {"a", "b"}
    assert StoredEvent.objects.filter(kind="PaperLapsed").count() == 2
    assert all(one.lapsed_why for one in vault.leanings(dossier_code="H1", at=later) if one.paper_key != "c")


# -- shut while somebody stands in the door -----------------------------------------------------------------------


def test_a_consent_withdrawn_while_an_official_reads_opens_nothing_more(office: Office) -> None:
    paper, other = put(office), put(office)
    agency = office.desk.posts[0].unit_path[-2]
    given = [
        consenting.give_to_unit(
            paper.store, unit_id=agency, papers=[one], purpose=purpose, days=7, actor=office.citizen, at=office.at
        )
        for one, purpose in ((paper, "Xét học bổng"), (other, "Cho vay vốn"))
    ]
    held = Consent.objects.get(pk=given[0].pk)  # as the official's request read it
    with pytest.raises(LookupError), transaction.atomic():
        consenting.open_for_official(held, other, actor=office.desk, at=office.at)  # another purpose's paper
    consenting.open_for_official(held, paper, actor=office.desk, at=office.at)
    assert Reading.objects.get().purpose == "Xét học bổng"
    consenting.withdraw(given[0], actor=office.citizen, at=office.at)
    with pytest.raises(LookupError), transaction.atomic():
        consenting.open_for_official(held, paper, actor=office.desk, at=office.at)
    assert Reading.objects.count() == 1


def test_a_link_that_ends_while_it_is_opened_gives_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, hidden, recalled = put(office), put(office), put(office)
    gone = keeping.upload_own(
        ended.store, actor=office.citizen, content=io.BytesIO(pdf(61)), file_name="a.pdf", name="Hợp đồng", at=office.at
    )
    tokens = [
        sharing.make(one, actor=office.citizen, note="Cho trường", days=7, at=timezone.now())
        for one in (ended, hidden, gone, recalled)
    ]
    held = [sharing.by_token(token, at=timezone.now()) for token in tokens]
    sharing.end(Share.objects.get(pk=held[0].pk), actor=office.citizen, at=office.at)
    keeping.hide(hidden, actor=office.citizen, hidden=True, at=office.at)
    keeping.remove_own(gone, actor=office.citizen, at=office.at)
    lapsing.mark(recalled, Paper.Status.REVOKED, reason="Cấp sai", by="job:x", by_name="", at=office.at)
    with monkeypatch.context() as patched:  # as the requests had read them
        patched.setattr(sharing, "by_token", lambda token, **_at: held[tokens.index(token)])
        assert [Client().get(f"/shared/{token}/file").status_code for token in tokens] == [404, 404, 404, 200]
        assert [Client().get(f"/shared/{token}").status_code for token in tokens] == [404, 404, 404, 200]
    assert set(Reading.objects.values_list("paper", flat=True)) == {recalled.pk}
    page = Client().get(f"/shared/{tokens[3]}").content.decode()
    assert "Đã thu hồi" in page
    assert set(Reading.objects.filter(paper=recalled).values_list("what", flat=True)) == {"file", "facts"}


def test_staff_removed_while_holding_the_page_take_nothing_more(office: Office) -> None:
    company = office.actors["doanhnghiep"]
    paper = put(office, owner_number=company.identity_number, owner_kind="business", owner_name=company.name)
    today = timezone.localdate()
    named: dict[str, Any] = {
        "identity_number": office.citizen.identity_number, "name": office.citizen.name, "power": "use",
        "actor": company, "at": office.at, "today": today,
    }  # fmt: skip
    delegate = delegating.name_delegate(paper.store, valid_to=None, **named)
    draft = drafts.start(actor=office.citizen, code=BIRTH, unit_key=COMMUNE, at=office.at)
    staff, address = client_of(), f"/filing/{draft.pk}/papers"
    for one in list(draft.papers):
        staff.post(address, {"_remove": one["id"]})
    assert str(paper.key) in staff.get(address).content.decode()
    sha256 = file_of(paper)
    delegating.end(delegate, actor=company, at=office.at)
    assert staff.post(address, {"_pick": f"{NOTICE}:{paper.key}"}).status_code == 422
    assert staff.get(f"/my/vault/papers/{paper.key}/file").status_code == 404
    assert "Không có giấy tờ này" in vault.why_not_lean(
        key=str(paper.key), sha256=sha256, owner_number=office.citizen.identity_number, actor=office.citizen,
        at=office.at,
    )  # fmt: skip
    lapsed = delegating.name_delegate(paper.store, valid_to=today, **named)
    named |= {"today": today + timedelta(days=1)}  # whose days are over can be named anew
    assert delegating.name_delegate(paper.store, valid_to=None, **named) != lapsed
    assert Delegate.objects.filter(ended_at__isnull=True).count() == 1


# -- files --------------------------------------------------------------------------------------------------------


def test_bad_files_get_a_sentence_each_and_the_name_stays(office: Office, settings: Any) -> None:
    client = client_of()
    settings.FILE_LIMIT = 20_000
    cases = {
        "Tệp trống, không có nội dung": b"",
        "Tệp quá nặng": b"%PDF-1.4\n" + b"x" * 30_000,
        "đang khoá bằng mật khẩu": bad.pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
        "Tệp chữ thường": EICAR,
        "bên trong là ảnh JPG": bad.image(),
    }
    for sentence, content in cases.items():
        sent = SimpleUploadedFile("a.pdf", content, "application/pdf")
        answer = client.post("/my/vault/uploads", {"name": "Hợp đồng thuê nhà", "file": sent})
        page = answer.content.decode()
        assert answer.status_code == 422, sentence
        assert 'value="Hợp đồng thuê nhà"' in page
        assert sentence in page
    assert not Paper.objects.exists()


def test_pressed_twice_one_paper_is_kept(office: Office) -> None:
    for _press in range(2):
        sent = SimpleUploadedFile("a.pdf", pdf(62), "application/pdf")
        assert client_of().post("/my/vault/uploads", {"name": "Hợp đồng thuê nhà", "file": sent}).status_code == 302
    assert Paper.objects.count() == 1


@pytest.mark.parametrize("place", ["temporary", "store"])
def test_an_upload_on_a_full_disk_says_so_and_works_again(
    office: Office, small_disk: Callable[[Path, int], None], settings: Any, tmp_path: Path, place: str
) -> None:
    settings.VAR = tmp_path / "var"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "tmp")
    for folder in ("var/files", "tmp"):
        (tmp_path / folder).mkdir(parents=True)
    disk = tmp_path / ("tmp" if place == "temporary" else "var/files")
    small_disk(disk, 1)
    content = heavy(63, 200_000)
    (disk / "other").write_bytes(b"x" * ((1 << 20) - 100_000))
    draft = drafts.start(actor=office.citizen, code=BIRTH, unit_key=COMMUNE, at=office.at)
    client, filing = client_of(), f"/filing/{draft.pk}/papers"
    for address, given in (
        (filing, {f"paper-{NOTICE}": None}),
        ("/my/vault/uploads", {"name": "Hợp đồng", "file": None}),
    ):
        full, freed = [], []
        for answers in (full, freed):
            sent = {key: value or SimpleUploadedFile("a.pdf", content) for key, value in given.items()}
            answers.append(client.post(address, {**sent, "_upload": "1"}))
            if answers is full:
                (disk / "other").unlink()
        assert full[0].status_code == 422
        assert full[0].content.decode().count("hết chỗ") in (1, 2)  # in the list of errors and at the field
        assert freed[0].status_code == 302
        (disk / "other").write_bytes(
            b"x" * ((1 << 20) - 100_000 - sum(f.stat().st_size for f in disk.rglob("*") if f.is_file()))
        )
        content = heavy(67, 200_000)
    draft.refresh_from_db()
    assert [one["file_name"] for one in draft.papers] == ["a.pdf"]
    assert Paper.objects.count() == 1


# -- taking everything home ---------------------------------------------------------------------------------------


def many(office: Office, number: int) -> Paper:
    """A store of so many papers of one file."""
    first = put(office)
    content = Content.objects.get(paper=first)
    rows = Paper.objects.bulk_create(
        Paper(
            store=first.store, zone="issued", name=f"Giấy {one}", weight=1, source="one_stop", source_ref=f"S{one}",
            added_at=office.at,
        )
        for one in range(number - 1)
    )  # fmt: skip
    Content.objects.bulk_create(
        Content(paper=row, sha256=content.sha256, file_name="a.pdf", media_type="application/pdf", size=content.size)
        for row in rows
    )
    return first


def test_five_hundred_papers_come_home_and_a_missing_file_is_named(office: Office) -> None:
    first = many(office, 500)
    lost = keep(64)
    Content.objects.filter(paper=first).update(sha256=lost)
    store.path_of(lost).unlink()
    answer = client_of().post("/my/vault/export")
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    lines = json.loads(archive.read("manifest.json"))["papers"]
    assert len(lines) == 500
    assert [one["key"] for one in lines if one["problem"]] == [str(first.key)]
    assert sum(1 for one in lines if one["file"]) == 499
    assert first.name in archive.read("DOC-TRUOC.txt").decode()


def test_an_archive_that_finds_no_room_leaves_nothing_and_works_later(
    office: Office, small_disk: Callable[[Path, int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_disk(tmp_path / "tmp", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr("tinhso.systems.vault.services.exporting.MEMORY", 100_000)
    big = files.keep(content=heavy(65, 400_000), name="a.pdf").sha256
    for _number in range(3):
        put(office, sha256=big)
    answer = client_of().post("/my/vault/export")
    assert answer.status_code == 422
    assert "không còn chỗ" in answer.content.decode()
    assert not list((tmp_path / "tmp").iterdir())
    Paper.objects.filter(pk=Paper.objects.latest("pk").pk).update(has_file=False)
    answer = client_of().post("/my/vault/export")
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None


# -- readings -----------------------------------------------------------------------------------------------------


def test_a_reading_that_fails_halfway_has_its_row(office: Office) -> None:
    paper = put(office, sha256=keep(66))
    given = consenting.give_to_unit(
        paper.store, unit_id=office.desk.posts[0].unit_path[-2], papers=[paper], purpose="Đối chiếu", days=7,
        actor=office.citizen, at=office.at,
    )  # fmt: skip
    token = sharing.make(paper, actor=office.citizen, note="Cho ai đó", days=1, at=timezone.now())
    store.path_of(file_of(paper)).unlink()  # the disk lost it
    assert client_of("motcua.xa").get(f"/consented/{given.key}/papers/{paper.key}").status_code == 404
    assert Client().get(f"/shared/{token}/file").status_code == 404
    assert client_of().get(f"/my/vault/papers/{paper.key}/file").status_code == 404
    assert Reading.objects.filter(paper=paper, what="file").count() == 2
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_trigger where tgname = 'vault_reading_append_only' and tgenabled = 'O'")
        assert cursor.fetchone() == (1,)
