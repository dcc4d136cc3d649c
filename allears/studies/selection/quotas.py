"""The quotas as they stand on a page: a line for each value, what the pool holds, what proportion would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from allears.studies.selection import pool as pools
from allears.studies.selection.forms import QuotaLine
from allears.studies.selection.models import Selection

MOST_OPEN = 40  # lines that stand one under the other before their facets fold


@dataclass(frozen=True)
class Line:
    """One value: its bounds in seats, how many the pool has, and its seats in proportion to all customers."""

    facet: str
    value: str
    facet_name: str
    value_name: str
    fewest: str
    most: str
    held: int
    share: float
    wrong: str = ""

    @property
    def field(self) -> str:
        """What the line's two fields are called in the form."""
        return f"{self.facet}:{self.value}"

    def as_kept(self) -> dict[str, Any]:
        return {"facet": self.facet, "value": self.value, "min": int(self.fewest), "max": int(self.most)}


@dataclass(frozen=True)
class Group:
    """The lines of one facet; those of a long page are folded, but for one with a line that is wrong."""

    facet_name: str
    lines: list[Line]
    folded: bool


def grouped(lines: list[Line]) -> list[Group]:
    """Return the lines facet by facet."""
    names = dict.fromkeys(line.facet_name for line in lines)
    groups = [(name, [line for line in lines if line.facet_name == name]) for name in names]
    return [Group(name, own, len(lines) > MOST_OPEN and not any(line.wrong for line in own)) for name, own in groups]


def lines_of(selection: Selection) -> list[Line]:
    """Return the selection's quotas, line by line, in the order of facets and values."""
    names = pools.naming(selection.facets)
    pool, base = pools.glimpse(selection).pool, pools.base_as_shown(selection)
    held = pool.counts() if pool else {}
    kept = {(q["facet"], q["value"]): q for q in selection.quotas}
    return [
        _line(key, names, kept.get(key, {"min": 0, "max": selection.size}), held, base, selection.size)
        for key, _name in names.values.items()
        if key in kept or names.names[key[0]] in base
    ]


def _line(
    key: tuple[str, str], names: pools.Naming, kept: Mapping[str, int], held: Mapping[str, Mapping[str, int]],
    base: Mapping[str, Mapping[str, int]], size: int,
) -> Line:  # fmt: skip
    facet, value = names.names[key[0]], names.values[key]
    of_facet = base.get(facet, {})
    whole = sum(of_facet.values())
    share = of_facet.get(value, 0) * size / whole if whole else 0.0
    count = held.get(facet, {}).get(value, 0)
    return Line(*key, facet, value, str(kept["min"]), str(kept["max"]), count, share)


def read_lines(posted: QueryDict, selection: Selection) -> tuple[list[Line], list[Line]]:
    """Return the lines as typed, and those that are wrong, each with words that say what to do."""
    lines = [_typed(line, posted) for line in lines_of(selection)]
    return lines, [line for line in lines if line.wrong]


def _typed(line: Line, posted: QueryDict) -> Line:
    fewest, most = posted.get(f"min:{line.field}", line.fewest), posted.get(f"max:{line.field}", line.most)
    form = QuotaLine({"min": fewest, "max": most})
    typed = replace(line, fewest=fewest[:12], most=most[:12])
    if not form.is_valid():
        return replace(typed, wrong=_("Type whole numbers of seats, such as 0 and 2."))
    low, high = form.cleaned_data["min"], form.cleaned_data["max"]
    if low > high:
        return replace(typed, wrong=_("At least %(low)s and at most %(high)s cannot both hold.") % {"low": low, "high": high})
    return replace(typed, fewest=str(low), most=str(high))
