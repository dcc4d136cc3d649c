"""Several choices in one cell: "a;b;c", or "a, b, c" where the labels may hold commas themselves.

Which pieces are labels is learnt from the whole column. A piece that never stands without the same neighbour
is no label of its own, but half of one. What is no label is somebody's own words, and is cut out of the cell
letter by letter, separators inside it included.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from .heads import is_write_in
from .profiles import Profile

SEPARATORS = (";", ", ", ",", "|", "\n")
OPENING, CLOSING = "([{", ")]}"
MARKS = {separator: re.compile(rf"[{re.escape(OPENING + CLOSING)}]|{re.escape(separator)}") for separator in SEPARATORS}
RARE = 0.01  # of the filled cells: seldomer, it is not a label but somebody's own words
MOST_LABELS = 80
LABELS_COVER = 0.75  # of all pieces, if the column is a list of choices
SEVERAL = 0.05  # of the cells hold more than one label
FEW_CELLS = 40  # up to here what comes again and again is not known yet
WRITTEN_OUT = 120  # characters: a choice is hardly longer
BY_HAND = re.compile(r";\s|&#?\w+;")  # or it is no separator at all


@dataclass(slots=True)
class Vocabulary:
    """The labels of a column in the order of the form, how often each was ticked, and what joins them."""

    separator: str
    labels: list[str]
    counts: Counter[str]
    own_words: int = 0


def find_vocabulary(profile: Profile, *, expected: bool = False) -> Vocabulary | None:
    """The labels of a column that joins several choices in a cell; None if it is no such column.

    `expected`: the question invites several answers ("check all that apply"), so a few such cells will do.
    """
    if profile.overflowed:
        return None
    for separator in SEPARATORS if profile.filled >= 3 else ():
        if found := _vocabulary(profile, separator, SEVERAL / 5 if expected else SEVERAL):
            return found
    if not a_tool_joined(profile):
        return None
    lists = [(_pieces(value, ";"), count) for value, count in profile.counts.items()]
    counts = Counter({piece: 0 for pieces, _ in lists for piece in pieces})
    for pieces, count in lists:
        counts.update(dict.fromkeys(pieces, count))
    return Vocabulary(";", _form_order(lists, set(counts), counts), counts)


def a_tool_joined(profile: Profile) -> bool:
    """Whether the few cells of a column are choices that a tool joined: people write a space after a semicolon."""
    if profile.overflowed or profile.filled > FEW_CELLS or any(BY_HAND.search(value) for value in profile.counts):
        return False
    pieces = {piece for value in profile.counts for piece in _pieces(value, ";")}
    joined = sum(count for value, count in profile.counts.items() if ";" in value)
    return joined >= 2 and len(pieces) > 1 and max(map(len, pieces)) <= WRITTEN_OUT


class Cutter:
    """Cuts cells into the labels they hold and the words they hold besides."""

    def __init__(self, labels: dict[str, int], separator: str) -> None:
        self.labels, self.separator = labels, separator
        self.longest = 1 + max((label.count(separator) for label in labels), default=0)

    def cut(self, cell: str) -> tuple[list[int], str]:
        """(positions of the labels, what else the cell says); the longest label that fits wins.

        What else it says is one stretch of the cell, letter for letter, from the first piece that is no label
        to the last one: if somebody's own words hold a label in their middle, they still stand as written.
        """
        pieces = cell.split(self.separator)
        found: list[int] = []
        others: list[int] = []
        start = 0
        while start < len(pieces):
            size = self._label_at(pieces, start, found)
            if not size and pieces[start].strip():
                others.append(start)
            start += size or 1
        words = self.separator.join(pieces[others[0] : others[-1] + 1]) if others else ""
        return list(dict.fromkeys(found)), words

    def _label_at(self, pieces: list[str], start: int, found: list[int]) -> int:
        """How many pieces the label at `start` takes, noted in `found`; 0 if none stands there."""
        for end in range(min(len(pieces), start + self.longest), start, -1):
            position = self.labels.get(self.separator.join(pieces[start:end]).strip())
            if position is not None:
                found.append(position)
                return end - start
        return 0


def _vocabulary(profile: Profile, separator: str, several: float) -> Vocabulary | None:
    filled = profile.filled
    lists = [(_pieces(value, separator), count) for value, count in profile.counts.items()]
    if sum(count for pieces, count in lists if len(pieces) > 1) < max(2, several * filled):
        return None
    lists = _without_halves(lists, separator)
    counts: Counter[str] = Counter()
    for pieces, count in lists:
        for piece in set(pieces):
            counts[piece] += count
    frequent = {p for p, count in counts.items() if count >= max(2, RARE * filled) or is_write_in(p)}
    covered = sum(counts[piece] for piece in frequent)
    total = sum(counts.values())
    if len(profile.counts) <= len(frequent):
        return None  # as many sentences as pieces: the commas belong to the sentences
    if not 2 <= len(frequent) <= MOST_LABELS or covered < LABELS_COVER * total:
        return None
    if not _recombine(lists, frequent, several * filled):
        return None
    return Vocabulary(separator, _form_order(lists, frequent, counts), counts, total - covered)


def _recombine(lists: list[tuple[list[str], int]], frequent: set[str], enough: float) -> bool:
    """Choices are lists if they come in several combinations; one sentence with a comma does not."""
    together = [(frozenset(pieces) & frequent, count) for pieces, count in lists]
    several = {combination for combination, _ in together if len(combination) > 1}
    share = sum(count for combination, count in together if len(combination) > 1)
    parts = {piece for combination in several for piece in combination}
    alone = {piece for combination, _ in together if len(combination) == 1 for piece in combination}
    return share >= enough and (len(several) > len(parts) / 2 or bool(parts & alone))


def _pieces(value: str, separator: str) -> list[str]:
    """A value cut at its separators, but never inside brackets."""
    pieces, depth, start = [], 0, 0
    for mark in MARKS[separator].finditer(value) if separator in value else ():
        letter, index = mark[0], mark.start()
        if letter in OPENING:
            depth += 1
        elif letter in CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and not _in_figure(value, separator, index):
            pieces.append(value[start:index].strip())
            start = mark.end()
    pieces.append(value[start:].strip())
    return [piece for piece in pieces if piece]


def _in_figure(value: str, separator: str, index: int) -> bool:
    """Whether the comma at `index` stands inside a number such as 1,000."""
    return separator == "," and value[max(0, index - 1) : index].isdigit() and value[index + 1 : index + 2].isdigit()


def _without_halves(lists: list[tuple[list[str], int]], separator: str) -> list[tuple[list[str], int]]:
    """Lists in which pieces that only ever stand side by side are one piece."""
    for _ in range(8):
        halves = _halves(lists)
        if not halves:
            return lists
        lists = [(_merged(pieces, halves, separator), count) for pieces, count in lists]
    return lists


def _halves(lists: list[tuple[list[str], int]]) -> set[tuple[str, str]]:
    alone: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for pieces, count in lists:
        for piece in pieces:
            alone[piece] += count
        for pair in pairwise(pieces):
            pairs[pair] += count
    return {pair for pair, count in pairs.items() if _belong(pair, count, alone)}


def _belong(pair: tuple[str, str], count: int, alone: Counter[str]) -> bool:
    first, second = pair
    goes_on = second[:1].islower() or second.startswith(("or ", "and ", "o ", "y ", "und ", "ou "))
    if goes_on and count >= 2:
        return count >= 0.97 * alone[second] and count >= 0.9 * alone[first]
    return count >= 8 and count >= 0.995 * max(alone[first], alone[second])


def _merged(pieces: list[str], halves: set[tuple[str, str]], separator: str) -> list[str]:
    merged: list[str] = []
    last = ""
    for piece in pieces:
        if merged and (last, piece) in halves:
            merged[-1] += separator + piece
        else:
            merged.append(piece)
        last = piece
    return merged


def _form_order(lists: list[tuple[list[str], int]], frequent: set[str], counts: Counter[str]) -> list[str]:
    """Labels in the order in which the form offered them, as far as the cells still tell it."""
    before: Counter[tuple[str, str]] = Counter()
    for pieces, count in lists:
        known = [piece for piece in pieces if piece in frequent]
        for place, first in enumerate(known):
            for second in known[place + 1 :]:
                before[first, second] += count
    left, order = sorted(frequent, key=lambda label: (-counts[label], label)), []
    while left:
        following = min(left, key=lambda label: sum(before[other, label] > before[label, other] for other in left))
        order.append(following)
        left.remove(following)
    return order
