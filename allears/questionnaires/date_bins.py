"""Days that were answered, drawn: by the day, month, quarter or year, whichever gives few enough bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from allears.questionnaires.calendar import date_of, said

MOST_BARS = 24


@dataclass(frozen=True)
class DateBin:
    """The days from `first` to `last` (ordinals, both included) and how often one of them was answered."""

    label: str
    first: int
    last: int
    count: int


def date_bins(counts: Mapping[float, int]) -> list[DateBin]:
    """Return the finest bins that are at most about two dozen, without a gap, that hold all answers."""
    if not counts:
        return []
    first, last = date_of(min(counts)), date_of(max(counts))
    for months in (0, 1, 3, 12, 60, 120, 600, 1200, 12_000):
        starts = list(_starts(first, last, months))
        if len(starts) <= MOST_BARS:
            break
    ends = [start.toordinal() - 1 for start in starts[1:]] + [last.toordinal()]
    return [_bin(start, end, months, counts) for start, end in zip(starts, ends, strict=True)]


def _starts(first: date, last: date, months: int) -> Iterator[date]:
    """The first day of each period; periods of 0 months are days."""
    if not months:
        for number in range(first.toordinal(), min(last.toordinal(), first.toordinal() + MOST_BARS) + 1):
            yield date.fromordinal(number)
        return
    month = (first.year - 1) * 12 + first.month - 1
    for start in range(month - month % months, (last.year - 1) * 12 + last.month, months):
        yield date(start // 12 + 1, start % 12 + 1, 1)


def _bin(start: date, end: int, months: int, counts: Mapping[float, int]) -> DateBin:
    inside = sum(count for day, count in counts.items() if start.toordinal() <= day <= end)
    return DateBin(_label(start, date.fromordinal(end), months), start.toordinal(), end, inside)


def _label(start: date, end: date, months: int) -> str:
    names: dict[int, Callable[[], str]] = {
        0: lambda: said(start),
        1: lambda: str(date_format(start, "YEAR_MONTH_FORMAT")),
        3: lambda: _("%(year)s, quarter %(quarter)d") % {"year": start.year, "quarter": (start.month + 2) // 3},
        12: lambda: str(start.year),
    }
    return names[months]() if months in names else f"{start.year}–{start.year + months // 12 - 1}"


def day_words(number: float) -> str:
    """Return the day of a quantile; between two days, the earlier one."""
    return said(date_of(number))
