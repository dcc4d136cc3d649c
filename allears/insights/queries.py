"""Questions about themes and insights. None changes anything; each makes the same number of queries for one or many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import by_ref
from allears.core.models import User
from allears.core.waiting import Waiting
from allears.insights.models import Citation, Coding, Insight, LookAgainst, Read, Side, Theme
from allears.studies.models import Study
from allears.studies.queries import seen_by

FEW_WORDS = 5_000  # a theme that more words carry is asked for its examples by itself, along its index
LAST_CODINGS = 300  # somebody's latest codings are looked through for the themes they gave last
MANY = 50  # how many of each kind of waiting thing are looked at; more would drown the others


@dataclass(eq=False)
class Branch:
    """A theme in the codebook, with those under it and how many verbatims carry it or one of them."""

    theme: Theme
    depth: int = 0
    children: list[Branch] = field(default_factory=list)

    @property
    def words(self) -> int:
        """The verbatims that carry this very theme."""
        return self.theme.words

    @property
    def all_themes(self) -> list[int]:
        """The ids of this theme and of all under it."""
        return [self.theme.pk, *(pk for child in self.children for pk in child.all_themes)]


def codebook(study: Study) -> list[Branch]:
    """Return the themes of `study` that are in use as trees, each level in its order."""
    branches = {theme.pk: Branch(theme) for theme in Theme.objects.in_use().filter(study=study)}
    roots: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.theme.parent_id or 0)
        (above.children if above else roots).append(branch)
    _set_depth(roots, 0)
    return roots


def _set_depth(branches: list[Branch], depth: int) -> None:
    for branch in branches:
        branch.depth = depth
        _set_depth(branch.children, depth + 1)


def flat(branches: Iterable[Branch]) -> list[Branch]:
    """Return the branches of a codebook one below the other, as a list is read."""
    return [b for branch in branches for b in (branch, *flat(branch.children))]


def with_those_under(theme: Theme) -> list[int]:
    """Return the ids of `theme` and of all themes in use under it."""
    for branch in flat(codebook(theme.study)):
        if branch.theme.pk == theme.pk:
            return branch.all_themes
    return [theme.pk]


def codings_of(verbatim_ids: Iterable[int], *, with_givers: bool = False) -> dict[int, list[Coding]]:
    """Return each verbatim's codings in the order of the words; those that a merge left behind are not among them.

    `with_givers`: who gave each, and as which theme at first, is at hand, too.
    """
    found: dict[int, list[Coding]] = {pk: [] for pk in verbatim_ids}
    rows = Coding.objects.filter(verbatim__in=list(found), theme__merged_into=None)
    beside = ("theme", "coder", "first_theme") if with_givers else ("theme",)
    for coding in rows.select_related(*beside).order_by("start", "-end", "pk"):
        found[coding.verbatim_id].append(coding)
    return found


def examples(themes: Iterable[int], most: int) -> dict[int, list[Coding]]:
    """Return up to `most` codings of each theme whose words stand, the newest words first; one verbatim once."""
    ids = list(themes)
    said = dict(Theme.objects.filter(pk__in=ids).values_list("pk", "words"))
    newest = Window(RowNumber(), partition_by=F("theme"), order_by=[F("verbatim").desc(), F("start").asc()])
    standing = Coding.objects.filter(theme__in=[pk for pk, words in said.items() if words <= FEW_WORDS])
    ranked = standing.annotate(rank=newest).filter(rank__lte=3 * most)
    rows: list[Coding] = list(ranked.select_related("verbatim").order_by("theme", "rank"))
    for theme in [pk for pk, words in said.items() if words > FEW_WORDS]:
        rows.extend(Coding.objects.filter(theme=theme).select_related("verbatim").order_by("-verbatim")[: 3 * most])
    found: dict[int, list[Coding]] = {pk: [] for pk in ids}
    for coding in rows:
        seen = {c.verbatim_id for c in found[coding.theme_id]}
        if coding.verbatim.salt is not None and coding.verbatim_id not in seen and len(found[coding.theme_id]) < most:
            found[coding.theme_id].append(coding)
    return found


def citations_of(verbatim_ids: Iterable[int]) -> dict[int, list[Citation]]:
    """Return the citations of each verbatim by insights that stand."""
    found: dict[int, list[Citation]] = {pk: [] for pk in verbatim_ids}
    rows = Citation.objects.filter(verbatim__in=list(found), insight__withdrawn_at=None)
    for citation in rows.select_related("insight__study").order_by("start", "-end", "pk"):
        found[citation.verbatim_id].append(citation)
    return found


def with_support(insights: QuerySet[Insight]) -> QuerySet[Insight]:
    """Add how many people and words speak for and against each, and whether anybody looked against it.

    Whoever spoke without saying who they are counts as one person for each of their passages' verbatims.
    """
    return insights.annotate(
        words_for=_distinct("citations__verbatim", Side.FOR),
        words_against=_distinct("citations__verbatim", Side.AGAINST),
        people_for=_people(Side.FOR),
        people_against=_people(Side.AGAINST),
        looked=Exists(LookAgainst.objects.filter(insight=OuterRef("pk"))),
    )


def _distinct(what: str, side: Side, **more: object) -> Count:
    return Count(what, distinct=True, filter=Q(citations__side=side, **more))


def _people(side: Side) -> Count:
    known = Coalesce("citations__verbatim__person__merged_into_id", "citations__verbatim__person_id")
    unknown = -F("citations__verbatim_id")
    return Count(Coalesce(known, unknown), distinct=True, filter=Q(citations__side=side))


def of_study(study: Study) -> QuerySet[Insight]:
    """Return the insights of `study` that stand, newest first."""
    return Insight.objects.filter(study=study, withdrawn_at=None).order_by("-made_at", "-pk")


def insights_seen_by(user: User) -> QuerySet[Insight]:
    """Return the insights, withdrawn ones too, of the studies that `user` may see."""
    return Insight.objects.filter(study__in=seen_by(user)).select_related("study", "made_by")


def nobody_looked(insights: QuerySet[Insight]) -> QuerySet[Insight]:
    """Return those of `insights` that nobody has looked against yet."""
    return insights.filter(~Exists(LookAgainst.objects.filter(insight=OuterRef("pk"))), withdrawn_at=None)


def standing_and_untried(studies: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return of each of these studies (ids) how many insights stand, and how many of them nobody has looked against."""
    standing = Insight.objects.filter(study__in=studies, withdrawn_at=None).order_by()
    looked = standing.annotate(looked=Exists(LookAgainst.objects.filter(insight=OuterRef("pk"))))
    counted = looked.values("study").annotate(n=Count("pk"), untried=Count("pk", filter=Q(looked=False)))
    found = {row["study"]: (row["n"], row["untried"]) for row in counted}
    return {study: found.get(study, (0, 0)) for study in studies}


