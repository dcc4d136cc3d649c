"""What was answered, question by question, counted in the database over its covering indexes.

Counted are all answers that were given, also those of responses that were begun and not sent. A question is the same
through all versions that ask it under its key; what a later version calls it stands above.

Of a study of very many responses all that `_count` returns is counted ahead (`count_ahead`), for everybody and for each
group that its page offers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Count, Exists, Q, QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.functions import Cast

from allears.core import ahead
from allears.core.models import Counted
from allears.people.models import Facet, FacetValue, PersonFacet
from allears.people.queries import facets_had_by
from allears.questionnaires.answers_counted import Counts, count_answers, count_by_value
from allears.questionnaires.few_in_group import hide_few
from allears.questionnaires.models import Answer, Question, QuestionKind, Response, Section, SentFile
from allears.questionnaires.question_results import QuestionResult, draw_all, merged, result_of
from allears.questionnaires.statistics import FEWEST_FOR_COMMENTS, FEWEST_IN_GROUP, hidden_groups
from allears.studies.models import Study
from allears.verbatims.models import Source
from allears.verbatims.queries import current

RESULTS_AHEAD = "results"
OF_GROUPS = timedelta(minutes=30)
MOST_GROUPS = 100
PEOPLE_LOOKED_AT = 500
NEWEST = 3
NEWEST_FILES = 6


@dataclass(frozen=True)
class Group:
    """Some of those who answered: who have one value of one facet."""

    facet: Facet
    value: FacetValue


@dataclass(frozen=True)
class Reached:
    """How many responses gave an answer on a page or on a later one."""

    section: Section
    count: int


@dataclass
class Results:
    """A study's results, for everybody or for one group."""

    responses: int = 0
    sent: int | None = 0  # None: so few of the group, or all but so few, that it is not shown
    questions: list[QuestionResult] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    too_few: bool = False  # the group may not be shown
    few_for_words: bool = False  # its figures may, its words may not
    at: datetime | None = None  # as of when, where very many are counted ahead


def results(question_key: UUID, study: Study) -> QuestionResult | None:
    """Return what everybody answered to one question; None when the study never asked it."""
    return next((r for r in results_of(study).questions if r.question.key == question_key), None)


def results_of(study: Study, group: Group | None = None) -> Results:
    """Return all results of a study; of a group only when neither it nor its complement is too small, nor those of it who
    answered a question, nor any figure that would tell what a few of them answered (`few_in_group`).
    """
    row = ahead.kept(RESULTS_AHEAD, _key(study, group))
    counted, at = (row.value, row.at) if row else (_count(study, group), None)
    if counted["too_few"]:
        return Results(too_few=True, at=at)
    rows = _asked(study)
    found = _read(rows, counted)
    found.at, found.few_for_words = at, counted["few_for_words"]
    if group:
        everybody = _read(rows, ahead.value_of(RESULTS_AHEAD, _key(study, None), partial(_count_figures, rows, study)))
        hide_few(found, everybody, group.value.key, _each_group(rows, study, group.facet))
    if not found.few_for_words:
        _add_newest(found.questions, counted)
        _add_files(found.questions, _responses(study, group) if group else None)
    return found


def _read(rows: list[Question], counted: dict[str, Any]) -> Results:
    """All figures, as they were counted."""
    counts = Counts(counted)
    questions = [result_of(question, same, counts) for question, same in merged(rows)]
    for found in questions:
        draw_all(found)
    return Results(counted["all"], counted["sent"], questions, _reached(rows, counts))


