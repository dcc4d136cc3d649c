"""The way to a thing's line of sight, which a room above draws."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def line_of_sight(kind: str, ref: str) -> str:
    """Return the address of the line of sight of a "verbatim" or an "insight"; empty where no room draws one."""
    try:
        return reverse("web:sight", kwargs={"kind": kind, "ref": ref})
    except NoReverseMatch:
        return ""
