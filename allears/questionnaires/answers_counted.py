"""Answers counted in the database over their covering indexes, in few queries for all questions together."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from allears.people.models import Facet, PersonFacet
from allears.questionnaires.models import Answer, Question, QuestionKind

Counted = dict[str, list[Any]]  # rows of ids, values and counts, in a shape that JSON can hold


def count_answers(rows: list[Question], answers: QuerySet[Answer], *by: str) -> Counted:
    """Return how many of these answers gave what to each row of a question; `by`: what stands before in each, and tells them
    apart.
    """
    ids = {kind: [row.pk for row in rows if row.kind == kind] for kind in QuestionKind}
    choosing = ids[QuestionKind.SINGLE] + ids[QuestionKind.MULTIPLE]
    counting = ids[QuestionKind.SCALE] + ids[QuestionKind.NUMBER] + ids[QuestionKind.DATE] + ids[QuestionKind.CONSENT]
    listing = ids[QuestionKind.MATRIX] + ids[QuestionKind.RANKING]
    several = ids[QuestionKind.MULTIPLE] + ids[QuestionKind.SHORT_TEXT] + ids[QuestionKind.LONG_TEXT] + ids[QuestionKind.FILE]
    chosen, numbered = answers.filter(choice__isnull=False).order_by(), answers.filter(number__isnull=False).order_by()
    people = answers.filter(question__in=several + listing).order_by().values_list(*by, "question_id")
    return {
        "choices": _each(chosen.filter(question__in=choosing).values_list(*by, "question_id", "choice_id")),
        "numbers": _each(numbered.filter(question__in=counting).values_list(*by, "question_id", "number")),
        "listed": _each(numbered.filter(question__in=listing, choice__isnull=False).values_list(*by, "choice_id", "number")),
        # Where one response may have several rows: how many responses there are.
        "people": [[*row] for row in people.annotate(n=Count("response", distinct=True))],
    }


def _each(rows: QuerySet[Answer, Any]) -> list[list[Any]]:
    return [[*row] for row in rows.annotate(n=Count("*"))]


def count_by_value(rows: list[Question], facet: Facet) -> dict[str, Counted]:
    """Return the same for those with each value of a facet, by its key."""
    stays = Coalesce("response__person__merged_into", "response__person")
    theirs = PersonFacet.objects.filter(facet=facet, person=OuterRef("stays")).values("value__key")
    answers = Answer.objects.filter(question__in=rows, response__person__isnull=False)
    valued = answers.annotate(stays=stays, having=Subquery(theirs[:1])).filter(having__isnull=False)
    found: dict[str, Counted] = defaultdict(lambda: {"choices": [], "numbers": [], "listed": [], "people": []})
    for name, lines in count_answers(rows, valued, "having").items():
        for value, *line in lines:
            found[value][name].append(line)
    return found


class Counts:
    """What was counted, by the ids of questions and choices."""

    def __init__(self, counted: dict[str, Any]) -> None:
        self.choices, self.numbers, self.listed = (_by_first(counted[name]) for name in ("choices", "numbers", "listed"))
        self.people = dict(counted["people"])

    def answered(self, question: Question) -> int:
        """How many responses answered this row of a question."""
        if question.pk in self.people:
            return int(self.people[question.pk])
        chosen = sum(self.choices.get(question.pk, {}).values())
        return chosen + sum(self.numbers.get(question.pk, {}).values())


def _by_first(rows: list[list[Any]]) -> dict[int, dict[Any, int]]:
    found: dict[int, dict[Any, int]] = defaultdict(dict)
    for first, second, count in rows:
        found[first][second] = count
    return found
