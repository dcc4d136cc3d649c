"""Receipts for everybody: do these words still stand as they were spoken? The words themselves are not
shown.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from allears.core.doors import open_door
from allears.core.languages import in_readers_language
from allears.verbatims import receipts


@open_door
@require_safe
@in_readers_language
def look_up(request: HttpRequest) -> HttpResponse:
    """The page on which a receipt is typed in."""
    name = request.GET.get("receipt", "").strip().replace(" ", "")
    if name:
        return HttpResponseRedirect(reverse("verbatims:receipt", args=[name[:80].replace("/", "")]))
    return render(request, "verbatims/look_up.html")


@open_door
@require_safe
@in_readers_language
def receipt(request: HttpRequest, name: str) -> HttpResponse:
    """Whether words still stand as spoken, in which block, and the proof."""
    found = receipts.find(name)
    if found is None:
        return render(request, "verbatims/look_up.html", {"unknown": name}, status=404)
    return render(request, "verbatims/receipt.html", {"receipt": receipts.receipt(found.verbatim, found.fits)})
