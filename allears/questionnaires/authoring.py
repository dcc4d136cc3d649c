"""Writing a questionnaire: drafts are changed here, publishing freezes them, and edits then begin the next
version.

Every change goes through a gate that refuses a published version (`Frozen`); the database refuses it too (see
`guards`). A question keeps its key through all versions that ask it, so that answers stay comparable; a
choice keeps its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.questionnaires.duration import minutes_of
from allears.questionnaires.models import (
    Choice,
    Question,
    QuestionKind,
    Questionnaire,
    Section,
    Version,
)
from allears.questionnaires.ruling import everything_wrong
from allears.questionnaires.structure import (
    Problem,
    draft_version,
    published_version,
    questions_in,
    sections_of,
)
from allears.studies.models import Study
from allears.verbatims.models import Source

__all__ = [
    "ChoiceWords", "Frozen", "NotPublishable", "NotTheSame", "add_question", "add_questions", "add_section", "change_question",
    "change_section", "draft_of", "duplicate_question", "duplicate_section", "minutes_of", "move_question", "move_section",
    "must_be_draft", "publish", "put_in_order", "questionnaire_for", "remove_question", "remove_section", "set_choices", "set_manner",
    "throw_away",
]  # fmt: skip

CHANGEABLE = (
    "code", "kind", "text", "help", "required", "minimum", "maximum", "low_label", "high_label", "boxes",
    "touchpoint", "preset", "shuffled", "purpose", "accepts", "shown_if",
)  # fmt: skip
MANNER = ("one_question_a_page", "reviewed")
Direction = Literal["up", "down"]
Row = TypeVar("Row", Section, Question)


class Frozen(Exception):
    """The version is published: it never changes again. Begin the next one with `draft_of`."""


class NotTheSame(Exception):
    """An order of other pages and questions than there are: somebody else changed them in the meantime."""


class NotPublishable(Exception):
    """The version cannot be asked like this; `problems` says why, in sentences."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.words for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class ChoiceWords:
    """A choice as it is to be: `key` None makes a new one."""

    label: str
    asks_text: bool = False
    key: uuid.UUID | None = None
    exclusive: bool = False
    anchored: bool = False

    @classmethod
    def of(cls, choice: Choice) -> ChoiceWords:
        """Return the words of a choice that there is."""
        return cls(choice.label, choice.asks_text, choice.key, choice.exclusive, choice.anchored)


def questionnaire_for(study: Study) -> Questionnaire:
    """Return the study's questionnaire, made on first use."""
    return Questionnaire.objects.get_or_create(study=study, defaults={"title": study.title})[0]


@transaction.atomic
def draft_of(study: Study, by: User | str | None = None) -> Version:
    """Return the version that is being written; if there is none, begin one as a copy of what is asked now.
    """
    found = draft_version(study)
    if found:
        return found
    questionnaire = questionnaire_for(study)
    last = questionnaire.versions.aggregate(last=Max("number"))["last"] or 0
    asked_now = published_version(study)
    manner = {name: getattr(asked_now, name) for name in MANNER} if asked_now else {}
    draft = Version.objects.create(questionnaire=questionnaire, number=last + 1, **manner)
    if asked_now:
        _copy(asked_now, draft)
    else:
        Section.objects.create(version=draft, position=0)
    audit.record(by=by, verb="questionnaires.draft_begun", target=draft, number=draft.number)
    return draft


def _copy(version: Version, draft: Version) -> None:
    for section in sections_of(version):
        questions = list(section.questions.all())
        new = Section.objects.create(
            version=draft, position=section.position, title=section.title, text=section.text
        )
        copies = Question.objects.bulk_create([_again(q, new, key=q.key) for q in questions])
        pairs = zip(questions, copies, strict=True)
        Choice.objects.bulk_create(
            [_choice_again(c, copy, c.key) for q, copy in pairs for c in q.choices.all()]
        )


def _again(question: Question, section: Section, key: uuid.UUID) -> Question:
    """Return an unsaved copy of `question` for `section`; its source comes with publishing."""
    fields = {name: getattr(question, name) for name in CHANGEABLE}
    return Question(
        version_id=section.version_id, section=section, position=question.position, key=key, **fields
    )


def _choice_again(choice: Choice, question: Question, key: uuid.UUID) -> Choice:
    return Choice(
        question=question, position=choice.position, key=key, label=choice.label, asks_text=choice.asks_text,
        exclusive=choice.exclusive, anchored=choice.anchored,
    )  # fmt: skip


def must_be_draft(version_id: int) -> None:
    """Look under a lock, in a transaction: publishing and editing must not pass each other. Raises `Frozen`."""
    if (
        Version.objects.select_for_update().values_list("published_at", flat=True).get(pk=version_id)
        is not None
    ):
        raise Frozen


