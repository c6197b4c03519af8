"""Every ground of refusal: its code and its sentence. What could not be established is told from what is wrong."""

from datetime import datetime

from tinhso.foundation.signing.judging.records import Reason, day, moment

SENTENCES = {
    # the file
    "empty": "Tệp trống, không có nội dung.",
    "not_found": "Không có tệp này, hoặc không đọc được nó.",
    "too_large": "Tệp quá lớn để kiểm tra chữ ký.",
    "damaged": "Tệp bị hỏng hoặc thiếu một phần, không đọc được.",
    "encrypted": "Tệp đang khoá bằng mật khẩu nên không kiểm tra được chữ ký.",
    "polyglot": "Tệp vừa là loại này vừa giấu một loại tệp khác, mỗi chương trình có thể mở ra một nội dung khác.",
    "unknown_kind": "Không nhận ra loại tệp có chữ ký số (PDF, XML, gói ASiC-E, CMS).",
    "unsupported": "Kiểu chữ ký trong tệp không thuộc các chuẩn được chấp nhận (PAdES, XAdES, CAdES).",
    "unsigned": "Tệp không có chữ ký số nào.",
    "active_declaration": "Tệp XML có khai báo DOCTYPE hay thực thể nên không nhận.",
    # what the signature covers
    "content_changed": "Nội dung đã bị sửa sau khi ký: dấu băm không khớp.",
    "signature_broken": "Chữ ký không khớp với chứng thư của người ký.",
    "byte_range": "Vùng được ký khai trong tệp sai cách, chữ ký không gắn chắc với nội dung.",
    "hidden_bytes": "Có dữ liệu lạ chèn vào chỗ dành cho chữ ký.",
    "not_whole_file": "Chữ ký không phủ toàn bộ tệp.",
    "appended_bytes": "Có dữ liệu thêm vào cuối tệp sau khi ký.",
    "shadow_change": "Tệp đã bị thêm hay thay nội dung sau khi ký (trang, chú thích, mã, biểu mẫu).",
    "permissions": "Tệp đã bị thay đổi quá mức người ký cho phép.",
    "malformed": "Cấu trúc chữ ký bị hỏng hoặc sai chuẩn.",
    "unsigned_member": "Trong gói có tệp không được ký.",
    "missing_member": "Gói thiếu tệp đã được ký.",
    "detached": "Đây là chữ ký tách rời, thiếu tệp nội dung đi kèm.",
    # the certificate
    "certificate_missing": "Chữ ký không kèm chứng thư của người ký.",
    "certificate_mismatch": "Chứng thư kèm theo không phải chứng thư mà người ký đã cam kết.",
    "unknown_root": "Chứng thư không do tổ chức nào trong danh sách tin cậy cấp.",
    "wrong_purpose": "Tổ chức cấp chứng thư không được tin cậy cho mục đích này.",
    "broken_chain": "Chuỗi chứng thư không hợp lệ.",
    "wrong_usage": "Chứng thư không được cấp để ký văn bản.",
    "weak_digest": "Chữ ký dùng thuật toán băm đã lỗi thời (MD5, SHA-1), có thể bị giả mạo.",
    "weak_key": "Khoá ký quá ngắn (RSA dưới 2048 bit), có thể bị giả mạo.",
    "revoked": "Chứng thư của người ký đã bị thu hồi.",
    "issuer_revoked": "Chứng thư của tổ chức cấp đã bị thu hồi.",
    "revocation_unknown": "Không xác lập được chứng thư có bị thu hồi hay không: "
    "tệp và danh sách tin cậy không có CRL hay OCSP.",
    "revocation_stale": "Thông tin thu hồi kèm theo (CRL, OCSP) đã quá hạn, "
    "không còn xác lập được tình trạng chứng thư.",
    # time
    "signed_in_future": "Giờ ký ghi trong tệp ở tương lai.",
    "timestamp_broken": "Dấu thời gian không khớp với chữ ký hoặc nội dung.",
    "timestamp_untrusted": "Dấu thời gian không do tổ chức nào trong danh sách tin cậy cấp.",
    "timestamp_revoked": "Chứng thư của dịch vụ dấu thời gian đã bị thu hồi.",
    "timestamp_expired": "Dấu thời gian đã hết hạn bảo vệ mà chưa được gia hạn.",
    "timestamp_future": "Dấu thời gian ghi giờ ở tương lai.",
    "timestamp_revocation_unknown": "Không xác lập được chứng thư của dịch vụ dấu thời gian có bị thu hồi hay không.",
}
# What is wrong for certain comes first; these say only that nothing could be established.
ESTABLISHES_NOTHING = frozenset(
    {"unknown_root", "revocation_unknown", "revocation_stale", "timestamp_untrusted", "timestamp_revocation_unknown",
     "expired_without_timestamp", "detached"}
)  # fmt: skip
UNREADABLE = frozenset(
    {"empty", "not_found", "too_large", "damaged", "encrypted", "polyglot", "unknown_kind", "unsupported",
     "active_declaration"}
)  # fmt: skip


def reason(code: str) -> Reason:
    return Reason(code, SENTENCES[code])


def expired(ended: datetime) -> Reason:
    return Reason("expired", f"Chứng thư của người ký đã hết hạn từ {moment(ended)}, trước khi ký.")


def expired_without_timestamp(ended: datetime) -> Reason:
    return Reason(
        "expired_without_timestamp",
        f"Chứng thư của người ký đã hết hạn {day(ended)} và tệp không có dấu thời gian chứng minh đã ký trước ngày ấy.",
    )


def not_yet_valid(begins: datetime) -> Reason:
    return Reason("not_yet_valid", f"Chứng thư của người ký chỉ có hiệu lực từ {moment(begins)}, sau giờ ký.")


def issuer_expired(name: str) -> Reason:
    return Reason("issuer_expired", f"Chứng thư của tổ chức cấp ({name}) không có hiệu lực vào lúc ký.")


class JudgedError(Exception):
    """Raised inside the judges where a reason ends the look at a file or a signature."""

    def __init__(self, *reasons: Reason | str) -> None:
        self.reasons = tuple(reason(one) if isinstance(one, str) else one for one in reasons)
        super().__init__(" ".join(one.sentence for one in self.reasons))
