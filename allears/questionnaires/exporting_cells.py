"""A question in responses.csv: the columns that it has, and how the answers to it stand in them.

Cells are harmless in a spreadsheet program (`allears.core.tables.safe_cell`), and written as the csv module would write
them, in a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from allears.core.tables import safe_cell
from allears.questionnaires.calendar import date_of
from allears.questionnaires.dialects import OWN_WORDS
from allears.questionnaires.models import Question, QuestionKind

# One answer: the box, the choice's wording, the number, the words.
Said = tuple[int, str | None, float | None, str]
Read = Callable[[list[Said]], str]


@dataclass(frozen=True)
class Columns:
    """The columns of one question: their headings, and how its answers are read as what stands in the file."""

    key: str
    headings: list[str]
    answered: Read

    def read(self, given: list[Said] | None) -> str:
        """The cells with commas between them; as many without an answer."""
        return self.answered(given) if given else "," * (len(self.headings) - 1)


def columns_of(question: Question, sent: dict[int, str]) -> Columns:
    """The columns of `question`; `sent` has what files that people sent are called in the export."""
    headings, answered = _by_kind(question, sent)
    if question.has_choices and any(choice.asks_text for choice in question.choices.all()):
        headings, answered = [*headings, OWN_WORDS], partial(_with_own_words, answered=answered)
    text = question.text
    return Columns(str(question.key), [text if name is None else f"{text} [{name}]" for name in headings], answered)


def cells(texts: Iterable[str]) -> str:
    """Cells as they stand in the file, with commas between them."""
    return ",".join([cell(text) for text in texts])


def cell(text: str) -> str:
    # What begins with a letter or a figure is never risky; most cells do.
    safe = text if not text or text[0].isalnum() else safe_cell(text)
    if "," in safe or '"' in safe or "\n" in safe or "\r" in safe:
        return '"' + safe.replace('"', '""') + '"'
    return safe


_label = lru_cache(maxsize=4096)(cell)  # the same few again and again


def _by_kind(question: Question, sent: dict[int, str]) -> tuple[Sequence[str | None], Read]:
    """What stands in brackets in each heading (None: nothing, the question has one column), and the reading."""
    labels = [choice.label for choice in question.choices.all()]
    if question.is_open:
        boxes = question.boxes
        return [str(box + 1) for box in range(boxes)] if boxes > 1 else [None], partial(_words, boxes=boxes)
    if question.kind == QuestionKind.MULTIPLE:
        return labels, partial(_ticked, labels=labels)
    if question.has_list and not question.has_choices:
        return labels, partial(_given_to, labels=labels)
    if question.kind == QuestionKind.FILE:
        return [None], partial(_files, sent=sent)
    return [None], _day if question.kind == QuestionKind.DATE else _value


def _words(given: list[Said], boxes: int) -> str:
    texts = {box: text for box, label, _number, text in reversed(given) if label is None}
    return cells(texts.get(box, "") for box in range(boxes))


def _ticked(given: list[Said], labels: list[str]) -> str:
    chosen = {label for _box, label, _number, _text in given}
    return ",".join(["1" if label in chosen else "0" for label in labels])


def _given_to(given: list[Said], labels: list[str]) -> str:
    """The step of each of a matrix's rows, or the place of each ranked item."""
    numbers = {label: f"{n:.15g}" for _box, label, n, _text in reversed(given) if n is not None}
    return ",".join([numbers.get(label, "") for label in labels])


def _value(given: list[Said]) -> str:
    _box, label, number, _text = given[0]
    if label is not None:
        return _label(label)
    return "" if number is None else f"{number:.15g}"


def _files(given: list[Said], sent: dict[int, str]) -> str:
    """The files' names, one a line, as they lie in the export's folder `files`."""
    return cell("\n".join(sent.get(int(number or 0), "") for _box, _label, number, _text in given))


def _day(given: list[Said]) -> str:
    number = given[0][2]
    return "" if number is None else date_of(number).isoformat()


def _with_own_words(given: list[Said], answered: Read) -> str:
    """Also words beside a choice that was not made: they were said."""
    return answered(given) + "," + cell("\n".join([text for _box, _label, _number, text in given if text]))