@transaction.atomic
def add_section(
    *, version: Version, title: str = "", text: str = "", by: User | str | None = None
) -> Section:
    """Add a page at the end and return it. Raises `Frozen`."""
    must_be_draft(version.pk)
    section = Section.objects.create(
        version=version, position=_end(version.sections.all()), title=title, text=text
    )
    audit.record(by=by, verb="questionnaires.section_added", target=section)
    return section


@transaction.atomic
def set_manner(
    *, version: Version, one_question_a_page: bool, reviewed: bool, by: User | str | None = None
) -> Version:
    """Say how a draft is to be asked: one question a page instead of one section, and whether everybody looks all
    answers through before sending. Raises `Frozen`.
    """
    must_be_draft(version.pk)
    version.one_question_a_page, version.reviewed = one_question_a_page, reviewed
    version.save(update_fields=MANNER)
    manner = {name: getattr(version, name) for name in MANNER}
    audit.record(by=by, verb="questionnaires.manner_set", target=version, **manner)
    return version


def _end(rows: QuerySet[Any]) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


@transaction.atomic
def change_section(*, section: Section, title: str, text: str, by: User | str | None = None) -> Section:
    """Change what a page says above its questions. Raises `Frozen`."""
    must_be_draft(section.version_id)
    section.title, section.text = title, text
    section.save(update_fields=["title", "text"])
    audit.record(by=by, verb="questionnaires.section_changed", target=section)
    return section


@transaction.atomic
def remove_section(*, section: Section, by: User | str | None = None) -> None:
    """Take a page away with everything on it. Raises `Frozen`."""
    must_be_draft(section.version_id)
    audit.record(
        by=by, verb="questionnaires.section_removed", target=section, questions=section.questions.count()
    )
    section.delete()


def add_question(
    *,
    section: Section,
    kind: str,
    text: str,
    choices: Sequence[ChoiceWords | str] = (),
    by: User | str | None = None,
    **fields: Any,
) -> Question:
    """Add a question at the end of a page and return it. Raises `Frozen`.

    `fields`: those named in `CHANGEABLE`, and `key` for a question that was asked before.
    """
    return add_questions(section=section, questions=[{"kind": kind, "text": text, "choices": choices, **fields}], by=by)[0]


@transaction.atomic
def add_questions(
    *, section: Section, questions: Sequence[Mapping[str, Any]], by: User | str | None = None
) -> list[Question]:
    """Add questions at the end of a page, in this order, and return them; six hundred cost about as many statements as
    one. Each is described as `add_question` takes it. Raises `Frozen`.
    """
    must_be_draft(section.version_id)
    first = _end(section.questions.all())
    made = Question.objects.bulk_create([_new(section, place, **told) for place, told in enumerate(questions, first)])
    _offer([(question, told.get("choices", ())) for question, told in zip(made, questions, strict=True)])
    audit.record_all(by=by, verb="questionnaires.question_added", targets=[(q, {"kind": q.kind}) for q in made])
    return made


def _new(section: Section, place: int, *, choices: Sequence[ChoiceWords | str] = (), **fields: Any) -> Question:
    """Return an unsaved question; what it offers follows when it has a number."""
    known = _known(fields, ("key",))
    return Question(version_id=section.version_id, section=section, position=place, **known)


def _known(fields: dict[str, Any], also: tuple[str, ...] = ()) -> dict[str, Any]:
    unknown = set(fields) - set(CHANGEABLE) - set(also)
    if unknown:
        raise TypeError(f"a question has no {', '.join(sorted(unknown))} to set here")
    return fields


@transaction.atomic
def change_question(
    *,
    question: Question,
    choices: Sequence[ChoiceWords | str] | None = None,
    by: User | str | None = None,
    **fields: Any,
) -> Question:
    """Change a question of a draft (`choices` None leaves them as they are) and return it. Raises `Frozen`.
    """
    must_be_draft(question.version_id)
    for name, value in _known(fields).items():
        setattr(question, name, value)
    question.save(update_fields=list(fields))
    if choices is not None:
        _write_choices(question, choices)
    audit.record(by=by, verb="questionnaires.question_changed", target=question, fields=sorted(fields))
    return question


@transaction.atomic
def set_choices(
    *, question: Question, choices: Sequence[ChoiceWords | str], by: User | str | None = None
) -> None:
    """Make `choices` what the question offers, in this order; the ones with a known key keep it. Raises
    `Frozen`.
    """
    must_be_draft(question.version_id)
    _write_choices(question, choices)
    audit.record(by=by, verb="questionnaires.choices_set", target=question, choices=len(choices))