def _each_group(rows: list[Question], study: Study, facet: Facet) -> dict[UUID, dict[str, QuestionResult]]:
    """What those with each value of a facet answered to each question, but for groups that are not shown at all."""
    if ahead.kept(RESULTS_AHEAD, _key(study, None)):
        values = {f"{study.pk} {pk}": key for pk, key in facet.values.values_list("pk", "key")}
        kept = Counted.objects.filter(kind=RESULTS_AHEAD, of__in=list(values))
        each = {values[row.of]: Counts(row.value) for row in kept if not row.value["too_few"]}
    else:
        hidden = hidden_values(study, facet)
        each = {value: Counts(counted) for value, counted in count_by_value(rows, facet).items() if value not in hidden}
    return {
        question.key: {value: result_of(question, same, counts) for value, counts in each.items()}
        for question, same in merged(rows)
    }


def count_ahead() -> None:
    """Count each study of very many responses, and its groups, a group at most twice an hour; called by the heartbeat."""
    large = [study for study in Study.objects.order_by("pk") if ahead.are_many(Response.objects.filter(study=study))]
    wanted = {_key(study, group): (study, group) for study in large for group in (None, *_groups(study))}
    ahead.forget(RESULTS_AHEAD, but=wanted)
    for key, (study, group) in wanted.items():
        fresh = OF_GROUPS if group else ahead.FRESH
        ahead.keep(RESULTS_AHEAD, key, partial(_count, study, group), fresh=fresh)


def offered(study: Study, group: Group | None = None) -> list[Facet]:
    """Return what the newest who answered here differ by; not what other studies brought of others."""
    people = Response.objects.filter(study=study, person__isnull=False).order_by("-pk").values("person")
    return facets_had_by(people[:PEOPLE_LOOKED_AT], besides=[group.facet.key] if group else [])


def _groups(study: Study) -> list[Group]:
    """The groups that are counted ahead: of all that are offered, as many as are not too much work."""
    return [Group(facet, value) for facet in offered(study) for value in facet.values.all()][:MOST_GROUPS]


def _key(study: Study, group: Group | None) -> str:
    return f"{study.pk} {group.value.pk}" if group else str(study.pk)


def _responses(study: Study, group: Group | None) -> QuerySet[Response]:
    responses = Response.objects.filter(study=study)
    return in_group(responses, group) if group else responses


def _count(study: Study, group: Group | None) -> dict[str, Any]:
    """Count everything, in few queries for all questions together, in a shape that JSON can hold."""
    responses = _responses(study, group)
    if group and group.value.key in hidden_values(study, group.facet):
        return {"too_few": True}
    few = group is not None and responses.values("person").distinct().count() < FEWEST_FOR_COMMENTS
    rows = _asked(study)
    said = {"words": [], "newest": []} if few else _count_words(rows, group)
    return {"too_few": False, "few_for_words": few, **_count_figures(rows, study, group), **said}


def _count_figures(rows: list[Question], study: Study, group: Group | None = None) -> dict[str, Any]:
    responses = _responses(study, group)
    whole = responses.aggregate(all=Count("pk"), sent=Count("pk", filter=Q(submitted_at__isnull=False)))
    answers = Answer.objects.filter(response__in=responses.values("pk")) if group else Answer.objects.all()
    return {**whole, **count_answers(rows, answers)}


def in_group(responses: QuerySet[Response], group: Group) -> QuerySet[Response]:
    """Return those of `responses` whose person has the group's value."""
    having = PersonFacet.objects.filter(value=group.value)
    return responses.filter(Q(person__in=having.values("person")) | Q(person__merged_into__in=having.values("person")))


def group_sizes(study: Study, facet: Facet) -> tuple[dict[str, int], int]:
    """Return how many people with each value of `facet` answered, and how many answered at all."""
    people = Response.objects.filter(study=study, person__isnull=False).values("person")
    held = PersonFacet.objects.filter(facet=facet, person__in=people).values_list("value__key")
    sizes = dict(held.annotate(n=Count("person")).order_by())
    return sizes, people.distinct().count()


