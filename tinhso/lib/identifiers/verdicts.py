"""What a check answers, and its reasons as a person reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`valid`: a form the system may generate. `accepted`: read and kept, shown with its reasons, never generated.

    `invalid`: refused. `text` is the identifier as it is kept: outer spaces and, in numbers, separators dropped.
    """

    verdict: str
    reasons: tuple[str, ...]
    parsed: Mapping[str, Any] | None
    text: str = ""

    @property
    def is_usable(self) -> bool:
        return self.verdict != "invalid"


def found(text: str, reasons: Sequence[str], parsed: Mapping[str, Any], *, generated: bool = True) -> Verdict:
    """Valid without reasons, else accepted; never valid for a form we do not generate."""
    return Verdict("accepted" if reasons or not generated else "valid", tuple(reasons), parsed, text)


def refused(text: str, reason: str) -> Verdict:
    return Verdict("invalid", (reason,), None, text)


_SENTENCES = {
    "bad_date": "Ngày trong mã không có thật.",
    "birth_country_unlisted": "Ba chữ số đầu chỉ nơi đăng ký khai sinh ở nước ngoài; kiểm tra lại trên thẻ.",
    "birth_year_in_future": "Năm sinh trong số định danh ở tương lai; kiểm tra lại trên thẻ.",
    "birth_year_mismatch": "Năm sinh trong số định danh khác năm sinh đã ghi; kiểm tra lại trên giấy tờ.",
    "check_digit": "Mã số không đúng dạng hoặc sai chữ số kiểm tra; xem lại từng chữ số.",
    "cmnd": "Đây là số chứng minh nhân dân 9 số cũ; hãy dùng số định danh 12 số nếu có.",
    "date_8_digits": "Ngày trong mã ghi 8 chữ số, không đúng cách ghi 6 chữ số.",
    "gap_in_levels": "Mã có cấp dưới nhưng bỏ trống cấp trung gian.",
    "length": "Số định danh gồm 12 chữ số (chứng minh nhân dân cũ: 9 chữ số).",
    "level1_unknown": "Mã cấp 1 không có trong danh mục.",
    "no_match": "Không đúng dạng.",
    "normalised": "Đã bỏ dấu cách, dấu phân cách hoặc đổi sang chữ hoa.",
    "not_digits": "Số định danh chỉ gồm chữ số.",
    "number_without_leading_zero": "Số văn bản từ 1 đến 9 phải có số 0 ở trước.",
    "old_short_form": "Mã kiểu cũ đã bỏ các nhóm số 0.",
    "parts": "Mã văn bản gồm ba phần: mã cơ quan, ngày (năm/tháng/ngày), số/ký hiệu.",
    "payment_service_code": "Đây là mã dịch vụ công để thanh toán, không phải mã thủ tục.",
    "province_unknown": "Ba chữ số đầu không phải mã tỉnh nào; xem lại trên thẻ.",
    "scheme_z": "Mã tổ chức khác phải bắt đầu bằng Z01 đến Z99.",
    "sequence_length": "Số thứ tự trong mã có 5 chữ số, không đúng cách ghi nào.",
    "sex_mismatch": "Giới tính trong số định danh khác giới tính đã ghi; kiểm tra lại trên giấy tờ.",
    "too_many_levels": "Mã cơ quan có nhiều nhất 4 cấp.",
}


def sentence_of(reason: str) -> str:
    """A reason in a Vietnamese sentence."""
    return _SENTENCES.get(reason, reason)
