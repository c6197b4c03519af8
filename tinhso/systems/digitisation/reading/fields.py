"""What a paper says of itself: number, notation, date, subject, names, identity numbers, dossier codes.

Read in two ways: by rules over the whole text, and in the head by its two columns (NĐ 30/2020/NĐ-CP puts the agency,
number and subject on the left, the motto, place and date on the right; read line by line they run into each other).
Where both say the same the field is sure; a person always confirms it beside the picture.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tinhso.lib.identifiers import BIRTH_PROVINCES, check_dossier_code, check_personal_id, check_tax_code
from tinhso.lib.vietnamese import fold
from tinhso.systems.digitisation.reading.tesseract import Word

HEAD = 0.42  # share of the first page in which the head of a document stands
AGREED, ALONE, WEAK = 0.98, 0.85, 0.6

LABELS = {
    "number": "Số",
    "notation": "Ký hiệu",
    "date": "Ngày văn bản",
    "kind": "Loại văn bản",
    "subject": "Trích yếu",
    "issuer": "Cơ quan ban hành",
    "name": "Họ và tên",
    "identity_number": "Số định danh",
    "tax_code": "Mã số thuế",
    "dossier_code": "Mã hồ sơ",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A value found on a page. confidence: 0 to 1."""

    value: str
    confidence: float


_LABEL = r"\b[S5$][ốôóoòỐÔO06][\u0300-\u036f]*\s*[:;.,]\s*"
_YEAR = r"\s*(?:/\s*(?P<year>(?:19|20)\d\d)\s*)?[/\\]\s*"
_PART = r"[A-ZĐƯ][A-Za-zĐđƯư0-9&.]*"
_NUMBER = re.compile(rf"{_LABEL}(?P<number>\d{{1,6}}){_YEAR}(?P<notation>{_PART}(?:\s?[-–]\s?{_PART}){{0,3}})")
# Written by hand and not made out: the printed notation behind it still says what it is.
_BY_HAND = re.compile(rf"{_LABEL}[^\s/]{{1,6}}{_YEAR}(?P<notation>{_PART}(?:\s?[-–]\s?{_PART}){{1,3}})")
# Tesseract loses a slash that touches its neighbours: «15UBND-VP». Only where a hyphen says that it is a notation.
_JOINED_NUMBER = re.compile(
    r"\bS[ốôóo]\s*[:;.]\s*(?P<number>\d{1,6})(?P<notation>[A-ZĐƯ]{2,}(?:-[A-ZĐƯ][A-Za-zĐđƯư0-9&]*){1,3})"
)
_PLAIN_NUMBER = re.compile(r"(?:^|\n)\s*S[ốôóo]\s*[:;.]\s*(?P<number>\d{1,6})\s*(?:\n|$)")
_DATE = re.compile(
    r"ng[àaảáạ]y\s*[:.]?\s*(?P<day>[\dOIlT]{1,2})\s*th[áaàảạ]ng\s*[:.]?\s*(?P<month>[\dOIlT]{1,2})\s*"
    r"n[ăaâ]m\s*[:.]?\s*(?P<year>(?:19|20)\d\d)",
    re.IGNORECASE,
)
_LIKE_DIGITS = str.maketrans("OIlT", "0111")  # as Tesseract misreads digits of an old typewriter face
_SHORT_DATE = re.compile(
    r"ng[àa]y\s*(?:ký|cấp|lập|ban hành)\s*[:.]?\s*(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)",
    re.IGNORECASE,
)
# From here on dates are those of other documents: «Căn cứ Luật … ngày …».
_BODY = re.compile(r"^\W*(?:Căn cứ|Điều \d|Kính gửi|Theo đề nghị|Xét |Thực hiện )", re.MULTILINE)
_ABOUT = re.compile(r"(?:^|\n|\s)V\s*[/\\]\s*[vV]\s*[:.]?\s*(?P<subject>.+?)(?=\n\s*\n|\Z)", re.DOTALL)
_KINDS = (
    "nghị quyết|quyết định|chỉ thị|quy chế|quy định|thông cáo|thông báo|hướng dẫn|chương trình|kế hoạch|"
    "phương án|đề án|dự án|báo cáo|biên bản|tờ trình|hợp đồng|công điện|bản ghi nhớ|bản thoả thuận|"
    "giấy uỷ quyền|giấy ủy quyền|giấy mời|giấy giới thiệu|giấy nghỉ phép|phiếu gửi|phiếu chuyển|phiếu báo|"
    "thông tư|nghị định|luật|pháp lệnh|giấy chứng nhận|giấy phép|giấy khai sinh|trích lục|giấy tiếp nhận|"
    "đơn đề nghị|đơn xin|tờ khai|giấy xác nhận|giấy báo|văn bản|phiếu lý lịch tư pháp|giấy đề nghị|"
    "đơn đăng ký"
)
_KIND_LINE = re.compile(rf"^\W*(?P<kind>{'|'.join(fold(one) for one in _KINDS.split('|'))})\b")
_NAME = re.compile(
    r"(?:H[ọo] ?(?:và|,)? ?(?:chữ đệm(?:,| và)? ?)?t[êe]n(?: khai sinh)?|T[êe]n người nộp|"
    r"Người nộp(?: hồ sơ)?|Người yêu cầu|"
    r"H[ọo],? ?chữ đệm,? ?tên(?: người yêu cầu)?|Ông \(bà\)|Ông/[Bb]à|Tôi tên là|"
    r"Tiếp nhận hồ sơ của(?: [Ôô]ng/bà| ông \(bà\))?)"
    r"[^:\n]{0,30}[:;.]\s*(?P<name>[^\n:;,.()0-9]{3,60})",
)
_DIGITS12 = re.compile(r"(?<![\d/.])(\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3})(?![\d/])")
_DOSSIER = re.compile(r"\b((?:\d{3}\.\d{2}\.\d{2}\.)?[GHZ]\d{2}(?:\.[0-9A-Z]{2,5}){0,3}-\d{6,8}-\d{4,7})\b")
_TAX = re.compile(r"(?:m[ãa] s[ốô] (?:thu[ếê]|doanh nghi[ệê]p)|MST)\D{0,30}(\d{10}(?:-\d{3})?)\b", re.IGNORECASE)


