"""A batch from the scanner to the dossier: split, checked, tied, confirmed; and everything that goes wrong with one."""

import io
import os

import pikepdf
import pypdfium2
import pytest

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.files import public as files
from tinhso.systems.digitisation import services
from tinhso.systems.digitisation.models import Batch, Document, Page
from tinhso.systems.digitisation.separators import Separator, code_of
from tinhso.systems.digitisation.tests import factories
from tinhso.systems.digitisation.tests.conftest import AT, Send
from tinhso.systems.one_stop import public as one_stop
from tinhso.systems.one_stop.tests.factories import Office, papers_in


def separator(code: str, key: str = "result", pages: int = 0) -> object:
    return factories.sheet(code_of(Separator(code, key, pages)))


def test_a_batch_goes_into_the_dossier_with_nobody_typing(desk: Actor, code: str, send: Send) -> None:
    batch = send(factories.scan(separator(code, pages=2), factories.letter(), factories.blank(), factories.prose()))
    assert batch.status == Batch.Status.READY
    document = batch.documents.get()
    assert (document.dossier_code, document.paper_key, document.doubts) == (code, "result", [])
    assert document.fields["number"]["value"] == "15"
    assert services.confirm_plain(batch=batch, actor=desk, at=AT) == 1
    batch.refresh_from_db()
    assert batch.status == Batch.Status.DONE
    (paper,) = papers_in(code, "result")
    assert paper.pages == 2  # the separator and the blank page stay in the batch
    assert batch.pages.filter(kind=Page.Kind.BLANK).count() == 1


@pytest.mark.slow
def test_a_whole_pile_of_two_dossiers_goes_in_at_one_press(desk: Actor, office: Office, code: str, send: Send) -> None:
    """A hundred sides with TINHSO_FULL=1."""
    papers = 20 if os.environ.get("TINHSO_FULL") else 4
    codes, sides = [code, office.received()], []
    for number in range(papers):
        sides += [separator(codes[number % 2], pages=3), factories.letter(), factories.blank()]
        sides += [factories.prose(), factories.prose(4)]
    batch = send(factories.scan(*sides))
    assert (batch.pages_read, batch.documents.count()) == (5 * papers, papers)
    assert services.confirm_plain(batch=batch, actor=desk, at=AT) == papers
    batch.refresh_from_db()
    assert batch.status == Batch.Status.DONE
    assert [papers_in(one, "result") != [] for one in codes] == [True, True]


def test_the_working_copy_is_small_pdf_a_with_its_text_behind_the_picture(desk: Actor, code: str, send: Send) -> None:
    content = factories.scan(separator(code), factories.letter())
    document = send(content).documents.get()
    sha256 = services.make_copy(document_id=document.pk, at=AT)
    copied = files.read(sha256=sha256).read()
    assert len(copied) < len(content)
    with pikepdf.open(io.BytesIO(copied)) as copy, copy.open_metadata() as about:
        assert about["pdfaid:part"] == "2"
        assert copy.Root.OutputIntents
    text = pypdfium2.PdfDocument(copied)[0].get_textpage().get_text_bounded()
    assert "Nguyễn Văn Thưởng" in text


def test_the_master_is_kept_as_it_was_scanned(code: str, send: Send) -> None:
    content = factories.scan(separator(code), factories.letter())
    batch = send(content)
    assert files.read(sha256=batch.files.get().sha256).read() == content


def test_two_dossiers_in_one_batch_are_told_apart(office: Office, code: str, send: Send) -> None:
    other = office.received()
    batch = send(factories.scan(separator(code), factories.letter(), separator(other), factories.prose()))
    assert list(batch.documents.values_list("dossier_code", flat=True)) == [code, other]


def test_a_missing_separator_waits_for_a_person_with_a_choice(desk: Actor, code: str, send: Send) -> None:
    batch = send(factories.scan(factories.letter(), factories.prose()))
    assert batch.status == Batch.Status.WAITING
    assert "Thiếu tờ phân cách" in batch.problem
    assert batch.documents.get().status_words == "Chưa biết của hồ sơ nào"
    assert Document(dossier_code=code).status_words == "Chưa biết là thành phần nào"
    document = services.assign(
        document_id=batch.documents.get().pk, dossier_code=code, paper_key="result", actor=desk, at=AT
    )
    assert document.status == Document.Status.READY
    batch.refresh_from_db()
    assert batch.status == Batch.Status.READY


