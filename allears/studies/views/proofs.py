"""What anybody may read and check, without signing in: published proofs, their files, and the checker.

These pages set no cookie and ask for none. They hold salted numbers and counts, never a name.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from allears.core.doors import open_door
from allears.core.languages import in_readers_language
from allears.selection import checker as the_checker
from allears.selection import dumps, public
from allears.studies.models import PoolMember
from allears.studies.selection import queries, words

A_PAGE = 20


@open_door
@in_readers_language
@require_safe
def proofs(request: HttpRequest) -> HttpResponse:
    """Every published proof, newest first."""
    page = Paginator(queries.all_published(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "studies/selection/proofs.html", {"page": page})


@open_door
@in_readers_language
@require_safe
def proof(request: HttpRequest, ref: str) -> HttpResponse:
    """What was drawn and how anybody can check it, in plain words; `?id=` looks up somebody's own chance."""
    found = queries.published(ref)
    if found is None:
        return render(request, "studies/selection/no_proof.html", status=404)
    told = found.proof()
    asked = request.GET.get("id", "").replace("\0", "").strip().lower()
    context = {
        "found": found,
        "selection": found.selection,
        "study": found.selection.study,
        "facts": found.commitments[0].facts,
        "people": told["pool"]["people"],
        "least": words.percent(Fraction(found.commitments[0].facts["least"])),
        "fairness": words.fairness(found.commitments[0].facts),
        "quotas": told["quotas"],
        "seats": [round_.get("selected", []) for round_ in told["rounds"]],
        "committed_in": queries.committed_in(found.selection.study),
        "asked": asked[:64],
        "own": _own(found, asked) if asked else None,
        "page_address": settings.BASE_URL + reverse("proofs:proof", args=[ref]),
    }
    return render(request, "studies/selection/proof.html", context)


def _own(found: queries.Standing, asked: str) -> dict[str, Any] | None:
    """The chance that stands for one salted number, and whether it was drawn."""
    row = PoolMember.objects.filter(selection=found.selection, token=asked[:64]).first()
    if row is None:
        return None
    chance = Fraction(row.chance)
    drawn = any(row.token in commitment.draw.result["selected"] for commitment in found.drawn)
    return {"chance": words.percent(chance), "one_in": words.one_in(chance), "drawn": drawn}


@open_door
@require_safe
def file(request: HttpRequest, ref: str) -> HttpResponse:
    """The proof as a file: facet values are sealed, so that nobody can be recognised."""
    found = queries.published(ref)
    if found is None:
        raise Http404
    answer = HttpResponse(dumps(public(found.proof())), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="proof-{ref}.json"'
    return answer


@open_door
@require_safe
def checker(request: HttpRequest) -> HttpResponse:
    """The single file that checks a proof with Python alone."""
    text = Path(str(the_checker.__file__)).read_text(encoding="utf-8")
    answer = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="checker.py"'
    return answer
