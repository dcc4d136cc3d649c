"""The line of sight: from any sentence, insight, decision or change, the chain in both directions.

The same few queries serve one sentence and a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q

from allears.decisions.chain import Quoted, cited_by_insight, insights_behind_all
from allears.decisions.models import Change, ChangeStep, Decision, Ground, Telling, Update
from allears.insights import speakers
from allears.insights.models import Citation, Coding, Insight, Theme
from allears.people.models import Person
from allears.verbatims.models import Verbatim
from allears.verbatims.queries import wordings_of


@dataclass
class Sight:
    """What hangs together: words, the themes and insights they hold, decisions, changes, and who was told."""

    words: list[Quoted] = field(default_factory=list)
    wordings: list[Verbatim] = field(default_factory=list)  # of the words looked from, the first one first
    themes: list[Theme] = field(default_factory=list)
    insights: list[Insight] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    told: int = 0
    edges: list[tuple[str, str]] = field(default_factory=list)  # ("insight:3", "decision:1")

    @property
    def words_for(self) -> list[Quoted]:
        """The spans that speak for an insight."""
        return [q for q in self.words if q.side == "for"]

    @property
    def words_against(self) -> list[Quoted]:
        """The spans that speak against one."""
        return [q for q in self.words if q.side == "against"]


def from_verbatim(verbatim: Verbatim) -> Sight:
    """Return what became of one verbatim, in whichever of its wordings: the same people said it before or anew.

    An insight that was withdrawn stays in the chain, and says so.
    """
    wordings = list(wordings_of(verbatim).select_related("stone", "undated"))
    cited = Citation.objects.filter(verbatim__in=wordings).select_related("insight__made_by", "verbatim")
    insights = {c.insight_id: c.insight for c in cited}
    sight = _forward(list(insights.values()))
    sight.wordings = wordings
    sight.words = [_quoted(c) for c in cited]
    sight.themes = list(Theme.objects.filter(codings__verbatim__in=wordings).distinct())
    sight.edges += [(f"verbatim:{c.verbatim_id}", f"insight:{c.insight_id}") for c in cited]
    return sight


def _quoted(c: Citation) -> Quoted:
    said = c.verbatim
    return Quoted(said.pk, said.ref, said.text, c.start, c.end, c.side, c.insight_id, said.spoken_at)


def from_insights(insights: Sequence[Insight]) -> Sight:
    """Return the words behind these insights and what became of them."""
    sight = _forward(insights)
    for insight_id, quotes in cited_by_insight(i.pk for i in insights).items():
        sight.words += quotes
        sight.edges += [(f"verbatim:{q.verbatim_id}", f"insight:{insight_id}") for q in quotes]
    return sight


def from_decision(decision: Decision, change: Change | None = None) -> Sight:
    """Return the words behind a decision (or behind one change of it) and what was done; withdrawn insights too."""
    whole = from_insights(list(decision.insights.select_related("made_by").order_by("pk")))
    whole.decisions = [decision]
    whole.changes = [change] if change else [c for c in whole.changes if c.decision_id == decision.pk]
    kept = {f"decision:{decision.pk}", *(f"change:{c.pk}" for c in whole.changes)}
    whole.edges = [(a, b) for a, b in whole.edges if b.split(":")[0] not in ("decision", "change") or b in kept]
    _add_tellings(whole)
    return whole


def _forward(insights: Sequence[Insight]) -> Sight:
    sight = Sight(insights=list(insights))
    grounds = list(Ground.objects.filter(insight__in=insights).select_related("decision__decided_by"))
    sight.decisions = sorted({g.decision for g in grounds}, key=lambda d: (d.decided_at, d.pk))
    steps = ChangeStep.objects.select_related("by")
    changes = Change.objects.filter(decision__in=sight.decisions).select_related("owner")
    sight.changes = list(changes.prefetch_related(Prefetch("steps", steps.order_by("pk"))).order_by("pk"))
    sight.edges += [(f"insight:{g.insight_id}", f"decision:{g.decision_id}") for g in grounds]
    sight.edges += [(f"decision:{c.decision_id}", f"change:{c.pk}") for c in sight.changes]
    _add_tellings(sight)
    return sight


def _add_tellings(sight: Sight) -> None:
    about = Q(insight__in=sight.insights) | Q(decision__in=sight.decisions) | Q(change_step__change__in=sight.changes)
    told = Update.objects.filter(about).annotate(people=Count("tellings")).filter(people__gt=0)
    sight.updates = list(
        told.select_related("decision", "change_step__change", "insight", "study").order_by("drafted_at")
    )
    sight.told = Telling.objects.filter(update__in=sight.updates).values("person").distinct().count()


@dataclass
class OwnWords:
    """One verbatim on its speaker's own page, and what they were told became of it."""

    verbatim: Verbatim
    themes: list[tuple[Theme, int]]  # and how many people spoke of it
    tellings: list[Telling]
    superseded: bool


def own_words(person: Person, verbatims: Iterable[Verbatim], tellings: Sequence[Telling]) -> list[OwnWords]:
    """Return a person's words with their themes and the tellings that rest on them.

    A telling stands under the words that its insights cite, also when one was withdrawn after they were told. What
    staff have not yet told stays with them. `tellings` are oldest first.
    """
    said = list(verbatims)
    ids = [v.pk for v in said]
    themes = _themes_of(ids)
    under = _tellings_under(ids, tellings)
    replaced = set(Verbatim.objects.filter(supersedes__in=ids).values_list("supersedes_id", flat=True))
    return [OwnWords(v, themes.get(v.pk, []), under.get(v.pk, []), v.pk in replaced) for v in said]


def _themes_of(ids: list[int]) -> dict[int, list[tuple[Theme, int]]]:
    pairs = set(Coding.objects.filter(verbatim__in=ids).values_list("verbatim_id", "theme_id"))
    themes = Theme.objects.in_bulk({theme for _verbatim, theme in pairs})
    people = speakers.of_themes(themes)
    found: dict[int, list[tuple[Theme, int]]] = {}
    for verbatim_id, theme_id in sorted(pairs):
        found.setdefault(verbatim_id, []).append((themes[theme_id], people[theme_id]))
    return found


def _tellings_under(ids: list[int], tellings: Sequence[Telling]) -> dict[int, list[Telling]]:
    cited: dict[int, set[int]] = {}
    for verbatim_id, insight_id in Citation.objects.filter(verbatim__in=ids).values_list("verbatim_id", "insight_id"):
        cited.setdefault(insight_id, set()).add(verbatim_id)
    found: dict[int, list[Telling]] = {}
    told = {t.update_id: t.told_at for t in reversed(tellings)}
    grounds = insights_behind_all({t.update_id: t.update for t in tellings}.values(), told)
    for telling in tellings:
        rests_on = {v for i in grounds[telling.update_id] for v in cited.get(i, ())}
        for verbatim_id in rests_on:
            found.setdefault(verbatim_id, []).append(telling)
    return found
