"""Why a copy may not be certified (NĐ 23/2015/NĐ-CP, art. 22). The wording is ours [M]: the decree was not at hand."""

REASONS: dict[str, str] = {
    "altered": "Bản chính bị tẩy xoá, sửa chữa, thêm hoặc bớt nội dung không hợp lệ",
    "damaged": "Bản chính bị hư hỏng, cũ nát, không xác định được nội dung",
    "secret": "Bản chính đóng dấu mật, hoặc ghi rõ không được sao chụp",
    "unlawful": "Bản chính có nội dung trái pháp luật, đạo đức xã hội",
    "not_legalised": "Giấy tờ nước ngoài chưa được hợp pháp hoá lãnh sự theo quy định",
    "no_stamp": "Giấy tờ do cá nhân tự lập, không có xác nhận và đóng dấu của cơ quan, tổ chức có thẩm quyền",
    "not_original": "Không xuất trình được bản chính",
}
