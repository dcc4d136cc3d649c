"""What one person answered, question by question, in every study: for their own page. Only reading.

What is in the ledger is read from there: what was taken back has no words here either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allears.core.languages import Foreign
from allears.people.models import Person
from allears.people.queries import all_of
from allears.questionnaires import answering_logic as logic
from allears.questionnaires.answering_asked import Asked, Asking, Cell, Given, asking
from allears.questionnaires.answering_review import in_words
from allears.questionnaires.models import Answer, EarlierAnswer, Response, SentFile
from allears.studies.models import Study
from allears.studies.translating import languages_of
from allears.verbatims.models import Verbatim


@dataclass(frozen=True)
class Stand:
    """An answer as it stood from a moment on: words as they were written ("": taken back), parts of a list, files."""

    at: datetime
    words: list[str]
    parts: list[str]
    files: list[SentFile]


@dataclass(frozen=True)
class OwnAnswer:
    """A question as this person read it, what they answer, and what they answered before, oldest first."""

    source: int | None  # where their words are kept in the ledger, if it asks for words
    asked: str
    now: Stand | None  # None: they took it back
    before: list[Stand]


@dataclass(frozen=True)
class OwnResponse:
    """All that somebody answered in one study; not sent yet where `sent_at` is None."""

    study: Study
    sent_at: datetime | None
    answers: list[OwnAnswer]
    dated: bool = True  # else it was brought from elsewhere at that time, and nobody knows when it was given


@dataclass(frozen=True)
class _Reader:
    first_name: str
    person_id: int | None


def answered_by(person: Person, language: str) -> list[OwnResponse]:
    """Return what `person` answered, the newest response first, as a page in `language` asks it. As many queries for
    one as for many, once the versions are known; where words in a question differ from person to person, some for each
    response more.
    """
    responses = list(
        Response.objects.filter(person__in=all_of(person)).select_related("study").order_by("-started_at", "-pk")
    )
    kept = _Kept([response.pk for response in responses])
    return [
        OwnResponse(one.study, one.submitted_at, answers, one.day_known)
        for one in responses
        if (answers := list(_answers(one, language, kept, _Reader(person.first_name, person.pk))))
    ]


def file_of(person: Person, ref: str) -> SentFile | None:
    """Return the file that `person` sent under `ref`, if they did."""
    return SentFile.objects.filter(response__person__in=all_of(person), ref=ref).first()


def _asked_in(response: Response, language: str) -> Asking:
    study = response.study
    translated = language != study.language and language in languages_of(study)
    return asking(response.version_id, *((language, study.wording) if translated else ("", 0)))


def _marked(words: str, study: Study, language: str) -> str:
    """Words of a study that stand as they were written on a page in a `language` that it does not offer say so."""
    return words if language in languages_of(study) else Foreign(words, study.language)


class _Kept:
    """What the database holds of these responses: a query a table."""

    def __init__(self, responses: Sequence[int]) -> None:
        earlier = EarlierAnswer.objects.filter(response__in=responses).order_by("pk")
        rows = list(earlier.values_list("response_id", "question_id", "value", "given_at"))
        said = {part.get("verbatim") for _response, _question, value, _at in rows for part in value} - {None}
        words = dict(Verbatim.objects.filter(pk__in=said).values_list("pk", "text"))
        self.now: dict[tuple[int, int], tuple[datetime, Given]] = {}
        self.before: dict[tuple[int, int], list[tuple[datetime, Given]]] = {}
        self.files = {file.pk: file for file in SentFile.objects.filter(response__in=responses)}
        for response, question, value, at in rows:
            given = tuple(_cell(part, words) for part in value)
            self.before.setdefault((response, question), []).append((at, given))
        for row in Answer.objects.filter(response__in=responses).select_related("verbatim").order_by("box"):
            place = (row.response_id, row.question_id)
            text = row.verbatim.text if row.verbatim else row.text
            _at, given = self.now.get(place, (row.at, ()))
            self.now[place] = (row.at, (*given, Cell(row.box, row.choice_id, row.number, text)))

    @property
    def names(self) -> dict[int, str]:
        return {pk: file.name for pk, file in self.files.items()}


def _cell(part: dict[str, Any], words: dict[int, str]) -> Cell:
    said = part.get("words") or words.get(part.get("verbatim", 0), "")
    return Cell(part["box"], part.get("choice"), part.get("number"), said)


def _answers(response: Response, language: str, kept: _Kept, reader: _Reader) -> Iterator[OwnAnswer]:
    asked = _asked_in(response, language)
    given = {question: said for (of, question), (_at, said) in kept.now.items() if of == response.pk}
    read = logic.reading(asked.pages, asked, reader, given)
    for question in asked.questions():
        now = kept.now.get((response.pk, question.id))
        before = kept.before.get((response.pk, question.id), [])
        if now or before:
            stood = [_stand(question, *one, kept) for one in before]
            text = _marked(read(question.text), response.study, language)
            yield OwnAnswer(question.source_id, text, now and _stand(question, *now, kept), stood)


def _stand(question: Asked, at: datetime, given: Given, kept: _Kept) -> Stand:
    if question.kind == "file":
        numbers = [int(cell.number or 0) for cell in given]
        return Stand(at, [], [], [kept.files[number] for number in numbers if number in kept.files])
    words, parts = in_words(question, given, kept.names)
    return Stand(at, words, parts, [])
