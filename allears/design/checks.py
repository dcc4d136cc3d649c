"""Says at start-up when pages would come out without their style sheet."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

FINDER = "allears.design.sheets.SheetFinder"


@register("design")
def the_sheet_finder_is_installed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The style sheets are put together by a static files finder; without it there is no CSS at all."""
    if FINDER in settings.STATICFILES_FINDERS:
        return []
    return [
        Error(
            "The style sheets cannot be found.",
            hint=f"Add '{FINDER}' to STATICFILES_FINDERS.",
            id="design.E001",
        )
    ]
