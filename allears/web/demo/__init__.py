"""The demo: a real organisation's real words, brought in by the product's own import, and the loop begun on them.

Each piece is there whole or not at all, and the notes that say that everything is there are written last: whenever
loading is cut off, even by a kill or a power cut, the next start goes on where it was.

What the source does not say (an insight, a decision, a change, addresses to write to) is marked as an example.
"""

from __future__ import annotations

from django.urls import reverse

from allears.core.demo import PEOPLE, DemoNotes, people
from allears.core.models import Organisation
from allears.core.queries import the_organisation
from allears.studies.actions import make_public_link
from allears.web.demo import chain, codings, open_study, panel, past_study


def load() -> DemoNotes:
    """Fill an empty installation, or go on where an earlier run was broken off; return what newcomers are told."""
    Organisation.objects.filter(pk=the_organisation().pk).update(name="Notebook project (demo)")
    users = people()
    past = past_study.make(users["researcher"])
    codings.make(past, users["researcher"])
    chain.make(past, users)
    today = open_study.make(users["researcher"], past)
    panel.make(today, users["researcher"])
    link = make_public_link(study=today, by=users["researcher"])
    return DemoNotes(PEOPLE, reverse("answering:page", args=[link.token]), today.title)
