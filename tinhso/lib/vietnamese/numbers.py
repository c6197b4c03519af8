"""Numbers and money in words, as receipts must print them."""

from decimal import Decimal

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu")


def number_in_words(number: int) -> str:
    """1.005 → một nghìn không trăm linh năm; 21 → hai mươi mốt; 24 → hai mươi tư; 15 → mười lăm."""
    if number < 0:
        return f"âm {number_in_words(-number)}"
    if number < 1000:
        return _hundreds(number, full=False) or _DIGITS[0]
    return _groups(number)


def _groups(number: int) -> str:
    """Groups of nine digits, each of which is counted in tỷ of the one before."""
    high, low = divmod(number, 10**9)
    if high:
        words = f"{number_in_words(high)} tỷ"
        return f"{words} {_below_billion(low, full=True)}" if low else words
    return _below_billion(low, full=False)


def _below_billion(number: int, *, full: bool) -> str:
    words: list[str] = []
    for power in (2, 1, 0):
        group, number = divmod(number, 1000**power)
        if group:
            words.append(f"{_hundreds(group, full=full or bool(words))} {_GROUPS[power]}".strip())
    return " ".join(words)


def _hundreds(number: int, *, full: bool) -> str:
    """Up to 999; `full` also says the hundred that is zero (… không trăm linh năm)."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0 and ones and words:
        words.append("linh")
    elif tens == 1:
        words.append("mười")
    elif tens:
        words += [_DIGITS[tens], "mươi"]
    if ones:
        words.append(_one(tens, ones))
    return " ".join(words)


def _one(tens: int, ones: int) -> str:
    if ones == 5 and tens:
        return "lăm"
    if ones == 1 and tens > 1:
        return "mốt"
    return "tư" if ones == 4 and tens > 1 else _DIGITS[ones]


def money_in_words(amount: int | Decimal) -> str:
    """8.000 → Tám nghìn đồng. Raises ValueError for a fraction of a dong."""
    if amount != int(amount):
        raise ValueError(f"dong has no fraction: {amount}")
    words = number_in_words(int(amount))
    return f"{words[0].upper()}{words[1:]} đồng"
