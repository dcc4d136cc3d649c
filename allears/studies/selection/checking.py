"""Recompute every lottery on record: commitments, draws, and whether the database still guards them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from allears.selection import SelectionError, token, verify
from allears.selection.checker import Wrong
from allears.studies.models import PoolMember, Selection
from allears.studies.selection import guards
from allears.studies.selection.queries import Standing, standing


@dataclass(frozen=True)
class Report:
    """How many lotteries were recomputed, and the first thing that does not hold; empty when all do."""

    checked: int
    broken: str = ""


def check_all() -> Report:
    """Recompute every committed lottery, oldest first, until something does not hold."""
    lost = guards.missing(connection)
    if lost:
        return Report(0, f"the database no longer guards what was committed: {', '.join(lost)}")
    checked = 0
    for selection in Selection.objects.filter(commitments__number=0).order_by("pk"):
        wrong = _wrong(standing(selection))
        if wrong:
            return Report(checked, f"lottery {selection.ref}: {wrong}")
        checked += 1
    return Report(checked)


def _wrong(found: Standing) -> str:
    proof = found.proof()
    if any(c.digest != round_["commitment"] for c, round_ in zip(found.commitments, proof["rounds"], strict=True)):
        return "a commitment is not the one that was published"
    try:
        verify(proof)
    except (Wrong, SelectionError) as wrong:
        return str(wrong)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return f"it cannot be read as a proof ({type(error).__name__})"
    return _misled(found, proof)


def _misled(found: Standing, proof: dict[str, Any]) -> str:
    """Whether a salted number leads to somebody whose reference it is not made of; unknown once the salt is gone."""
    if not found.selection.salt:
        return ""
    chosen = [t for round_ in proof["rounds"] for t in round_.get("selected", ())]
    rows = PoolMember.objects.filter(selection=found.selection, token__in=chosen).select_related("person")
    wrong = [row.token for row in rows if token(found.selection.salt, row.person.ref) != row.token]
    return f"the number {wrong[0]} leads to somebody else" if wrong else ""
