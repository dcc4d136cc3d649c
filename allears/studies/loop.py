"""The loop of a study as its strip of six cells, and the pages that other rooms add to a study.

Rooms above studies know what was understood, decided and told; they register here (in `apps.ready`) what
their cell says, so that a study's home can show the whole loop without this room importing them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from allears.core.models import User
from allears.studies.models import Study

STEPS = ("asked", "spoke", "understood", "decided", "done", "heard")


@dataclass(frozen=True)
class Figure:
    """A figure set large at the head of a page: as shown, what it is, and of how many or why there is none yet."""

    shown: str
    words: str
    note: str


@dataclass(frozen=True)
class Cell:
    """A step of the loop: its figure as shown ("1,706", "64%"), what it counts, and where it leads; `leads`: the
    figures of this step that stand at the head of the study's page; `begun`: whether anything was done in it.
    """

    step: str
    figure: str
    words: str
    url: str = ""
    note: str = ""
    leads: tuple[Figure, ...] = ()
    begun: bool = False


@dataclass(frozen=True)
class Tab:
    """A page about a study, shown to whom `shown_to(user, study)` holds for."""

    position: int
    label: str | Promise  # the latter: translated for whoever reads it
    url_name: str  # takes the study's slug
    shown_to: Callable[[User, Study], bool]


Cells = Callable[[Sequence[Study]], list[Cell]]
Overdue = Callable[[Sequence[Study]], set[int]]

_cells: dict[str, Cells] = {}
_tabs: list[Tab] = []
_overdue: list[Overdue] = []


def cell(step: str) -> Callable[[Cells], Cells]:
    """Register the decorated function as what `step` of the loop says about each of some studies."""

    def register(make: Cells) -> Cells:
        _cells[step] = make
        return make

    return register


def finds_overdue(find: Overdue) -> Overdue:
    """Register the decorated function as what knows of which studies somebody still waits though the promised day is past."""
    _overdue.append(find)
    return find


def overdue_among(studies: Sequence[Study]) -> set[int]:
    """Return the ids of those studies whose promise is overdue; nothing is asked where no day is past."""
    past = [study for study in studies if study.promise_is_past]
    return {pk for find in _overdue for pk in find(past)} if past else set()


def add_tab(tab: Tab) -> None:
    """Add a page to every study's tabs."""
    _tabs.append(tab)
    _tabs.sort(key=lambda t: t.position)


def cells_of(study: Study) -> list[Cell]:
    """Return the loop's cells in order, for the rooms that are installed."""
    return cells_of_each([study])[0]


def cells_of_each(studies: Sequence[Study]) -> list[list[Cell]]:
    """Return the same for each of these studies, asked together."""
    made = [_cells[step](studies) for step in STEPS if step in _cells]
    return [[cells[place] for cells in made] for place in range(len(studies))]


def tabs_of(study: Study, user: User) -> list[Tab]:
    """Return the tabs that `user` may open on `study`."""
    return [tab for tab in _tabs if tab.shown_to(user, study)]
