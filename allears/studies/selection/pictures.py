"""What the lottery's pages draw: the pool beside all customers, chances, expected seats, what is heard, the panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from allears.design import charts
from allears.design.parts import Fact, Step
from allears.studies import knowing
from allears.studies.selection import pool as pools
from allears.studies.selection import words
from allears.studies.selection.models import Rule
from allears.studies.selection.queries import Seat, Standing

MOST_PRICES = 5
MOST_BARRED = 6


@dataclass(frozen=True)
class Picture:
    """Bars of one facet."""

    title: str
    bars: list[charts.Bar]


def steps(found: Standing) -> list[Step]:
    """Return the way from the wish to the public proof, and where this lottery is on it."""
    labels = [_("Describe"), _("Find the lottery"), _("Commit"), _("Draw"), _("Invite"), _("Publish")]
    at = {"wish": 1, "none": 1, "found": 2, "committed": 3, "drawn": 4}[found.state]
    done = [place < at for place in range(len(labels))]
    done[5] = found.publication is not None
    return [
        Step(label, "done" if done[place] else "current" if place == at else "ahead") for place, label in enumerate(labels)
    ]


def of_wish(found: Standing) -> dict[str, Any]:
    """Return the pool beside all customers, and the wish in words; the pool is counted as long as it may change."""
    selection = found.selection
    names = pools.naming(selection.facets)
    told: dict[str, Any] = {
        "wish": [
            Fact(_("How many"), number_format(selection.size, force_grouping=True)),
            Fact(_("How it is drawn"), Rule(_rule(found)).label),
            Fact(_("Who may be drawn"), ", ".join(knowing.in_words(selection.criteria)) or _("anybody")),
            Fact(_("Balanced"), ", ".join(facet.label for facet in names.facets)),
        ]
    }
    if found.commitments:
        return told
    seen = pools.glimpse(selection)
    pool, told["counted_at"] = seen.pool, seen.at
    if pool is None:
        return {**told, "people": 0}
    return {
        **told,
        "people": pool.people,
        "types": len(pool.types),
        "compared": pools.compared(pool, pools.base_as_shown(selection)),
        "unknown": [(facet, counts[""]) for facet, counts in pool.counts().items() if counts.get("")],
        "feelings": pools.tells_feelings(*names.names, *names.names.values()),
        "too_many": words.too_many(pool.people) if pool.people > pools.MOST_PEOPLE else "",
    }


def _rule(found: Standing) -> str:
    """The rule that was taken, once a lottery was found; else the one that is wished for."""
    if found.commitments:
        return str((found.commitments[0].pool or {})["rule"])
    return str(found.prepared.facts.get("rule") or found.selection.rule) if found.prepared else str(found.selection.rule)


def of_lottery(found: Standing) -> dict[str, Any]:
    """Return what the lottery promises, or why there is none: of the one that was found, else of the first committed."""
    if found.prepared and found.prepared.trouble:
        trouble = found.prepared.trouble
        return {"trouble": words.trouble(trouble), "changes": [words.change(c) for c in trouble["changes"]]}
    facts = found.prepared.facts if found.prepared else found.commitments[0].facts if found.commitments else {}
    if not facts:
        return {}
    least = Fraction(facts["least"])
    base = pools.base_as_shown(found.selection) if "expected" in facts else {}
    prices = [_price(line, least) for line in facts.get("prices", [])[:MOST_PRICES]]
    return {
        "facts": facts,
        "fairness": words.fairness(facts),
        "gap": "" if facts["certified"] else words.percent(_gap(facts)),
        "chances": _chances(facts),
        "equal": words.percent(facts["size"] / facts["people"]) if "people" in facts else "",
        "expected": _expected(facts, base),
        "heard": _heard(facts, base),
        "prices": prices,
        **_barred(facts),
        "owed": _owed(facts),
    }


def _gap(facts: Mapping[str, Any]) -> float:
    """How far the lottery is from its proven bound: a panel's is about what is heard, any other's about the least chance."""
    if "coverage" in facts:
        return max(0.0, 1 - facts["coverage"]["expected"] / facts["coverage"]["bound"])
    return float(facts["gap"])


def _price(line: Sequence[Any], least: Fraction) -> str:
    facet, value, side, bound, gain = line
    return words.price(facet, value, side, bound, gain, least)


def _chances(facts: Mapping[str, Any]) -> list[charts.Bar]:
    """How many people have which chance."""
    bars = []
    for low, high, people in facts.get("chances", []):
        label = words.percent(low) if high - low <= low / 100 else f"{words.percent(low)} – {words.percent(high)}"
        bars.append(charts.Bar(label, people, number_format(people, force_grouping=True)))
    return bars


def _expected(facts: Mapping[str, Any], base: Mapping[str, Mapping[str, int]]) -> list[Picture]:
    """Expected seats of each value, with a tick where proportion to all customers would be."""
    grouped: dict[str, list[charts.Bar]] = {}
    for facet, value, seats in _in_order(facts.get("expected", []), base):
        values = base.get(facet, {})
        whole = sum(values.values())
        share = values.get(value, 0) * facts["size"] / whole if whole and value else None
        bar = charts.Bar(
            value or _("not given"), seats, words.seats(seats), share, "" if share is None else words.seats(share)
        )
        grouped.setdefault(facet, []).append(bar)
    return [Picture(facet, bars) for facet, bars in grouped.items()]


def _in_order(rows: list[Any], base: Mapping[str, Mapping[str, int]]) -> list[Any]:
    """Rows (facet, value, figure) with the values in the order that their facet gives them; none given comes last."""
    places = {(facet, value): at for facet, values in base.items() for at, value in enumerate(values)}
    facets = list(dict.fromkeys(facet for facet, _value, _figure in rows))
    return sorted(rows, key=lambda row: (facets.index(row[0]), not row[1], places.get((row[0], row[1]), len(places))))


def _heard(facts: Mapping[str, Any], base: Mapping[str, Mapping[str, int]]) -> list[Picture]:
    grouped: dict[str, list[charts.Bar]] = {}
    for facet, value, share in _in_order(facts.get("heard", []), base):
        bar = charts.Bar(value or _("not given"), share * 100, words.percent(share), tone="voice")
        grouped.setdefault(facet, []).append(bar)
    return [Picture(facet, bars) for facet, bars in grouped.items()]


def _barred(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Who can have no seat: the kinds with most people first, and how many more there are."""
    entries = sorted(facts.get("barred", []), key=lambda entry: -entry["people"])
    return {
        "barred": [words.barred(entry) for entry in entries[:MOST_BARRED]],
        "barred_more": max(0, len(entries) - MOST_BARRED),
        "barred_people": sum(entry["people"] for entry in entries),
    }


def _owed(facts: Mapping[str, Any]) -> list[Fact]:
    lines = sorted((-seats, facet, value) for facet, value, seats in facts.get("owed", []) if seats > 0.05)
    return [Fact(words.named(facet, value), words.seats(-seats)) for seats, facet, value in lines[:8]]


def panel(found: Standing, seats: list[Seat]) -> list[charts.Facet]:
    """Return who holds a seat, facet by facet, beside all customers and the quotas."""
    held = Counter(pair for seat in seats if not seat.gone for pair in seat.values)
    base = pools.base_as_shown(found.selection)
    quotas = {(q["facet"], q["value"]): (q["min"], q["max"]) for q in (found.commitments[0].pool or {})["quotas"]}
    return [
        charts.Facet(facet, [_value(facet, value, many, held, quotas) for value, many in values.items()])
        for facet, values in base.items()
    ]


def _value(
    facet: str, value: str, many: int, held: Mapping[tuple[str, str], int], quotas: Mapping[tuple[str, str], tuple[int, int]]
) -> charts.FacetValue:
    low, high = quotas.get((facet, value), (None, None))
    return charts.FacetValue(value, held.get((facet, value), 0), many, low, high)
