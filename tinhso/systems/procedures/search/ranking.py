"""Which procedure first: rare words and pairs in good places, how much of the question and of the name is met, use."""

import heapq
from collections.abc import Sequence
from itertools import pairwise

from tinhso.systems.procedures.search import query
from tinhso.systems.procedures.search.index import NAME, Entry, Index

PAIR = 1.4  # a pair of neighbouring words against the two words apart
LOOKED_AT = 60  # entries ranked finely
FOUND = 400  # entries kept when the frequent terms are looked up
POSTINGS_READ = 5_000
CUT = 0.22  # hits below this share of the best are not shown


def find(index: Index, text: str, *, limit: int, online_only: bool = False) -> list[Entry]:
    """Entries best first."""
    code, is_beginning = query.code_asked(text)
    if code:
        found = _by_code(index, code, is_beginning)
        if found or is_beginning:
            return [entry for entry in found if entry.is_online or not online_only][:limit]
    asked = query.mended(query.spoken(text), index)
    if not asked:
        return []
    scores: dict[int, float] = {}
    for place, variant in enumerate(reversed(query.variants(asked, index))):
        for number, score in _score(index, variant).items():
            score *= 1.0 if place == 0 else 1.05
            if score > scores.get(number, 0.0):
                scores[number] = score
    best = heapq.nlargest(LOOKED_AT, scores, key=lambda number: scores[number] * index.priors[number])
    typed = query.marked_words(text)
    said = " ".join(query.words(text))
    final = {
        number: scores[number]
        * index.priors[number]
        * _marks(index, number, typed)
        * _keywords(index, number, asked)
        * _run(index.name_words[number], asked)
        * _plainness(index.name_words[number], said)
        for number in best
    }
    ranked = sorted(final, key=lambda number: (-final[number], index.entries[number].code))
    if not ranked:
        return []
    floor = final[ranked[0]] * CUT
    entries = (index.entries[number] for number in ranked if final[number] >= floor)
    return [entry for entry in entries if entry.is_online or not online_only][:limit]


def _by_code(index: Index, code: str, is_beginning: bool) -> list[Entry]:
    numbers = [index.by_code[known] for known in index.codes if known.startswith(code)]
    if not numbers and not is_beginning:
        return []
    return [index.entries[number] for number in numbers]


def _score(index: Index, asked: Sequence[str]) -> dict[int, float]:
    """Score of the entries that meet the question best, between 0 and 1.

    Rare terms find the entries; frequent ones are only looked up in those found, once enough postings were read.
    """
    words = _worth(index, asked)
    gains = {**words, **_pair_gains(index, asked)}
    scores: dict[int, float] = {}
    met: dict[int, float] = {}
    waiting = sorted(gains, key=index.frequency)
    read = 0
    while waiting and read < POSTINGS_READ:
        term = waiting.pop(0)
        numbers, weights = index.postings(term)
        read += len(numbers)
        gain, is_word = gains[term], term in words
        for number, weight in zip(numbers, weights, strict=True):
            scores[number] = scores.get(number, 0.0) + gain * weight
            if is_word:
                met[number] = met.get(number, 0.0) + gain * (0.4 + 0.06 * weight)
    found = heapq.nlargest(FOUND, scores, key=scores.__getitem__) if waiting else list(scores)
    for term in waiting:
        gain, is_word = gains[term], term in words
        for number in found:
            weight = index.weight(term, number)
            if weight:
                scores[number] += gain * weight
                if is_word:
                    met[number] = met.get(number, 0.0) + gain * (0.4 + 0.06 * weight)
    total, ideal = sum(words.values()) or 1.0, sum(gains.values()) * NAME or 1.0
    near = {number: scores[number] * met.get(number, 0.0) / total / ideal for number in found}
    best = heapq.nlargest(LOOKED_AT * 2, near, key=near.__getitem__)
    return {number: near[number] * (0.35 + 0.65 * index.name_met(number, words)) for number in best}


def _worth(index: Index, asked: Sequence[str]) -> dict[str, float]:
    """Weight of each telling word of the question; of all words where none is."""
    single = dict.fromkeys(asked)
    telling = [word for word in single if word not in query.FILLERS] or list(single)
    return {word: index.rarity(word) for word in telling}


def _pair_gains(index: Index, asked: Sequence[str]) -> dict[str, float]:
    gains: dict[str, float] = {}
    for first, second in pairwise(asked):
        fillers = (first in query.FILLERS) + (second in query.FILLERS)
        if fillers < 2:
            pair = f"{first} {second}"
            gains[pair] = index.rarity(pair) * PAIR * (0.1 if fillers else 1.0)
    return gains


def _keywords(index: Index, number: int, asked: Sequence[str]) -> float:
    """More where the question holds a whole everyday phrase of the pack, the more of the question it covers."""
    phrases = index.keyword_words.get(number)
    if not phrases:
        return 1.0
    held = set(asked)
    whole = sum(index.rarity(word) for word in held if word not in query.FILLERS) or 1.0
    best = 0.0
    for phrase in phrases:
        if phrase <= held:
            best = max(best, sum(index.rarity(word) for word in phrase if word not in query.FILLERS) / whole)
    return 1.0 + 1.5 * min(best, 1.0)


def _run(named: Sequence[str], asked: Sequence[str]) -> float:
    """More where the words of the question stand side by side in the name."""
    if len(asked) < 2:
        return 1.0
    longest = 0
    ends = [0] * (len(asked) + 1)
    for word in named:
        row = [0] * (len(asked) + 1)
        for place, mine in enumerate(asked, start=1):
            if mine == word:
                row[place] = ends[place - 1] + 1
                longest = max(longest, row[place])
        ends = row
    return 1.0 + 0.4 * max(0, longest - 1) / (len(asked) - 1)


# Acts that come after the first one, and rarer cases of it: meant only by those who say so.
_LATER = """
cap lai, cap doi, thu hoi, cham dut, gia han, thay doi, dieu chinh, giai the, dang ky lai, huy bo, dinh chinh, sua doi,
ghi vao so, nuoc ngoai, luu dong, bien gioi, bo sung, tam vang, chuyen doi, sap nhap, hop nhat, tra lai, dung thuc hien
"""
LATER_ACTS = tuple(act.strip() for act in _LATER.replace("\n", " ").split(",") if act.strip())


def _plainness(named: Sequence[str], said: str) -> float:
    """Less for a later act or a special case that the question does not speak of."""
    joined = " ".join(named[:14])
    foreign = sum(1 for act in LATER_ACTS if act in joined and act not in said)
    return 0.85 ** min(foreign, 3)


def _marks(index: Index, number: int, typed: set[str]) -> float:
    """A little more for names that carry the words exactly as typed with marks."""
    if not typed:
        return 1.0
    entry = index.entries[number]
    named = set(f"{entry.name} {entry.plain_name}".lower().replace(",", " ").split())
    return 1.0 + 0.25 * len(typed & named) / len(typed)
