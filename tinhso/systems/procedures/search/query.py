"""From what a person types to words the catalogue may know: question words dropped, typing errors mended."""

import re
from functools import lru_cache

from tinhso.systems.procedures.search.index import Index
from tinhso.systems.procedures.words import fold, undo_telex, words

MOST_WORDS = 40
MOST_VARIANTS = 4
MOST_BETWEEN = 3  # fillers between the words of a phrase: «chồng em vừa mới mất» is «chồng mất»

CODE = re.compile(r"(?<![\d.])\d\.\d{6}(?!\d)")
CODE_BEGINNING = re.compile(r"\d\.\d{1,6}(\.[0-9A-Za-z.]*)?|\d{7}")

# Said in questions, of no use in finding; dropped as phrases before single words are looked at.
QUESTION_PHRASES = (
    """
can nhung gi, can gi, gom nhung gi, gom gi, nhung giay to gi, giay to gi, can giay to gi, can ho so gi, ho so gom,
ho so can, o dau, tai dau, nop o dau, lam o dau, den dau, cho nao, dau vay, nhu the nao, nhu nao, lam sao, lam the nao,
the nao, ra sao, bao nhieu tien, het bao nhieu, mat bao lau, bao nhieu, bao lau, may ngay, bao gio, khi nao,
co duoc khong, duoc khong, co phai, co can, phai khong, xin hoi, cho toi hoi, cho hoi, toi muon, em muon, minh muon,
muon lam, cho em hoi, ban oi, giup toi, can lam gi, phai lam gi, lam gi, thi phai, thi can, quy trinh, trinh tu,
huong dan, tu van, chi phi, le phi, thoi gian, thoi han giai quyet, ho so, thu tuc hanh chinh, thu tuc, dich vu cong,
tthc, online, truc tuyen, qua mang, tren mang, o nha, tai nha, ngay mai, hom nay
""".replace("\n", " ")
    .strip()
    .split(", ")
)
QUESTION_PHRASES.sort(key=len, reverse=True)
_FILLERS = """
toi em anh chi minh ban co bac ong ba gia nha o a thi la ma va hoac voi cua cho de khi neu bi duoc bang ve tu theo den
ra vao cac nhung mot nay do kia nao gi ai dau sao vay the khong chua roi da dang se can muon xin hoi lam di tai trong
ngoai viec phai nhe oi ah u con sap moi vua nua them gium giup ho tuc thu giay to truoc sau hay
"""
FILLERS = frozenset(_FILLERS.split())
# Letters people mix up because they sound alike.
_SOUNDS = (
    ("x", "s"),
    ("tr", "ch"),
    ("gi", "d"),
    ("r", "d"),
    ("l", "n"),
    ("y", "i"),
    ("v", "d"),
    ("k", "c"),
    ("q", "c"),
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def code_asked(text: str) -> tuple[str, bool]:
    """A procedure code in the text, and whether it is only a beginning; empty where none is."""
    whole = text.strip().rstrip(".")
    if CODE_BEGINNING.fullmatch(whole):
        code = whole if "." in whole else f"{whole[0]}.{whole[1:]}"
        return (code[:8], len(code) < 8)
    found = CODE.search(text)
    return (found.group(), False) if found else ("", False)


def spoken(text: str) -> list[str]:
    """Folded words of the question without its question phrases; all words where nothing else is left."""
    everything = words(text[:400])[:MOST_WORDS]
    left = " " + " ".join(everything) + " "
    for phrase in QUESTION_PHRASES:
        left = left.replace(f" {phrase} ", " ")
    meaningful = left.split()
    return meaningful if any(word not in FILLERS for word in meaningful) else everything


def mended(asked: list[str], index: Index) -> list[str]:
    """Words the catalogue does not know replaced by the nearest it knows, when there is one."""
    result: list[str] = []
    for place, word in enumerate(asked):
        if index.knows(word) or word in FILLERS or word.isdigit() or len(word) < 3:
            result.append(word)
            continue
        following = asked[place + 1] if place + 1 < len(asked) else ""
        result.extend(_mend(word, result[-1] if result else "", following, index))
    return result


def _mend(word: str, before: str, after: str, index: Index) -> list[str]:
    plain = undo_telex(word)
    if plain != word and index.knows(plain):
        return [plain]
    for cut in range(2, len(word) - 1):
        left, right = word[:cut], word[cut:]
        if index.knows(f"{left} {right}"):
            return [left, right]
    near = [candidate for candidate in _near(word) | _near(plain) if index.knows(candidate)]
    if not near:
        return [word]

    def fit(candidate: str) -> tuple[int, bool, int]:
        beside = index.frequency(f"{before} {candidate}") + index.frequency(f"{candidate} {after}")
        return (beside, _sounds_alike(word, candidate), index.frequency(candidate))

    return [max(near, key=fit)]


@lru_cache(maxsize=512)
def _near(word: str) -> frozenset[str]:
    """Words one typing error away: a letter too many, too few, wrong, or two swapped."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in cuts if b} | {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in cuts if b for c in _LETTERS} | {a + c + b for a, b in cuts for c in _LETTERS}
    return frozenset(candidate for candidate in found if len(candidate) > 1)


def _sounds_alike(one: str, other: str) -> bool:
    def sound(word: str) -> str:
        for written, heard in _SOUNDS:
            if word.startswith(written):
                return heard + word[len(written) :]
        return word

    return sound(one) == sound(other)


def variants(asked: list[str], index: Index) -> list[list[str]]:
    """The question, and the question with everyday words put as the catalogue writes them."""
    found: list[list[str]] = [[]]
    place = 0
    while place < len(asked):
        options = [(_said_until(said, asked, place), meant) for said, meant in index.synonyms.get(asked[place], ())]
        until = max((end for end, _meant in options if end), default=place + 1)
        endings = [list(meant) for end, meant in options if end == until][:3]
        endings.append(asked[place:until])
        found = [beginning + ending for beginning in found for ending in endings][:MOST_VARIANTS]
        place = until
    return found


def _said_until(said: tuple[str, ...], asked: list[str], place: int) -> int:
    """Where the phrase ends that begins at place, fillers between its words passed over; 0 where it is not said."""
    for word in said:
        passed = 0
        while word != said[0] and passed < MOST_BETWEEN and asked[place : place + 1] != [word]:
            if asked[place : place + 1] and asked[place] in FILLERS:
                place, passed = place + 1, passed + 1
            else:
                return 0
        if asked[place : place + 1] != [word]:
            return 0
        place += 1
    return place


def marked_words(text: str) -> set[str]:
    """Words typed with marks: they can tell «khai tử» from «khai tự»."""
    return {word for word in text.lower().split() if fold(word) != word}
