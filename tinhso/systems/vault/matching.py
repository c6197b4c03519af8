"""Which kind a paper is, by how procedures, results and officials name it: pure rules over the pack's kinds.

Careful on purpose: a paper of a procedure is of a kind when it is listed, or when its name begins with a phrase of the
kind. «Đơn xin cấp lại giấy khai sinh» is no birth certificate; an original that must be handed in («bản gốc») cannot
be replaced by an electronic copy.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from tinhso.lib.vietnamese import fold
from tinhso.systems.vault.records import Kind

_WORD = re.compile(r"[0-9a-z]+")
_BEFORE = re.compile(
    r"^(?:\W|\d|[ivx]+\)|[a-e]\)|ban (?:chinh|sao|chup|dien tu)|co chung thuc|hoac|xuat trinh|mot trong cac|cua"
    r"|giay to:)+"
)
_DECLARATIONS = ("don ", "to khai", "giay de nghi", "phieu ", "mau ", "van ban", "bien ban", "bao cao", "to trinh")
_ORIGINAL = "ban goc"


def words(text: str) -> str:
    """Folded words with one space between, spaces at both ends: for finding words inside words of a line."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def kind_of_paper(kinds: Iterable[Kind], *, procedure_code: str, key: str, name: str) -> Kind | None:
    """The kind of a component of a procedure; None where no kind surely fits."""
    listed = {f"{procedure_code}/{key}", f"*/{key}"}
    known = list(kinds)
    for kind in known:
        if listed & set(kind.papers):
            return kind
    return kind_by_name(known, name)


def kind_by_name(kinds: Iterable[Kind], name: str) -> Kind | None:
    """By the beginning of a name; the longest phrase wins."""
    begins = _BEFORE.sub("", fold(name).strip())
    if begins.startswith(_ORIGINAL):
        return None
    return _longest(kinds, lambda phrase: begins.startswith(fold(phrase)))


def kind_of_result(kinds: Iterable[Kind], *, code: str, name: str) -> Kind | None:
    """By the result's code, else by the beginning of its name."""
    known = list(kinds)
    return next((kind for kind in known if code and code in kind.result_codes), None) or kind_by_name(known, name)


def kinds_in(kinds: Iterable[Kind], line: str) -> list[Kind]:
    """Kinds named anywhere in a line an official wrote; a declaration or application is none of them."""
    said = words(line)
    if said.strip().startswith(_DECLARATIONS):
        return []
    return [kind for kind in kinds if any(words(phrase) in said for phrase in (kind.name, *kind.phrases) if phrase)]


def _longest(kinds: Iterable[Kind], fits: Callable[[str], bool]) -> Kind | None:
    best: Kind | None = None
    longest = 0
    for kind in kinds:
        for phrase in (kind.name, *kind.phrases):
            if phrase and len(phrase) > longest and fits(phrase):
                best, longest = kind, len(phrase)
    return best


def search_text(*parts: str) -> str:
    """What a paper is found by."""
    return words(" ".join(part for part in parts if part))


def search_words(typed: str) -> Sequence[str]:
    """The words typed, folded; each must begin a word of the paper."""
    return _WORD.findall(fold(typed))[:8]
