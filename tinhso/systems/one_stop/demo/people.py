"""People of the demonstration: names in the frequencies of the pack, numbers that could be real and are nobody's."""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tinhso.systems.one_stop.services.checking import Applicant

PROVINCES = ("072", "080")  # births registered in Tây Ninh and in Long An before the merger
MOBILE = ("032", "033", "035", "038", "070", "076", "079", "081", "085", "090", "093", "096", "097", "098")
STREETS = (
    "đường 30 Tháng 4", "đường Cách Mạng Tháng Tám", "đường Hoàng Lê Kha", "đường Nguyễn Chí Thanh",
    "đường Lạc Long Quân", "đường Bời Lời", "đường Trần Hưng Đạo", "đường Điện Biên Phủ", "đường Nguyễn Trãi",
)  # fmt: skip
TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
TRADES = ("Thương mại", "Xây dựng", "Nông sản", "Vận tải", "Cơ khí", "May mặc", "Thực phẩm", "Dịch vụ")


@dataclass(frozen=True, slots=True)
class Names:
    """Parts of names with their frequencies."""

    family: tuple[list[str], list[int]]
    middle: tuple[list[str], list[int]]
    given: tuple[list[str], list[int]]


def read_names(folder: Path) -> Names:
    """`names.csv` of a pack: part, name, weight."""
    parts: dict[str, tuple[list[str], list[int]]] = {part: ([], []) for part in ("family", "middle", "given")}
    with (folder / "names.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            names, weights = parts[row["part"]]
            names.append(row["name"])
            weights.append(int(row["weight"]))
    return Names(**parts)


class People:
    """Draws people; the same generator gives the same people."""

    def __init__(self, names: Names, chance: Random) -> None:
        self.names, self.chance = names, chance

    def name(self) -> str:
        drawn = (self.chance.choices(*part)[0] for part in (self.names.family, self.names.middle, self.names.given))
        return " ".join(drawn)

    def number(self, born: int) -> str:
        """Province, century and sex, year, and a serial in a range of its own."""
        century_and_sex = self.chance.randrange(2) + (2 if born >= 2000 else 0)
        serial = 900_000 + self.chance.randrange(100_000)
        return f"{self.chance.choice(PROVINCES)}{century_and_sex}{born % 100:02d}{serial:06d}"

    def phone(self) -> str:
        return f"{self.chance.choice(MOBILE)}{self.chance.randrange(10**7):07d}"

    def street(self) -> str:
        return f"Số {self.chance.randrange(1, 400)}, {self.chance.choice(STREETS)}"

    def person(self) -> Applicant:
        born = 2006 - int(self.chance.triangular(0, 60, 18))
        return Applicant(name=self.name(), identity_number=self.number(born), phone=self.phone(), address=self.street())

    def business(self) -> Applicant:
        return Applicant(
            name=f"Công ty TNHH {self.chance.choice(TRADES)} {self.name().split(maxsplit=1)[-1]}",
            identity_number=self.tax_code(),
            kind="business",
            phone=self.phone(),
            address=self.street(),
        )

    def tax_code(self) -> str:
        """An enterprise's number; serials whose check would be 10 are never given out."""
        while True:
            serial = f"39{self.chance.randrange(10**7):07d}"
            check = 10 - sum(int(d) * w for d, w in zip(serial, TAX_WEIGHTS, strict=True)) % 11
            if check < 10:
                return f"{serial}{check}"
