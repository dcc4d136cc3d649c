"""Who tries links that nobody made, and who floods a public one: held back, logged, and nobody else waits for it.

A link's token has 144 random bits and cannot be guessed; holding back is about the noise. Whoever holds a good link
gets in, also from an address (a company's, a school's) from which somebody else is guessing. Each process counts for
itself, in memory.

From the machine itself nobody is held back: behind a proxy that the installation does not count (`ALLEARS_PROXIES`)
everybody seems to come from there, and one would be held back for another.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from allears.core.throttle import address_of, too_often
from allears.questionnaires import answering_notes as notes
from allears.questionnaires.answering_ways import Way

MOST_UNKNOWN = 40  # links that nobody made, from one address in ten minutes
AT_A_COUNTER = 10  # times as many begin on a tablet as elsewhere: one device, many people
_log = logging.getLogger(__name__)


def unknown_link(request: HttpRequest) -> HttpResponse:
    """Return the answer to a link that nobody made: 404, and 429 to who has tried many."""
    if _is_here(request) or not too_often(request, "unknown link", most=MOST_UNKNOWN, seconds=600):
        return notes.unknown()
    _say_once(request, "unknown link held", "Many links that nobody made are tried from one address.")
    return notes.held_back()


def may_begin(request: HttpRequest, way: Way) -> bool:
    """Whether one more response may begin by a public link from where this request comes."""
    most = settings.RESPONSES_A_MINUTE * (AT_A_COUNTER if way.at_a_counter else 1)
    if not most or _is_here(request) or not too_often(request, f"begin {way.public_link_id}", most=most, seconds=60):
        return True
    _say_once(request, "begin held", "A public link is flooded from one address: study %s.", way.slug)
    return False


def _is_here(request: HttpRequest) -> bool:
    return address_of(request) in ("127.0.0.1", "::1")


def _say_once(request: HttpRequest, what: str, words: str, *more: str) -> None:
    """Log once a minute for each address: whoever floods us must not flood the log."""
    if not too_often(request, what, most=1, seconds=60):
        _log.warning(words, *more)
