"""Reading pages: spoilt in every way a scanner or a telephone spoils them, and files that cannot be read."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
import typst
from django.conf import settings
from django.core.management import call_command
from PIL import Image

from tinhso.lib.typesetting import FONTS
from tinhso.systems.digitisation import reading
from tinhso.systems.digitisation.reading import cleaning, tesseract
from tinhso.systems.digitisation.reading.fields import fields_of
from tinhso.systems.digitisation.tests import factories

SHARED = settings.BASE_DIR.parent / "shared" / "data" / "ocr"
needs_tesseract = pytest.mark.skipif(not tesseract.is_there(), reason=tesseract.MISSING)
CHANCE = np.random.default_rng(3)


def turned(page: np.ndarray, degrees: float) -> np.ndarray:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)


def noisy(page: np.ndarray) -> np.ndarray:
    grey = np.clip(page + CHANCE.normal(0, 15, page.shape), 0, 255).astype(np.uint8)
    salt = CHANCE.random(page.shape)
    grey[salt < 0.004], grey[salt > 0.996] = 0, 255
    return grey


def photographed(page: np.ndarray) -> np.ndarray:
    """On a dark table, askew, in falling light."""
    height, width = page.shape
    table = np.full((int(height * 1.2), int(width * 1.25)), 55, np.uint8)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[110, 90], [width + 30, 60], [width + 140, height + 130], [40, height + 150]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    shown = cv2.warpPerspective(
        page, matrix, (table.shape[1], table.shape[0]), dst=table, borderMode=cv2.BORDER_TRANSPARENT
    )
    light = np.linspace(0.55, 1.0, shown.shape[1])
    return np.clip(shown * light, 0, 255).astype(np.uint8)


SPOILT: dict[str, Any] = {
    "as scanned": lambda page: page,
    "turned a little": lambda page: turned(page, 1.5),
    "turned a lot": lambda page: turned(page, -8),
    "upside down": lambda page: np.rot90(page, 2).copy(),
    "on its side": lambda page: np.rot90(page, 1).copy(),
    "on its other side and turned": lambda page: np.rot90(turned(page, 2), 3).copy(),
    "noisy": noisy,
    "blurred": lambda page: cv2.GaussianBlur(page, (0, 0), 1.3),
    "bilevel": lambda page: cv2.threshold(page, 150, 255, cv2.THRESH_BINARY)[1],
    "photographed": photographed,
}


def wrong_share(truth: str, read: str) -> float:
    """Character errors to a letter, white space aside."""
    a, b = (re.sub(r"\s+", " ", text).strip() for text in (truth, read))
    row = np.arange(len(a) + 1)
    letters = np.array([ord(letter) for letter in a])
    for index, letter in enumerate(b, 1):
        new = np.concatenate([[index], np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))])
        row = np.minimum.accumulate(new - np.arange(len(a) + 1)) + np.arange(len(a) + 1)
    return float(row[-1]) / len(a)


@needs_tesseract
@pytest.mark.parametrize("how", SPOILT)
def test_a_page_is_read_however_it_was_laid(how: str, tmp_path: Path) -> None:
    file = tmp_path / "page.png"
    cv2.imwrite(str(file), SPOILT[how](factories.prose(6, dpi=200)))
    (page,) = reading.read_pages(file, "image/png")
    truth = " ".join([factories.PROSE] * 6)
    assert wrong_share(truth, page.text) < 0.012
    assert page.confidence > 0.85


def test_a_good_page_is_not_touched() -> None:
    assert set(cleaning.cleaned(factories.prose(6, dpi=200)).steps) <= {"scale"}


def test_a_blurred_page_is_sharpened_and_stays_larger() -> None:
    page = factories.prose(6, dpi=200)
    good, blurred = (cleaning.cleaned(one) for one in (page, cv2.GaussianBlur(page, (0, 0), 1.3)))
    assert "edges" in blurred.steps
    assert blurred.picture.shape[0] > good.picture.shape[0]
    assert cleaning.sharpness(page) > cleaning.SHARP > cleaning.sharpness(cv2.GaussianBlur(page, (0, 0), 0.9))


def tsv(*lines: str) -> str:
    """What Tesseract answers: one paragraph, a word a row."""
    rows = [
        f"5\t1\t1\t1\t{number}\t{at}\t0\t0\t9\t9\t96\t{word}"
        for number, line in enumerate(lines, 1)
        for at, word in enumerate(line.split(), 1)
    ]
    return "\n".join(["level\tpage_num", "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", *rows])


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("Nghị định 131/2021/NĐ-", "CP của", "Chính phủ"), "Nghị định 131/2021/NĐ-CP\ncủa\nChính phủ"),
        (("ngày 5/", "11/2020"), "ngày 5/11/2020"),
        (("gồm có -", "Đơn đề nghị"), "gồm có -\nĐơn đề nghị"),
        (("gồm: đơn/", "Tờ khai"), "gồm: đơn/\nTờ khai"),
        (("~ 01/NÐ-CP", "5⁄11"), "- 01/NĐ-CP\n5/11"),
    ],
    ids=["a notation", "a date", "a dash", "a word", "letters that Vietnamese has not"],
)
def test_lines_stand_as_printed_but_a_broken_notation_is_whole(
    lines: tuple[str, ...], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "_run", lambda *_: tsv(*lines))
    assert tesseract.read(factories.blank()).text == text


def test_grain_on_faint_print_is_no_noise() -> None:
    grain = np.random.default_rng(5).normal(0, 3, (1754, 1240))
    faint = np.clip(255 - (255 - factories.prose().astype(np.float32)) * 0.42 + grain, 0, 255).astype(np.uint8)
    assert "median" not in cleaning.cleaned(faint).steps
    assert "median" in cleaning.cleaned(noisy(factories.prose())).steps


@pytest.mark.parametrize(("page", "is_blank"), [(factories.blank(), True), (noisy(factories.blank()), True)])
def test_dust_is_no_ink(page: np.ndarray, is_blank: bool) -> None:
    page = cv2.GaussianBlur(page, (3, 3), 0)
    assert cleaning.is_blank(page) is is_blank


def test_a_page_with_one_signature_is_not_blank() -> None:
    page = factories.blank()
    points = np.array([[700 + 2 * n, int(1300 + 40 * np.sin(n / 5))] for n in range(120)], np.int32)
    cv2.polylines(page, [points], False, 40, 4)
    assert not cleaning.is_blank(page)


@needs_tesseract
def test_the_head_in_two_columns_gives_its_fields(tmp_path: Path) -> None:
    file = tmp_path / "page.png"
    cv2.imwrite(str(file), factories.letter(dpi=200))
    (page,) = reading.read_pages(file, "image/png")
    found = {name: field.value for name, field in page.fields.items()}
    assert found["number"] == "15"
    assert found["notation"] == "UBND-VP"
    assert found["date"] == "2026-11-12"
    assert found["subject"] == "xác nhận tình trạng sử dụng đất"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Số: 148/2020/TT-BCA Hà Nội", "notation", "2020/TT-BCA"),
        ("Sô: 07 /QĐ-UBND", "number", "07"),
        ("Số: 15UBND-VP Tân Ninh", "notation", "UBND-VP"),
        ("Số: 4# /2020/TT-BCA Hà Nội", "notation", "2020/TT-BCA"),
        ("Số: 15UBND-VP Tân Ninh", "number", "15"),
        ("ngày 31 tháng 02 năm 2026; ngày 01 tháng 03 năm 2026", "date", "2026-03-01"),
        ("Họ và tên: Nguyễn Thị Ưởng\nNgày sinh", "name", "Nguyễn Thị Ưởng"),
        ("Số định danh cá nhân: 072190004217 cấp", "identity_number", "072190004217"),
        ("Mã hồ sơ: H53.118.02-261128-0001", "dossier_code", "H53.118.02-261128-0001"),
        ("QUYẾT ĐỊNH\nVề việc cấp giấy phép\nxây dựng\n\nCăn cứ Luật", "subject", "Về việc cấp giấy phép xây dựng"),
    ],
)
def test_fields_are_found_by_rule(text: str, name: str, value: str) -> None:
    assert fields_of(text)[name].value == value


def test_a_phone_or_an_account_number_is_no_identity_number() -> None:
    assert "identity_number" not in fields_of("Số tài khoản 999912345678, điện thoại 0912345678")


def answer_of(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], int]:
    try:
        call_command("papers", "read", str(file))
        status = 0
    except SystemExit as ended:
        status = int(str(ended.code))
    return json.loads(capsys.readouterr().out), status


def locked() -> bytes:
    out, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def many(pages: int) -> bytes:
    out, document = io.BytesIO(), pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.save(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as hidden:
        hidden.writestr("run.sh", "echo")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 cut off", "damaged"),
        (locked(), "encrypted"),
        (many(1) + archive(), "polyglot"),
        (many(1000), "too_many_pages"),
        (b"plain words", "wrong_type"),
    ],
    ids=["empty", "damaged", "locked", "polyglot", "a thousand pages", "no paper"],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    content: bytes, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "giay.pdf"
    file.write_bytes(content)
    answer, status = answer_of(file, capsys)
    assert (answer["error"]["code"], status) == (code, 1)
    assert answer["error"]["sentence"][0].isupper()


def calling_forms(depth: int = 22) -> bytes:
    """A page of 4 to the power of 22 lines: forms that call forms."""
    document = pikepdf.new()
    page = document.add_blank_page()
    form, body = None, b"0 0 m 600 700 l S"
    for _ in range(depth):
        inner = {"/XObject": {"/F": form}} if form is not None else {}
        form = document.make_stream(body, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                                    BBox=[0, 0, 612, 792], Resources=pikepdf.Dictionary(inner))  # fmt: skip
        body = b"/F Do " * 4
    page.Resources = pikepdf.Dictionary({"/XObject": {"/F": form}})
    page.Contents = document.make_stream(body)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def huge_second_frame() -> bytes:
    out = io.BytesIO()
    Image.new("1", (100, 100), 1).save(out, "TIFF", save_all=True, compression="group4",
                                       append_images=[Image.new("1", (14_000, 14_000), 1)])  # fmt: skip
    return out.getvalue()


@pytest.mark.parametrize(("name", "make", "code"), [
    ("a.pdf", calling_forms, "damaged"), ("a.tif", huge_second_frame, "image_bomb"),
])  # fmt: skip
def test_what_swells_when_it_is_drawn_is_given_up_in_time(
    name: str, make: Any, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(make())
    answer, ended = answer_of(tmp_path / name, capsys)
    assert (ended, answer["error"]["code"]) == (1, code)


def test_a_strip_longer_than_any_page_is_read_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("1", (70_000, 300), 1).save(tmp_path / "a.png")
    answer, ended = answer_of(tmp_path / "a.png", capsys)
    assert (ended, answer["page_count"]) == (0, 1)


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer, status = answer_of(tmp_path / "khong-co.pdf", capsys)
    assert (answer["error"]["code"], status) == ("unreadable", 1)


def test_a_page_made_by_a_program_says_its_own_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "is_there", lambda: False)
    file = tmp_path / "giay.pdf"
    source = f'#set text(font: "Tinos")\nSố: 12/QĐ-UBND\n\n{factories.PROSE}'.encode()
    file.write_bytes(bytes(typst.compile(source, font_paths=[str(FONTS)], ignore_system_fonts=True)))
    answer, status = answer_of(file, capsys)
    assert (status, answer["pages"][0]["source"], answer["confidence"]) == (0, "text_layer", 1.0)
    assert answer["fields"]["number"]["value"] == "12"
    assert answer["notice"] == tesseract.MISSING


def test_without_tesseract_a_scan_is_taken_and_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "is_there", lambda: False)
    file = tmp_path / "giay.pdf"
    file.write_bytes(factories.scan(factories.letter()))
    answer, status = answer_of(file, capsys)
    assert (status, answer["pages"][0]["source"]) == (0, "unread")
    assert answer["pages"][0]["problem"] == tesseract.MISSING


@needs_tesseract
@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared documents are not on this machine")
def test_real_documents_are_read_as_well_as_tesseract_alone_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    answer, _ = answer_of(SHARED / "cv286_c07_letter-1.jpg", capsys)
    truth = (SHARED / "cv286_c07_letter.txt").read_text()
    assert wrong_share(truth, answer["text"]) < 0.046  # 0.038 by Tesseract alone: number and date are typed by hand
    assert answer["fields"]["notation"]["value"] == "C07-P6"
