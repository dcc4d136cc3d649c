"""The ways from a thing to what rooms above make of it: its line of sight, and a decision that rests on it."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from allears.core import by_ref
from allears.studies.models import Study


def line_of_sight(kind: str, ref: str) -> str:
    """Return the address of the line of sight of a "verbatim" or an "insight"; empty where no room draws one."""
    try:
        return by_ref.address("web:sight", ref, kind=kind)
    except NoReverseMatch:
        return ""


def deciding(study: Study, ref: str) -> str:
    """Return the address where one decides on the insight `ref` of `study`; empty where no room decides."""
    try:
        return reverse("decisions:new", args=[study.slug], query={"insight": ref})
    except NoReverseMatch:
        return ""
