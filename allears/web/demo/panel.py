"""A panel of four, chosen by lot from the people of 2015, with its proof where everybody can check it."""

from __future__ import annotations

from django.db import transaction

from allears.core.models import User
from allears.people.models import FacetValue
from allears.studies.models import Selection, Study
from allears.studies.selection.actions import commit_lottery, describe, draw_lottery, publish_proof
from allears.studies.selection.finding import find

SEED = "four dice, thrown one after the other: 4 1 6 2"


@transaction.atomic
def make(study: Study, by: User) -> None:
    """Describe, find, commit, draw and publish; made once, whole or not at all."""
    if Selection.objects.filter(study=study, publications__isnull=False).exists():
        return
    often = list(FacetValue.objects.filter(facet__key="how-often").values_list("key", flat=True))
    criteria = {"kind": "customer", "facets": {"how-often": often}}
    selection = describe(study=study, by=by, minutes=5, size=4, seconds=20, criteria=criteria)
    find(selection, selection.version)
    commit_lottery(selection=selection, by=by)
    draw_lottery(selection=selection, by=by, seed=SEED)
    publish_proof(selection=selection, by=by)
