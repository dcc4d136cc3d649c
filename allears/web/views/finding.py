"""Search over everything."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format

from allears.core.doors import StaffRequest, door
from allears.core.rules import signs_in
from allears.design.words import Span
from allears.people.rules import may_read
from allears.verbatims.search import highlights
from allears.web import finding


@door(signs_in)
def search(request: StaffRequest) -> HttpResponse:
    """Show what was found, words first."""
    query = request.GET.get("q", "").strip()
    found = finding.find(request.user, query)
    passages = [(v, finding.passage(v.text, [start for start, _end in highlights(v.text, query)])) for v in found.words]
    words = [(v, part, [Span(*place, "found") for place in highlights(part, query)]) for v, part in passages]
    looked = number_format(found.looked, force_grouping=True) if found.looked else ""
    context = {"q": query, "found": found, "words": words, "looked": looked, "reads_people": may_read(request.user)}
    return render(request, "web/search.html", context)
