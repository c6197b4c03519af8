"""`tt:kind`: what an answer must be beyond its type. Numbers of persons and taxes follow `tinhso.lib.identifiers`."""

import re
from collections.abc import Callable
from datetime import date

from tinhso.lib.identifiers import Verdict, check_personal_id, check_phone, check_tax_code, sentence_of

_EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$")  # fmt: skip


def _personal_id(text: str, today: date) -> tuple[str, str]:
    verdict = check_personal_id(text, {"today": today})
    if "cmnd" in verdict.reasons:
        return text, "Đây là số chứng minh nhân dân cũ: ghi số định danh gồm 12 chữ số trên thẻ căn cước"
    if "length" in verdict.reasons:
        return text, f"Số định danh gồm 12 chữ số, bạn đã ghi {len(verdict.text)}"
    return _judged(verdict, text)


def _phone(text: str, today: date) -> tuple[str, str]:
    verdict = check_phone(text.replace("(", "").replace(")", ""))
    if verdict.parsed is not None:
        return "0" + str(verdict.parsed["international"])[2:], ""
    return text, "Số điện thoại gồm 10 chữ số, bắt đầu bằng 03, 05, 07, 08, 09 (máy bàn: 11 số, bắt đầu bằng 02)"


def _tax_code(text: str, today: date) -> tuple[str, str]:
    verdict = check_tax_code(text, {"today": today})
    if "no_match" in verdict.reasons:
        return text, "Mã số thuế gồm 10 chữ số (đơn vị phụ thuộc: thêm 3 số; cá nhân: số định danh 12 chữ số)"
    return _judged(verdict, text)


def _judged(verdict: Verdict, text: str) -> tuple[str, str]:
    if verdict.is_usable:
        return verdict.text, ""
    return text, sentence_of(verdict.reasons[-1]).rstrip(".")


def _email(text: str, today: date) -> tuple[str, str]:
    if len(text) > 254 or ".." in text or not _EMAIL.match(text):
        return text, "Địa chỉ thư điện tử chưa đúng, ví dụ ten@vidu.vn"
    return text, ""


def _name(text: str, today: date) -> tuple[str, str]:
    if strange := next((c for c in text if not (c.isalpha() or c in " '’-.")), ""):
        return text, f"Họ tên chỉ gồm chữ cái, không có «{strange}»"
    if sum(c.isalpha() for c in text) < 2:
        return text, "Ghi đầy đủ họ, chữ đệm và tên như trên giấy tờ"
    if len(text) > 150:
        return text, "Họ tên quá dài, kiểm tra lại"
    return text, ""


def _place(text: str, today: date) -> tuple[str, str]:
    if sum(c.isalnum() for c in text) < 3:
        return text, "Ghi rõ địa điểm: số nhà, đường hoặc khu phố, ấp; xã, phường; tỉnh"
    return text, ""


def _year(text: str, today: date) -> tuple[str, str]:
    if not re.fullmatch(r"[0-9]{4}", text) or not 1800 <= int(text) <= today.year:
        return text, f"Ghi năm bốn chữ số, từ 1800 đến {today.year}"
    return text, ""


_CHECKS: dict[str, Callable[[str, date], tuple[str, str]]] = {
    "personal_id": _personal_id,
    "phone": _phone,
    "tax_code": _tax_code,
    "email": _email,
    "name": _name,
    "place": _place,
    "year": _year,
}
KINDS = frozenset({*_CHECKS, "date_past"})


def check(kind: str, text: str, today: date) -> tuple[str, str]:
    """The answer in its proper form, and a sentence where it is wrong (else empty)."""
    return _CHECKS[kind](text, today) if kind in _CHECKS else (text, "")
