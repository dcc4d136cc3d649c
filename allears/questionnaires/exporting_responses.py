"""responses.csv: a row for each response, a column for each question, box and choice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from allears.people.models import Person
from allears.questionnaires.dialects import ABOUT
from allears.questionnaires.exporting_cells import Columns, Said, cells, columns_of
from allears.questionnaires.exporting_rows import chunks, refs_of, same
from allears.questionnaires.models import Answer, Choice, Question, QuestionKind, Response, SentFile
from allears.questionnaires.structure import questions_in, sections_of, versions_of
from allears.studies.models import Study

# No joins: what they would bring is fetched for a chunk at a time.
RESPONSE = ("pk", "ref", "person_id", "language", "started_at", "submitted_at", "version_id", "day_known")
ANSWER = ("response_id", "question_id", "box", "choice_id", "number", "text", "verbatim_id", "verbatim__text")
Told = Callable[[int], None]
NOTHING: dict[str, list[Said]] = {}
THE_END = (sys.maxsize, NOTHING)


def responses_csv(study: Study, told: Told = lambda rows: None) -> Iterator[str]:
    """responses.csv as a stream of lines, the headings first; `told` hears how many responses have left."""
    columns = _columns_of(study)
    keys, labels = _keys_of(study), _labels_of(study)
    numbers = dict(versions_of(study).values_list("pk", "number"))
    yield cells([*ABOUT, *(heading for column in columns for heading in column.headings)]) + "\r\n"
    done = 0
    responses = Response.objects.filter(study=study)
    for chunk in chunks(responses.values_list(*RESPONSE)):
        these = same(responses, chunk)
        people, answers = refs_of(Person, these.values("person")), _answers_of(these, keys, labels)
        for (_pk, ref, person, language, began, sent, version, day_known), given in beside(chunk, answers):
            about = _about(ref, people.get(person, ""), language, began, sent, numbers[version], day_known)
            yield ",".join([about, *[column.read(given.get(column.key)) for column in columns]]) + "\r\n"
        done += len(chunk)
        told(done)


def questions_of(study: Study) -> list[Question]:
    """Every question that any version asks, without statements, in the newest version that does."""
    questions: dict[str, Question] = {}
    for version in versions_of(study).filter(published_at__isnull=False):
        for question in questions_in(sections_of(version)):
            if question.kind != QuestionKind.STATEMENT:
                questions.setdefault(str(question.key), question)
    return list(questions.values())


def files_sent(study: Study) -> QuerySet[SentFile]:
    """What people sent with their answers, in its order."""
    return SentFile.objects.filter(response__study=study).order_by("pk")


def file_name(ref: str, name: str) -> str:
    """Return what a sent file is called in an export: no two are called the same."""
    return f"{ref}-{name}"


def beside(chunk: list[tuple[Any, ...]], answers: Iterator[tuple[int, Any]]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each response with its answers; both come in the order of its id."""
    response, given = next(answers, THE_END)
    for row in chunk:
        while response < row[0]:  # answered already, or its response came after the chunk was read
            response, given = next(answers, THE_END)
        yield row, given if response == row[0] else NOTHING


def _columns_of(study: Study) -> list[Columns]:
    sent = {pk: file_name(ref, name) for pk, ref, name in files_sent(study).values_list("pk", "ref", "name")}
    return [columns_of(question, sent) for question in questions_of(study)]


def _about(
    ref: str, person: str, language: str, began: datetime, sent: datetime | None, version: int, day_known: bool
) -> str:
    """No moments where only that of the import is known: who reads the file would take them for those of the answers."""
    moments = [at.isoformat() if at and day_known else "" for at in (began, sent)]
    return cells([ref, person, "complete" if sent else "partial", language, *moments, str(version), "yes" if day_known else "no"])


def _keys_of(study: Study) -> dict[int, str]:
    """The key of every question that the study ever asked, by id."""
    asked = Question.objects.filter(version__questionnaire__study=study)
    return {pk: str(key) for pk, key in asked.values_list("pk", "key")}


def _labels_of(study: Study) -> dict[int, str]:
    """The wording of every choice that the study ever offered, by id."""
    offered = Choice.objects.filter(question__version__questionnaire__study=study)
    return dict(offered.values_list("pk", "label"))


def _answers_of(
    responses: QuerySet[Response], keys: dict[int, str], labels: dict[int, str]
) -> Iterator[tuple[int, dict[str, list[Said]]]]:
    """The answers of some responses by question, with the id of each response that has any, in one query.

    One after the other: kept for all of them, Python would walk through them again and again in search of cycles.
    """
    # By the ids themselves: "question" alone would be in the order of its pages, which takes two joins and a sort.
    rows = Answer.objects.filter(response__in=responses).order_by("response_id", "question_id", "box")
    for response, answers in groupby(rows.values_list(*ANSWER), itemgetter(0)):
        given: dict[str, list[Said]] = {}
        for _response, question, box, choice, number, text, verbatim, words in answers:
            said = (box, None if choice is None else labels[choice], number, words if verbatim else text)
            given.setdefault(keys[question], []).append(said)
        yield response, given