def _write_choices(question: Question, choices: Sequence[ChoiceWords | str]) -> None:
    known = {choice.key for choice in question.choices.all()}
    Choice.objects.filter(question=question).delete()
    _offer([(question, choices)], known)
    getattr(question, "_prefetched_objects_cache", {}).pop("choices", None)


def _offer(offers: Iterable[tuple[Question, Sequence[ChoiceWords | str]]], known: Collection[uuid.UUID] = ()) -> None:
    """Write down what questions offer, for those that have a list of it."""
    Choice.objects.bulk_create(
        _chosen(question, place, ChoiceWords(choice) if isinstance(choice, str) else choice, known)
        for question, choices in offers
        if question.has_list
        for place, choice in enumerate(choices)
    )


def _chosen(question: Question, place: int, words: ChoiceWords, known: Collection[uuid.UUID]) -> Choice:
    key = words.key if words.key is not None and words.key in known else uuid.uuid4()
    return Choice(
        question=question, position=place, key=key, label=words.label.strip(),
        asks_text=words.asks_text and question.has_choices,
        exclusive=words.exclusive and question.kind == QuestionKind.MULTIPLE, anchored=words.anchored,
    )  # fmt: skip


@transaction.atomic
def duplicate_question(*, question: Question, by: User | str | None = None) -> Question:
    """Put a copy with a key of its own right after `question` and return it. Raises `Frozen`."""
    must_be_draft(question.version_id)
    copy = _again(question, question.section, key=uuid.uuid4())
    copy.save()
    Choice.objects.bulk_create([_choice_again(c, copy, uuid.uuid4()) for c in question.choices.all()])
    order = list(question.section.questions.exclude(pk=copy.pk))
    _number([*_up_to(order, question), copy, *_after(order, question)])
    audit.record(
        by=by, verb="questionnaires.question_added", target=copy, kind=copy.kind, copy_of=question.pk
    )
    return copy


@transaction.atomic
def duplicate_section(*, section: Section, by: User | str | None = None) -> Section:
    """Put a copy of a page with all that stands on it right after it and return it. Rules among its questions look at
    the copies. Raises `Frozen`.
    """
    must_be_draft(section.version_id)
    questions = list(section.questions.prefetch_related("choices"))
    new = Section.objects.create(
        version_id=section.version_id, position=section.position, title=section.title, text=section.text
    )
    copies = Question.objects.bulk_create([_again(q, new, key=uuid.uuid4()) for q in questions])
    pairs = list(zip(questions, copies, strict=True))
    choices = [(c, _choice_again(c, copy, uuid.uuid4())) for q, copy in pairs for c in q.choices.all()]
    Choice.objects.bulk_create([copy for _choice, copy in choices])
    keys = {str(old.key): str(copy.key) for old, copy in pairs} | {str(old.key): str(copy.key) for old, copy in choices}
    for copy in copies:
        copy.shown_if = _looking_at(copy.shown_if, keys)
    Question.objects.bulk_update(copies, ["shown_if"])
    order = list(Section.objects.filter(version=section.version_id).exclude(pk=new.pk))
    _number([*_up_to(order, section), new, *_after(order, section)])
    audit.record(by=by, verb="questionnaires.section_added", target=new, copy_of=section.pk)
    return new


