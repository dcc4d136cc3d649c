"""Two people edit one draft: what a form's writer saw of it, whether that still holds, and what happened meanwhile.

A form carries a line (`sign_of`) that says which version it was filled from, how far that one's history had come, and
the print of each field. It is compared under the lock that editing and publishing share, so that nobody's words are
replaced unseen. A form without the line (a program's) is taken as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.http import QueryDict

from allears.core.audit import name_of
from allears.core.meanwhile import FIELD, Piece, pieces, prints_of, read_prints
from allears.core.models import AuditEvent, User
from allears.core.typed import whole_number
from allears.questionnaires.authoring import CHANGEABLE, Frozen, draft_of
from allears.questionnaires.draft_models import DraftStep
from allears.questionnaires.models import Question, Section, Version
from allears.questionnaires.steps import Overtaken, step
from allears.questionnaires.structure import draft_version, published_version
from allears.studies.models import Study

Row = TypeVar("Row", Question, Section)
Touches = Callable[[DraftStep], bool]


@dataclass(frozen=True)
class Seen:
    """What a form was filled from: a version (its id, and whether it was published already), the newest step of its
    history, and the print of each field.
    """

    version: int
    published: bool
    step: int
    prints: Mapping[str, str]

    def is_of(self, version: Version | None) -> bool:
        """Whether this version is the one, and not published since."""
        return version is not None and (version.pk, version.published_at is not None) == (self.version, self.published)

    def beside(self, mine: Mapping[str, str], now: Mapping[str, str]) -> list[Piece]:
        """Return the fields of what is to be saved beside those that are there now."""
        return pieces(self.prints, mine, now)

    def holds(self, now: Mapping[str, str]) -> bool:
        """Whether everything is still as it was seen."""
        return not any(piece.is_theirs for piece in pieces(self.prints, {}, now))


@dataclass(frozen=True)
class News:
    """What happened since a form was opened, by whom and when where that is known: `changed`, `published` (as version
    `number`) or `thrown_away`.
    """

    what: str
    by: User | None = None
    at: datetime | None = None
    number: int = 0


def sign_of(version: Version, words: Mapping[str, str]) -> str:
    """Return the line for a form that is filled with `words` from `version` (one query)."""
    newest = version.steps.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{version.pk}.{version.published_at is not None:d}.{newest} {prints_of(words)}"


def seen_in(posted: QueryDict) -> Seen | None:
    """Return what a posted form says it was filled from; None where it says nothing. A garbled line has seen nothing."""
    if FIELD not in posted:
        return None
    place, _blank, prints = str(posted[FIELD]).partition(" ")
    version, published, newest = (*(whole_number(part) or 0 for part in place.split(".")[:3]), 0, 0, 0)[:3]
    return Seen(version, bool(published), newest, read_prints(prints))


def standing(study: Study) -> Version | None:
    """Return what somebody who edits has before them: the draft, or where there is none what a draft would begin with."""
    return draft_version(study) or published_version(study)


@transaction.atomic
def save_over(
    *,
    study: Study,
    seen: Seen | None,
    act: str,
    subject: str,
    by: User,
    find: Callable[[Version], Row | None],
    words: Callable[[Row], Mapping[str, str]],
    change: Callable[[Row], object],
) -> Row:
    """Make one change of the row that `find` finds in the draft as a step, if its `words` are still as `seen`; return
    the row. Where the draft was published and nobody has begun the next one, it is begun.

    Raises `Overtaken`, with nothing changed, when the row is gone, says something else, or belongs to another version.
    """
    version = standing(study)
    if version is None or (seen and not seen.is_of(version)):
        raise Overtaken
    try:
        draft = draft_of(study, by) if version.published_at else version
        with step(draft, act, by, subject):
            row = find(draft)
            if row is None or (seen and not seen.holds(words(row))):
                raise Overtaken
            change(row)
    except Frozen as published:
        raise Overtaken from published
    return row


def news_of(study: Study, seen: Seen, touches: Touches) -> News:
    """Return what overtook a form: the newest step that `touches` what it was about, or what became of its version."""
    version = standing(study)
    if version is None or not seen.is_of(version):
        return _of_version(seen.version)
    since = version.steps.filter(pk__gt=seen.step, undone=False).select_related("by").order_by("-pk")
    found = next((one for one in since if touches(one)), None)
    if found:
        return News("changed", found.by, found.at)
    turned = AuditEvent.objects.filter(
        target=name_of(version), verb__in=("questionnaires.step_undone", "questionnaires.step_redone")
    )
    last = turned.select_related("actor").order_by("-id").first()
    return News("changed", last.actor, last.at) if last else News("changed")


def _of_version(pk: int) -> News:
    found = Version.objects.filter(pk=pk, published_at__isnull=False).select_related("published_by").first()
    if found:
        return News("published", found.published_by, found.published_at, found.number)
    label = f"{Version._meta.label_lower}:{pk}"
    thrown = AuditEvent.objects.filter(target=label, verb="questionnaires.draft_thrown_away")
    event = thrown.select_related("actor").first()
    return News("thrown_away", event.actor, event.at) if event else News("changed")


OF_A_QUESTION = tuple(name for name in CHANGEABLE if name != "shown_if")
OF_A_RULE = ("shown_if",)


def touches_question(key: UUID, columns: tuple[str, ...], pk: int | None = None) -> Touches:
    """Return whether a step made, removed or changed one of the `columns` of a question; given its id, also its list."""

    def touches(one: DraftStep) -> bool:
        for before, after in one.changes.get("question", {}).values():
            if (before or after)["key"] == str(key) and _differ(before, after, columns):
                return True
        lists = one.changes.get("choice", {}).values() if pk is not None else ()
        return any((before or after)["question_id"] == pk for before, after in lists)

    return touches


def touches_section(pk: int) -> Touches:
    """Return whether a step made, removed or reworded a page."""

    def touches(one: DraftStep) -> bool:
        before, after = one.changes.get("section", {}).get(str(pk), ({}, {}))
        return _differ(before, after, ("title", "text"))

    return touches


def _differ(before: dict[str, object] | None, after: dict[str, object] | None, columns: tuple[str, ...]) -> bool:
    if before is None or after is None:
        return True
    return any(before.get(name) != after.get(name) for name in columns)


def same_question(key: UUID) -> Callable[[Version], Question | None]:
    """Return how a question is found in another version: by its key."""

    def find(version: Version) -> Question | None:
        rows = version.questions.select_related("section").prefetch_related("choices")
        found: Question | None = rows.filter(key=key).first()
        return found

    return find


def same_section(pk: int) -> Callable[[Version], Section | None]:
    """Return how a page is found in a version: itself, otherwise the nearest that says the same above its questions."""

    def find(version: Version) -> Section | None:
        own: Section | None = version.sections.filter(pk=pk).first()
        was = Section.objects.filter(pk=pk, version__questionnaire=version.questionnaire_id).first()
        if own or was is None:
            return own
        alike = version.sections.filter(title=was.title, text=was.text)
        return min(alike, key=lambda section: abs(section.position - was.position), default=None)

    return find