@pytest.mark.parametrize("made_up", ["SEP:H53-261128-0001", "TSPC1:{code}:result:0:0123456789abcdef"])
def test_a_separator_that_is_not_ours_is_not_obeyed_but_told(made_up: str, code: str, send: Send) -> None:
    foreign = factories.sheet(made_up.format(code=code))
    batch = send(factories.scan(separator(code), factories.letter(), foreign, factories.prose()))
    document = batch.documents.get()
    assert document.pages.count() == 3
    assert any("không được làm theo" in doubt for doubt in document.doubts)


def test_a_page_too_few_is_said(code: str, send: Send) -> None:
    document = send(factories.scan(separator(code, pages=3), factories.letter())).documents.get()
    assert document.doubts == ["Tờ phân cách ghi 3 trang, quét được 1 trang có nội dung."]


def test_pages_out_of_order_are_said_and_can_be_put_right(desk: Actor, code: str, send: Send) -> None:
    second, third = (factories.prose(3, mark=f"#align(center)[{n}]") for n in (2, 3))
    document = send(factories.scan(separator(code), factories.letter(), third, second)).documents.get()
    assert any("không tăng dần" in doubt for doubt in document.doubts)
    services.move_page(page_id=document.pages.get(number=4).pk, earlier=True, actor=desk, at=AT)
    document.refresh_from_db()
    assert document.doubts == []


def test_a_blank_page_can_be_put_back_and_left_out_again(desk: Actor, code: str, send: Send) -> None:
    document = send(factories.scan(separator(code), factories.letter(), factories.blank())).documents.get()
    page = document.pages.get(kind=Page.Kind.BLANK)
    services.mark_page(page_id=page.pk, is_blank=False, actor=desk, at=AT)
    assert document.pages.filter(kind=Page.Kind.CONTENT).count() == 2


def test_a_paper_is_split_and_merged_again(desk: Actor, code: str, send: Send) -> None:
    batch = send(factories.scan(separator(code), factories.letter(), factories.prose()))
    new = services.split_before(page_id=batch.pages.get(number=3).pk, actor=desk, at=AT)
    assert (new.dossier_code, new.status) == (code, Document.Status.WAITING)
    services.merge_with_previous(document_id=new.pk, actor=desk, at=AT)
    assert batch.documents.get().pages.count() == 2


def test_the_same_batch_twice_is_one_batch(code: str, send: Send) -> None:
    content = factories.scan(separator(code), factories.letter())
    first, second = send(content), send(content)
    assert first.pk == second.pk
    assert second.repeats == 1
    assert Page.objects.count() == 2


def test_confirming_twice_puts_one_paper(desk: Actor, code: str, send: Send) -> None:
    document = send(factories.scan(separator(code), factories.letter())).documents.get()
    for _ in range(2):
        services.confirm(document_id=document.pk, corrected={"number": "16"}, actor=desk, at=AT)
    assert len(papers_in(code, "result")) == 1
    document.refresh_from_db()
    assert document.fields["number"] == {**document.fields["number"], "value": "16", "by_hand": True}


def test_a_worker_killed_midway_loses_nothing_and_doubles_nothing(
    desk: Actor, code: str, monkeypatch: pytest.MonkeyPatch, send: Send
) -> None:
    from tinhso.systems.digitisation.services import pages

    write, written = pages._write, []

    def dies_at_the_third(*args: object) -> None:
        if len(written) == 2:
            written.append("died")
            raise KeyboardInterrupt
        written.append("page")
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pages, "_write", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        send(factories.scan(separator(code), factories.letter(), factories.prose(), factories.prose(4)))
    assert Batch.objects.get().pages_read == 2
    while not services.read_piece(batch_id=Batch.objects.get().pk, limit=10, at=AT):
        pass
    assert sorted(Page.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Batch.objects.get().status == Batch.Status.READY


def test_a_full_disk_keeps_the_paper_waiting(
    desk: Actor, code: str, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = send(factories.scan(separator(code), factories.letter())).documents.get()

    def full(**_: object) -> None:
        raise files.FileRefusedError((files.Problem("no_space", "Máy chủ tạm hết chỗ chứa"),))

    monkeypatch.setattr(files, "keep", full)
    with pytest.raises(files.FileRefusedError):
        services.confirm(document_id=document.pk, corrected={}, actor=desk, at=AT)
    document.refresh_from_db()
    assert (document.status, document.copy_sha256) == (Document.Status.READY, "")


def test_an_official_of_another_commune_cannot_tie_a_paper_to_the_dossier(
    office: Office, code: str, send: Send
) -> None:
    document = send(factories.scan(factories.letter())).documents.get()
    with pytest.raises(PermissionError):
        services.assign(
            document_id=document.pk, dossier_code=code, paper_key="result", actor=office.actors["congdan"], at=AT
        )
    assert not one_stop.papers_wanted(code=code).papers[-1].has_file