def fields_of(text: str, words: Sequence[Word] = (), *, size: tuple[int, int] = (0, 0)) -> dict[str, Field]:
    """Fields of one page by name (see LABELS). words, size: of a page read by its picture, where they stand."""
    columns = head_columns(words, size) if words and size[0] else ("", "")
    found: dict[str, Field] = {}
    for name, rule in _RULES.items():
        whole = rule(text)
        zoned = next((value for value in (rule(column) for column in columns) if value), "")
        if field := _agreed(whole, zoned, zoned_first=name in ("subject", "issuer")):
            found[name] = field
    return found


def _agreed(whole: str, zoned: str, *, zoned_first: bool) -> Field | None:
    if whole and zoned and _same(whole, zoned):
        return Field(zoned if zoned_first else whole, AGREED)
    if zoned and (zoned_first or not whole):
        return Field(zoned, ALONE)
    return Field(whole, WEAK if zoned else ALONE) if whole else None


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W", "", fold(one)) == re.sub(r"\W", "", fold(other))


def best(pages: Iterable[dict[str, Field]]) -> dict[str, Field]:
    """Of a whole paper: the first page that says a thing says it best; a surer page later wins by a clear margin."""
    found: dict[str, Field] = {}
    for page in pages:
        for name, field in page.items():
            if name not in found or field.confidence > found[name].confidence + 0.2:
                found[name] = field
    return found


