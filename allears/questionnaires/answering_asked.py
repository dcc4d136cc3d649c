"""What a version asks, read once and kept: published versions never change, so each process reads each only
once; in another language once for each state of its translations.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from allears.questionnaires.duration import PAGE, begins, in_minutes, seconds_of, seconds_of_opening
from allears.questionnaires.logic import Rule
from allears.questionnaires.models import OPEN_KINDS, Choice, Question, QuestionKind, Section, Version
from allears.questionnaires.structure import pages_of, sections_of
from allears.questionnaires.translatable import PARTS, choice_key, key_of
from allears.studies.piping import Pipe, pipes_in
from allears.studies.translating import Words, words_of

MOST_KEPT = 200  # versions, each language by itself
MOST_SHOWN = 101  # steps: more than can be published, and as many as others' scales from 0 to 100 have
Told = Callable[[str, str], str]


class Cell(NamedTuple):
    """One value of an answer, as one row holds it: see `models.Answer`."""

    box: int
    choice: int | None = None
    number: float | None = None
    text: str = ""


# What somebody answered to one question; empty: nothing.
Given = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice."""

    id: int
    key: str
    position: int
    label: str
    asks_text: bool
    exclusive: bool = False
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question."""

    id: int
    key: str
    kind: str
    text: str
    help: str
    required: bool
    minimum: float | None
    maximum: float | None
    low_label: str
    high_label: str
    boxes: int
    source_id: int | None
    choices: tuple[Offered, ...]
    code: str = ""
    rule: Rule | None = None
    preset: str = ""
    shuffled: bool = False
    purpose: str = ""
    accepts: str = ""
    seconds: float = 0.0  # that answering it takes; see `duration`

    @property
    def name(self) -> str:
        """What its fields' names begin with."""
        return f"q{self.id}"

    @property
    def is_open(self) -> bool:
        return self.kind in OPEN_KINDS

    @property
    def places(self) -> range:
        """The places that a ranking gives: all of them, or the first few only."""
        count = len(self.choices)
        return range(1, (count if self.maximum is None else max(1, min(count, int(self.maximum)))) + 1)

    @property
    def steps(self) -> range:
        """The steps of a scale: one at least, and of one that is drafted too long its beginning."""
        first = int(self.minimum or 0)
        last = int(10 if self.maximum is None else self.maximum)
        return range(first, min(max(first, last), first + MOST_SHOWN - 1) + 1)


@dataclass(frozen=True, slots=True)
class Page:
    """A section, or a part of one; `minutes` are those from here to the end."""

    title: str
    text: str
    minutes: float
    questions: tuple[Asked, ...]
    is_piped: bool = False  # words that differ from person to person stand in its texts
    whole: bool = True  # shown also when no question is on it
    section: int = 0  # which one of those that were read
    opening: float = 0.0  # seconds that it takes to read what the section says of itself

    @property
    def seconds(self) -> float:
        """How long the page takes; see `duration`."""
        return PAGE + self.opening + sum(question.seconds for question in self.questions)

    @property
    def texts(self) -> list[str]:
        """The texts in which such words may stand, in order."""
        return [self.text, *(text for question in self.questions for text in (question.text, question.help))]

    @property
    def pipes(self) -> list[Pipe]:
        """The places for such words, in the order in which they stand."""
        return [pipe for text in self.texts for pipe in pipes_in(text)] if self.is_piped else []

    @property
    def is_shuffled(self) -> bool:
        """Whether something on it stands in another order for each person."""
        return any(question.shuffled for question in self.questions)

    @property
    def takes_files(self) -> bool:
        """Whether something on it asks for files."""
        return any(question.kind == "file" for question in self.questions)


