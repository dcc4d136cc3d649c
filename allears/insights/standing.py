"""How an insight stands: what holds it, what speaks against it, who they are, and what has happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from allears.core.audit import name_of
from allears.core.models import AuditEvent
from allears.design.parts import Option
from allears.insights import aside, queries, quotes, showing, speakers
from allears.insights.filters import Filters
from allears.insights.models import Citation, Insight, Side
from allears.insights.sight import line_of_sight
from allears.questionnaires.statistics import wilson
from allears.studies.models import Study

CONTESTED, STRONGEST, NEWEST = "", "strongest", "newest"
FEWEST = 10
MOST_QUOTES = 12  # on each side of a page; the reading room shows all


@dataclass(frozen=True)
class Share:
    """The share of the people cited who speak for it, with its 95% interval; only from ten people on."""

    percent: int
    low: int
    high: int
    people: int


@dataclass(frozen=True)
class Quote:
    """A citation as a page shows it."""

    citation: Citation
    before: str
    text: str
    after: str
    who: str
    url: str
    gone: bool
    changed: bool


@dataclass(frozen=True)
class Row:
    """An insight in a list, with its first quote on each side."""

    insight: Insight
    quotes: Mapping[str, Quote]
    share: Share | None


def shown(insights: QuerySet[Insight], show: str) -> QuerySet[Insight]:
    """Return those that stand; or "untried" or "withdrawn" ones."""
    if show == "withdrawn":
        return insights.filter(withdrawn_at__isnull=False)
    if show == "untried":
        return queries.nobody_looked(insights)
    return insights.filter(withdrawn_at=None)


def in_order(insights: QuerySet[Insight], order: str) -> QuerySet[Insight]:
    """Order insights `with_support`: what is contradicted first, unless the reader wants it otherwise."""
    orders = {
        STRONGEST: [F("people_for").desc(), F("people_against").asc()],
        NEWEST: [],
        CONTESTED: [F("people_against").desc(), F("looked").asc()],
    }
    return insights.order_by(*orders.get(order, orders[CONTESTED]), "-made_at", "-pk")


def orders(chosen: str) -> list[Option]:
    """Return the orders that a reader can choose from."""
    labels = {CONTESTED: _("Contradicted first"), STRONGEST: _("Most people first"), NEWEST: _("Newest first")}
    return [Option(label, key, key == chosen) for key, label in labels.items()]


def share_for(insight: Insight) -> Share | None:
    """Return how the people cited divide, for an insight `with_support`; None below ten people."""
    in_favour, against = insight.people_for, insight.people_against  # type: ignore[attr-defined]
    people = in_favour + against
    if people < FEWEST:
        return None
    found = wilson(in_favour, people)
    return Share(round(100 * found.share), round(100 * found.low), round(100 * found.high), people)


def both_sides(insight: Insight, named: bool) -> dict[str, list[Quote]]:
    """Return what is cited, the newest citation first, by side; rendered from the source."""
    cited = _citations().filter(insight=insight).order_by("-at", "-pk")
    return {
        side: [_quote(citation, named) for citation in cited.filter(side=side)[:MOST_QUOTES]] for side in Side.values
    }


def strongest_quotes(insights: Iterable[int]) -> dict[int, dict[str, Quote]]:
    """Return the first citation on each side of each insight, without names: lists are read by everybody."""
    found: dict[int, dict[str, Quote]] = {}
    for citation in _citations().filter(insight__in=list(insights), verbatim__salt__isnull=False).order_by("at", "pk"):
        found.setdefault(citation.insight_id, {}).setdefault(citation.side, _quote(citation, named=False))
    return found


def who_they_are(insight: Insight, study: Study) -> list[aside.FacetBars]:
    """Return the people cited by facet against all customers; small groups hidden."""
    ids = list(insight.citations.values_list("verbatim", flat=True))
    return aside.facets_of(Filters(), speakers.among(ids), speakers.customers())


@dataclass(frozen=True)
class Moment:
    """Something that happened to an insight."""

    at: datetime
    who: str
    what: str
    times: int = 1


def history(insight: Insight) -> list[Moment]:
    """Return what has happened to it, from the audit trail, newest first."""
    said = {
        "insights.claimed": _("claimed it"),
        "insights.claim_changed": _("said it differently; it was: “%(before)s”"),
        "insights.cited": _("let words speak %(side)s it"),
        "insights.uncited": _("took words away that spoke %(side)s it"),
        "insights.looked_against": _("looked against it"),
        "insights.withdrawn": _("withdrew it"),
        "insights.restored": _("held it again"),
    }
    events = AuditEvent.objects.filter(target=name_of(insight), verb__in=said).order_by("-id")[:100]
    sides = {"for": _("for"), "against": _("against")}
    moments = []
    for event in events:
        before, side = event.details.get("before", {}).get("claim", ""), sides.get(event.details.get("side", ""), "")
        moments.append(Moment(event.at, event.actor_label, said[event.verb] % {"side": side, "before": before}))
    return _gathered(moments)


def _gathered(moments: Iterable[Moment]) -> list[Moment]:
    """What somebody did again and again on one day is one line."""
    lines: dict[tuple[object, str, str], Moment] = {}
    for moment in moments:
        key = (moment.at.date(), moment.who, moment.what)
        times = lines[key].times + 1 if key in lines else 1
        lines[key] = Moment(lines[key].at if key in lines else moment.at, moment.who, moment.what, times)
    return list(lines.values())


def _citations() -> QuerySet[Citation]:
    return Citation.objects.select_related("verbatim__person__merged_into", "verbatim__superseded_by", "by")


def _quote(citation: Citation, named: bool) -> Quote:
    words = citation.verbatim
    before, text, after = quotes.in_context(words.text, citation.start, citation.end)
    return Quote(
        citation, before, text, after, showing.who(words.person, named), _url(words.ref),
        gone=words.salt is None, changed=hasattr(words, "superseded_by"),
    )  # fmt: skip


def _url(ref: str) -> str:
    from django.urls import reverse

    return line_of_sight("verbatim", ref) or reverse("insights:verbatim", args=[ref])