def head_columns(words: Sequence[Word], size: tuple[int, int]) -> tuple[str, str]:
    """Text of the left and the right half of the head, each read down its own column."""
    width, height = size
    head = [word for word in words if word.top < height * HEAD]
    gutter = _gutter(head, width)
    split = _above_full_lines(_rows(head), gutter)
    left = [word for row in split for word in row if word.left + word.width / 2 < gutter]
    right = [word for row in split for word in row if word.left + word.width / 2 >= gutter]
    return _lines(left), _lines(right)


def _above_full_lines(rows: Sequence[list[Word]], gutter: float) -> list[list[Word]]:
    """Rows down to the first that runs across both columns: a title or the prose itself."""
    kept: list[list[Word]] = []
    for row in rows:
        left = [word.left + word.width for word in row if word.left + word.width / 2 < gutter]
        right = [word.left for word in row if word.left + word.width / 2 >= gutter]
        crosses = any(word.left < gutter < word.left + word.width for word in row)
        runs_on = bool(left and right) and min(right) - max(left) < 1.2 * _height(row)
        if len(kept) >= 2 and (crosses or runs_on):
            break
        kept.append(row)
    return kept


def _gutter(head: Sequence[Word], width: int) -> float:
    """Where the fewest words of the upper head stand across, as far from the nearest as can be."""
    if not head:
        return width / 2
    first, last = min(word.top for word in head), max(word.top for word in head)
    upper = [word for word in head if word.top <= first + (last - first) * 0.4]

    def clearance(place: float) -> tuple[int, float]:
        crossing = sum(1 for word in upper if word.left < place < word.left + word.width)
        edges = [abs(place - edge) for word in upper for edge in (word.left, word.left + word.width)]
        return -crossing, min(edges, default=0.0)

    return max((width * part / 100 for part in range(34, 61)), key=clearance)


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words put into rows by where they stand, from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: one.top + one.height / 2):
        middle = word.top + word.height / 2
        if rows and abs(middle - _middle(rows[-1])) < 0.6 * max(word.height, 12):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def _lines(words: Sequence[Word]) -> str:
    """Rows as lines; an empty line where the gap is wider than a line."""
    lines: list[str] = []
    before: list[Word] | None = None
    for row in _rows(words):
        if before is not None and _middle(row) - _middle(before) > 2.2 * _height(row):
            lines.append("")
        lines.append(" ".join(word.text for word in row))
        before = row
    return "\n".join(lines)


def _middle(row: Sequence[Word]) -> float:
    return sum(word.top + word.height / 2 for word in row) / len(row)


