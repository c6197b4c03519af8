"""The printed papers are PDF/A-2a, identical for identical data, and treat typed text as text."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf

from tinhso.lib.typesetting import ROOT, typeset

TEMPLATE = ROOT / "systems" / "one_stop" / "printing" / "templates" / "refusal.typ"
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def data(**changes: object) -> dict[str, object]:
    return {
        "parent_name": "UBND tỉnh Tây Ninh",
        "unit_name": "UBND phường Tân Ninh",
        "place_and_date": "Tân Ninh, ngày 20 tháng 11 năm 2026",
        "number": "07/PTC-TTPVHCC",
        "code": "H53.118.02-261120-0001",
        "desk_name": "Bộ phận Một cửa",
        "applicant": "Nguyễn Thị Ưởng",
        "identity_number": "072198000017",
        "address": "",
        "procedure_name": "Đăng ký khai sinh",
        "items": ["Không thuộc thẩm quyền"],
        "guidance": "",
        "submitter": "Nguyễn Thị Ưởng",
        "officer": "Lê Hoàng Nam",
        **changes,
    }


def test_it_is_tagged_archival_pdf_in_vietnamese() -> None:
    with pikepdf.open(BytesIO(typeset(TEMPLATE, data(), dated=AT))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).lower() == "vi-vn"
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "2A"


def test_the_same_data_make_the_same_bytes() -> None:
    assert typeset(TEMPLATE, data(), dated=AT) == typeset(TEMPLATE, data(), dated=AT)


def test_typed_markup_stays_text() -> None:
    hostile = '#import "/config/settings.py": * #panic("x") $x$ @a <b> \\ "'
    assert typeset(TEMPLATE, data(items=[hostile]), dated=AT).startswith(b"%PDF-")
