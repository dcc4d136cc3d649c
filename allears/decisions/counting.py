"""Who has heard back, study by study, and whom each update has reached, counted ahead where they are very many: home and
the menu of every page ask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from allears.core import ahead
from allears.core.models import Counted
from allears.decisions.models import Telling, Update
from allears.decisions.queries import HEARD_AHEAD, REACH_AHEAD, count_reach, days_until_heard, spoken
from allears.decisions.reaching import CONTRIBUTORS, TOLD, TOLD_BESIDE
from allears.people.crowds import bits_in, crowd_of
from allears.questionnaires.models import Response
from allears.studies.models import Study


def count_ahead() -> None:
    """Count each study, where all together have more responses than a page may go through; called by the heartbeat."""
    if not ahead.are_many(Response.objects.all()):
        for kind in (HEARD_AHEAD, REACH_AHEAD, CONTRIBUTORS.kind, TOLD.kind, TOLD_BESIDE.kind):
            ahead.forget(kind)
        return
    studies = list(Study.objects.order_by("pk"))
    spoken_in = set(Response.objects.order_by().values_list("study", flat=True).distinct())
    ahead.forget(HEARD_AHEAD, but=[study.pk for study in studies])
    for study in studies:
        count = partial(_heard, study) if study.pk in spoken_in else _nobody
        ahead.keep(HEARD_AHEAD, study.pk, count)
    _reach(Update.objects.all())
    ahead.forget(CONTRIBUTORS.kind, but=[study.pk for study in _large(studies)])
    for study in _large(studies):
        CONTRIBUTORS.keep(study.pk)


def count_again(study: Study) -> None:
    """Count this study now, if it is counted ahead: its contributors have just been told something."""
    if ahead.kept(HEARD_AHEAD, study.pk):
        ahead.keep(HEARD_AHEAD, study.pk, lambda: _heard(study), anew=True)
        _reach(Update.objects.filter(study=study), anew=True)
        for large in _large([study]):
            CONTRIBUTORS.keep(large.pk, anew=True)


def _large(studies: Iterable[Study]) -> list[Study]:
    """Those of very many contributors, as they were counted."""
    heard = {row.of: row.value["contributors"] for row in Counted.objects.filter(kind=HEARD_AHEAD)}
    return [study for study in studies if heard.get(str(study.pk), 0) > ahead.MANY]


def _reach(updates: QuerySet[Update], *, anew: bool = False) -> None:
    many = Exists(Telling.objects.filter(update=OuterRef("pk")).order_by().values("pk")[ahead.MANY : ahead.MANY + 1])
    for pk in updates.filter(many).order_by("pk").values_list("pk", flat=True):
        ahead.keep(REACH_AHEAD, pk, partial(_reached, pk), anew=anew)
        TOLD.keep(pk, anew=anew)
        TOLD_BESIDE.keep(pk, anew=anew)


def _reached(update: int) -> dict[str, int]:
    return count_reach([update])[update]


def _nobody() -> dict[str, Any]:
    return {"contributors": 0, "told": 0, "days": {}, "spoken": {}, "waits": False}


def _heard(study: Study) -> dict[str, Any]:
    speakers = int.from_bytes(bits_in(spoken().filter(study=study), "speaker"), "little")
    days: Counter[int] = Counter()
    since_spoken: Counter[int] = Counter()

    def hearers() -> Iterator[int]:
        for _study, hearer, after in days_until_heard(Study.objects.filter(pk=study.pk)):
            days[round(after.with_us)] += 1
            since_spoken[round(after.since_spoken)] += 1
            yield hearer

    waiting = speakers & ~crowd_of(hearers())
    return {
        "contributors": speakers.bit_count(), "told": days.total(), "days": days, "spoken": since_spoken,
        "waits": bool(waiting),
    }  # fmt: skip
