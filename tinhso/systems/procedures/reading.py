"""The flattened texts of the catalogue made readable: paragraphs, headings and lists, without changing a word."""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tinhso.systems.procedures.records import Block
from tinhso.systems.procedures.words import fold

SHORT_HEADING = 110  # characters: a longer «Bước 1: …» is a heading «Bước 1» and a paragraph
# Vietnamese letters with marks stand mixed in one Unicode block, so the classes are written out from the alphabet.
_VOWELS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"
_LOW = "a-zđ" + "".join(c for c in _VOWELS if not c.isascii())
_UP = "A-ZĐ" + "".join(c.upper() for c in _VOWELS if not c.isascii())
_END = r"[.;:!?)…”\"]"

_BREAKS = (
    # «… quy định.Bước 2: …», «… Bước 2: …»
    re.compile(r"(?<=\S)[ \t]*(?=[-+*•]?[ \t]*Bước[ \t]+\d{1,2}[ \t]*:)"),
    re.compile(rf"(?<={_END})[ \t]*(?=[-+*•]?[ \t]*Bước[ \t]+\d{{1,2}}[ \t]*\.)"),
    # «… hồ sơ: - Chủ hộ …», «… hồ sơ;+ Bản sao», «… hồ sơ.* Trường hợp»
    re.compile(rf"(?<=[.;:,])[ \t]*(?=[-+*–•][ \t]*[{_UP}])"),
    re.compile(rf"(?<=\S)[ \t]+(?=[+•][ \t]*[{_UP}])"),
    re.compile(rf"(?<=\S)[ \t]+(?=[-–*][ \t]+[{_UP}][{_LOW}])"),
    # «…; b) …», «…: (ii) …», «… . 2. Cá nhân»
    re.compile(rf"(?<=[.;:])[ \t]*(?=[a-hđ][)][ \t]*[{_UP}])"),
    re.compile(r"(?<=[.;:])[ \t]+(?=[(]?(?:i{1,3}|iv|vi{0,3}|[a-hđ]|\d{1,2})[)][ \t])"),
    re.compile(rf"(?<=[.;:])[ \t]+(?=\d{{1,2}}[.][ \t]+[{_UP}][{_LOW}])"),
    # Glued sentences: «… hồ sơ.Cán bộ …», «… quy địnhTrường hợp …»
    re.compile(rf"(?<=[{_LOW}\d)”][.;])(?=[{_UP}][{_LOW}])"),
    re.compile(rf"(?<=[{_LOW}][{_LOW}])(?=[{_UP}][{_LOW}]+[ ,:])"),
)
_MARK = re.compile(
    rf"(?P<step>[-+*•]?\s*Bước\s+\d{{1,2}})\s*[:.]\s*|(?P<dash>[-–•]+)\s+|(?P<tight>[-–•])(?=[{_UP}])|(?P<plus>\+)\s*"
    r"|(?P<star>\*+)\s*|(?P<letter>[(]?(?:[a-zđ]|[ivx]{1,4}|\d{1,2})[)]|\d{1,2}(?:\.\d{1,2})*\.)\s+",
)
_MONEY = re.compile(r"(\d{1,3}(?:[,.]\d{3})+|\d+)\s*(?:Việt Nam Đồng|VNĐ|VND|đồng Việt Nam|Đồng\b)")
_NAME_PREFIX = re.compile(r"^(?:thủ tục hành chính|thủ tục|tthc)[\s:]+", re.IGNORECASE)


@lru_cache(maxsize=512)
def tidy(text: str) -> tuple[Block, ...]:
    """Readable blocks of a flattened text; the words and their order stay."""
    return tuple(_blocks(_lines(text)))


def _lines(text: str) -> list[str]:
    for pattern in _BREAKS:
        text = pattern.sub("\n", text)
    lines: list[str] = []
    for raw in text.split("\n"):
        line = " ".join(raw.split())
        if not line or not any(c.isalnum() for c in line):
            continue
        if lines and line[0].islower() and not _MARK.match(line) and lines[-1][-1] not in ".;:!?":
            lines[-1] += " " + line  # a line cut in the middle of a sentence
        else:
            lines.append(line)
    return lines


