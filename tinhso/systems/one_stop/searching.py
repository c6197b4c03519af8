"""The words a dossier is found by.

Each dossier keeps folded words: those of the applicant's name, each pair of neighbours glued (`nguyenvan`), digits of
the phone, the procedure, the units that have a part (`u12`) and the month (`m202611`). A name in its order is then met
by rare pairs instead of the surname a third of the province bears; a unit's list and the newest months are met inside
the index. Lexemes are cut by us, so PostgreSQL's parser never sees them.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from django.utils import timezone

from tinhso.lib import vietnamese

_WORD = re.compile(r"[0-9a-z]+")


def words_of(text: str) -> list[str]:
    """«Nguyễn Văn An» → nguyen, van, an."""
    return _WORD.findall(vietnamese.fold(text).lower())


def pairs_of(words: list[str]) -> list[str]:
    return [first + second for first, second in pairwise(words)]


def month_of(at: datetime) -> str:
    return f"m{timezone.localtime(at):%Y%m}"


def search_text_of(
    *, applicant_name: str, phone: str, procedure_code: str, unit_ids: Iterable[int], submitted_at: datetime
) -> str:
    """Lexemes joined by single spaces, as the index cuts them again."""
    words = words_of(applicant_name)
    digits = re.sub(r"\D", "", phone)
    lexemes = [
        *words,
        *pairs_of(words),
        *([digits] if digits else []),
        "t" + re.sub(r"\D", "", procedure_code),
        *(f"u{unit_id}" for unit_id in sorted(set(unit_ids))),
        month_of(submitted_at),
    ]
    return " ".join(dict.fromkeys(lexemes))


def lexemes_of(text: str) -> list[list[str]]:
    """Lexemes to look for, all of a list, the last perhaps unfinished: neighbours glued, then words in any order."""
    words = words_of(text)
    return [pairs_of(words), words] if len(words) > 1 else [words] if words else []


def tsquery_of(lexemes: Sequence[str], *, finished: bool) -> str:
    """For the index of words. The last one unfinished costs four times as much: all that begin so are merged first."""
    return " & ".join(f"'{lexeme}'" for lexeme in lexemes) + ("" if finished else ":*")


def patterns_of(lexemes: Sequence[str]) -> list[str]:
    """The same for LIKE, over the text between two spaces: a thirtieth of the cost of a tsvector made on the way."""
    return [*(f"% {lexeme} %" for lexeme in lexemes[:-1]), f"% {lexemes[-1]}%"]