def hidden_values(study: Study, facet: Facet) -> set[str]:
    """Return the values of `facet` whose group is too small to be shown, or would reveal one that is."""
    sizes, everybody = group_sizes(study, facet)
    missing = {key for key in facet.values.values_list("key", flat=True) if not sizes.get(key)}
    return hidden_groups(sizes, everybody, FEWEST_IN_GROUP) | missing


def _asked(study: Study) -> list[Question]:
    """Every question of every version that was published, in the order of the newest version that asks it."""
    rows = Question.objects.filter(
        version__questionnaire__study=study, version__published_at__isnull=False
    ).select_related("section", "version__questionnaire__study", "source")
    return list(rows.prefetch_related("choices").order_by("-version__number", "section__position", "position", "id"))


def _count_words(rows: list[Question], group: Group | None) -> dict[str, list[Any]]:
    """How many words there are of each source, and the ids of the newest, in two queries for all questions together."""
    sources = {row.source_id for row in rows if row.source_id}
    words = current().filter(source__in=sources)
    if group:
        words = words.filter(Exists(PersonFacet.objects.filter(value=group.value, person=OuterRef("person"))))
    counts = words.order_by().values("source_id").annotate(n=Count("pk"))
    if group:  # a group's words are shown where as many people said them as may be read together
        counts = counts.annotate(people=Count("person", distinct=True)).filter(people__gte=FEWEST_FOR_COMMENTS)
    counted = list(counts.values_list("source_id", "n"))
    same = words.filter(source=OuterRef("pk")).order_by("-id").values("pk")
    places = {f"newest{n}": Subquery(same[n : n + 1]) for n in range(NEWEST)}
    newest = Source.objects.filter(pk__in=[source for source, _n in counted]).annotate(**places).values_list(*places)
    return {"words": [[*row] for row in counted], "newest": [pk for row in newest for pk in row if pk]}


def _add_newest(found: Iterable[QuestionResult], counted: dict[str, Any]) -> None:
    """Add how many words there are and the newest of them, without what was taken back since they were counted."""
    by_source = {source.pk: result for result in found for source in result.sources}
    for source, count in counted["words"]:
        if source in by_source:
            by_source[source].words += count
    for verbatim in current().filter(pk__in=counted["newest"]).select_related("person").order_by("-id"):
        result = by_source.get(verbatim.source_id)
        if result and len(result.newest) < NEWEST:
            result.newest.append(verbatim)


def files_of(keys: Iterable[UUID], study: Study, responses: QuerySet[Response] | None = None) -> QuerySet[SentFile]:
    """Return the files that stand as answers to the questions with these keys, newest first; of some responses only."""
    answers = Answer.objects.filter(
        question__key__in=list(keys), question__kind=QuestionKind.FILE, response__study=study, number__isnull=False
    )
    if responses is not None:
        answers = answers.filter(response__in=responses.values("pk"))
    ids = answers.annotate(file=Cast("number", BigIntegerField())).values("file")
    return SentFile.objects.filter(pk__in=ids, response__study=study).select_related("question").order_by("-pk")


def _add_files(found: list[QuestionResult], responses: QuerySet[Response] | None) -> None:
    for result in found:
        if result.question.kind == QuestionKind.FILE and result.answered >= (FEWEST_FOR_COMMENTS if responses is not None else 1):
            study = result.question.version.questionnaire.study
            result.files = list(files_of([result.question.key], study, responses)[:NEWEST_FILES])


def _reached(rows: list[Question], counts: Counts) -> list[Reached]:
    """How far responses to the newest version came: the best answered question of each page, and of those after it.
    """
    if not rows:
        return []
    newest = [row for row in rows if row.version_id == rows[0].version_id]
    best: dict[int, int] = defaultdict(int)
    sections: dict[int, Section] = {}
    for row in newest:
        sections[row.section_id] = row.section
        best[row.section_id] = max(best[row.section_id], counts.answered(row))
    order = list(sections.values())
    return [Reached(s, max(best[later.pk] for later in order[n:])) for n, s in enumerate(order)]
