"""People's names: family name first, given name last, anything between; one word and very long ones exist."""

import re
from dataclasses import dataclass

from tinhso.lib.vietnamese.letters import nfc, sort_key


@dataclass(frozen=True, slots=True)
class PersonName:
    family: str
    middle: str
    given: str

    @property
    def sort_key(self) -> str:
        """By given name, then family, then middle: the order of lists in Việt Nam."""
        return "  ".join(sort_key(part) for part in (self.given, self.family, self.middle))


def split_name(name: str) -> PersonName:
    """«Nguyễn Thị Minh Khai» → Nguyễn · Thị Minh · Khai. One word is a given name alone."""
    words = nfc(name).split()
    if len(words) < 2:
        return PersonName("", "", " ".join(words))
    return PersonName(words[0], " ".join(words[1:-1]), words[-1])


_START = re.compile(r"(^|[\s'’\-.(/])(\w)")


def title_name(name: str) -> str:
    """NGUYỄN VĂN AN → Nguyễn Văn An; also after an apostrophe or hyphen (H'Hen Niê, Y-Bham). Spaces are tidied."""
    words = []
    for word in nfc(name).split():
        # A word typed with care (McDonald, H'Hen) is left as it is.
        plain = word.lower() if word in (word.upper(), word.lower()) else word
        words.append(_START.sub(lambda found: found[1] + found[2].upper(), plain))
    return " ".join(words)


def abridged_name(name: str) -> str:
    """«Trần Thị Hồng Ươm» → «Trần T. H. Ư.»: enough to know one's own paper by, not to learn of a stranger's."""
    words = nfc(name).split()
    return " ".join([*words[:1], *(f"{word[0].upper()}." for word in words[1:])])
