"""What comes out: findings as codes and figures. The sentences for people are made where they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from allears.questionnaires.wording.rules import RULES
from allears.questionnaires.wording.sources import Source


@dataclass(frozen=True)
class Finding:
    """One rule has something to say about one span.

    `part` and `index` say which text (`Asked.part`), `start` and `end` where in it, counted in characters. `params` are
    the words and figures that a sentence about the finding needs.
    """

    rule: str
    variant: str
    part: str
    index: int
    start: int
    end: int
    params: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """Return what names the reason and the suggestion, for instance `leading.expects`."""
        return f"{self.rule}.{self.variant}"

    @property
    def sources(self) -> tuple[Source, ...]:
        return RULES[self.rule].sources


@dataclass(frozen=True)
class Checked:
    """The findings on one question, in the order of reading. Without rules for its language there is none, and
    `language_known` says so.
    """

    language_known: bool
    findings: tuple[Finding, ...] = ()
