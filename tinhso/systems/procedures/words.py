"""Words of Vietnamese text for search: folded of marks and case, telex keystrokes undone."""

import re

from tinhso.lib.vietnamese import fold as fold

_WORD = re.compile(r"[a-z0-9]+")
_TELEX_VOWEL = re.compile(r"aa|ee|oo|aw|ow|uw")
_TONE = re.compile(r"(?<=[aeiouy])[sfrxj](?=[^aeiouy]*$)|(?<=[a-z])[sfrxj]$")


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def undo_telex(word: str) -> str:
    """What a word typed with the Vietnamese keyboard off folds to: `sinhj` → sinh, `dduowngf` → duong."""
    word = word.replace("dd", "d")
    word = _TELEX_VOWEL.sub(lambda found: found.group()[0], word)
    word = _TONE.sub("", word)
    return _TELEX_VOWEL.sub(lambda found: found.group()[0], word).replace("w", "u" if "u" not in word else "")
