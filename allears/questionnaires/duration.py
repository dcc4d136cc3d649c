"""How many minutes answering takes: an estimate that people can rely on.

seconds = reading + marking + writing + turning pages, summed over every question, required or not:

- reading: every word shown at 238 words a minute (Brysbaert 2019, "How many words do we read per minute? A
  review and meta-analysis of reading rate", Journal of Memory and Language 109); scripts without spaces at
  255 characters a minute (the same source's figure for Chinese).
- marking: seconds to make up one's mind and mark it (`MARKING`). With the reading of an ordinary question
  this comes to about 10 seconds for a stand-alone question, which is what Pew Research Center measures and
  budgets by ("How we keep our online surveys from running too long", 2022: 85 points, one for each such
  question, in 15 minutes).
- writing: the words that people write (`WRITING`) at 36.2 words a minute, the mean on phones (Palin et al.
  2019, "How do people type on mobile devices?", MobileHCI), after a moment to think.
- turning a page: 2 seconds.

Pure: what comes in is read by attribute, nothing is asked of a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from allears.questionnaires.models import Question, QuestionKind, Section, Version
from allears.questionnaires.structure import pages_of, sections_of

WORDS_READ = 238 / 60
SIGNS_READ = 255 / 60
WORDS_TYPED = 36.2 / 60
PAGE = 2.0

MARKING = {
    QuestionKind.SINGLE: 4.0,
    QuestionKind.MULTIPLE: 4.0,
    QuestionKind.SCALE: 5.0,
    QuestionKind.NUMBER: 7.0,
    QuestionKind.DATE: 9.0,
    QuestionKind.CONSENT: 4.0,
    QuestionKind.FILE: 40.0,
    QuestionKind.STATEMENT: 0.0,
}
# Each further choice of "all that apply" is weighed by itself.
WEIGHING = 0.7
# Seconds for each row of a matrix (the rows after the first go faster than questions of their own: Couper, Traugott and
# Lamias 2001, "Web survey design and administration", Public Opinion Quarterly 65), and for each item to rank, which is
# compared with the others.
EACH = {QuestionKind.MATRIX: 3.5, QuestionKind.RANKING: 4.5}
# Seconds to think, words to write.
WRITING = {QuestionKind.SHORT_TEXT: (4.0, 6), QuestionKind.LONG_TEXT: (12.0, 40)}


def minutes_of(version: Version) -> float:
    """Return the estimate for a whole version, in minutes with one decimal."""
    return minutes_for(sections_of(version))


def minutes_for(sections: Iterable[Section]) -> float:
    """Return the estimate for loaded sections, in minutes with one decimal."""
    return in_minutes(seconds_of_page(section, page) for section in sections for page in pages_of(section))


def in_minutes(seconds: Iterable[float]) -> float:
    """Return the sum of `seconds` in minutes with one decimal."""
    return round(sum(seconds) / 60, 1)


def seconds_of_page(section: Section, questions: Sequence[Question]) -> float:
    """Return the seconds for a page with some of a section's questions; its first one says what the section is about."""
    return PAGE + seconds_of_opening(section, questions) + sum(map(seconds_of, questions))


def seconds_of_opening(section: Section, questions: Sequence[Question]) -> float:
    """Return the seconds for what a section says of itself: on the page with its first question, nowhere else."""
    return reading(section.title) + reading(section.text) if begins(section, questions) else 0.0


def begins(section: Section, questions: Sequence[Question]) -> bool:
    """Whether the page with these of a loaded section's questions is its first one."""
    return not questions or questions[0] == section.questions.all()[0]


def seconds_of(question: Question) -> float:
    """Return the seconds for one question with its choices loaded."""
    choices = list(question.choices.all()) if question.has_list else []
    shown = (
        question.text,
        question.help,
        question.low_label,
        question.high_label,
        *(c.label for c in choices),
    )
    return sum(map(reading, shown)) + _answering(question, len(choices))


def _answering(question: Question, choices: int) -> float:
    kind = QuestionKind(question.kind)
    if kind in WRITING:
        thinking, words = WRITING[kind]
        return thinking + max(1, question.boxes) * words / WORDS_TYPED
    if kind in EACH:
        return EACH[kind] * choices
    return MARKING[kind] + (WEIGHING * choices if kind == QuestionKind.MULTIPLE else 0.0)


def reading(text: str) -> float:
    """Return the seconds it takes to read `text`."""
    signs = sum(1 for sign in text if _stands_alone(sign))
    words = len("".join(" " if _stands_alone(sign) else sign for sign in text).split())
    return words / WORDS_READ + signs / SIGNS_READ


def _stands_alone(sign: str) -> bool:
    """Whether `sign` belongs to a script that is written without spaces between words (Chinese, Japanese,
    Thai).
    """
    return (
        "\u2e80" <= sign <= "\u9fff" or "\u0e00" <= sign <= "\u0eff" or "\U00020000" <= sign <= "\U0003ffff"
    )
