"""Check questions: the one way in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from allears.questionnaires.wording import english
from allears.questionnaires.wording.asked import Asked
from allears.questionnaires.wording.findings import Checked, Finding
from allears.questionnaires.wording.rules import RULES

Find = Callable[[Asked, Sequence[Asked], Sequence[Asked], Collection[str]], Iterator[Finding]]


@dataclass(frozen=True)
class Language:
    """The rules that a language has, by their names in `RULES`, and what looks for them."""

    rules: frozenset[str]
    find: Find


# Another language joins here, with the rules it has.
LANGUAGES = {"en": Language(frozenset(english.CHECKS), english.find)}
ORDER = {name: place for place, name in enumerate(("text", "help", "item", "choice", "low_label", "high_label"))}


def knows(language: str) -> bool:
    """Return whether there are rules for a language tag such as "en" or "en-GB"."""
    return _language(language) in LANGUAGES


def _language(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].casefold()


def check(
    asked: Asked,
    *,
    language: str = "en",
    before: Sequence[Asked] = (),
    after: Sequence[Asked] = (),
    rules: Collection[str] = RULES.keys(),
) -> Checked:
    """Return what `rules` find in one question, in the order of reading.

    `before` and `after` are the questions around it on its page, in order: rows of statements to agree with are found by
    them. `language` is a tag such as "en" or "en-GB"; one without rules finds nothing, and `language_known` says so.
    Takes time in proportion to the text; raises nothing.
    """
    known = LANGUAGES.get(_language(language))
    if known is None:
        return Checked(language_known=False)
    found = sorted(known.find(asked, before, after, rules), key=_place)
    return Checked(language_known=True, findings=tuple(found))


def _place(finding: Finding) -> tuple[int, int, int, int]:
    return ORDER[finding.part], finding.index, finding.start, finding.end


def check_all(page: Sequence[Asked], *, language: str = "en", rules: Collection[str] = RULES.keys()) -> list[Checked]:
    """Return what is found in each question of one page."""
    return [
        check(asked, language=language, before=page[:place], after=page[place + 1 :], rules=rules)
        for place, asked in enumerate(page)
    ]
