"""Vietnamese words for keys that other rooms use."""

KINDS = {
    "province": "Tỉnh",
    "department": "Sở, ban, ngành",
    "commune": "Xã, phường",
    "centre": "Trung tâm",
    "division": "Phòng, ban",
    "desk": "Bộ phận Một cửa",
}
ROLES = {
    "desk_officer": "Công chức Một cửa",
    "specialist": "Chuyên viên",
    "unit_head": "Lãnh đạo đơn vị chuyên môn",
    "leader": "Lãnh đạo cơ quan",
    "clerk": "Văn thư",
    "administrator": "Quản trị",
    "citizen": "Người nộp",
}
ACTS = {
    "day_off_declared": "Khai báo ngày nghỉ",
    "makeup_day_declared": "Khai báo ngày làm bù",
    "day_withdrawn": "Rút lại khai báo ngày",
    "slots_set": "Đặt giờ mở cửa",
    "pack_loaded": "Nạp gói dữ liệu",
    "fee_changed": "Đổi mức thu",
    "reduction_added": "Thêm miễn, giảm",
    "clock_changed": "Đổi thời hạn",
    "process_bound": "Đổi quy trình của thủ tục",
    "hours_changed": "Đổi giờ của bước",
    "open_unit": "Lập đơn vị",
    "rename_unit": "Đổi tên đơn vị",
    "issue_code": "Cấp mã",
    "open_post": "Thêm chức vụ",
    "close_post": "Bãi bỏ chức vụ",
    "add_person": "Thêm người",
    "appoint": "Bổ nhiệm",
    "relieve": "Thôi giữ chức vụ",
    "delegate": "Uỷ quyền",
    "revoke_delegation": "Thôi uỷ quyền",
    "record_absence": "Báo nghỉ",
    "end_absence": "Đi làm lại",
    "merge_unit": "Sáp nhập",
}
