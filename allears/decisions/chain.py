"""The way back from a step to the people whose words it rests on.

A merged person's words count for the person that stayed; erased people are nobody's contributors any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from allears.decisions.models import Ground, Update
from allears.insights.models import Citation
from allears.questionnaires.models import Answer, Response
from allears.studies.models import Study


@dataclass(frozen=True)
class Quoted:
    """A cited span of one person's verbatim, and whether it speaks for or against the insight."""

    verbatim_id: int
    ref: str
    text: str
    start: int
    end: int
    side: str
    insight_id: int
    spoken_at: datetime
    who: str = ""

    @property
    def quoted(self) -> str:
        """The cited words, cut from the source."""
        return self.text[self.start : self.end]


def insights_behind(update: Update, told_at: datetime | None = None) -> list[int]:
    """Return the ids of the insights that the update's step rests on; with `told_at`, as they held then."""
    return insights_behind_all([update], {update.pk: told_at} if told_at else None)[update.pk]


def insights_behind_all(
    updates: Iterable[Update], told: Mapping[int, datetime] | None = None
) -> dict[int, list[int]]:
    """Return the same for many updates, in one query. `change_step__change` should be selected along.

    `told` says by update when it was told: an insight that was withdrawn since then stays behind what was said.
    Without it withdrawn insights are left out: what is told now no longer rests on them.
    """
    decided, told = {u.pk: decision for u in updates if (decision := decision_of(u))}, told or {}
    grounds: dict[int, list[tuple[int, datetime | None]]] = defaultdict(list)
    rows = Ground.objects.filter(decision__in=set(decided.values())).order_by("insight")
    for decision_id, insight_id, withdrawn in rows.values_list("decision_id", "insight_id", "insight__withdrawn_at"):
        grounds[decision_id].append((insight_id, withdrawn))
    return {
        u.pk: [u.insight_id] if u.insight_id else _held_when(told.get(u.pk), grounds[decided[u.pk]]) for u in updates
    }


def _held_when(told: datetime | None, grounds: Iterable[tuple[int, datetime | None]]) -> list[int]:
    return [pk for pk, withdrawn in grounds if withdrawn is None or (told is not None and told <= withdrawn)]


def decision_of(update: Update) -> int | None:
    """Return the id of the decision that the update is about, itself or by a change; None about an insight alone."""
    return update.change_step.change.decision_id if update.change_step else update.decision_id


def quoted_by_person(insight_ids: Iterable[int], people: Iterable[int] | None = None) -> dict[int, list[Quoted]]:
    """Return, for every person cited by these insights, their cited spans; redacted words are left out."""
    cited = Citation.objects.filter(
        insight_id__in=list(insight_ids), verbatim__stone=None, verbatim__person__erased_at=None
    ).annotate(speaker=Coalesce("verbatim__person__merged_into_id", "verbatim__person_id"))
    if people is not None:
        cited = cited.filter(speaker__in=list(people))
    found: dict[int, list[Quoted]] = defaultdict(list)
    for row in cited.exclude(speaker=None).select_related("verbatim").order_by("verbatim_id", "start"):
        found[row.speaker].append(_quoted(row))
    return dict(found)


def _quoted(row: Citation, who: str = "") -> Quoted:
    said = row.verbatim
    return Quoted(said.pk, said.ref, said.text, row.start, row.end, row.side, row.insight_id, said.spoken_at, who)


def cited_by_insight(insight_ids: Iterable[int]) -> dict[int, list[Quoted]]:
    """Return, for each insight, every span that it cites, those for it first; who spoke stands by their label."""
    rows = Citation.objects.filter(insight_id__in=list(insight_ids)).select_related("verbatim__person")
    found: dict[int, list[Quoted]] = defaultdict(list)
    for row in rows.order_by("insight_id", "-side", "verbatim_id", "start"):
        person = row.verbatim.person
        found[row.insight_id].append(_quoted(row, person.label if person else ""))
    return dict(found)


def contributors(study: Study) -> dict[int, datetime]:
    """Return who gave at least one answer to the study, and when they first spoke."""
    answered = Response.objects.filter(
        Exists(Answer.objects.filter(response=OuterRef("pk"))), study=study, person__isnull=False
    ).filter(Q(person__erased_at=None))
    rows = (
        answered.annotate(speaker=Coalesce("person__merged_into_id", "person_id"))
        .values("speaker")
        .annotate(first=Min(Coalesce(F("submitted_at"), F("started_at"))))
        .values_list("speaker", "first")
    )
    return dict(rows.order_by("speaker"))
