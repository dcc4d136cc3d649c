"""How long answering takes, as the pages themselves tell: a form carries when it was shown.

Of the device one bit is kept, phone or desktop, as the browser says of its own accord in every request
(`Sec-CH-UA-Mobile`, or "Mobi" in `User-Agent`); nothing is put together from several signs, and no script asks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from django.http import HttpRequest

from allears.core.clock import now
from allears.core.typed import whole_number
from allears.questionnaires.pacing import Pace, pace_of

# Who leaves a page open for longer has gone away; that is not time given to it.
LONGEST = 15 * 60
_FRESH = 600.0  # seconds for which a correction is good enough
_known: dict[int, tuple[float, Pace]] = {}


def stamp() -> str:
    """Return the hidden field that says when the form was shown."""
    return f'<input type="hidden" name="shown" value="{int(now().timestamp())}">'


def open_for(fields: Mapping[str, Sequence[str]]) -> int:
    """Return for how many seconds a form was open, from 1 to `LONGEST`; 0 where it does not say."""
    shown = whole_number(fields.get("shown", ("",))[0])
    if shown is None:
        return 0
    seconds = int(now().timestamp()) - shown
    return min(max(seconds, 1), LONGEST) if seconds >= 0 else 0


def device_of(request: HttpRequest) -> str:
    """Return "phone" or "desktop" as the browser says; "" where it says nothing."""
    hint = request.META.get("HTTP_SEC_CH_UA_MOBILE", "")
    agent = request.META.get("HTTP_USER_AGENT", "")
    if not hint and not agent:
        return ""
    return "phone" if hint == "?1" or (not hint and "Mobi" in agent) else "desktop"


def correction(version_id: int, device: str = "") -> float:
    """Return by what measured times correct the estimate of a version, on `device` where enough were measured there;
    looked up anew every ten minutes.
    """
    until, pace = _known.get(version_id, (0.0, Pace()))
    if time.monotonic() >= until:
        pace = pace_of(version_id)
        _known[version_id] = (time.monotonic() + _FRESH, pace)
    return pace.on(device)


def forget() -> None:
    """Forget what was looked up; see `answering_asked.forget`."""
    _known.clear()