def _blocks(lines: list[str]) -> Iterator[Block]:
    items: list[str] = []
    level = 0
    for line in lines:
        kind, body = _read(line)
        wanted = {"dash": 0, "letter": 0, "plus": 1}.get(kind)
        if wanted is None or wanted != level:
            if items:
                yield Block(kind="list", items=tuple(items), level=level)
            items, level = [], wanted or 0
        if wanted is not None:
            items.append(body)
        elif kind == "step":
            yield from _step(line, body)
        elif kind in ("star", "") and body.endswith(":") and len(body) <= SHORT_HEADING:
            yield Block(kind="heading", text=body.rstrip(": "))
        else:
            yield Block(kind="paragraph", text=body)
    if items:
        yield Block(kind="list", items=tuple(items), level=level)


def _read(line: str) -> tuple[str, str]:
    """Kind of the line's mark and the line without it (numbers and letters stay: others refer to them)."""
    found = _MARK.match(line)
    if found is None or not line[found.end() :]:
        return "", line
    kind = found.lastgroup or ""
    if kind == "letter":
        return "letter", line
    return ("dash" if kind == "tight" else kind), line[found.end() :]


def _step(line: str, body: str) -> Iterator[Block]:
    number = re.search(r"\d+", line)
    head = f"Bước {number.group() if number else ''}".strip()
    if len(body) <= SHORT_HEADING and not body.endswith((";", ",")):
        yield Block(kind="heading", text=f"{head}: {body.rstrip(' .:')}")
    else:
        yield Block(kind="heading", text=head)
        yield Block(kind="paragraph", text=body)


def plain_name(name: str) -> str:
    """«Thủ tục đăng ký khai sinh» → «Đăng ký khai sinh»."""
    plain = _NAME_PREFIX.sub("", name).strip() or name
    return plain[:1].upper() + plain[1:]


def money_words(text: str) -> str:
    """«20,000 Việt Nam Đồng» → «20.000 đồng»."""
    return _MONEY.sub(lambda found: found.group(1).replace(",", ".") + " đồng", text)


def fee_text(text: str) -> str:
    return money_words(" ".join(text.split()))


def duration(national: Mapping[str, Any]) -> str:
    """How long, ready to be read; honest where the national catalogue gives no unit."""
    raw = national["duration_text"]
    if not raw:
        return "Danh mục quốc gia không ghi"
    if "đơn vị không ghi" in raw:
        number = raw.split("(")[0].strip()
        return f"Danh mục quốc gia ghi «{number}», không ghi đơn vị" if number else "Danh mục quốc gia không ghi"
    return re.sub(rf"(?<=\d)\s+([{_UP}])", lambda found: " " + found.group(1).lower(), raw)


def has_unit(national: Mapping[str, Any]) -> bool:
    """Whether the national catalogue says how long with a unit."""
    return bool(national["duration_text"]) and "đơn vị không ghi" not in national["duration_text"]


UNITS = {"working_hours": "giờ làm việc", "working_days": "ngày làm việc", "calendar_days": "ngày"}


def limit_text(value: Decimal | None, unit: str, cutoff: time | None) -> str:
    """«3 ngày làm việc»; «Trong ngày; nhận sau 15:00 thì trả trong ngày làm việc tiếp theo»."""
    if value is None:
        return "Theo từng phần liên thông"
    number = f"{value.normalize():f}".replace(".", ",")
    if value == 0:
        late = f"; nhận sau {cutoff:%H:%M} thì trả trong ngày làm việc tiếp theo" if cutoff else ""
        return f"Trong ngày{late}"
    return f"{number} {UNITS.get(unit, unit)}"


def slug(text: str) -> str:
    """A name for an address: «Đăng ký, quản lý cư trú» → dang-ky-quan-ly-cu-tru."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))[:80] or "khac"