def _height(row: Sequence[Word]) -> float:
    return sorted(word.height for word in row)[len(row) // 2]


def number_line(words: Sequence[Word]) -> list[Word]:
    """Words of the first line that begins with «Số:», for a closer look where the number was not made out."""
    start = next((word for word in words if re.match(r"S[ốôóo][:.;]?$", word.text)), None)
    if start is None:
        return []
    middle = start.top + start.height / 2
    line = [
        word
        for word in words
        if abs(word.top + word.height / 2 - middle) < 0.6 * start.height and word.left - start.left >= 0
    ]
    return sorted(line, key=lambda one: one.left)[:4]


def _number(text: str) -> str:
    found = _NUMBER.search(text) or _JOINED_NUMBER.search(text) or _PLAIN_NUMBER.search(text)
    return found["number"] if found else ""


def _notation(text: str) -> str:
    found = _NUMBER.search(text)
    if not found and (joined := _JOINED_NUMBER.search(text)):
        return joined["notation"]
    found = found or _BY_HAND.search(text)
    if not found:
        return ""
    notation = re.sub(r"\s*[-–]\s*", "-", found["notation"]).rstrip(".")
    return f"{found['year']}/{notation}" if found["year"] else notation


def _day(text: str) -> str:
    """The document's own date: in its head, or behind a place and a comma («Tân Ninh, ngày …»), never one it cites."""
    body = found.start() if (found := _BODY.search(text)) else len(text)
    head = _real_day((*_DATE.finditer(text[:body]), *_SHORT_DATE.finditer(text[:body])))
    if head:
        return head
    placed = [
        one for one in _DATE.finditer(text) if re.search(r"^[^\n]{2,40},\s*$", text[: one.start()].rpartition("\n")[2])
    ]
    return _real_day(placed)


def _real_day(matches: Iterable[re.Match[str]]) -> str:
    for found in matches:
        try:
            month, day = (int(found[part].translate(_LIKE_DIGITS)) for part in ("month", "day"))
            return date(int(found["year"]), month, day).isoformat()
        except ValueError:
            continue
    return ""


def _kind_at(lines: Sequence[str]) -> tuple[int, str]:
    for index, line in enumerate(lines[:60]):
        letters, capitals = sum(map(str.isalpha, line)), sum(map(str.isupper, line))
        if letters >= 4 and capitals / letters > 0.85 and (found := _KIND_LINE.match(fold(line))):
            return index, found["kind"]
    return -1, ""


def _kind(text: str) -> str:
    folded = _kind_at(text.split("\n"))[1]
    return next((one for one in _KINDS.split("|") if fold(one) == folded), "").capitalize() if folded else ""


def _subject(text: str) -> str:
    if found := _ABOUT.search(text):
        return _one_line(found["subject"])
    lines = text.split("\n")
    at, _ = _kind_at(lines)
    if at < 0:
        return ""
    kept: list[str] = []
    for line in lines[at + 1 : at + 9]:
        bare = line.strip()
        if re.match(
            r"(Căn cứ|Thực hiện|Theo |Xét |Điều |Kính gửi|I\.|1\.|Để |BỘ TRƯỞNG|CHỦ TỊCH|GIÁM ĐỐC|ỦY BAN|UỶ BAN)", bare
        ):
            break
        if not bare and kept:
            break
        if sum(letter.isalpha() for letter in bare) >= 4:
            kept.append(bare)
    return _one_line(" ".join(kept)) if len(" ".join(kept)) < 400 else ""


def _issuer(text: str) -> str:
    """The lines in capitals above the number, without the motto."""
    found = _NUMBER.search(text) or _JOINED_NUMBER.search(text) or _BY_HAND.search(text)
    above = text[: found.start()] if found else ""
    lines = [re.sub(r"^[^\w]+|[^\w]+$", "", line) for line in above.split("\n")]
    named = [
        line
        for line in lines
        if len(line) > 3 and line.upper() == line and not re.search(r"CỘNG HÒA|CỘNG HOÀ|VIỆT NAM", line)
    ]
    return _one_line(" ".join(named[-3:])) if named else ""


def _name(text: str) -> str:
    for found in _NAME.finditer(text):
        name = _one_line(
            re.split(r"\s{3,}|\b(?:Giới tính|Nam|Nữ|Ngày|Sinh|Năm|Số|Dân tộc|Quốc tịch)\b", found["name"])[0]
        )
        parts = name.split()
        if 2 <= len(parts) <= 7 and all(part[0].isupper() for part in parts):
            return name
    return ""


def _identity(text: str) -> str:
    for found in _DIGITS12.finditer(text):
        number = re.sub(r"[ .]", "", found[1])
        if number[:3] in BIRTH_PROVINCES and check_personal_id(number).is_usable:
            return number
    return ""


def _dossier(text: str) -> str:
    return next((found[1] for found in _DOSSIER.finditer(text) if check_dossier_code(found[1]).is_usable), "")


def _tax(text: str) -> str:
    return next((found[1] for found in _TAX.finditer(text) if check_tax_code(found[1]).is_usable), "")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .,:;-–_|")


_RULES: dict[str, Callable[[str], str]] = {
    "number": _number,
    "notation": _notation,
    "date": _day,
    "kind": _kind,
    "subject": _subject,
    "issuer": _issuer,
    "name": _name,
    "identity_number": _identity,
    "tax_code": _tax,
    "dossier_code": _dossier,
}
