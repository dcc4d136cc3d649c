"""What is left out of a group's results: whatever would tell what a few people answered.

Nothing is shown of a question that fewer than five of a group answered, or all but so few of everybody; nor where the other
groups, taken from everybody, would leave so few of one that is not shown (`statistics.hidden_groups`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from allears.people.models import Facet, PersonFacet
from allears.questionnaires.models import Answer, Question
from allears.questionnaires.statistics import FEWEST_IN_GROUP, hidden_groups

if TYPE_CHECKING:
    from allears.questionnaires.results import QuestionResult, Results


def hide_few(found: Results, everybody: Results, value: str, sizes: Mapping[UUID, Mapping[str, int]]) -> None:
    """Take out of the results of the group with `value` (its key) what few of it did. `sizes`: how many of each group of
    the same facet answered each question.
    """
    answered = {each.question.key: each.answered for each in everybody.questions}
    came = {page.section.pk: page.count for page in everybody.reached}
    found.questions = [
        _unless_few(each, answered.get(each.question.key, 0), value, sizes.get(each.question.key, {}))
        for each in found.questions
    ]
    found.reached = [page for page in found.reached if not _are_few(page.count, came.get(page.section.pk, 0))]
    found.sent = None if _are_few(found.sent or 0, everybody.sent or 0) else found.sent


def _unless_few(found: QuestionResult, everybody: int, value: str, sizes: Mapping[str, int]) -> QuestionResult:
    groups = {**sizes, value: found.answered}
    hidden = hidden_groups(groups, max(everybody, sum(groups.values())), FEWEST_IN_GROUP)
    few = _are_few(found.answered, everybody) or value in hidden
    return type(found)(found.question, too_few=True) if few else found


def _are_few(some: int, everybody: int) -> bool:
    return 0 < some < FEWEST_IN_GROUP or (bool(some) and 0 < everybody - some < FEWEST_IN_GROUP)


def answered_now(rows: Iterable[Question], facet: Facet) -> dict[str, dict[int, int]]:
    """Count how many with each value of a facet (by its key) answered each of these rows of questions (by its id)."""
    stays = Coalesce("response__person__merged_into", "response__person")
    theirs = PersonFacet.objects.filter(facet=facet, person=OuterRef("stays")).values("value__key")
    answers = Answer.objects.filter(question__in=list(rows), response__person__isnull=False)
    valued = answers.annotate(stays=stays, value=Subquery(theirs)).filter(value__isnull=False).order_by()
    found: dict[str, dict[int, int]] = {}
    for value, question, n in valued.values_list("value", "question").annotate(n=Count("response", distinct=True)):
        found.setdefault(value, {})[question] = n
    return found
