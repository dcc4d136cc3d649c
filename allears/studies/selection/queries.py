"""Questions about selections: where one stands, what its proof says, who was drawn, what earlier panels owe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from allears.core.clock import now
from allears.people.models import Person
from allears.people.queries import all_of
from allears.selection import Held, accepted, carried_weights, owed
from allears.studies.hearing import Outcome, outcome_of, with_outcome
from allears.studies.models import Invitation, Study
from allears.studies.selection.models import (
    Commitment,
    Draw,
    PoolMember,
    Prepared,
    Publication,
    Selection,
    committed_proof,
)
from allears.studies.selection.reaching import why_not

A_YEAR = timedelta(days=365)
PANELS = 6  # up to this size a selection is a panel, whose shortfalls weigh in the next


@dataclass(frozen=True)
class Standing:
    """A selection and everything that is on record about it."""

    selection: Selection
    prepared: Prepared | None
    commitments: list[Commitment]
    publication: Publication | None

    @property
    def waiting(self) -> Commitment | None:
        """The commitment whose seed has not been said yet."""
        last = self.commitments[-1] if self.commitments else None
        return last if last and not hasattr(last, "draw") else None

    @property
    def drawn(self) -> list[Commitment]:
        return [c for c in self.commitments if hasattr(c, "draw")]

    @property
    def state(self) -> str:
        """One of wish, found, none, committed, drawn; while a redraw is under way the state of that redraw."""
        if self.waiting:
            return "committed"
        if self.prepared:
            return "found" if self.prepared.proof else "none"
        return "drawn" if self.commitments else "wish"

    def proof(self) -> dict[str, Any]:
        """Return the proof as it stands on record. Needs a commitment."""
        return committed_proof(self.commitments)


@dataclass(frozen=True)
class Seat:
    """A seat that was drawn: whose it is, what they stand for, and what became of their invitation."""

    number: int
    round: int
    token: str
    values: list[tuple[str, str]]
    person: Person | None  # None: erased since
    invitation: Invitation | None
    outcome: Outcome | None
    gone: bool  # declined, and drawn again or about to be
    alternates: int  # people of exactly the same kind who were never drawn
    why_not: str = ""  # why nobody may write to them, in words; empty: somebody may, or they spoke, or the seat is gone

    @property
    def given(self) -> list[tuple[str, str]]:
        """The facets of which they gave a value, with it."""
        return [(facet, value) for facet, value in self.values if value]

    @property
    def stands_for(self) -> str:
        """What the person stands for, in a line: the values that they gave."""
        return " · ".join(value for _facet, value in self.given) or _("nothing that we know")

    @property
    def declined(self) -> bool:
        return self.outcome in (Outcome.DECLINED, Outcome.NOT_ME)

    @property
    def empty(self) -> bool:
        """Whether it should be drawn again: they declined, or nobody may ask them any more."""
        return not self.gone and (self.declined or bool(self.why_not))


def standing(selection: Selection) -> Standing:
    """Return where `selection` stands."""
    rows = selection.commitments.select_related("draw__by", "by").order_by("number")
    return Standing(
        selection,
        Prepared.objects.filter(selection=selection).first(),
        list(rows),
        selection.publications.filter(withdrawn_at=None).first(),
    )


def selections_of(study: Study) -> QuerySet[Selection]:
    """Return the study's selections, newest first, with what says where each stands."""
    commitments = Commitment.objects.select_related("draw").defer("pool", "lottery", "facts", "draw__result")
    return (
        Selection.objects.filter(study=study)
        .select_related("made_by")
        .prefetch_related(Prefetch("commitments", commitments.order_by("number")))
        .order_by("-id")
    )


def stage_of(selection: Selection) -> str:
    """Return how far a selection of `selections_of` has come: described, committed or drawn."""
    commitments = list(selection.commitments.all())
    if not commitments:
        return "described"
    return "drawn" if hasattr(commitments[-1], "draw") else "committed"


