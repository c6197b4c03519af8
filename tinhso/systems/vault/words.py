"""What tables of the store say: named here for the English catalogue, said through `gettext` on citizens' pages."""

from datetime import date

from django.utils.translation import get_language, gettext, gettext_noop

from tinhso.systems.vault.models import Paper
from tinhso.systems.vault.records import Kind

LABELS = (
    gettext_noop("Kết quả được cấp"),
    gettext_noop("Đã số hoá, chứng thực"),
    gettext_noop("Tự tải lên"),
    gettext_noop("Bản điện tử do cơ quan cấp"),
    gettext_noop("Bản sao chứng thực điện tử"),
    gettext_noop("Bản số hoá do cơ quan ký số"),
    gettext_noop("Bản tự tải lên, chưa kiểm tra"),
    gettext_noop("Chưa kiểm tra chữ ký"),
    gettext_noop("Chữ ký hợp lệ"),
    gettext_noop("Chữ ký không hợp lệ"),
    gettext_noop("Không có chữ ký số"),
    gettext_noop("Còn hiệu lực"),
    gettext_noop("Đã thu hồi"),
    gettext_noop("Đã thay bằng bản khác"),
    gettext_noop("Chờ trả lời"),
    gettext_noop("Đã đồng ý"),
    gettext_noop("Không đồng ý"),
    gettext_noop("Đã rút"),
    gettext_noop("Xem"),
    gettext_noop("Xem và dùng khi nộp hồ sơ"),
    gettext_noop("Giải quyết hồ sơ"),
    gettext_noop("Tiếp nhận hồ sơ tại quầy: giấy tờ đã có thì không yêu cầu nộp lại"),
    gettext_noop("Đối chiếu trước khi yêu cầu bổ sung: giấy tờ đã có thì không yêu cầu nộp lại"),
    gettext_noop("Dùng khi nộp hồ sơ"),
    gettext_noop("Mở bằng liên kết"),
    gettext_noop("Người có liên kết"),
    gettext_noop("Người được uỷ quyền xem"),
    gettext_noop("Người cầm giấy"),
    gettext_noop("Xác minh giấy bằng mã trên giấy"),
)


def validity(paper: Paper, on: date) -> tuple[str, str]:
    """State of the design's due tag and words: «Còn hiệu lực đến 02/05/2027»."""
    if paper.status != Paper.Status.GOOD:
        return "over", gettext(str(Paper.Status(paper.status).label))
    if paper.valid_from and on < paper.valid_from:
        return "soon", gettext("Có hiệu lực từ %(day)s") % {"day": f"{paper.valid_from:%d/%m/%Y}"}
    if paper.valid_to is None:
        return "ontime", gettext("Còn hiệu lực, không thời hạn")
    day = {"day": f"{paper.valid_to:%d/%m/%Y}"}
    if paper.valid_to < on:
        return "over", gettext("Hết giá trị sau ngày %(day)s") % day
    return "soon" if (paper.valid_to - on).days <= 30 else "ontime", gettext("Còn hiệu lực đến hết %(day)s") % day


def weight(paper: Paper) -> str:
    if not paper.has_file:
        return gettext("Chưa có bản điện tử")
    return gettext(str(Paper.Weight(paper.weight).label))


def kind_name(kind: Kind) -> str:
    return kind.name_en if get_language() == "en" and kind.name_en else kind.name


def facts(paper: Paper) -> str:
    """Number, issuer and day in one line."""
    parts = [
        gettext("số %(number)s") % {"number": paper.number} if paper.number else "",
        paper.issuer_name,
        f"{paper.issued_on:%d/%m/%Y}" if paper.issued_on else "",
    ]
    return " · ".join(part for part in parts if part)
