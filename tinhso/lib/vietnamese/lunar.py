"""The Vietnamese lunar calendar (âm lịch), computed for UTC+7.

New moons and the sun's longitude after Jean Meeus, *Astronomical Algorithms*, in the arrangement published by Hồ Ngọc
Đức. Right for 1900–2199; it differs from the Chinese calendar where a new moon falls between 16:00 and 17:00 UTC
(Tết 1985, 2007, 2030).
"""

import math
from dataclasses import dataclass
from datetime import date

_JULIAN_OFFSET = 1721425  # julian day number of date.fromordinal(0), at noon
_ZONE = 7 / 24
_MONTH = 29.530588853


@dataclass(frozen=True, slots=True)
class LunarDate:
    """Day and month of a lunar year; `is_leap` for the second of two months with one number (tháng nhuận)."""

    year: int
    month: int
    day: int
    is_leap: bool = False

    def __str__(self) -> str:
        return f"{self.day}/{self.month}{' nhuận' if self.is_leap else ''} năm {year_name(self.year)}"


_STEMS = ["Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý"]
_BRANCHES = ["Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi"]


def year_name(year: int) -> str:
    """2026 → Bính Ngọ."""
    return f"{_STEMS[(year - 4) % 10]} {_BRANCHES[(year - 4) % 12]}"


def _new_moon(k: int) -> int:
    """The day (julian number, Vietnamese time) of the k-th new moon after 1 January 1900."""
    t = k / 1236.85
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * math.sin(math.radians(166.56 + 132.87 * t - 0.009173 * t**2))
    sun = math.radians(359.2242 + 29.10535608 * k - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = math.radians(306.0253 + 385.81691806 * k + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = math.radians(21.2964 + 390.67050646 * k - 0.0016528 * t**2 - 0.00000239 * t**3)
    correction = (
        (0.1734 - 0.000393 * t) * math.sin(sun)
        + 0.0021 * math.sin(2 * sun)
        - 0.4068 * math.sin(moon)
        + 0.0161 * math.sin(2 * moon)
        - 0.0004 * math.sin(3 * moon)
        + 0.0104 * math.sin(2 * node)
        - 0.0051 * math.sin(sun + moon)
        - 0.0074 * math.sin(sun - moon)
        + 0.0004 * math.sin(2 * node + sun)
        - 0.0004 * math.sin(2 * node - sun)
        - 0.0006 * math.sin(2 * node + moon)
        + 0.0010 * math.sin(2 * node - moon)
        + 0.0005 * math.sin(sun + 2 * moon)
    )
    return math.floor(mean + correction - _delta(t) + 0.5 + _ZONE)


def _delta(t: float) -> float:
    """Ephemeris time minus universal time, in days."""
    if t < -11:
        return 0.001 + 0.000839 * t + 0.0002261 * t**2 - 0.00000845 * t**3 - 0.000000081 * t**4
    return -0.000278 + 0.000265 * t + 0.000262 * t**2


def _sun_sign(day: int) -> int:
    """In which twelfth of its path the sun stands at the start of a day (0 from the spring equinox)."""
    t = (day - 0.5 - _ZONE - 2451545.0) / 36525
    anomaly = math.radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    longitude += (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
    longitude += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly) + 0.000290 * math.sin(3 * anomaly)
    return int(longitude % 360 // 30)


def _eleventh_month(year: int) -> int:
    """The start of the month that holds the winter solstice."""
    k = int((date(year, 12, 31).toordinal() + _JULIAN_OFFSET - 2415021) / _MONTH)
    start = _new_moon(k)
    return _new_moon(k - 1) if _sun_sign(start) >= 9 else start


def _leap_offset(eleventh: int) -> int:
    """Which month after the eleventh is the leap one: the first in which the sun enters no new sign."""
    k = int(0.5 + (eleventh - 2415021.076998695) / _MONTH)
    for offset in range(1, 14):
        if _sun_sign(_new_moon(k + offset)) == _sun_sign(_new_moon(k + offset + 1)):
            return offset
    return 0


def solar_to_lunar(day: date) -> LunarDate:
    number = day.toordinal() + _JULIAN_OFFSET
    k = int((number - 2415021.076998695) / _MONTH)
    start = _new_moon(k + 1)
    if start > number:
        start = _new_moon(k)
    before = after = _eleventh_month(day.year)
    if before >= start:
        year, before = day.year, _eleventh_month(day.year - 1)
    else:
        year, after = day.year + 1, _eleventh_month(day.year + 1)
    offset = (start - before) // 29
    month, is_leap = offset + 11, False
    if after - before > 365:
        leap = _leap_offset(before)
        if offset >= leap:
            month, is_leap = offset + 10, offset == leap
    if month > 12:
        month -= 12
    if month >= 11 and offset < 4:
        year -= 1
    return LunarDate(year, month, number - start + 1, is_leap)


def lunar_to_solar(lunar: LunarDate) -> date:
    """Raises ValueError for a day or leap month that the year does not have."""
    year = lunar.year if lunar.month >= 11 else lunar.year - 1
    before, after = _eleventh_month(year), _eleventh_month(year + 1)
    offset = (lunar.month - 11) % 12
    if after - before > 365:
        leap = _leap_offset(before)
        if lunar.is_leap and (leap - 3) % 12 + 1 != lunar.month:
            raise ValueError(f"no leap month {lunar.month} in {lunar.year}")
        if lunar.is_leap or offset >= leap:
            offset += 1
    elif lunar.is_leap:
        raise ValueError(f"no leap month in {lunar.year}")
    k = int(0.5 + (before - 2415021.076998695) / _MONTH)
    start = _new_moon(k + offset)
    if not 1 <= lunar.day <= _new_moon(k + offset + 1) - start:
        raise ValueError(f"no day {lunar.day} in month {lunar.month} of {lunar.year}")
    return date.fromordinal(start + lunar.day - 1 - _JULIAN_OFFSET)


def lunar_new_year(year: int) -> date:
    """Mùng 1 Tết."""
    return lunar_to_solar(LunarDate(year, 1, 1))
