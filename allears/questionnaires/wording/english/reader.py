"""A question read once for all English rules: its texts cut into words, and what kind of answers it offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from allears.questionnaires.wording.asked import CHOSEN, Asked
from allears.questionnaires.wording.english import lexicon
from allears.questionnaires.wording.findings import Finding
from allears.questionnaires.wording.words import Text, Word


class Reader:
    """One question, and the ones around it on its page."""

    def __init__(self, asked: Asked, before: Sequence[Asked] = (), after: Sequence[Asked] = ()) -> None:
        self.asked, self.before, self.after = asked, before, after
        self.text, self.help = Text(asked.text), Text(asked.help)

    @cached_property
    def items(self) -> list[Text]:
        return [Text(item) for item in self.asked.items]

    @cached_property
    def labels(self) -> list[Text]:
        """What can be chosen, as labels: choices, or the ends of a scale."""
        ends = (self.asked.low_label, self.asked.high_label)
        return [Text(label) for label in (*self.asked.choices, *(end for end in ends if end))]

    @cached_property
    def stems(self) -> list[tuple[str, int, Text]]:
        """What people answer to: the question, and each row of a matrix."""
        return [("text", 0, self.text), *(("item", place, item) for place, item in enumerate(self.items))]

    @cached_property
    def answered(self) -> list[tuple[str, int, Text]]:
        """What an answer is given to: the rows of a matrix, otherwise the question."""
        return self.stems[1:] or self.stems

    @cached_property
    def is_statement(self) -> bool:
        return self.asked.kind == "statement"

    @cached_property
    def is_chosen(self) -> bool:
        return self.asked.kind in CHOSEN

    @cached_property
    def agrees(self) -> bool:
        """Whether the answers run from agreeing to disagreeing."""
        keys = [{word.key for word in label.words} for label in self.labels]
        return any("disagree" in words for words in keys) and any("agree" in words for words in keys)

    @cached_property
    def yes_no(self) -> bool:
        keys = {label.text.strip().casefold() for label in self.labels}
        return {"yes", "no"} <= keys and len(keys) <= 4

    @cached_property
    def judged(self) -> list[int]:
        """For each label: 1 where it speaks well of something, -1 where badly, 0 otherwise."""
        return [valence(label) for label in self.labels]

    @cached_property
    def rates(self) -> bool:
        """Whether people judge something: by agreeing, on a scale, or with words of praise and blame."""
        if not self.is_chosen or self.asked.kind == "multiple":
            return False
        numbers = sum(label.text.strip().isdigit() for label in self.labels)
        return (
            self.asked.kind == "scale" or self.agrees or sum(map(abs, self.judged)) >= 2
            or (numbers >= 4 and numbers == len(self.labels) and not lexicon.COUNTS.in_(self.text.words))
        )  # fmt: skip

    def offers(self, phrases: lexicon.Phrases) -> bool:
        """Whether a label holds one of `phrases`."""
        return any(phrases.in_(label.words) for label in self.labels)

    def mark(self, rule: str, variant: str, words: Sequence[Word], part: str = "text", index: int = 0, **params: str) -> Finding:
        """Return a finding from the first to the last of `words`."""
        start, end = words[0].start, words[-1].end
        said = self.asked.part(part, index)[start:end]
        return Finding(rule, variant, part, index, start, end, (("words", brief(said)), *sorted(params.items())))

    def mark_all(self, rule: str, variant: str, part: str = "text", index: int = 0, **params: str) -> Iterator[Finding]:
        """Return a finding over a whole part, unless it has no words."""
        words = Text(self.asked.part(part, index)).words
        if words:
            yield self.mark(rule, variant, words, part, index, **params)


def brief(text: str, length: int = 80) -> str:
    """Return `text` on one line, cut with an ellipsis when it is long."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1] + "\u2026"


def valence(label: Text) -> int:
    """Return whether a label praises (1), blames (-1) or does neither (0)."""
    words = [word.key for word in label.words if word.key not in lexicon.INTENSIFIERS]
    if {"neither", "nor"} & set(words):
        return 0
    negated = bool(words) and words[0] == "not"
    said = " ".join(words[1:] if negated else words)
    first = said.split(" ")[0]
    for good, value in ((lexicon.EVALUATIONS_GOOD, 1), (lexicon.EVALUATIONS_BAD, -1)):
        if said in good or (len(label.words) <= 4 and first in good):
            return -value if negated else value
    return 0
