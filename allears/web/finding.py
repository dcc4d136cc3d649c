"""Search over everything that the reader may see: words first, then what was understood, decided and done, and people."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from allears.core.models import User
from allears.decisions.models import Change, Decision
from allears.insights.models import Insight, Theme
from allears.people.models import Person
from allears.people.queries import matching as people_matching
from allears.studies.models import Study
from allears.studies.queries import looking_for, seen_by
from allears.verbatims.models import Verbatim
from allears.verbatims.queries import current
from allears.verbatims.search import matching

MOST = 10


@dataclass(frozen=True)
class Hit:
    """One thing found: what it says, where it leads, and what it belongs to."""

    text: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What a search found, at most ten of each."""

    words: list[Verbatim]
    insights: list[Hit]
    decisions: list[Hit]
    studies: list[Hit]
    themes: list[Hit]
    people: list[Hit]

    @property
    def nothing(self) -> bool:
        """Whether nothing at all was found."""
        return not any([self.words, self.insights, self.decisions, self.studies, self.themes, self.people])


def find(user: User, query: str) -> Found:
    """Search for `query` in everything that `user` may see; an empty query finds nothing."""
    if not query.strip():
        return Found([], [], [], [], [], [])
    studies = seen_by(user)
    return Found(
        words=_words(studies, query),
        insights=[
            Hit(i.claim, reverse("insights:insight", args=[i.ref]), i.study.title)
            for i in Insight.objects.filter(_holds("claim", query), study__in=studies).select_related("study")[:MOST]
        ],
        decisions=_decisions(studies, query),
        studies=[
            Hit(s.title, reverse("studies:study", args=[s.slug]), s.get_state_display())
            for s in looking_for(studies, query)[:MOST]
        ],
        themes=[
            Hit(
                t.name,
                reverse("insights:words_of_study", args=[t.study.slug]) + f"?theme={t.ref}",
                t.study.title,
            )
            for t in Theme.objects.filter(
                _holds("name", query) | _holds("definition", query),
                study__in=studies,
                merged_into=None,
                retired_at=None,
            ).select_related("study")[:MOST]
        ],
        people=_people(user, query),
    )


def _holds(name: str, query: str) -> Q:
    asked = Q()
    for word in query.split():
        asked &= Q(**{f"{name}__icontains": word})
    return asked


def _words(studies: QuerySet[Study], query: str) -> list[Verbatim]:
    found = matching(current().filter(collection__in=studies.values("collection")), query)
    return list(found.select_related("person", "source", "collection").order_by("-id")[:MOST])


def _decisions(studies: QuerySet[Study], query: str) -> list[Hit]:
    decided = Decision.objects.filter(_holds("statement", query) | _holds("because", query), study__in=studies)
    changed = Change.objects.filter(_holds("what", query), decision__study__in=studies)
    return [
        Hit(d.headline, reverse("decisions:decision", args=[d.ref]), d.study.title)
        for d in decided.select_related("study").order_by("-decided_at")[:MOST]
    ] + [
        Hit(c.what, reverse("decisions:change", args=[c.ref]), c.decision.study.title)
        for c in changed.select_related("decision__study").order_by("-pk")[:MOST]
    ]


def _people(user: User, query: str) -> list[Hit]:
    if not (user.is_researcher or user.is_leader or user.is_administrator):
        return []
    return [_person(p) for p in people_matching({"q": query}).select_related("account")[:MOST]]


def _person(person: Person) -> Hit:
    return Hit(
        person.shown_name,
        reverse("people:person", args=[person.ref]),
        person.account.name if person.account else "",
    )
