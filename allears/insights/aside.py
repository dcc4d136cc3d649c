"""What stands beside the words: their themes, and who is speaking.

Exact always. Beside few words it comes with the page; beside a whole study, from counts that are kept; beside many
words that were filtered it is counted once the page has come, or, where the ledger is large and that takes seconds,
when the reader asks for it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from allears.core.one_of import IsOneOf
from allears.design.charts import Bar
from allears.insights import speakers
from allears.insights.filters import NOT_THEMED, Filters
from allears.insights.models import Coding, Theme
from allears.insights.room import Room, Words
from allears.insights.small_groups import FOR_NUMBERS, safe_groups
from allears.insights.speakers import Speakers
from allears.people.models import FacetValue
from allears.verbatims.models import Verbatim

AT_ONCE = 1_000  # words; more are counted after the page has come
SOON = 100_000  # words in the ledger; what stands beside any of them is counted within a second or so
MOST_THEMES = 12
FEWEST_FOR_SHARES = 10


@dataclass(frozen=True)
class FacetBars:
    """Who is speaking, by one facet."""

    label: str
    bars: list[Bar]
    hidden: bool  # whether small groups were left out


@dataclass(frozen=True)
class Aside:
    """The two cards beside the words."""

    themes: list[Bar] = field(default_factory=list)
    more_themes: int = 0
    facets: list[FacetBars] = field(default_factory=list)
    people: int = 0
    known: bool = True  # False: who is speaking has not been counted yet


def beside(room: Room, wanted: Filters, ids: Sequence[int] | None, without: Container[int] = ()) -> Aside | None:
    """Return what stands beside these words; None where it would take long to count. Speakers are
    not counted by the facet values in `without`.
    """
    if ids is not None:
        return _beside_few(wanted, ids, without)
    if not wanted.narrows and len(room.studies) == 1:
        return _beside_a_study(room, wanted)
    return None


def is_soon_counted() -> bool:
    """Whether the ledger is so small that nobody need ask for a count: told by its newest word, without counting."""
    newest = Verbatim.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) <= SOON


def beside_many(wanted: Filters, words: Words, without: Container[int] = ()) -> Aside:
    """Count what stands beside many words: seconds for a million."""
    inside = words.order_by().values("pk")
    carried = Coding.objects.filter(verbatim__in=inside, theme__merged_into=None).order_by()
    counts = dict(carried.values_list("theme").annotate(n=Count("verbatim", distinct=True)))
    return _drawn(wanted, _themes(counts), None, speakers.customers(), speakers.behind(words), without)


def _beside_few(wanted: Filters, ids: Sequence[int], without: Container[int]) -> Aside:
    carried = Coding.objects.filter(IsOneOf("verbatim", ids), theme__merged_into=None).order_by()
    pairs = set(carried.values_list("theme", "verbatim"))
    counts: dict[int, int] = {}
    for theme, _verbatim in pairs:
        counts[theme] = counts.get(theme, 0) + 1
    not_themed = len(ids) - len({verbatim for _theme, verbatim in pairs})
    return _drawn(wanted, _themes(counts), not_themed, speakers.customers(), speakers.among(ids), without)


def _beside_a_study(room: Room, wanted: Filters) -> Aside:
    study = room.studies[0]
    themes = [(theme, theme.words) for theme in Theme.objects.filter(study=study, merged_into=None, words__gt=0)]
    here, everyone = speakers.of_large_study_and_all(study)
    return _drawn(wanted, themes, None, everyone, here)


def _themes(counts: Mapping[int, int]) -> list[tuple[Theme, int]]:
    return [(theme, counts[theme.pk]) for theme in Theme.objects.filter(pk__in=list(counts))]


def _drawn(
    wanted: Filters,
    themes: Sequence[tuple[Theme, int]],
    not_themed: int | None,
    everyone: Speakers | None,
    here: Speakers | None,
    without: Container[int] = (),
) -> Aside:
    ranked = sorted(themes, key=lambda counted: (-counted[1], counted[0].name.lower()))
    bars = [_theme_bar(theme, count, wanted) for theme, count in ranked[:MOST_THEMES]]
    if not_themed:
        href = wanted.address(theme=NOT_THEMED)
        bars.append(Bar(_("not themed"), not_themed, number_format(not_themed, force_grouping=True), href=href, tone="neutral"))
    return Aside(
        themes=bars,
        more_themes=max(0, len(ranked) - MOST_THEMES),
        facets=facets_of(wanted, here, everyone, without) if here else [],
        people=here.people if here else 0,
        known=here is not None,
    )


def _theme_bar(theme: Theme, count: int, wanted: Filters) -> Bar:
    return Bar(theme.name, count, number_format(count, force_grouping=True), href=wanted.address(theme=theme.ref), tone="voice")


def facets_of(
    wanted: Filters, here: Speakers, everyone: Speakers | None, without: Container[int] = ()
) -> list[FacetBars]:
    """Return the speakers by facet (but for the values in `without`) beside all customers; nothing for fewer than ten people."""
    if here.people < FEWEST_FOR_SHARES:
        return []
    held = set(here.by_value) | set(everyone.by_value if everyone else ())
    values = FacetValue.objects.filter(pk__in=held).select_related("facet")
    by_facet: dict[int, list[FacetValue]] = {}
    for value in values.order_by("facet__position", "facet__label", "position", "label"):
        by_facet.setdefault(value.facet_id, []).append(value)
    drawn = [_facet(wanted, of_one, here, everyone, without) for of_one in by_facet.values()]
    return [facet for facet in drawn if facet.bars]


def _facet(
    wanted: Filters, values: list[FacetValue], here: Speakers, everyone: Speakers | None, without: Container[int]
) -> FacetBars:
    """Shares of the people whose value is known, here and among all customers."""
    groups = safe_groups({v.pk: here.by_value.get(v.pk, 0) for v in values}, FOR_NUMBERS)
    shown = [v for v in values if v.pk in groups.shown and v.pk not in without]
    known = sum(here.by_value.get(v.pk, 0) for v in values)
    known_of_all = sum(everyone.by_value.get(v.pk, 0) for v in values) if everyone else 0
    bars = [
        _share(v, here.by_value.get(v.pk, 0), known, everyone, known_of_all, wanted)
        for v in shown
        if known >= FEWEST_FOR_SHARES
    ]
    return FacetBars(values[0].facet.label, bars, len(shown) < len(values))


def _share(value: FacetValue, people: int, known: int, everyone: Speakers | None, of_all: int, wanted: Filters) -> Bar:
    share = 100 * people / known
    tick = 100 * everyone.by_value.get(value.pk, 0) / of_all if everyone and of_all else None
    pair = (value.facet.key, value.key)
    facets = wanted.facets if pair in wanted.facets else (*wanted.facets, pair)
    return Bar(
        value.label,
        share,
        _percent(share),
        reference=tick,
        reference_shown=_percent(tick) if tick is not None else "",
        href=wanted.address(facets=facets),
    )


def _percent(share: float) -> str:
    return f"{share:.0f}%" if share >= 1 or share == 0 else _("under 1%")
