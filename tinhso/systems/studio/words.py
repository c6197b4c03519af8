"""Words of the studio's screens."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

ROLES: Mapping[str, object] = {
    "desk_officer": _("Công chức Một cửa"),
    "specialist": _("Chuyên viên"),
    "unit_head": _("Trưởng phòng"),
    "leader": _("Lãnh đạo"),
    "clerk": _("Văn thư"),
    "citizen": _("Người nộp"),
}
CLOCKS: Mapping[str, object] = {
    "": _("Đồng hồ chạy"),
    "running": _("Đồng hồ chạy"),
    "paused": _("Đồng hồ dừng"),
    "citizen": _("Chờ người nộp, đồng hồ dừng"),
}
ADDED = ("user", "rule", "receive", "timer", "call", "send", "boundary", "and", "end")
SPLITS: Mapping[str, object] = {
    "xor": _("một nhánh: nhánh đầu tiên đúng điều kiện"),
    "and": _("mọi nhánh cùng lúc"),
    "or": _("mỗi nhánh đúng điều kiện"),
}
STAGES: Mapping[str, object] = {
    "": _("không đổi"),
    "intake": _("tiếp nhận"),
    "assignment": _("phân công"),
    "examination": _("thẩm định"),
    "supplement": _("chờ bổ sung"),
    "financial_duty": _("chờ nghĩa vụ tài chính"),
    "consultation": _("lấy ý kiến"),
    "drafting": _("dự thảo"),
    "checking": _("kiểm tra dự thảo"),
    "approval": _("trình ký"),
    "numbering": _("cấp số"),
    "return": _("trả kết quả"),
}
DRAFTS: Mapping[str, object] = {
    "process": _("Quy trình"),
    "form": _("Biểu mẫu"),
    "decision": _("Bảng quyết định"),
}
STATUSES: Mapping[str, object] = {
    "editing": _("đang soạn"),
    "review": _("chờ duyệt"),
    "published": _("đã ban hành"),
    "discarded": _("đã bỏ"),
}
DIFFERENCES: Mapping[str, object] = {
    "added": _("thêm"),
    "removed": _("bỏ"),
    "changed": _("đổi"),
    "moved": _("đổi đường đi"),
}
