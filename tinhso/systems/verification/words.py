"""What tables say, named for the English catalogue; and the lines of a paper's page."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop

from tinhso.systems.verification.models import Document

LABELS = (
    gettext_noop("Kết quả giải quyết thủ tục hành chính"),
    gettext_noop("Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    gettext_noop("Bản sao chứng thực điện tử"),
    gettext_noop("Đang soạn, chưa phát hành"),
    gettext_noop("Còn hiệu lực"),
    gettext_noop("Đã thay bằng bản khác"),
    gettext_noop("Đã thu hồi"),
)
SIGNATURE = {
    "valid": gettext_noop("Chữ ký số hợp lệ"),
    "invalid": gettext_noop("Chữ ký số không hợp lệ"),
    "undetermined": gettext_noop("Chưa xác định được chữ ký số"),
    "unsigned": gettext_noop("Không có chữ ký số; xem chữ ký và dấu trên giấy"),
    "unreadable": gettext_noop("Không đọc được tệp để kiểm tra chữ ký"),
    "": gettext_noop("Đang kiểm tra chữ ký số, mở lại sau ít phút"),
}


def kind(document: Document) -> str:
    return gettext(str(Document.Kind(document.kind).label))


def state(document: Document) -> tuple[str, str]:
    """State of the design's due tag, and the word."""
    shape = "early" if document.state == Document.State.VALID else "over"
    return shape, gettext(str(Document.State(document.state).label))


def signature(document: Document) -> str:
    return gettext(SIGNATURE.get(document.verdict_state, SIGNATURE["undetermined"]))


def signers(document: Document) -> list[dict[str, Any]]:
    """Who signed, for which agency, when."""
    return [{**one, "at": datetime.fromisoformat(one["at"]) if one["at"] else None} for one in document.signatures]


def short_digest(sha256: str) -> str:
    """The first eight bytes, in groups: «3f9a 04c1 77de b210»."""
    return " ".join(sha256[start : start + 4] for start in range(0, 16, 4))
