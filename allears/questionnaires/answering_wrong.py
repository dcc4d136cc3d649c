"""What reading a form needs everywhere: its fields, and what is said where an answer cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allears.questionnaires.answering_asked import Asked, Given

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer could not be taken, or what is missing; `field` is the id of the control to go to."""

    question: Asked
    field: str
    words: str
    # A field that the page carries when it is shown again: whoever posts it has seen `words` and means what they say.
    again: str = ""
    # What counts if they leave now: what was typed can be taken, only perhaps it was not meant.
    kept: Given = ()


def in_order(questions: Iterable[Asked], wrong: Sequence[Wrong]) -> list[Wrong]:
    """Return `wrong` in the order in which the `questions` of its page are asked."""
    places = {question.id: place for place, question in enumerate(questions)}
    return sorted(wrong, key=lambda one: places.get(one.question.id, len(places)))
