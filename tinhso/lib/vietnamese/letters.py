"""Letters: one spelling, folding for search, and the order of the dictionary."""

import re
import unicodedata

_MARKS = "".join(chr(code) for code in range(0x300, 0x370))
_DROP = {ord(mark): None for mark in _MARKS} | {ord("đ"): "d", ord("Đ"): "d"}

VN_NORM_SQL = f"""
CREATE OR REPLACE FUNCTION vn_norm(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(lower(normalize($1, NFD)), 'đĐ{_MARKS}', 'dd')
"""
"""The same folding inside PostgreSQL (`fold` and `vn_norm` agree): what a search index is built on.

The marks stand at the end of the first list without a partner in the second: `translate` deletes them.
"""

_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng; none is 0
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("A") + rank) for rank, letter in enumerate(_ALPHABET)}
_WORD = re.compile(r"[^\W_]+")
# Tone on the first or the second vowel of oa, oe, uy: both spellings live side by side (hoà, hòa).
_PAIRS = re.compile(r"(o[ae]|uy)$")


def nfc(text: str) -> str:
    """The one form in which text is kept."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Without marks and capitals: «Hoà», «Hòa» and «hoa» become `hoa`, «Đường» `duong`. As `vn_norm` in SQL."""
    return unicodedata.normalize("NFD", text).translate(_DROP).lower().translate(_DROP)


def canonical(text: str) -> str:
    """NFC with the tone where the modern spelling puts it (hoà → hòa, thuý → thúy), so that spellings compare equal."""
    return _WORD.sub(lambda word: _retone(word[0]), unicodedata.normalize("NFC", text))


def _retone(word: str) -> str:
    split = unicodedata.normalize("NFD", word)
    tones = [mark for mark in split if mark in _TONES]
    if len(tones) != 1:
        return word
    bare = unicodedata.normalize("NFC", split.replace(tones[0], ""))
    # «qu» is a consonant: the y of «quý» is alone.
    if not _PAIRS.search(bare.lower()) or bare.lower().endswith("quy"):
        return word
    return unicodedata.normalize("NFC", bare[:-1] + tones[0] + bare[-1])


def sort_key(text: str) -> str:
    """A key in plain ASCII whose byte order is the order of Vietnamese dictionaries.

    Syllable by syllable: first the letters (a ă â … đ … ê … ô ơ … ư), then the tone (ngang huyền hỏi ngã sắc nặng).
    Whether a person's given name comes first is the caller's matter.
    """
    return "".join(_syllable_key(word) for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()))


def _syllable_key(word: str) -> str:
    tone, letters = 0, []
    for character in word:
        split = unicodedata.normalize("NFD", character)
        tone = max([tone, *(_TONES.get(mark, 0) for mark in split)])
        letter = unicodedata.normalize("NFC", "".join(mark for mark in split if mark not in _TONES))
        letters.append(_RANK.get(letter) or _other_rank(letter))
    return "".join(letters) + f"!{tone}"


def _other_rank(letter: str) -> str:
    """Digits come before letters, foreign letters by their base letter, anything else last."""
    base = fold(letter)[:1]
    return base if base.isascii() and base.isdigit() else _RANK.get(base, "~")
