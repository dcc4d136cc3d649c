"""Words as a page shows them: in full, with their passages marked, and what is known beside them.

A page of words takes the same number of queries whether it holds one or twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core import by_ref
from allears.core.models import User
from allears.design.parts import Chip
from allears.design.words import Segment, Span
from allears.insights import queries, quotes, traits
from allears.insights.chips import chips_of
from allears.insights.models import Citation, Coding, Read, Side
from allears.insights.sight import line_of_sight
from allears.insights.speakers import label_of
from allears.insights.surprise import AGAINST, RARE
from allears.people.models import FacetValue, Person
from allears.people.queries import facets_of_rows
from allears.studies import piping
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from allears.verbatims.search import highlights

LONG = 6_000  # characters; what is longer is shown whole on a page of its own
MOST_FACTS = traits.MOST
LINE, CHIP = 46, 5  # letters that the chips of one line have room for; as many letters a chip's own edges are wide
UNEXPECTED: dict[str, int] = {"dissent": 0, "surprise": 1}  # the tones that come first


@dataclass(frozen=True)
class Shown:
    """One verbatim on a page."""

    verbatim: Verbatim
    study: Study
    segments: list[Segment]
    who: str
    who_href: str = ""
    facts: list[str] = field(default_factory=list)
    prompt: str = ""
    day: str = ""  # on which it was said
    sight: str = ""
    chips: list[Chip] = field(default_factory=list)
    why: str = ""
    codings: list[Coding] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    may_code: bool = False
    may_cite: bool = False
    read: bool = False
    rest: int = 0  # how many characters are not shown here
    gone: bool = False
    room: str = ""  # the address of all words of the study
    across: bool = False  # the page holds words of several studies

    @cached_property
    def url(self) -> str:
        """Where these words stand by themselves, in full."""
        return by_ref.address("insights:verbatim", self.verbatim.ref)

    @property
    def code_url(self) -> str:
        """Where a theme is given to a passage of them."""
        return by_ref.address("insights:code", self.verbatim.ref)

    @property
    def cite_url(self) -> str:
        """Where a passage of them is cited."""
        return by_ref.address("insights:cite", self.verbatim.ref)

    @property
    def fact_line(self) -> list[str]:
        """What is known of the speaker, as one quiet line."""
        return [", ".join(self.facts)] if self.facts else []

    @property
    def question_href(self) -> str:
        """All that was said when this was asked."""
        return f"{self.room}?question={self.verbatim.source.ref}"

    @cached_property
    def line_chips(self) -> list[Chip]:
        """The chips that one line has room for, what is unexpected first; always one, if there are any."""
        chips = self._by_weight
        ends = accumulate(len(chip.label) + CHIP for chip in chips)
        return [chip for place, (chip, end) in enumerate(zip(chips, ends, strict=True)) if end <= LINE or not place]

    @property
    def more_chips(self) -> list[Chip]:
        """The chips that are left for behind “more”."""
        return self._by_weight[len(self.line_chips) :]

    @cached_property
    def _by_weight(self) -> list[Chip]:
        why = [Chip(self.why, "surprise")] if self.why else []
        return sorted([*self.chips, *why], key=lambda chip: UNEXPECTED.get(chip.tone, len(UNEXPECTED)))


@dataclass(frozen=True)
class Reader:
    """Who reads, and what they may do where; asked once a page."""

    user: User
    codes_in: frozenset[int]  # studies
    claims_in: frozenset[int]
    names_in: frozenset[int]


def reader_of(user: User, studies: Sequence[Study]) -> Reader:
    """Return what `user` may do in these studies, which they may see (the room's rules, asked in one query)."""
    from allears.studies.queries import mine  # the rule can_work_on as a filter

    every = frozenset(study.pk for study in studies)
    if user.is_leader:
        return Reader(user, frozenset(), every, every)
    if not user.is_researcher:
        return Reader(user, frozenset(), frozenset(), frozenset())
    own = frozenset(mine(Study.objects.filter(pk__in=every), user).values_list("pk", flat=True))
    return Reader(user, own, own, own)


def shown(
    reader: Reader,
    studies: Sequence[Study],
    ids: Sequence[int],
    *,
    q: str = "",
    scores: Mapping[int, int] | None = None,
    whole: bool = False,
    across: bool = False,
    of_a_group: bool = False,
) -> list[Shown]:
    """Return these verbatims, in this order, as `reader` may see them.

    `studies` are the studies they belong to. `q` is marked in the words. `scores` say how unexpected each is.
    `across` says that the page holds words of several studies. `whole` shows however much was said, and who gave
    it which theme.
    `of_a_group`: they were found by what their speakers are like, or may have been; what else is known of these stands
    beside them only where names may.
    """
    by_collection = {study.collection_id: study for study in studies}
    rows = Verbatim.objects.select_related("source", "person__merged_into", "undated").in_bulk(list(ids))
    verbatims = [rows[pk] for pk in ids if pk in rows and rows[pk].collection_id in by_collection]
    people = {v.pk: _stays(v.person) for v in verbatims}
    codings, citations = queries.codings_of(ids, with_givers=whole), queries.citations_of(ids)
    facets = facets_of_rows({person.pk for person in people.values() if person})
    read = set(Read.objects.filter(user=reader.user, verbatim__in=list(ids)).values_list("verbatim", flat=True))
    more = chips_of(ids)
    here = {pk: [people[v.pk] for v in verbatims if v.collection_id == pk] for pk in {v.collection_id for v in verbatims}}
    facts = {pk: _facts(reader, by_collection[pk], some, facets, of_a_group) for pk, some in here.items()}
    rooms = {pk: reverse("insights:words_of_study", args=[by_collection[pk].slug]) for pk in here}
    made = []
    for v in verbatims:
        study, person = by_collection[v.collection_id], people[v.pk]
        named = study.pk in reader.names_in
        of = facts[v.collection_id][person.pk] if person else []
        kept = [c for c in citations[v.pk] if c.insight.study_id == study.pk]
        made.append(
            Shown(
                verbatim=v,
                study=study,
                segments=_segments(v.text if whole else v.text[:LONG], codings[v.pk], kept, q),
                who=who(v.person, named),
                who_href=_page_of(person) if named else "",
                facts=[value.label for value in of][:MOST_FACTS],
                prompt=piping.general(v.source.prompt),
                day=v.said_day,
                sight=line_of_sight("verbatim", v.ref),
                chips=[*_theme_chips(codings[v.pk], rooms[v.collection_id]), *_citation_chips(kept), *more[v.pk]],
                why=_why((scores or {}).get(v.pk), codings[v.pk]),
                codings=codings[v.pk],
                citations=kept,
                may_code=study.pk in reader.codes_in,
                may_cite=study.pk in reader.claims_in,
                read=v.pk in read,
                rest=0 if whole else max(0, len(v.text) - LONG),
                gone=v.salt is None,
                room=rooms[v.collection_id],
                across=across,
            )
        )
    return made


def who(person: Person | None, named: bool) -> str:
    """Return what a speaker is called here: the name of who they are today where names may stand, else a label."""
    today = _stays(person)
    return today.shown_name if named and today else label_of(today)


def _stays(person: Person | None) -> Person | None:
    return (person.merged_into or person) if person else None


def _page_of(person: Person | None) -> str:
    if person is None:
        return ""
    try:
        return by_ref.address("people:person", person.ref)
    except NoReverseMatch:
        return ""


def _facts(
    reader: Reader, study: Study, people: Iterable[Person | None], facets: Mapping[int, list[FacetValue]], of_a_group: bool
) -> dict[int, list[FacetValue]]:
    """What may stand beside these speakers' words in one study, by their ids."""
    held = {person.pk: facets.get(person.pk, []) for person in people if person}
    if study.pk in reader.names_in:
        return held
    return {person: [] for person in held} if of_a_group else traits.beside(study, held)


def _segments(text: str, codings: Iterable[Coding], citations: Iterable[Citation], q: str) -> list[Segment]:
    """Mark what speaks of a theme, what speaks against an insight, and, on top, what was searched for."""
    spans = [Span(c.start, c.end, "voice", c.theme.name) for c in codings]
    against = _("speaks against “%(claim)s”")
    spans += [
        Span(c.start, c.end, "dissent", against % {"claim": queries.short(c.insight.claim, 60)})
        for c in citations
        if c.side == Side.AGAINST
    ]
    cut = quotes.segments(text, spans)
    return _with_found(text, cut, highlights(text, q)) if q.strip() else cut


def _with_found(text: str, cut: list[Segment], found: list[tuple[int, int]]) -> list[Segment]:
    if not found:
        return cut
    return quotes.segments(text, [*_as_spans(cut), *[Span(a, b, "found") for a, b in found]])


def _as_spans(cut: list[Segment]) -> list[Span]:
    spans, at = [], 0
    for piece in cut:
        if piece.tone:
            spans.append(Span(at, at + len(piece.text), piece.tone, piece.label, piece.href))
        at += len(piece.text)
    return spans


def _theme_chips(codings: Iterable[Coding], room: str) -> list[Chip]:
    themes = {c.theme_id: c.theme for c in codings}
    return [Chip(t.name, "voice", f"{room}?theme={t.ref}") for t in themes.values()]


def _citation_chips(citations: Iterable[Citation]) -> list[Chip]:
    chips = {}
    for citation in citations:
        against = citation.side == Side.AGAINST
        words = _("speaks against “%(claim)s”") if against else _("speaks for “%(claim)s”")
        chips[citation.insight_id, citation.side] = Chip(
            words % {"claim": queries.short(citation.insight.claim, 24)},
            "dissent" if against else "accent",
            queries.insight_url(citation.insight),
        )
    return list(chips.values())


def _why(score: int | None, codings: Sequence[Coding]) -> str:
    """Say why these words stand so early among the unexpected."""
    if score is None or score < RARE or score >= AGAINST or not codings:
        return ""
    fewest = min(codings, key=lambda c: c.theme.words).theme.words
    if fewest <= 1:
        return _("nobody else says this")
    return ngettext("only %(n)d other says this", "only %(n)d others say this", fewest - 1) % {"n": fewest - 1}
