"""Reading answers to the kinds of questions that are more than words, choices and numbers. Pure, as
`answering_forms` is: what cannot be taken becomes a `Wrong` with a sentence.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from allears.questionnaires.answering_asked import Asked, Cell, Given
from allears.questionnaires.answering_wrong import Fields, Wrong
from allears.questionnaires.calendar import as_date, limits, number_of, said


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
