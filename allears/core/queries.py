"""Questions about the installation itself."""

from __future__ import annotations

from allears.core.models import Organisation


def the_organisation() -> Organisation:
    """Return the one organisation, made with its defaults on first use."""
    return Organisation.objects.get_or_create(pk=1)[0]
