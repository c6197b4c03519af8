"""People, procedures and dossiers for tests of the portal's pages."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.test import Client

from tinhso.systems.one_stop.public import Step, Tracking
from tinhso.systems.portal import drafts as drafts
from tinhso.systems.procedures.public import Hit, Paper, Procedure

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
CODE = "H53.118.02-261118-0007"


def moment(day: int, hour: int = 8, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


def citizen_client(username: str = "congdan", name: str = "Nguyễn Thị Ưởng", number: str = "072198000017") -> Client:
    account = get_user_model().objects.create_user(
        username, "mật khẩu dài", name=name, kind="citizen", identity_number=number
    )
    client = Client()
    client.force_login(account)
    return client


def make_tracking(**changes: Any) -> Tracking:
    """A dossier received on 18/11/2026 that is being examined, due on 26/11."""
    return replace(
        Tracking(
            code=CODE,
            procedure_code="1.004884",
            procedure_name="Đăng ký lại khai sinh",
            applicant_name="Nguyễn Thị Ưởng",
            state="examining",
            state_label="Đang thẩm định",
            national_status=4,
            holder_name="Trần Thị Bích Phượng",
            holder_title="Công chức tư pháp – hộ tịch",
            unit_name="UBND phường Tân Ninh",
            due_at=moment(26, 16, 30),
            next_date=moment(25, 16, 30),
            reason="Hỏi phường Trảng Bàng bản lưu sổ năm 1998",
            explanation="Hạn là 5 ngày làm việc, đếm từ ngày sau ngày nhận.",
            asks="",
            steps=(
                Step("Nộp hồ sơ", moment(17, 20, 14), "Nguyễn Thị Ưởng", "", "done", ""),
                Step("Tiếp nhận, hẹn ngày trả", moment(18, 8, 45), "Lê Hoàng Nam", "Bộ phận Một cửa", "done", ""),
                Step("Đang thẩm định", None, "Trần Thị Bích Phượng", "UBND phường Tân Ninh", "current", "Chờ bản lưu"),
                Step("Trả kết quả", None, "", "", "ahead", ""),
            ),
            can_supplement=False,
            can_withdraw=True,
            can_rate=False,
            promised_at=moment(26, 16, 30),
            submitted_at=moment(17, 20, 14),
            received_at=moment(18, 8, 45),
        ),
        **changes,
    )


def make_procedure(**changes: Any) -> Procedure:
    return replace(
        Procedure(
            code="1.001193",
            name="Thủ tục đăng ký khai sinh",
            field="Hộ tịch",
            levels=("commune",),
            issuing_agency="Bộ Tư pháp",
            executing_agency="UBND cấp xã",
            subjects=("Công dân Việt Nam",),
            duration_text="Trong ngày",
            fee_text="Miễn phí",
            requirements="",
            steps_text="",
            papers=(Paper("birth", "Giấy chứng sinh", 1, 0, True, "", ""),),
            fees=(),
            methods=(),
            legal_basis=(("123/2015/NĐ-CP", "Nghị định"),),
            results=(("KQ1", "Giấy khai sinh"),),
            version_id=1,
            is_online=True,
            plain_name="Đăng ký khai sinh",
        ),
        **changes,
    )


def make_hit(code: str = "1.001193", name: str = "Thủ tục đăng ký khai sinh", **changes: Any) -> Hit:
    return replace(Hit(code=code, name=name, field="Hộ tịch", level="commune", is_online=True), **changes)
