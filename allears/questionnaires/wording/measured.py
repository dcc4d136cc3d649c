"""How often each rule was right about real questions: counted from judgements made by hand.

`judgements.csv` holds a line a finding: a digest of what was asked, the rule, the span, whether a reader of the whole
question found the finding right, and whether the question was among those looked at while the rules were written.
`judgements_rare.csv` holds the same of further questionnaires, for rules that had hardly found anything. The questions
themselves are not there; their licences differ.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from allears.questionnaires.statistics import wilson
from allears.questionnaires.wording.asked import Asked
from allears.questionnaires.wording.findings import Finding
from allears.questionnaires.wording.rules import RULES

# Below this share of right findings a rule is silent until somebody switches it on.
GOOD_ENOUGH = 0.8
FEWEST = 5  # judged findings; of a rule with fewer nobody knows how often it is right
OF_ALL, OF_RARE = "judgements.csv", "judgements_rare.csv"
COLUMNS = ("asked", "rule", "variant", "part", "index", "start", "end", "verdict", "looked_at")


@dataclass(frozen=True)
class Measured:
    """How many findings of a rule were judged, and how many of them were right: in questions that nobody had looked at
    while the rules were written, and in those that had been, where the others gave fewer than ten.
    """

    rule: str
    right: int
    judged: int
    right_before: int = 0
    judged_before: int = 0

    @property
    def precision(self) -> float | None:
        """Return the share of right findings; None where too few were judged to measure it."""
        return self.right / self.judged if self.judged >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the precision, by Wilson's score; None where too few were judged."""
        if self.judged < FEWEST:
            return None
        found = wilson(self.right, self.judged)
        return found.low, found.high

    @property
    def percents(self) -> tuple[int, int, int]:
        """Return the precision and the ends of its interval as whole percents; zeros where too few were judged."""
        share, ends = self.precision, self.interval
        return (round(100 * share), round(100 * ends[0]), round(100 * ends[1])) if share is not None and ends else (0, 0, 0)

    @property
    def found_nothing(self) -> bool:
        """Return whether there was nothing to judge in any question that was read."""
        return not self.judged + self.judged_before

    @property
    def on_by_default(self) -> bool:
        """Return whether the rule was measured and was right often enough, in questions that were new to it and also with
        those counted in that were not; or whether it found nothing at all, and so disturbed nobody.
        """
        if self.found_nothing:
            return True
        everything = self.judged + self.judged_before
        often = self.precision is not None and self.precision >= GOOD_ENOUGH
        return often and self.right + self.right_before >= GOOD_ENOUGH * everything


def digest(asked: Asked) -> str:
    """Return what stands for a question in the judgements: 16 hexadecimal digits over its texts."""
    said = "\x1f".join([asked.kind, *(text for _part, _index, text in asked.parts())])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def line_of(asked: Asked, finding: Finding, verdict: str, looked_at: bool = False) -> tuple[str, ...]:
    """Return the line of a judgement ("right" or "wrong") for `COLUMNS`."""
    where = (finding.part, str(finding.index), str(finding.start), str(finding.end))
    return (digest(asked), finding.rule, finding.variant, *where, verdict, "yes" if looked_at else "")


def measure(lines: Iterable[tuple[str, str, str]]) -> dict[str, Measured]:
    """Return what lines of (rule, verdict, looked at) come to, by rule, in the order of `RULES`."""
    counts = {code: [0, 0, 0, 0] for code in RULES}
    for rule, verdict, looked_at in lines:
        if rule in counts:
            place = 2 if looked_at else 0
            counts[rule][place] += verdict == "right"
            counts[rule][place + 1] += 1
    return {code: Measured(code, *found) for code, found in counts.items()}


def judgements() -> Iterator[dict[str, str]]:
    """Return the judgements that come with this library."""
    for name in (OF_ALL, OF_RARE):
        with (files(__package__) / name).open(encoding="utf-8") as kept:
            yield from csv.DictReader(kept)


@cache
def measured() -> dict[str, Measured]:
    """Return each rule's standing by the judgements that come with this library."""
    return measure((row["rule"], row["verdict"], row["looked_at"]) for row in judgements())


@cache
def on_by_default() -> frozenset[str]:
    """Return the rules that speak unless somebody switches them off."""
    return frozenset(code for code, standing in measured().items() if standing.on_by_default)
