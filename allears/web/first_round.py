"""The first time round the loop: six steps on home for whoever is new, until somebody has heard back."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from allears.core.models import User
from allears.decisions.models import Decision, Telling
from allears.design.parts import Step
from allears.insights.models import Insight
from allears.people import rules as of_people
from allears.people.models import LIVING, Kind, Person
from allears.studies.models import State
from allears.studies.queries import seen_by
from allears.studies.rules import can_create
from allears.verbatims.queries import current


class _Ahead(NamedTuple):
    """What is to be done, where, and whether it has been done once."""

    label: str
    note: str
    name: str
    done: bool


def first_round(user: User) -> list[Step]:
    """Return the steps of the loop in their order, each with the page where it is done; the first that nobody has done
    is the current one. Empty once anybody has heard back in a study that `user` may see.
    """
    seen = seen_by(user)
    if Telling.objects.filter(update__study__in=seen).exists():
        return []
    steps = [
        _Ahead(
            _("Bring the people you serve"),
            _("from a file, or one by one"),
            _people(user),
            Person.objects.filter(LIVING, kind=Kind.CUSTOMER).exists(),
        ),
        _Ahead(
            _("Ask them"),
            _("a study says why, and by when they hear back"),
            "studies:new" if can_create(user) and not seen.exists() else "studies:list",
            seen.exclude(state=State.DRAFT).exists(),
        ),
        _Ahead(
            _("Read what they said"),
            _("word for word, the unexpected first"),
            "insights:words",
            current().filter(collection__in=seen.values("collection")).exists(),
        ),
        _Ahead(
            _("Say what you understood"),
            _("an insight, with words for and against it"),
            "insights:list",
            Insight.objects.filter(study__in=seen).exists(),
        ),
        _Ahead(
            _("Decide"),
            _("what you will do, or why not"),
            "decisions:index",
            Decision.objects.filter(study__in=seen).exists(),
        ),
        _Ahead(_("Tell them"), _("each beside their own words"), "decisions:all_updates", False),
    ]
    now = next(place for place, step in enumerate(steps) if not step.done)
    return [_step(step, place == now) for place, step in enumerate(steps)]


def _people(user: User) -> str:
    if of_people.may_change(user):
        return "people:imports"
    return "people:list" if of_people.may_read(user) else ""


def _step(step: _Ahead, is_now: bool) -> Step:
    href = reverse(step.name) if step.name else ""
    return Step(step.label, "current" if is_now else "done" if step.done else "ahead", href, step.note)
