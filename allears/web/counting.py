"""The minutes of each year, counted ahead where very many letters or responses are kept: their page, and the yearly
statement, go through all of them.

Years begin and end where the house is, not where its reader is. Reasons are never kept here: who is erased is gone from
the record at once.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache, partial

from django.utils import timezone

from allears.core import ahead
from allears.core.clock import now
from allears.people.models import Contact, Facet
from allears.questionnaires.models import Response
from allears.web import minutes

OF_A_YEAR = {
    minutes.TOTALS: minutes.count_totals,
    minutes.MONTHS: minutes.count_months,
    minutes.STUDIES: minutes.count_studies,
    minutes.TEAMS: minutes.count_teams,
    minutes.GIVEN: minutes.count_given,
    minutes.CAME: minutes.count_came,
    minutes.OVERRIDDEN: minutes.count_overridden,
}
FRESH, OF_THE_PAST = timedelta(minutes=15), timedelta(days=1)


def count_ahead() -> None:
    """Count every year anew that was not counted a short while ago; called by the heartbeat."""
    if not (ahead.are_many(Contact.objects.all()) or ahead.are_many(Response.objects.all())):
        for kind in (*OF_A_YEAR, minutes.VALUES):
            ahead.forget(kind)
        return
    facets = list(Facet.objects.all())
    ahead.forget(minutes.VALUES, but=[f"{year} {facet.pk}" for year in minutes.years() for facet in facets])
    for year in minutes.years():
        _count(year, facets)


def _count(year: int, facets: list[Facet]) -> None:
    fresh = FRESH if year == timezone.localtime(now()).year else OF_THE_PAST
    for kind, count in OF_A_YEAR.items():
        ahead.keep(kind, year, partial(count, year), fresh=fresh)
    of_each = cache(partial(minutes.asked_of_each, year))  # once for all facets
    for facet in facets:
        ahead.keep(minutes.VALUES, f"{year} {facet.pk}", lambda: minutes.count_values(facet, of_each()), fresh=fresh)  # noqa: B023
