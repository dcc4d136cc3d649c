"""What this room says in a study's loop, and the pages it adds to a study."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from allears.core.models import User
from allears.insights import queries
from allears.insights.rules import can_read
from allears.studies.loop import Cell, Tab, add_tab, cell
from allears.studies.models import Study


@cell("understood")
def understood(studies: Sequence[Study]) -> list[Cell]:
    """How many insights stand, and how many of them nobody has tried."""
    counts = queries.standing_and_untried([study.pk for study in studies])
    return [_understood(study, *counts[study.pk]) for study in studies]


def _understood(study: Study, standing: int, untried: int) -> Cell:
    note = ngettext("%(n)d not looked against yet", "%(n)d not looked against yet", untried) % {"n": untried}
    return Cell(
        step="understood",
        figure=str(standing),
        words=ngettext("insight", "insights", standing),
        url=reverse("insights:insights", args=[study.slug]),
        note=note if untried else "",
        begun=bool(standing),
    )


def _reads(user: User, study: Study) -> bool:
    return bool(can_read(user, study))


add_tab(Tab(40, gettext_lazy("Words"), "insights:words_of_study", _reads))
add_tab(Tab(45, gettext_lazy("Themes"), "insights:themes", _reads))
add_tab(Tab(50, gettext_lazy("Insights"), "insights:insights", _reads))