def recent_themes(user: User, branches: Iterable[Branch], most: int = 9) -> list[Theme]:
    """Return those of a codebook's themes that `user` gave last, the last first."""
    themes = {branch.theme.pk: branch.theme for branch in flat(branches)}
    last = Coding.objects.filter(coder=user).order_by("-pk").values_list("theme", flat=True)[:LAST_CODINGS]
    return [themes[pk] for pk in dict.fromkeys(last) if pk in themes][:most]


def read_since(user: User, since: datetime) -> int:
    """Return how many of customers' sentences `user` has read since then."""
    return Read.objects.filter(user=user, at__gte=since).count()


def waiting_for(user: User) -> list[Waiting]:
    """Return what in this room waits for `user`: their insights that nobody tried, or that new words speak against."""
    mine = Insight.objects.filter(made_by=user, withdrawn_at=None, study__in=seen_by(user))
    return _spoken_against(mine, user) + _untried(mine)


def _untried(mine: QuerySet[Insight]) -> list[Waiting]:
    untried = list(nobody_looked(mine).order_by("made_at")[:MANY])
    if not untried:
        return []
    if len(untried) == 1:
        words = _("Nobody has looked against “%(claim)s” yet") % {"claim": short(untried[0].claim)}
        return [Waiting(words, insight_url(untried[0]))]
    words = ngettext(
        "Nobody has looked against %(n)d insight of yours yet",
        "Nobody has looked against %(n)d insights of yours yet",
        len(untried),
    ) % {"n": len(untried)}
    return [Waiting(words, reverse("insights:list") + "?show=untried&mine=1")]


def _spoken_against(mine: QuerySet[Insight], user: User) -> list[Waiting]:
    """What others have cited against them since the user last looked against them."""
    looks = LookAgainst.objects.filter(insight=OuterRef("insight"), by=user).order_by("-at").values("at")[:1]
    against = Citation.objects.filter(insight__in=mine, side=Side.AGAINST).exclude(by=user)
    fresh = against.alias(last=Coalesce(Subquery(looks), F("insight__made_at"))).filter(at__gt=F("last"))
    counts = dict(fresh.order_by().values_list("insight").annotate(n=Count("verbatim", distinct=True)))
    found = Insight.objects.filter(pk__in=list(counts)[:MANY]).order_by("-made_at")
    return [_speaks_against(insight, counts[insight.pk]) for insight in found]


def _speaks_against(insight: Insight, number: int) -> Waiting:
    words = ngettext(
        "%(n)s new passage speaks against “%(claim)s”",
        "%(n)s new passages speak against “%(claim)s”",
        number,
    ) % {"n": intcomma(number), "claim": short(insight.claim)}
    return Waiting(words, insight_url(insight))


def short(claim: str, most: int = 80) -> str:
    """Return a claim as a line of a list can hold it, cut at a word."""
    return claim if len(claim) <= most else claim[:most].rpartition(" ")[0] + "…"


def insight_url(insight: Insight) -> str:
    """Return the address of the insight's page."""
    return by_ref.address("insights:insight", insight.ref)
