"""The index of one revision of the catalogue, in memory: about 10 MB for 2,400 procedures, built in half a second.

Terms are folded words and pairs of neighbouring words (a Vietnamese word is mostly two syllables, so pairs carry the
meaning). A posting holds the weight of the best place where the term stands.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from tinhso.systems.procedures.words import words

NAME, NATIONAL_NAME, KEYWORD, RESULT, FIELD, SUMMARY, PAPER, AGENCY = 10, 9, 9, 4, 4, 3, 2, 1
NAMED = 14  # words of a name that count as the name; some are whole paragraphs


@dataclass(frozen=True, slots=True)
class Entry:
    """One procedure as search knows it."""

    code: str
    name: str
    plain_name: str
    field: str
    levels: tuple[str, ...]
    summary: str
    is_online: bool
    is_essential: bool
    popularity: int
    text: dict[str, Any]


def prior(entry: Entry) -> float:
    """What people mostly come for."""
    prior = 1.0 + 0.5 * min(entry.popularity, 100) / 100
    if entry.is_essential:
        prior += 0.08
    if entry.is_online:
        prior += 0.08
    if "commune" in entry.levels:
        prior += 0.06
    elif "province" not in entry.levels:
        prior -= 0.10
    return prior


def pairs(sequence: Sequence[str]) -> list[str]:
    return [f"{a} {b}" for a, b in pairwise(sequence)]


class Index:
    """Postings by term, and the entries in the order of their numbers."""

    def __init__(self, entries: Sequence[Entry], synonyms: Iterable[tuple[str, str]] = ()) -> None:
        self.entries = tuple(entries)
        self.priors = tuple(prior(entry) for entry in self.entries)
        self.by_code = {entry.code: number for number, entry in enumerate(self.entries)}
        self.codes = sorted(self.by_code)
        self.name_words: list[tuple[str, ...]] = []
        self._rarities: dict[int, float] = {}
        self.keyword_words: dict[int, tuple[frozenset[str], ...]] = {}
        postings: dict[str, dict[int, int]] = {}
        for number, entry in enumerate(self.entries):
            self._add(number, entry, postings)
        wide = "H" if len(self.entries) < 65_536 else "L"
        self._docs = {term: array(wide, rows) for term, rows in postings.items()}
        self._weights = {term: array("B", rows.values()) for term, rows in postings.items()}
        self._name_worth = [sum(map(self.rarity, dict.fromkeys(named[:NAMED]))) for named in self.name_words]
        self.entries = tuple(replace(entry, text={}) for entry in self.entries)  # said all it had to say
        self.synonyms = _by_first_word(synonyms)
        self.words_by_length: dict[int, list[str]] = {}
        for term in self._docs:
            if " " not in term and not term.isdigit():
                self.words_by_length.setdefault(len(term), []).append(term)

    def _add(self, number: int, entry: Entry, postings: dict[str, dict[int, int]]) -> None:
        best: dict[str, int] = {}
        named = words(entry.plain_name)
        self.name_words.append(tuple(named))
        text = entry.text
        if text.get("keywords"):
            self.keyword_words[number] = tuple(frozenset(words(phrase)) for phrase in text["keywords"])
        places = [(named, NAME), (words(entry.name), NATIONAL_NAME), (words(entry.field), FIELD)]
        places += [(words(phrase), KEYWORD) for phrase in text.get("keywords", ())]
        places += [(words(result), RESULT) for result in text.get("results", ())]
        places += [(words(text.get("summary", "")), SUMMARY)]
        places += [(words(paper), PAPER) for paper in text.get("papers", ())]
        places += [(words(text.get("agency", "")), AGENCY)]
        for sequence, weight in places:
            terms = [*sequence, *pairs(sequence)] if weight > PAPER else sequence
            for term in terms:
                if best.get(term, 0) < weight:
                    best[term] = weight
        for term, weight in best.items():
            postings.setdefault(term, {})[number] = weight

    def knows(self, term: str) -> bool:
        return term in self._docs

    def frequency(self, term: str) -> int:
        return len(self._docs.get(term, ()))

    def rarity(self, term: str) -> float:
        """Inverse document frequency; a term of no document weighs as the rarest."""
        frequency = len(self._docs.get(term, ()))
        found = self._rarities.get(frequency)
        if found is None:
            found = self._rarities[frequency] = math.log(1.0 + len(self.entries) / (1.0 + frequency))
        return found

    def postings(self, term: str) -> tuple[Sequence[int], Sequence[int]]:
        """Numbers of entries, ascending, and the weights of the term in them."""
        return self._docs.get(term, ()), self._weights.get(term, ())

    def weight(self, term: str, number: int) -> int:
        """Of a term in an entry; 0 where it does not stand."""
        docs = self._docs.get(term, ())
        place = bisect_left(docs, number)
        return self._weights[term][place] if place < len(docs) and docs[place] == number else 0

    def name_met(self, number: int, said: Container[str]) -> float:
        """How much of the entry's own short name the words speak of, by the weight of its words."""
        whole = self._name_worth[number]
        met = sum(self.rarity(word) for word in dict.fromkeys(self.name_words[number][:NAMED]) if word in said)
        return met / whole if whole else 0.0


def _by_first_word(synonyms: Iterable[tuple[str, str]]) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for said, meant in synonyms:
        spoken, written = tuple(words(said)), tuple(words(meant))
        if spoken and written:
            found.setdefault(spoken[0], []).append((spoken, written))
    for options in found.values():
        options.sort(key=lambda option: -len(option[0]))
    return found
