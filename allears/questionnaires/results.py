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
from allears.questionnaires.few_in_group import answered_now, hide_few
from allears.questionnaires.models import Answer, Choice, Question, QuestionKind, Response, Section, SentFile
from allears.questionnaires.statistics import FEWEST_FOR_COMMENTS, FEWEST_IN_GROUP, hidden_groups
from allears.studies.models import Study
from allears.verbatims.models import Source, Verbatim
from allears.verbatims.queries import current

RESULTS_AHEAD = "results"
OF_GROUPS = timedelta(minutes=30)
MOST_GROUPS = 100
PEOPLE_LOOKED_AT = 500
NEWEST = 3
NEWEST_FILES = 6


@dataclass(frozen=True)
class ChoiceResult:
    """How many gave one choice."""

    key: UUID
    label: str
    count: int


@dataclass
class ListedResult:
    """What was answered about one row of a matrix or one item of a ranking: how often each step or place."""

    key: UUID
    label: str
    numbers: dict[float, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many rated or ranked it."""
        return sum(self.numbers.values())


@dataclass
class QuestionResult:
    """What was answered to one question. `answered` counts people (responses), the rest as its kind has it."""

    question: Question
    answered: int = 0
    choices: list[ChoiceResult] = field(default_factory=list)
    numbers: dict[float, int] = field(default_factory=dict)
    listed: list[ListedResult] = field(default_factory=list)
    files: list[SentFile] = field(default_factory=list)  # the newest
    words: int = 0
    sources: list[Source] = field(default_factory=list)
    newest: list[Verbatim] = field(default_factory=list)
    too_few: bool = False  # so few of the group answered, or all but so few, that nothing is shown


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
    answered a question.
    """
    row = ahead.kept(RESULTS_AHEAD, _key(study, group))
    counted, at = (row.value, row.at) if row else (_count(study, group), None)
    if counted["too_few"]:
        return Results(too_few=True, at=at)
    found = Results(counted["all"], counted["sent"], few_for_words=counted["few_for_words"], at=at)
    rows, counts = _asked(study), _Counts(counted)
    found.questions = [_result(question, same, counts) for question, same in _merged(rows)]
    found.reached = _reached(rows, counts)
    if group:
        hide_few(found, results_of(study), group.value.key, _answered_by_group(study, group.facet, rows))
    if not found.few_for_words:
        _add_newest(found.questions, counted)
        _add_files(found.questions, _responses(study, group) if group else None)
    return found


def _answered_by_group(study: Study, facet: Facet, rows: list[Question]) -> dict[UUID, dict[str, int]]:
    """How many with each value of a facet answered each question; without groups that are too small, where they are counted
    ahead.
    """
    if ahead.kept(RESULTS_AHEAD, _key(study, None)):
        values = {f"{study.pk} {pk}": key for pk, key in facet.values.values_list("pk", "key")}
        kept = Counted.objects.filter(kind=RESULTS_AHEAD, of__in=list(values))
        each = {values[row.of]: _Counts(row.value) for row in kept if not row.value["too_few"]}
        answered = {value: {row.pk: counts.answered(row) for row in rows} for value, counts in each.items()}
    else:
        answered = answered_now(rows, facet)
    return {
        question.key: {value: sum(counts.get(row.pk, 0) for row in same) for value, counts in answered.items()}
        for question, same in _merged(rows)
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
    whole = responses.aggregate(all=Count("pk"), sent=Count("pk", filter=Q(submitted_at__isnull=False)))
    rows = _asked(study)
    answers = Answer.objects.filter(response__in=responses.values("pk")) if group else Answer.objects.all()
    said = {"words": [], "newest": []} if few else _count_words(rows, group)
    return {"too_few": False, "few_for_words": few, **whole, **_count_answers(rows, answers), **said}


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


def _merged(rows: list[Question]) -> list[tuple[Question, list[Question]]]:
    """The newest wording of each question with all rows of its key; statements ask nothing."""
    by_key: dict[UUID, list[Question]] = defaultdict(list)
    for row in rows:
        if row.kind != QuestionKind.STATEMENT:
            by_key[row.key].append(row)
    return [(same[0], same) for same in by_key.values()]


def _count_answers(rows: list[Question], answers: QuerySet[Answer]) -> dict[str, list[Any]]:
    """How many gave what, as rows of ids, values and counts."""
    ids = {kind: [row.pk for row in rows if row.kind == kind] for kind in QuestionKind}
    choosing = ids[QuestionKind.SINGLE] + ids[QuestionKind.MULTIPLE]
    counting = ids[QuestionKind.SCALE] + ids[QuestionKind.NUMBER] + ids[QuestionKind.DATE] + ids[QuestionKind.CONSENT]
    listing = ids[QuestionKind.MATRIX] + ids[QuestionKind.RANKING]
    several = ids[QuestionKind.MULTIPLE] + ids[QuestionKind.SHORT_TEXT] + ids[QuestionKind.LONG_TEXT] + ids[QuestionKind.FILE]
    chosen, numbered = answers.filter(choice__isnull=False).order_by(), answers.filter(number__isnull=False).order_by()
    people = answers.filter(question__in=several + listing).order_by().values_list("question_id")
    return {
        "choices": _each(chosen.filter(question__in=choosing).values_list("question_id", "choice_id")),
        "numbers": _each(numbered.filter(question__in=counting).values_list("question_id", "number")),
        "listed": _each(numbered.filter(question__in=listing, choice__isnull=False).values_list("choice_id", "number")),
        # Where one response may have several rows: how many responses there are.
        "people": [[*row] for row in people.annotate(n=Count("response", distinct=True))],
    }


def _each(rows: QuerySet[Answer, Any]) -> list[list[Any]]:
    return [[*row] for row in rows.annotate(n=Count("*"))]


class _Counts:
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


def _result(question: Question, same: list[Question], counts: _Counts) -> QuestionResult:
    found = QuestionResult(question, answered=sum(counts.answered(row) for row in same))
    if question.has_choices:
        found.choices = _choices(same, counts)
    if question.has_list and not question.has_choices:
        found.listed = _listed(same, counts)
    for row in same:
        for number, count in counts.numbers.get(row.pk, {}).items():
            found.numbers[number] = found.numbers.get(number, 0) + count
    found.sources = list({row.source.pk: row.source for row in same if row.source}.values())
    return found


def _listed(same: list[Question], counts: _Counts) -> list[ListedResult]:
    """The rows or items of all wordings by their key; those that are no longer asked only where they were answered."""
    listed: dict[UUID, ListedResult] = {}
    for row in same:
        for choice in row.choices.all():
            result = listed.setdefault(choice.key, ListedResult(choice.key, choice.label))
            for number, count in counts.listed.get(choice.pk, {}).items():
                result.numbers[number] = result.numbers.get(number, 0) + count
    newest = {choice.key for choice in same[0].choices.all()}
    return [result for key, result in listed.items() if key in newest or result.answered]


def _choices(same: list[Question], counts: _Counts) -> list[ChoiceResult]:
    """The choices of all wordings by their key, as the newest version that offers them has them."""
    offered: dict[UUID, Choice] = {}
    given: dict[UUID, int] = defaultdict(int)
    for row in same:
        for choice in row.choices.all():
            offered.setdefault(choice.key, choice)
            given[choice.key] += counts.choices.get(row.pk, {}).get(choice.pk, 0)
    newest = {choice.key for choice in same[0].choices.all()}
    return [
        ChoiceResult(key, choice.label, given[key]) for key, choice in offered.items() if key in newest or given[key]
    ]


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


def _reached(rows: list[Question], counts: _Counts) -> list[Reached]:
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
