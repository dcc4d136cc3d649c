"""Reading answers to the kinds of questions that are more than words, choices and numbers. Pure, as
`answering_forms` is: what cannot be taken becomes a `Wrong` with a sentence.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from allears.questionnaires.answering_asked import Asked, Cell, Given, Offered
from allears.questionnaires.answering_wrong import Fields, Wrong
from allears.questionnaires.calendar import as_date, limits, number_of, said


def row_name(question: Asked, choice: int) -> str:
    """Return the name of the field that goes with one row of a matrix or one item of a ranking."""
    return f"{question.name}.r{choice}"


def read_matrix(question: Asked, fields: Fields) -> Given | Wrong:
    """A step for each row, as far as they were given."""
    steps = {str(step): float(step) for step in question.steps}
    cells = []
    for row in question.choices:
        chosen = fields.get(row_name(question, row.id), [""])[0]
        if not chosen:
            continue
        if chosen not in steps:
            return Wrong(question, f"{question.name}-{row.id}", _("Choose one of the steps on the page."))
        cells.append(Cell(row.position, choice=row.id, number=steps[chosen]))
    return tuple(cells)


def tie_name(question: Asked) -> str:
    """Return the name of the field that says: I know that some of these share a place."""
    return f"{question.name}.tie"


def read_ranking(question: Asked, fields: Fields) -> Given | Wrong:
    """A place for each item, as far as they were given; 1 comes first.

    Places given twice are asked about once. Whoever goes on with them, or leaves, means that those items share the place:
    each gets the mean of the places that they take together, as is usual for tied ranks.
    """
    places = {str(place): place for place in question.places}
    given: dict[Offered, int] = {}
    for item in question.choices:
        chosen = fields.get(row_name(question, item.id), [""])[0]
        if chosen and chosen not in places:
            return Wrong(question, f"{question.name}-{item.id}", _("Choose one of the places on the page."))
        if chosen:
            given[item] = places[chosen]
    cells = tuple(Cell(item.position, item.id, place) for item, place in _tied(given).items())
    if tie_name(question) not in fields and (twice := _twice(given)):
        return _asked_about(question, *twice, cells)
    return cells


def _twice(given: dict[Offered, int]) -> tuple[int, list[Offered]] | None:
    """The first place that was given to several items, and those items."""
    for place in sorted(given.values()):
        items = [item for item, its in given.items() if its == place]
        if len(items) > 1:
            return place, items
    return None


def _asked_about(question: Asked, place: int, items: list[Offered], cells: Given) -> Wrong:
    first, second, *more = (item.label for item in items)
    words = (
        _("“%(first)s”, “%(second)s” and others have place %(place)d. Give each its own; or go on like this, and they share it.")
        if more
        else _("“%(first)s” and “%(second)s” both have place %(place)d. Give each its own; or go on like this, and they share it.")
    )  # fmt: skip
    said = words % {"first": first, "second": second, "place": place}
    return Wrong(question, f"{question.name}-{items[1].id}", said, again=tie_name(question), kept=cells)


def _tied(given: dict[Offered, int]) -> dict[Offered, float]:
    """Places without gaps; those who share one get the mean of those that they take together."""
    order = sorted(given.values())
    return {item: order.index(place) + 1 + (order.count(place) - 1) / 2 for item, place in given.items()}


def first_place(given: Given, place: float) -> int:
    """Return the first of the places that the items at `place` take together: the one that was given to each."""
    return int(place - (sum(cell.number == place for cell in given) - 1) / 2)


def sure_name(question: Asked) -> str:
    """Return the name of the field that says: I know that "none of these" stands beside others."""
    return f"{question.name}.sure"


def alone(question: Asked, cells: Given, fields: Fields) -> Given | Wrong:
    """Settle what goes with nothing else: asked about once, then what was chosen besides counts and it does not."""
    exclusive = {choice.id: choice for choice in question.choices if choice.exclusive}
    apart = [cell for cell in cells if cell.choice in exclusive]
    if not apart or len(cells) == 1:
        return cells
    others = tuple(cell for cell in cells if cell.choice not in exclusive) or cells[:1]
    if sure_name(question) in fields:
        return others
    label = exclusive[apart[0].choice or 0].label
    words = _("“%(choice)s” goes with no other answer. Unmark it or the others; if you go on like this, the others count.")
    return Wrong(question, f"{question.name}-{apart[0].choice}", words % {"choice": label}, sure_name(question), others)


def read_consent(question: Asked, fields: Fields) -> Given | Wrong:
    """Agreed or not; nothing in between, and silence is no agreement."""
    chosen = fields.get(question.name, [""])[0]
    if chosen not in ("", "1"):
        return Wrong(question, question.name, _("Mark the box if you agree, or leave it empty."))
    return (Cell(0, number=1.0),) if chosen else ()


def is_whole(question: Asked, given: Given) -> bool:
    """Return whether a question that has to be answered is: a matrix in every row, a ranking in every place."""
    if question.kind == "matrix":
        return len(given) == len(question.choices)
    if question.kind == "ranking":
        return len(given) >= len(question.places)
    return bool(given)


def read_date(question: Asked, fields: Fields) -> Given | Wrong:
    """A day within the question's limits."""
    typed = fields.get(question.name, [""])[0].strip()
    if not typed:
        return ()
    day = as_date(typed)
    if day is None:
        return Wrong(question, question.name, _("Enter a day as year-month-day, for instance 2026-11-26."))
    low, high = limits(question.minimum, question.maximum)
    if not low <= day <= high:
        words = _("Enter a day from %(low)s to %(high)s, in the international calendar.")
        return Wrong(question, question.name, words % {"low": said(low), "high": said(high)})
    return (Cell(0, number=number_of(day)),)
