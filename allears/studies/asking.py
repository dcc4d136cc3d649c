"""What has to be there before a study can ask, and how long its answering takes.

What is asked is written in rooms above; they register here (in `apps.ready`) whether it is ready, how many
minutes it takes, and where it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from allears.studies.models import Study
from allears.studies.piping import written_in
from allears.studies.wording import never_put_in

ONE_ROW = 6  # steps of a scale fit beside each other on any phone


@dataclass(frozen=True)
class Missing:
    """Something without which a study cannot open, and the page where it can be put right."""

    words: str
    url: str


@dataclass(frozen=True)
class Click:
    """One answer that can be given to the first question by a click in a mail or on another site."""

    label: str
    query: str  # what goes behind the address of a participant's page


@dataclass(frozen=True)
class Opener:
    """The question a questionnaire begins with, where a click can answer it; the ends are a scale's."""

    text: str
    low: str
    high: str
    clicks: tuple[Click, ...]
    steps: bool = False  # they are those of a scale

    @property
    def rows(self) -> list[tuple[Click, ...]]:
        """The steps of a scale in one row, or in two even ones where a phone is too narrow for them; else none."""
        if not self.steps:
            return []
        half = len(self.clicks) if len(self.clicks) <= ONE_ROW else (len(self.clicks) + 1) // 2
        return [row for row in (self.clicks[:half], self.clicks[half:]) if row]


@dataclass(frozen=True)
class Estimated:
    """The minutes that answering takes, and in words where they come from: empty where nothing is asked yet."""

    minutes: float = 0.0
    basis: str = ""


Condition = Callable[[Study], Missing | None]
Estimate = Callable[[Study], Estimated]
Opening = Callable[[Study, str], Opener | None]

_conditions: list[Condition] = []
_estimates: list[Estimate] = []
_openings: list[Opening] = []


def condition(check: Condition) -> Condition:
    """Register the decorated function as one more thing that must hold before a study opens."""
    _conditions.append(check)
    return check


def estimate(estimated: Estimate) -> Estimate:
    """Register the decorated function as what knows how many minutes a study's answering takes, and why."""
    _estimates.append(estimated)
    return estimated


def opening(opener: Opening) -> Opening:
    """Register the decorated function as what knows a study's first question, in a language."""
    _openings.append(opener)
    return opener


def opener_of(study: Study, language: str) -> Opener | None:
    """Return the first question of `study` where one click can answer it; None where it cannot."""
    return next((found for opener in _openings if (found := opener(study, language))), None)


def missing(study: Study) -> list[Missing]:
    """Return what still stands between `study` and its opening; empty when nothing does."""
    found = [check(study) for check in _conditions]
    return [gap for gap in found if gap is not None]


def minutes_of(study: Study) -> float:
    """Return the honest estimate of how many minutes answering `study` takes."""
    return estimate_of(study).minutes


def estimate_of(study: Study) -> Estimated:
    """Return the same estimate with where it comes from."""
    found = [estimated(study) for estimated in _estimates]
    return Estimated(round(sum(one.minutes for one in found), 1), " ".join(one.basis for one in found if one.basis))


@condition
def the_problem_is_told(study: Study) -> Missing | None:
    if study.problem.strip():
        return None
    return Missing(_("Tell participants the problem, in a sentence or two."), _edit(study, "problem"))


@condition
def it_reads_the_same_to_everybody(study: Study) -> Missing | None:
    if not study.unfilled:
        return None
    field = "title" if written_in(study.title) else "problem"
    return Missing(never_put_in(study.unfilled[0]), _edit(study, field))


@condition
def something_is_promised(study: Study) -> Missing | None:
    if study.promise_on is None:
        return Missing(_("Promise a day by which contributors hear back."), _edit(study, "promise_on"))
    if study.promise_is_past:
        return Missing(_("Promise a day that is still to come."), _edit(study, "promise_on"))
    return None


def _edit(study: Study, field: str) -> str:
    return reverse("studies:edit", args=[study.slug]) + f"#id_{field}"
