"""What was answered, question by question, counted in the database over its covering indexes.

Counted are all answers that were given, also those of responses that were begun and not sent. A question is the same
through all versions that ask it under its key; what a later version calls it stands above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import BigIntegerField, Count, Q, QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.functions import Cast

from allears.people.models import Facet, FacetValue, PersonFacet
from allears.questionnaires.models import Answer, Choice, Question, QuestionKind, Response, Section, SentFile
from allears.questionnaires.statistics import FEWEST_FOR_COMMENTS, FEWEST_IN_GROUP, hidden_groups
from allears.studies.models import Study
from allears.verbatims.models import Source, Verbatim
from allears.verbatims.queries import current

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
    sent: int = 0
    questions: list[QuestionResult] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    too_few: bool = False  # the group may not be shown
    few_for_words: bool = False  # its figures may, its words may not


def results(question_key: UUID, study: Study) -> QuestionResult | None:
    """Return what everybody answered to one question; None when the study never asked it."""
    return next((r for r in results_of(study).questions if r.question.key == question_key), None)


def results_of(study: Study, group: Group | None = None) -> Results:
    """Return all results of a study; of a group only when neither it nor its complement is too small."""
    responses = Response.objects.filter(study=study)
    whole = responses.aggregate(all=Count("pk"), sent=Count("pk", filter=Q(submitted_at__isnull=False)))
    if group:
        responses = in_group(responses, group)
        size = responses.values("person").distinct().count()
        if group.value.key in hidden_values(study, group.facet):
            return Results(too_few=True)
        whole = responses.aggregate(all=Count("pk"), sent=Count("pk", filter=Q(submitted_at__isnull=False)))
        found = Results(whole["all"], whole["sent"], few_for_words=size < FEWEST_FOR_COMMENTS)
    else:
        found = Results(whole["all"], whole["sent"])
    rows = _asked(study)
    counts = _Counts(
        rows, Answer.objects.filter(response__in=responses.values("pk")) if group else Answer.objects.all()
    )
    found.questions = [_result(question, same, counts) for question, same in _merged(rows)]
    if not found.few_for_words:
        _add_newest(found.questions, group)
        _add_files(found.questions, responses if group else None)
    found.reached = _reached(rows, counts)
    return found


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


class _Counts:
    """Everything that is counted, in three queries for all questions together."""

    def __init__(self, rows: list[Question], answers: QuerySet[Answer]) -> None:
        ids = {kind: [row.pk for row in rows if row.kind == kind] for kind in QuestionKind}
        choosing = ids[QuestionKind.SINGLE] + ids[QuestionKind.MULTIPLE]
        counting = ids[QuestionKind.SCALE] + ids[QuestionKind.NUMBER] + ids[QuestionKind.DATE] + ids[QuestionKind.CONSENT]
        self.choices = _choice_counts(answers.filter(question__in=choosing))
        self.numbers = _number_counts(answers.filter(question__in=counting))
        several = ids[QuestionKind.MULTIPLE] + ids[QuestionKind.SHORT_TEXT] + ids[QuestionKind.LONG_TEXT]
        listing = ids[QuestionKind.MATRIX] + ids[QuestionKind.RANKING]
        self.listed = _listed_counts(answers.filter(question__in=listing)) if listing else {}
        several += listing + ids[QuestionKind.FILE]
        self.people = _people_counts(answers.filter(question__in=several))

    def answered(self, question: Question) -> int:
        """How many responses answered this row of a question."""
        if question.pk in self.people:
            return self.people[question.pk]
        chosen = sum(self.choices.get(question.pk, {}).values())
        return chosen + sum(self.numbers.get(question.pk, {}).values())


def _choice_counts(answers: QuerySet[Answer]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = answers.filter(choice__isnull=False).order_by().values_list("question_id", "choice_id")
    for question, choice, count in rows.annotate(n=Count("*")):
        found[question][choice] = count
    return found


def _number_counts(answers: QuerySet[Answer]) -> dict[int, dict[float, int]]:
    found: dict[int, dict[float, int]] = defaultdict(dict)
    rows = answers.filter(number__isnull=False).order_by().values_list("question_id", "number")
    for question, number, count in rows.annotate(n=Count("*")):
        found[question][number] = count
    return found


def _listed_counts(answers: QuerySet[Answer]) -> dict[int, dict[float, int]]:
    """How often each row or item (by its choice's id) was given each step or place."""
    found: dict[int, dict[float, int]] = defaultdict(dict)
    rows = answers.filter(choice__isnull=False, number__isnull=False).order_by().values_list("choice_id", "number")
    for choice, number, count in rows.annotate(n=Count("*")):
        found[choice][number] = count
    return found


def _people_counts(answers: QuerySet[Answer]) -> dict[int, int]:
    """Where one response may have several rows: how many responses there are."""
    return dict(answers.order_by().values_list("question_id").annotate(n=Count("response", distinct=True)))


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


def _add_newest(found: Iterable[QuestionResult], group: Group | None) -> None:
    """Add how many words there are and the three newest, with three queries for all questions together."""
    by_source = {source.pk: result for result in found for source in result.sources}
    words = current().filter(source__in=by_source)
    if group:
        having = PersonFacet.objects.filter(value=group.value).values("person")
        words = words.filter(person__in=having)
    for source, count in words.order_by().values_list("source_id").annotate(n=Count("pk")):
        by_source[source].words += count
    same = words.filter(source=OuterRef("pk")).order_by("-id").values("pk")
    places = {f"newest{n}": Subquery(same[n : n + 1]) for n in range(NEWEST)}
    rows = Source.objects.filter(pk__in=by_source).annotate(**places).values_list("pk", *places)
    wanted = [pk for row in rows for pk in row[1:] if pk]
    for verbatim in Verbatim.objects.filter(pk__in=wanted).select_related("person").order_by("-id"):
        newest = by_source[verbatim.source_id].newest
        if len(newest) < NEWEST:
            newest.append(verbatim)


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
        if result.question.kind == QuestionKind.FILE and result.answered:
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
