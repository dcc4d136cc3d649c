"""A text cut into words and sentences with their places, in time that grows with its length and no faster."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
# One sign at a time: a run of dots with a look ahead would be read again from each of them.
_END = re.compile(r"[.?!](?=\s|$)|[?!](?=[\"'\u201d\u2019)\]])|\n")
# A stop behind these ends no sentence.
_ABBREVIATED = frozenset({"e.g", "i.e", "eg", "ie", "etc", "vs", "dr", "mr", "mrs", "ms", "no", "st", "approx", "incl", "max", "min"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is looked up (lower case, straight apostrophe), as it stands, and where."""

    key: str
    shown: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of a text, the words in it, and the sign it ends with (empty where it just ends)."""

    start: int
    end: int
    words: tuple[Word, ...]
    sign: str

    @property
    def asks(self) -> bool:
        return self.sign == "?"


@dataclass(frozen=True)
class Text:
    """A text with its words and sentences."""

    text: str

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(
            Word(m.group().lower().replace("\u2019", "'"), m.group(), m.start(), m.end())
            for m in _WORD.finditer(self.text)
        )

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[Sentence]:
        place = 0
        for end, sign in [*self._ends(), (len(self.text), "")]:
            first = place
            while place < len(self.words) and self.words[place].start < end:
                place += 1
            if place > first:
                yield Sentence(self.words[first].start, end, self.words[first:place], sign)

    def _ends(self) -> Iterator[tuple[int, str]]:
        for match in _END.finditer(self.text):
            if match.group() != "." or not self._abbreviates(match.start()):
                yield match.end(), match.group()

    def _abbreviates(self, stop: int) -> bool:
        before = self.text[max(0, stop - 8) : stop].lower().split()
        return bool(before) and before[-1].lstrip("(") in _ABBREVIATED


class Phrases:
    """A list of words and phrases to be found among words, longest first."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for phrase in phrases:
            keys = tuple(phrase.split())
            self._by_first[keys[0]].append(keys)
        for known in self._by_first.values():
            known.sort(key=len, reverse=True)

    def find(self, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
        """Return (first, after last) as places in `words`, without overlaps."""
        ended = 0
        for place, word in enumerate(words):
            if place >= ended and word.key in self._by_first:
                length = self.at(words, place)
                if length:
                    ended = place + length
                    yield place, ended

    def at(self, words: Sequence[Word], place: int) -> int:
        """Return how many words the longest phrase that begins at `place` has; 0 for none."""
        for keys in self._by_first.get(words[place].key, ()):
            if all(place + n < len(words) and words[place + n].key == key for n, key in enumerate(keys)):
                return len(keys)
        return 0

    def in_(self, words: Sequence[Word]) -> bool:
        """Return whether any phrase is there."""
        return next(self.find(words), None) is not None
