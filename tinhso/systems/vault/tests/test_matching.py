"""Which kind a paper is, by its name: careful, so that nothing is refused wrongly."""

import csv

import pytest
from django.conf import settings

from tinhso.systems.vault import matching
from tinhso.systems.vault.records import Kind


@pytest.fixture(scope="module")
def kinds() -> list[Kind]:
    """As the pack of Tây Ninh has them."""
    with (settings.BASE_DIR / "packs" / "tay_ninh" / "paper_kinds.csv").open(encoding="utf-8") as table:
        split = lambda cell: tuple(part for part in cell.split(";") if part)  # noqa: E731
        return [
            Kind(
                row["key"], row["name"], phrases=split(row["phrases"]), result_codes=split(row["result_codes"]),
                papers=split(row["papers"]), held_by=row["held_by"],
            )
            for row in csv.DictReader(table)
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Giấy chứng sinh", "hospital_birth_notice"),
        ("Bản chính Giấy chứng sinh", "hospital_birth_notice"),
        ("(2) Bản sao GIẤY KHAI SINH;", "birth_certificate"),
        ("Giay xac nhan tinh trang hon nhan", "marital_status"),
        ("Giấy chứng nhận căn cước", "identity_certificate"),
        ("Đơn xin cấp lại giấy khai sinh", ""),
        ("Tờ khai đăng ký khai sinh theo mẫu", ""),
        ("Bản gốc Giấy chứng nhận quyền sử dụng đất", ""),
        ("Văn bản ủy quyền", ""),
        ("", ""),
    ],
)
def test_a_component_is_of_a_kind_only_when_it_surely_is(kinds: list[Kind], name: str, key: str) -> None:
    found = matching.kind_of_paper(kinds, procedure_code="1", key="x", name=name)
    assert (found.key if found else "") == key


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("Đề nghị nộp lại giấy khai sinh của con", ["birth_certificate"]),
        ("giay khai sinh va giay chung nhan ket hon", ["birth_certificate", "marriage_certificate"]),
        ("Đơn đề nghị cấp lại giấy khai sinh", []),
        ("Tờ khai chưa ký", []),
        ("Bản vẽ hiện trạng", []),
    ],
)
def test_a_line_an_official_writes_names_what_it_names(kinds: list[Kind], line: str, keys: list[str]) -> None:
    assert [kind.key for kind in matching.kinds_in(kinds, line)] == keys


def test_a_result_is_of_its_codes_kind(kinds: list[Kind]) -> None:
    found = matching.kind_of_result(kinds, code="KQ.G15.000032", name="Kết quả")
    assert found is not None
    assert found.key == "marriage_certificate"
