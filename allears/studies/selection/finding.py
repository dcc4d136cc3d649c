"""The search for the fairest lottery, as a job sees it: a clock that tells how far it is, and what comes out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from allears.core.progress import Progress, Stopped
from allears.selection import Plan, Quotas, SelectionError, commit, prepare, redraw
from allears.selection.rounds import after
from allears.selection.rounds import quotas_of as read_quotas
from allears.studies.selection import pool as pools
from allears.studies.selection.actions import keep_found, rule_of, salt_of
from allears.studies.selection.facts import Situation, facts_of, facts_of_round, trouble_of
from allears.studies.selection.models import Selection
from allears.studies.selection.queries import account_of, standing


class Clock:
    """What is left of the time, for the library; each look at it tells the job how far the search has come.

    Whoever stops the job wants no more time spent: the best lottery so far is taken, not thrown away.
    """

    def __init__(self, seconds: float, progress: Progress | None = None) -> None:
        self._seconds, self._progress = seconds, progress
        self._began = time.monotonic()
        self._stopped = False

    @property
    def taken(self) -> float:
        return time.monotonic() - self._began

    def __call__(self) -> float:
        """Return the seconds that are left; 0 once somebody has stopped the job."""
        if self._progress and not self._stopped:
            try:
                self._progress.to(min(int(self.taken), int(self._seconds)), int(self._seconds))
            except Stopped:
                self._stopped = True
        return 0.0 if self._stopped else self._seconds - self.taken


def find(selection: Selection, version: int, progress: Progress | None = None) -> dict[str, Any]:
    """Find the fairest lottery for the selection and keep it; return what the job reports."""
    clock = Clock(selection.seconds, progress)
    people = pools.people_of(selection)
    proof, facts, trouble = None, {}, None
    count = people.count()
    if count > pools.MOST_PEOPLE:
        trouble = {"code": "pool_too_large", "details": {"people": count, "most": pools.MOST_PEOPLE}, "changes": []}
    elif not count:
        trouble = {"code": "no_people", "details": {}, "changes": []}
    else:
        names = pools.naming(selection.facets)
        pool = pools.with_references(people, names)
        asked = Situation(pool, quotas_of(selection, names), selection.size)
        account = account_of(selection, pools.base_of(selection, names))
        try:
            plan = _plan(asked, rule_of(selection, len(pool.types)), account.weights, clock)
            proof, facts = commit(plan, salt=salt_of(selection)), facts_of(plan, clock.taken, clock() <= 0, account.owed)
            facts["panels"] = account.panels
        except SelectionError as error:
            trouble = trouble_of(error, asked)
    kept = keep_found(selection=selection, version=version, number=0, proof=proof, facts=facts, trouble=trouble)
    return _report(kept, proof is not None)


def _plan(asked: Situation, rule: str, weights: Any, clock: Callable[[], float]) -> Plan:
    wished = weights if rule == "panel" else None
    return prepare(asked.pool, asked.quotas, asked.size, rule=rule, weights=wished, budget=clock)


def quotas_of(selection: Selection, names: pools.Naming) -> Quotas:
    """Return the selection's quotas by the names that stand in a proof; facets without any are not balanced."""
    bounds: dict[str, dict[str, tuple[int, int]]] = {}
    for line in selection.quotas:
        key = (line["facet"], line["value"])
        if key in names.values:
            bounds.setdefault(names.names[line["facet"]], {})[names.values[key]] = (line["min"], line["max"])
    return Quotas(bounds)


def find_again(
    selection: Selection,
    version: int,
    declined: list[str],
    *,
    looser: list[dict[str, Any]] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Find the lottery for the seats that became empty and keep it; return what the job reports.

    `looser`: quotas in the place of those in the proof.
    """
    clock = Clock(selection.seconds, progress)
    found = standing(selection)
    proof, facts, trouble = None, {}, None
    try:
        proof = redraw(found.proof(), declined, quotas=read_quotas(looser) if looser else None, budget=clock)
        facts = facts_of_round(proof["rounds"][-1], clock.taken, clock() <= 0)
    except SelectionError as error:
        trouble = {**trouble_of(error, _left(found.proof(), declined, looser)), "declined": declined}
    number = len(found.commitments)
    kept = keep_found(selection=selection, version=version, number=number, proof=proof, facts=facts, trouble=trouble)
    return _report(kept, proof is not None)


def _left(proof: dict[str, Any], declined: list[str], looser: list[dict[str, Any]] | None) -> Situation:
    """Who is left for the empty seats, and what is left of the quotas."""
    lines = looser or proof["rounds"][-1]["quotas"] or proof["quotas"]
    now = after(proof, declined, read_quotas(lines))
    return Situation(now.pool, now.quotas, now.size)


def _report(kept: bool, found: bool) -> dict[str, Any]:
    if not kept:
        return {"found": _("Nothing was kept: the wishes were changed while it searched. Look again.")}
    return {"found": _("A lottery, ready to be committed") if found else _("No lottery; the next page says why")}