def waiting_for_seed(studies: QuerySet[Study]) -> QuerySet[Commitment]:
    """Return the commitments in `studies` that wait for their seed, oldest first."""
    waiting = Commitment.objects.filter(selection__study__in=studies, draw=None).defer("pool", "lottery", "facts")
    return waiting.select_related("selection__study").order_by("at", "pk")


def seats_of(found: Standing) -> list[Seat]:
    """Return every seat that was drawn, in order; those that were given back stand among them as gone."""
    if not found.drawn:
        return []
    proof = found.proof()
    places = _places(proof)
    stay = set(accepted(proof))
    others = _others(proof)
    tokens = [(number, token) for number, c in enumerate(found.drawn) for token in c.draw.result["selected"]]
    members = _members(found.selection, [token for _, token in tokens])
    asked = _invitations(found.selection.study_id, members.values())
    held = [(at, members.get(token)) for at, (_number, token) in enumerate(tokens, start=1) if token in stay]
    unasked = why_not(found.selection, held, {pk: outcome_of(invitation) for pk, invitation in asked.items()})
    return [
        Seat(
            at, number, token, places[token], members.get(token), *_became(members.get(token), asked),
            token not in stay, others[token], unasked.get(at, ""),
        )
        for at, (number, token) in enumerate(tokens, start=1)
    ]  # fmt: skip


def _chosen(proof: Mapping[str, Any]) -> set[str]:
    """Everybody who was drawn in any round."""
    return {token for round_ in proof["rounds"] for token in round_.get("selected", ())}


def _others(proof: Mapping[str, Any]) -> dict[str, int]:
    """For everybody who was drawn, how many people of exactly the same kind were never drawn."""
    chosen, found = _chosen(proof), dict[str, int]()
    for type_ in proof["pool"]["types"]:
        drawn = chosen.intersection(type_["tokens"])
        found |= dict.fromkeys(drawn, type_["people"] - len(drawn))
    return found


