"""Flattened texts become paragraphs, headings and lists; no word is lost."""

import re

import pytest

from tinhso.systems.procedures.reading import duration, fee_text, plain_name, slug, tidy
from tinhso.systems.procedures.records import Block


def flat(blocks: tuple[Block, ...]) -> str:
    return " ".join(part for block in blocks for part in (block.text, *block.items))


def test_steps_glued_together_stand_apart() -> None:
    blocks = tidy("Bước 1: Nộp hồ sơ tại quầy.Bước 2: Cán bộ kiểm tra, cấp giấy hẹn. Bước 3: Nhận kết quả")
    assert [block.text for block in blocks if block.kind == "heading"] == [
        "Bước 1: Nộp hồ sơ tại quầy",
        "Bước 2: Cán bộ kiểm tra, cấp giấy hẹn",
        "Bước 3: Nhận kết quả",
    ]


def test_marks_in_the_middle_of_a_line_begin_items() -> None:
    blocks = tidy("Hồ sơ gồm: - Tờ khai; - Giấy chứng sinh:+ Bản chính;+ Bản sao")
    assert blocks[0].kind == "paragraph" or blocks[0].kind == "heading"
    assert blocks[1] == Block(kind="list", items=("Tờ khai;", "Giấy chứng sinh:"))
    assert blocks[2] == Block(kind="list", items=("Bản chính;", "Bản sao"), level=1)


def test_letters_keep_their_names_because_others_refer_to_them() -> None:
    blocks = tidy("Một trong các giấy tờ: a) Hộ chiếu; b) Thẻ căn cước; c) Giấy khai sinh")
    assert blocks[-1].items == ("a) Hộ chiếu;", "b) Thẻ căn cước;", "c) Giấy khai sinh")


def test_a_sentence_cut_by_a_line_break_is_joined() -> None:
    assert tidy("hoàn tất việc đăng ký khai sinh tại Trung tâm\nnộp hồ sơ.")[0].text.endswith("Trung tâm nộp hồ sơ.")


def test_a_reference_to_a_step_is_not_a_new_step() -> None:
    assert (
        len(tidy("Sau khi bổ sung, thực hiện lại bước (i) và Điều 5 Nghị định 123/2015/NĐ-CP, tài khoản VNeID.")) == 1
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "- - - -",
        "+++",
        "a)",
        "Bước 1:",
        "x" * 50_000,
        "- " * 20_000,
        "<b>Đậm</b> & <script>x</script>",
        "Bước 1: " * 5_000,
    ],
)
def test_no_text_breaks_it_or_takes_long(text: str) -> None:
    tidy(text)


def test_no_word_is_lost() -> None:
    text = "Bước 1: Nộp hồ sơ:- Tờ khai.- Giấy tờ; Bước 2. Nhận kết quả* Lưu ý: + Một+ Hai a) ba; b) bốn"
    words = re.findall(r"\w+", text)
    assert sorted(re.findall(r"\w+", flat(tidy(text)))) == sorted(words)


def test_names_fees_durations_and_slugs_read_as_people_say_them() -> None:
    assert plain_name("Thủ tục đăng ký khai sinh") == "Đăng ký khai sinh"
    assert plain_name("Thủ tục") == "Thủ tục"
    assert fee_text("10,000 Việt Nam Đồng (nộp trực tuyến)") == "10.000 đồng (nộp trực tuyến)"
    assert duration({"duration_text": "7 Ngày làm việc"}) == "7 ngày làm việc"
    assert "không ghi đơn vị" in duration({"duration_text": "1 (đơn vị không ghi)"})
    assert slug("Đăng ký, quản lý cư trú") == "dang-ky-quan-ly-cu-tru"
