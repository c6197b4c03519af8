"""Procedures for tests, without files."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tinhso.systems.procedures import cleaning, services

DAY = date(2026, 11, 20)


def record(code: str = "1.001193", **changes: Any) -> dict[str, Any]:
    """A record in the shape of the national catalogue."""
    return {
        "code": code,
        "name": "Thủ tục đăng ký khai sinh",
        "field": "Hộ tịch",
        "agency_level": ["Cấp xã"],
        "issuing_agency": "Bộ Tư pháp",
        "executing_agency": "Ủy ban nhân dân cấp xã",
        "subjects": ["Công dân Việt Nam"],
        "duration_text": "3 Ngày làm việc",
        "duration_working_days": 3,
        "fee_text": "Miễn phí",
        "methods": [{"method": "Trực tiếp", "duration_value": 3, "duration_unit": "Ngày làm việc", "fees": []}],
        "components": [
            {"case": "", "name": "- Giấy chứng sinh", "form": None, "originals": 1, "copies": 0},
            {"case": "* Lưu ý:", "name": "Chỉ là lời nhắc", "form": None, "originals": 0, "copies": 0},
        ],
        "steps_text": "Bước 1: Nộp hồ sơ.Bước 2: Nhận kết quả.",
        "legal_basis": [{"number": "60/2014/QH13", "title": "Luật Hộ tịch"}],
        "result": [{"name": "Giấy khai sinh", "code": "KQ.G15.000031"}],
        **changes,
    }


def publish(
    *records: Mapping[str, Any],
    on: date = DAY,
    source: str = "catalogue",
    local: Mapping[str, Any] | None = None,
    popularity: int | None = None,
) -> services.Published:
    """Publish records as the import does."""
    incoming = [
        services.Incoming(code=r["code"], national=cleaning.clean(r), local=local, popularity=popularity)
        for r in records
    ]
    return services.publish(incoming, on=on, source=source)
