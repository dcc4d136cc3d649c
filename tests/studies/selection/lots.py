"""A pool that tests draw from: forty customers who differ by region and by how they last rated us."""

from __future__ import annotations

from typing import Any

from allears.people.models import Facet, FacetValue, Person, PersonFacet
from allears.studies.models import Selection, Study
from allears.studies.selection import actions
from allears.studies.tasks import find_lottery, find_redraw
from tests import cast

SEED = "dice thrown in the meeting: 3 5 5 1"
REGIONS = ("North", "South", "East")
RATINGS = ("glad", "mixed", "cross")


def customers(count: int = 40) -> list[Person]:
    """Customers with facets, made in few queries; the third of each ten has no rating."""
    facets = [cast.facet("Region", *REGIONS), cast.facet("Last rating", *RATINGS)]
    values = {v.label: v for v in FacetValue.objects.filter(facet__in=facets)}
    names = [f"Customer{n:03} Low" for n in range(count)]
    emails = [f"customer{n:03}@customer.example" for n in range(count)]
    people = Person.objects.bulk_create(
        Person(name=name, email=email, email_key=email) for name, email in zip(names, emails, strict=True)
    )
    held = [(person, values[REGIONS[n % 3]]) for n, person in enumerate(people)]
    held += [(person, values[RATINGS[n % 7 % 3]]) for n, person in enumerate(people) if n % 10 != 3]
    PersonFacet.objects.bulk_create(
        PersonFacet(person=person, facet_id=value.facet_id, value=value) for person, value in held
    )
    return people


def described(study: Study | None = None, **fields: Any) -> Selection:
    """A selection of four out of the study's customers."""
    if not Facet.objects.exists():
        customers()
    return actions.describe(study=study or cast.late_orders(), by=cast.ana(), minutes=3, **{"size": 4, **fields})


def found(study: Study | None = None, **fields: Any) -> Selection:
    """... for which the lottery was found."""
    selection = described(study, **fields)
    search(selection)
    return selection


def search(selection: Selection) -> None:
    """Look for the lottery, as the worker does."""
    find_lottery.func(actions.ask_for_lottery(selection=selection, by=cast.ana()).pk)


def committed(study: Study | None = None, **fields: Any) -> Selection:
    """... that was committed."""
    selection = found(study, **fields)
    actions.commit_lottery(selection=selection, by=cast.ana())
    return selection


def drawn(study: Study | None = None, seed: str = SEED, **fields: Any) -> Selection:
    """... and drawn."""
    selection = committed(study, **fields)
    actions.draw_lottery(selection=selection, by=cast.ana(), seed=seed)
    return selection


def published(study: Study | None = None, **fields: Any) -> Selection:
    """... and published."""
    selection = drawn(study, **fields)
    actions.publish_proof(selection=selection, by=cast.ana())
    return selection


def search_again(selection: Selection, *declined: str) -> None:
    """Look for the lottery of the empty seats, as the worker does."""
    find_redraw.func(actions.ask_for_redraw(selection=selection, by=cast.ana(), declined=declined).pk)