def _looking_at(rule: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """A stored rule with other keys of questions and choices, where `keys` has them."""
    if not rule:
        return rule
    named = ("of", "value", "row")
    rows = [{**row, **{name: keys.get(row[name], row[name]) for name in named if name in row}} for row in rule["conditions"]]
    return {**rule, "conditions": rows}


def _up_to(rows: list[Row], row: Row) -> list[Row]:
    return rows[: rows.index(row) + 1]


def _after(rows: list[Row], row: Row) -> list[Row]:
    return rows[rows.index(row) + 1 :]


def _number(rows: Iterable[Any]) -> None:
    """Give rows the positions in which they stand; saves only those that moved."""
    moved = [row for place, row in enumerate(rows) if _put_at(row, place)]
    if moved:
        type(moved[0]).objects.bulk_update(moved, ["position"])


def _put_at(row: Any, place: int) -> bool:
    changed = row.position != place
    row.position = place
    return changed


@transaction.atomic
def remove_question(*, question: Question, by: User | str | None = None) -> None:
    """Take a question away. Raises `Frozen`."""
    must_be_draft(question.version_id)
    audit.record(by=by, verb="questionnaires.question_removed", target=question)
    question.delete()


@transaction.atomic
def move_question(*, question: Question, direction: Direction, by: User | str | None = None) -> None:
    """Move a question one place; at the end of its page it goes on to the next one. Raises `Frozen`."""
    must_be_draft(question.version_id)
    rows = list(question.section.questions.all())
    here = rows.index(question)
    there = here + (1 if direction == "down" else -1)
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        _number(rows)
    else:
        _to_next_page(question, direction)
    audit.record(by=by, verb="questionnaires.question_moved", target=question, direction=direction)


def _to_next_page(question: Question, direction: Direction) -> None:
    pages = list(Section.objects.filter(version=question.version_id))
    place = [page.pk for page in pages].index(question.section_id) + (1 if direction == "down" else -1)
    if not 0 <= place < len(pages):
        return
    rows = list(pages[place].questions.all())
    question.section = pages[place]
    question.save(update_fields=["section"])
    _number([question, *rows] if direction == "down" else [*rows, question])


@transaction.atomic
def move_section(*, section: Section, direction: Direction, by: User | str | None = None) -> None:
    """Move a page one place; at either end it stays. Raises `Frozen`."""
    must_be_draft(section.version_id)
    rows = list(Section.objects.filter(version=section.version_id))
    here = rows.index(section)
    there = here + (1 if direction == "down" else -1)
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        _number(rows)
        audit.record(by=by, verb="questionnaires.section_moved", target=section, direction=direction)


@transaction.atomic
def put_in_order(
    *, version: Version, order: Sequence[tuple[int, Sequence[uuid.UUID]]], by: User | str | None = None
) -> None:
    """Put a draft's pages (ids) and the questions on each (keys) in this order. Raises `Frozen`; `NotTheSame` when
    `order` does not name exactly what is there.
    """
    must_be_draft(version.pk)
    pages = {page.pk: page for page in version.sections.all()}
    questions = {question.key: question for question in version.questions.all()}
    keys = [key for _page, on_it in order for key in on_it]
    if sorted(pk for pk, _on_it in order) != sorted(pages) or sorted(keys) != sorted(questions):
        raise NotTheSame
    _number([pages[pk] for pk, _on_it in order])
    moved = []
    for pk, on_it in order:
        for place, question in enumerate(questions[key] for key in on_it):
            if (question.section_id, question.position) != (pk, place):
                question.section_id, question.position = pk, place
                moved.append(question)
    Question.objects.bulk_update(moved, ["section", "position"])
    audit.record(by=by, verb="questionnaires.order_changed", target=version, questions=len(moved))


@transaction.atomic
def publish(*, version: Version, by: User | str | None = None, as_found: bool = False) -> Version:
    """Freeze a draft: participants are asked this from now on, and it never changes again.

    Whatever people can answer in their own words gets its place in the ledger. `as_found` skips the checks
    for what somebody else asked elsewhere. Raises `Frozen`, `NotPublishable`.
    """
    must_be_draft(version.pk)
    sections = sections_of(version)
    problems = [] if as_found else everything_wrong(sections)
    if problems:
        raise NotPublishable(problems)
    _give_sources(version, list(questions_in(sections)))
    version.published_at, version.published_by = now(), by if isinstance(by, User) else None
    version.save(update_fields=["published_at", "published_by"])
    version.steps.all().delete()
    audit.record(by=by, verb="questionnaires.published", target=version, number=version.number)
    return version


def _give_sources(version: Version, questions: list[Question]) -> None:
    """Link each question that takes words to its source: the one of the version before if it asks the same.
    """
    speaking = [(place, q) for place, q in enumerate(questions) if takes_words(q)]
    collection = version.questionnaire.study.collection
    known = _sources_by_key(version, [q for _place, q in speaking])
    fresh: list[Source] = []
    for place, question in speaking:
        source = known.get((question.key, question.text, question.touchpoint))
        if source is None:
            source = Source(
                collection=collection, prompt=question.in_general, touchpoint=question.touchpoint, position=place
            )
            fresh.append(source)
        question.source = source
    Source.objects.bulk_create(fresh)
    Question.objects.bulk_update([q for _place, q in speaking], ["source"])


def _sources_by_key(version: Version, questions: list[Question]) -> dict[tuple[uuid.UUID, str, str], Source]:
    earlier = Question.objects.filter(
        version__questionnaire=version.questionnaire_id,
        key__in=[q.key for q in questions],
        source__isnull=False,
    ).select_related("source")
    return {(q.key, q.text, q.touchpoint): q.source for q in earlier.order_by("version__number") if q.source}


def takes_words(question: Question) -> bool:
    """Whether people answer `question` (its choices loaded) in words of their own, be it behind "Other"."""
    return question.is_open or any(choice.asks_text for choice in question.choices.all())


@transaction.atomic
def throw_away(*, version: Version, by: User | str | None = None) -> None:
    """Delete a draft; what is asked now stays. Raises `Frozen`."""
    must_be_draft(version.pk)
    audit.record(by=by, verb="questionnaires.draft_thrown_away", target=version, number=version.number)
    version.delete()
