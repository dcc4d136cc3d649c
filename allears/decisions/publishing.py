"""The public page "You said, we did": one item a decision, published one by one, quotes only with consent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.decisions import in_public
from allears.decisions.errors import DecisionChanged, NoConsent, NotPublished
from allears.decisions.in_public import Overtaken
from allears.decisions.models import Decision, PublicGround, PublicItem, PublicQuote
from allears.insights.models import Citation
from allears.people.models import Person, Purpose
from allears.people.queries import consents

if TYPE_CHECKING:
    from allears.decisions.in_public import PublishedItem

ITEMS_A_PAGE = 20


@dataclass(frozen=True)
class Quotable:
    """A cited span and how its speaker allows it to be quoted."""

    citation: Citation
    unnamed: bool
    named: bool

    @property
    def allowed(self) -> bool:
        return self.unnamed or self.named

    @property
    def text(self) -> str:
        """The words themselves."""
        return self.citation.verbatim.text[self.citation.start : self.citation.end]


@dataclass(frozen=True)
class ShownQuote:
    """A quote on the public page: the words, and the name only where its speaker agreed to it."""

    text: str
    name: str


def quotable(decision: Decision) -> list[Quotable]:
    """Return the spans that the decision's insights cite, with what their speakers agreed to; a withdrawn one's not."""
    held = decision.insights.filter(withdrawn_at=None)
    cited = list(
        Citation.objects.filter(insight__in=held, verbatim__stone=None)
        .select_related("verbatim__person__merged_into", "insight")
        .order_by("insight_id", "verbatim_id", "start")
    )
    given = consents({pk for pk in map(speaker, cited) if pk})
    return [_quotable(row, given.get(speaker(row) or 0, {})) for row in cited]


def speaker(citation: Citation) -> int | None:
    """Return whose words these are, after merging."""
    person = citation.verbatim.person
    return (person.merged_into_id or person.pk) if person else None


def _quotable(citation: Citation, given: dict[str, bool]) -> Quotable:
    named = given.get(Purpose.QUOTE_NAMED, False)
    return Quotable(citation, unnamed=named or given.get(Purpose.QUOTE_UNNAMED, False), named=named)


@transaction.atomic
def publish(
    *,
    decision: Decision,
    said: str,
    did: str,
    quotes: Iterable[tuple[int, bool]] = (),
    by: User,
    seen: str | None = None,
) -> PublicItem:
    """Put a decision on the public page as it stands now, or change what stands there.

    `quotes` are (citation id, by name); `seen` is the decision's headline as it was read, if anybody read it. Raises
    `NoConsent` if a speaker has not agreed to be quoted so, `DecisionChanged`.
    """
    decision = Decision.objects.select_for_update().get(pk=decision.pk)
    if seen is not None and seen != decision.headline:
        raise DecisionChanged
    before = PublicItem.objects.filter(decision=decision).first()
    item, _ = PublicItem.objects.update_or_create(
        decision=decision,
        defaults={
            "study": decision.study, "said": said, "did": did, "published_at": now(), "published_by": by,
            "withdrawn_at": None, "decided": _also_what_stood_before(before, decision),
        },
    )  # fmt: skip
    _rests_on_what_holds(item)
    item.quotes.all().delete()
    allowed = {q.citation.pk: q for q in quotable(decision)}
    for citation_id, by_name in quotes:
        _quote(item, allowed.get(citation_id), by_name)
    audit.record(by=by, verb="decisions.published", target=item)
    return item


def _also_what_stood_before(item: PublicItem | None, decision: Decision) -> list[dict[str, str]]:
    """What is decided, after what stood in public until now; what was taken off the page is not told again."""
    stood = item.decided if item and item.published_at and not item.withdrawn_at else []
    if stood and not in_public.says_otherwise(stood[-1], decision):
        return stood
    return [*stood, in_public.wording(decision)]


def _rests_on_what_holds(item: PublicItem) -> None:
    item.grounds.all().delete()
    held = item.decision.insights.filter(withdrawn_at=None)
    PublicGround.objects.bulk_create(PublicGround(item=item, insight=insight) for insight in held)


def _quote(item: PublicItem, chosen: Quotable | None, by_name: bool) -> None:
    if chosen is None or not (chosen.named if by_name else chosen.unnamed):
        raise NoConsent
    span = chosen.citation
    PublicQuote.objects.get_or_create(
        item=item, verbatim=span.verbatim, start=span.start, end=span.end, defaults={"by_name": by_name}
    )


@transaction.atomic
def withdraw(*, item: PublicItem, by: User) -> PublicItem:
    """Take an item off the public page. Raises `NotPublished`."""
    if item.withdrawn_at or not item.published_at:
        raise NotPublished
    item.withdrawn_at = now()
    item.save(update_fields=["withdrawn_at"])
    audit.record(by=by, verb="decisions.withdrawn_from_public", target=item)
    return item


def published() -> QuerySet[PublishedItem]:
    """Return what stands on the public page, newest first, with what has happened since."""
    return (
        in_public.standing()
        .select_related("decision", "study")
        .prefetch_related("quotes__verbatim__person__merged_into", "decision__changes")
        .order_by("-published_at", "-pk")
    )


@dataclass(frozen=True)
class Shown:
    """An item as readers see it: the quotes, what was decided before, what is decided, and why that no longer holds."""

    item: PublicItem
    quotes: list[ShownQuote]
    before: list[Decision]
    decided: Decision
    overtaken: Overtaken


def shown(items: Iterable[PublishedItem]) -> list[Shown]:
    """Return these items of `published` as readers see them today."""
    found = list(items)
    quotes = shown_quotes(found)
    return [_as_shown(item, quotes.get(item.pk, [])) for item in found]


def _as_shown(item: PublishedItem, quotes: list[ShownQuote]) -> Shown:
    *before, decided = in_public.as_published(item)
    return Shown(item, quotes, before, decided, in_public.overtaken(item))


def pages_of(items: Iterable[PublicItem]) -> dict[int, int]:
    """Return on which page of the public page each of these stands; one query. Those that do not stand have none."""
    wanted = {item.pk for item in items}
    standing = published().values_list("pk", flat=True) if wanted else []
    return {pk: place // ITEMS_A_PAGE + 1 for place, pk in enumerate(standing) if pk in wanted}


def shown_quotes(items: Iterable[PublicItem]) -> dict[int, list[ShownQuote]]:
    """Return the quotes that may be shown today: consent is asked again at every showing, so taking it back works."""
    quotes = [quote for item in items for quote in item.quotes.all()]
    people = {q.pk: _person_of(q) for q in quotes}
    given = consents({person.pk for person in people.values() if person})
    shown: dict[int, list[ShownQuote]] = {}
    for quote in quotes:
        line = _shown(quote, people[quote.pk], given)
        if line:
            shown.setdefault(quote.item_id, []).append(line)
    return shown


def _person_of(quote: PublicQuote) -> Person | None:
    person = quote.verbatim.person
    return (person.merged_into or person) if person else None


def _shown(quote: PublicQuote, person: Person | None, given: dict[int, dict[str, bool]]) -> ShownQuote | None:
    text = quote.verbatim.text[quote.start : quote.end]
    agreed = given.get(person.pk, {}) if person else {}
    if not text or person is None or person.erased_at:
        return None
    named = quote.by_name and agreed.get(Purpose.QUOTE_NAMED, False)
    if not (named or agreed.get(Purpose.QUOTE_UNNAMED, False) or agreed.get(Purpose.QUOTE_NAMED, False)):
        return None
    return ShownQuote(text, person.name if named else "")