@dataclass(frozen=True, slots=True)
class Asking:
    """A whole version."""

    version_id: int
    pages: tuple[Page, ...]
    consents: tuple[Asked, ...] = ()
    reviewed: bool = False  # all answers are looked through before they are sent
    is_ruled: bool = False  # not everybody is asked everything
    looks_at_people: bool = False  # a rule looks at facets
    words: Words | None = None  # of the language it is asked in, unless it is the one it was written in
    wording: int = 0

    def questions(self) -> Iterator[Asked]:
        for page in self.pages:
            yield from page.questions


_kept: dict[tuple[int, str, int], Asking] = {}
_lock = threading.Lock()


def asking(version_id: int, language: str = "", wording: int = 0) -> Asking:
    """Return what a published version asks, as it was written or in another `language`.

    `wording` is the study's count of changed translations: with a new one they are read anew.
    """
    key = (version_id, language, wording)
    found = _kept.get(key)
    if found is None:
        found = _read(*key)
        with _lock:
            while len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = found
    return found


def _read(version_id: int, language: str, wording: int) -> Asking:
    version = Version.objects.select_related("questionnaire__study").get(pk=version_id)
    words = words_of(version.questionnaire.study, language) if language else None
    return replace(read(version, words), wording=wording)


def forget() -> None:
    """Forget what was read: tests begin each with an empty database, in which the same numbers name other
    versions.
    """
    _kept.clear()


def read(version: Version, words: Words | None = None, sections: Sequence[Section] | None = None) -> Asking:
    """Return what `version` asks now, be it a draft, in the language of `words` if there are any; a page without
    anything on it is left out. `sections`: loaded ones to read in place of those that are saved.
    """
    loaded = sections_of(version) if sections is None else sections
    sections = [s for s in loaded if s.questions.all() or s.title or s.text]
    told = words.told if words else _as_written
    parts = [(section, questions) for section in sections for questions in pages_of(section)]
    made = [replace(_page(*part, told), section=sections.index(part[0])) for part in parts]
    seconds = [page.seconds for page in made]
    pages = tuple(replace(page, minutes=in_minutes(seconds[at:])) for at, page in enumerate(made))
    questions = [question for page in pages for question in page.questions]
    rules = [question.rule for question in questions if question.rule]
    return Asking(
        version.pk,
        pages,
        reviewed=version.reviewed,
        consents=tuple(question for question in questions if question.kind == "consent"),
        is_ruled=bool(rules),
        looks_at_people=any(rule.facets for rule in rules),
        words=words,
    )


def _as_written(_key: str, source: str) -> str:
    return source


def _page(section: Section, asked: Sequence[Question], told: Told) -> Page:
    """A page that does not know yet how many minutes are left on it."""
    questions = tuple(_asked(question, told) for question in asked)
    text = section.text if begins(section, asked) else ""
    page = Page(told("page.title", section.title), told("page.text", text), 0.0, questions)
    return replace(page, is_piped=any(map(pipes_in, page.texts)), opening=seconds_of_opening(section, asked))


def _asked(question: Question, told: Told) -> Asked:
    text, help_, low, high = (told(key_of(question.key, part), getattr(question, part)) for part in PARTS)
    choices = question.choices.all() if question.has_list else ()
    return Asked(
        id=question.pk,
        key=str(question.key),
        kind=QuestionKind(question.kind).value,
        text=text,
        help=help_,
        required=question.required,
        minimum=question.minimum,
        maximum=question.maximum,
        low_label=low,
        high_label=high,
        boxes=max(1, question.boxes) if question.is_open or question.kind == QuestionKind.FILE else 1,
        source_id=question.source_id,
        code=question.code,
        rule=question.rule,
        choices=tuple(_offered(choice, told) for choice in choices),
        preset=question.preset,
        shuffled=question.shuffled,
        purpose=question.purpose,
        accepts=question.accepts,
        seconds=seconds_of(question),
    )


def _offered(choice: Choice, told: Told) -> Offered:
    label = told(choice_key(choice.key), choice.label)
    return Offered(
        choice.pk, str(choice.key), choice.position, label, choice.asks_text, choice.exclusive, choice.anchored
    )