def _places(proof: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    chosen = _chosen(proof)
    return {
        token: list(zip(proof["facets"], type_["values"], strict=True))
        for type_ in proof["pool"]["types"]
        for token in type_["tokens"]
        if token in chosen
    }


def _members(selection: Selection, tokens: list[str]) -> dict[str, Person]:
    rows = PoolMember.objects.filter(selection=selection, token__in=tokens)
    return {row.token: row.person.merged_into or row.person for row in rows.select_related("person__merged_into")}


def _invitations(study_id: int, people: Iterable[Person]) -> dict[int, Invitation]:
    rows = Invitation.objects.filter(study=study_id, person__in=list(people))
    return {row.person_id: row for row in with_outcome(rows)}


def _became(person: Person | None, asked: dict[int, Invitation]) -> tuple[Invitation | None, Outcome | None]:
    invitation = asked.get(person.pk) if person else None
    return invitation, outcome_of(invitation) if invitation else None


def without_their_seat(study: Study) -> set[int]:
    """Return the rows of people whose seat in the study was drawn again, and who hold no other; rows that stay, too."""
    again = Commitment.objects.filter(selection__study=study, number__gt=0)
    gone = _tokens(again.values_list("selection", "lottery__declined"))
    if not gone:
        return set()
    draws = Draw.objects.filter(commitment__selection__study=study)
    drawn = _tokens(draws.values_list("commitment__selection", "result__selected"))
    return _rows_of(gone) - _rows_of({selection: tokens - gone.get(selection, set()) for selection, tokens in drawn.items()})


def _tokens(rows: Iterable[tuple[int, list[str] | None]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for selection, tokens in rows:
        found.setdefault(selection, set()).update(tokens or ())
    return found


def _rows_of(tokens: Mapping[int, Iterable[str]]) -> set[int]:
    """The rows of the people who have these tokens, by selection."""
    people = [
        PoolMember.objects.filter(selection=selection, token__in=list(some)).values_list("person", "person__merged_into")
        for selection, some in tokens.items()
    ]
    return {row for pairs in people for pair in pairs for row in pair if row}


def panels_held(before: Selection) -> list[dict[tuple[str, str], int]]:
    """Return the panels of a year up to now, without `before`, each as {(facet, value): seats}, oldest first.

    A panel of another kind of people (staff, neighbours) owes customers nothing.
    """
    recent = Commitment.objects.filter(number=0, at__gt=now() - A_YEAR, draw__isnull=False)
    rows = recent.exclude(selection=before.pk).filter(selection__size__lte=PANELS).order_by("at", "pk")
    held = []
    for selection in Selection.objects.filter(pk__in=rows.values("selection")).order_by("pk"):
        if selection.kind != before.kind:
            continue
        proof = standing(selection).proof()
        places = _places(proof)
        held.append(dict(Counter(row for token in accepted(proof) for row in places[token])))
    return held


@dataclass(frozen=True)
class Account:
    """What earlier panels owe each value, in seats, and the weights that repay it."""

    owed: dict[tuple[str, str], Fraction]
    weights: dict[tuple[str, str], Fraction] | None
    panels: int


def account_of(selection: Selection, base: Mapping[str, Mapping[str, int]]) -> Account:
    """Return the account over the panels of a year; a facet counts only in the panels that balanced it."""
    if not selection.carries:
        return Account({}, None, 0)
    held = panels_held(selection)
    debts: dict[tuple[str, str], Fraction] = {}
    weights: dict[tuple[str, str], Fraction] = {}
    for facet, values in base.items():
        own = [_of_facet(facet, values, panel) for panel in held]
        panels = [panel for panel in own if panel.size]
        debts |= owed({facet: values}, panels)
        weights |= {
            row: weight / len(base) for row, weight in carried_weights({facet: values}, panels, selection.size).items()
        }
    return Account(debts, weights if held else None, len(held))


def _of_facet(facet: str, values: Iterable[str], panel: Mapping[tuple[str, str], int]) -> Held:
    """The seats of one facet. Who gave no value of it took a seat from none: theirs are owed to nobody."""
    seats = {(facet, value): panel[facet, value] for value in values if (facet, value) in panel}
    return Held(sum(seats.values()), seats)


def published(ref: str) -> Standing | None:
    """Return the selection with this reference if its proof is public."""
    public = Publication.objects.filter(withdrawn_at=None).values("selection")
    selection = Selection.objects.select_related("study__owner").filter(ref=ref, pk__in=public).first()
    return standing(selection) if selection else None


def all_published() -> QuerySet[Publication]:
    """Return what is public, newest first."""
    return Publication.objects.filter(withdrawn_at=None).select_related("selection__study").order_by("-at", "-id")


@dataclass(frozen=True)
class OwnChance:
    """What the lottery was to one person: their chance, their number in the proof, and whether they were drawn."""

    study: Study
    ref: str
    chance: Fraction
    token: str
    drawn: bool
    at: Any


def chances_of(person: Person) -> list[OwnChance]:
    """Return the published lotteries that this person was in, newest first."""
    public = Publication.objects.filter(withdrawn_at=None).values("selection")
    commitments = Commitment.objects.select_related("draw").defer("pool", "lottery", "facts")
    rows = (
        PoolMember.objects.filter(person__in=all_of(person), selection__in=public)
        .select_related("selection__study")
        .prefetch_related(Prefetch("selection__commitments", commitments))
        .order_by("-selection", "-pk")
    )
    return [_own(row) for row in rows]


def _own(row: PoolMember) -> OwnChance:
    commitments = list(row.selection.commitments.all())
    drawn = any(row.token in c.draw.result["selected"] for c in commitments if hasattr(c, "draw"))
    at = min(c.at for c in commitments)
    return OwnChance(row.selection.study, row.selection.ref, Fraction(row.chance), row.token, drawn, at)


def committed_in(study: Study) -> int:
    """Return how many lotteries were committed in a study: whoever draws often could choose among the results."""
    return Commitment.objects.filter(selection__study=study, number=0).count()
