"""Minutes as measured: the median of those who sent, in all and by device, beside what the questions let expect.

The median and not the mean: who leaves for lunch does not make the questions longer. Fewer than ten say nothing yet;
then the version before corrects the estimate, in proportion, and where there is none the estimate stands as it is.

These are the minutes of everybody together, for the contact budget and for staff. What one participant reads is corrected
by `pacing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.questionnaires.duration import minutes_of
from allears.questionnaires.models import Response, Version

ENOUGH = 10
NEWEST = 2_000  # responses; more say nothing that these do not
# A correction beyond this speaks of something else: a version that nobody read, or pages left open.
BOUNDS = (0.2, 5.0)


@dataclass(frozen=True)
class Measured:
    """Median minutes of so many people."""

    people: int
    minutes: float


@dataclass(frozen=True)
class Estimate:
    """The minutes that we promise, and where they come from."""

    minutes: float
    computed: float  # from the questions alone
    all: Measured | None = None
    phone: Measured | None = None
    desktop: Measured | None = None
    earlier: bool = False  # corrected by the version before

    @property
    def basis(self) -> str:
        """Where the minutes come from, in words."""
        if self.all:
            words = ngettext(
                "The median of %(n)s person who sent", "The median of %(n)s people who sent", self.all.people
            ) % {"n": number_format(self.all.people, force_grouping=True)}
            devices = [(_("on phones"), self.phone), (_("at a desk"), self.desktop)]
            by = [f"{name} {number_format(seen.minutes, 1)}" for name, seen in devices if seen]
            told = _("the questions alone let expect %(n)s") % {"n": number_format(self.computed, 1)}
            return f"{words}{': ' + ', '.join(by) if by else ''}; {told}."
        if self.earlier:
            return _("From the questions, corrected by what the version before took.")
        return _("From the number, kinds and length of the questions; corrected once ten people have sent.")


def estimate_of(version: Version) -> Estimate:
    """Return the minutes of `version`, corrected by what was measured."""
    computed = minutes_of(version)
    rows = measured_rows(version.pk)
    whole = _measured([seconds for seconds, _device in rows])
    if whole:
        by = {name: _measured([s for s, device in rows if device == name]) for name in ("phone", "desktop")}
        return Estimate(whole.minutes, computed, whole, by["phone"], by["desktop"])
    factor = _before(version)
    return Estimate(round(computed * factor, 1), computed, earlier=factor != 1.0)


def measured_rows(version_id: int) -> list[tuple[int, str]]:
    """Return (seconds, device) of the newest who sent."""
    return [(row.seconds, row.device) for row in sent_of(version_id)[:NEWEST]]


def sent_of(version_id: int) -> QuerySet[Response]:
    """Return the responses of a version that were sent and measured, newest first."""
    # Along the study's index: by their ids, SQLite would walk through the responses of all studies.
    study = Version.objects.filter(pk=version_id).values("questionnaire__study")[:1]
    rows = Response.objects.filter(study=study, version=version_id, submitted_at__isnull=False, seconds__gt=0)
    return rows.only("person_id", "language", "seconds", "device").order_by("-submitted_at", "-id")


def _measured(seconds: Sequence[int]) -> Measured | None:
    return Measured(len(seconds), round(median(seconds) / 60, 1)) if len(seconds) >= ENOUGH else None


def earlier(version: Version) -> QuerySet[Version]:
    """Return the three newest versions that were asked before this one, newest first."""
    before = Version.objects.filter(questionnaire=version.questionnaire_id, published_at__isnull=False)
    return before.filter(number__lt=version.number).order_by("-number")[:3]


def _before(version: Version) -> float:
    """In what proportion the newest earlier version with enough responses took longer than all of it let expect. What
    rules hide from people counts here: the figure is for everybody together, and most likely they go on hiding it.
    """
    for other in earlier(version):
        whole = _measured([seconds for seconds, _device in measured_rows(other.pk)])
        if whole:
            computed = minutes_of(other)
            return bounded(whole.minutes / computed) if computed else 1.0
    return 1.0


def bounded(proportion: float) -> float:
    """Return a correction within the bounds of what can be believed."""
    low, high = BOUNDS
    return min(max(proportion, low), high)
