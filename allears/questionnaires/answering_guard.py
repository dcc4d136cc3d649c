"""Who tries links that nobody made, and who floods a public one: held back, logged, and nobody else waits for it.
What cannot be taken of a form or a file is logged here, too.

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

from allears.core.throttle import address_of, say_once, too_often
from allears.questionnaires import answering_notes as notes
from allears.questionnaires.answering_ways import Way
from allears.questionnaires.refusal import Refusal

MOST_UNKNOWN = 40  # links that nobody made, from one address in ten minutes
AT_A_COUNTER = 10  # times as many begin on a tablet as elsewhere: one device, many people
_log = logging.getLogger(__name__)


def unknown_link(request: HttpRequest) -> HttpResponse:
    """Return the answer to a link that nobody made: 404, and 429 to who has tried many."""
    if _is_here(request) or not too_often(request, "unknown link", most=MOST_UNKNOWN, seconds=600):
        return notes.unknown()
    say_once(_log, request, "unknown link held", "Many links that nobody made are tried from one address.")
    return notes.held_back()


def may_begin(request: HttpRequest, way: Way) -> bool:
    """Whether one more response may begin by a public link from where this request comes."""
    most = settings.RESPONSES_A_MINUTE * (AT_A_COUNTER if way.at_a_counter else 1)
    if not most or _is_here(request) or not too_often(request, f"begin {way.public_link_id}", most=most, seconds=60):
        return True
    say_once(_log, request, "begin held", "A public link is flooded from one address: study %s.", way.slug)
    return False


def refused(request: HttpRequest, why: Refusal) -> None:
    """Log that a form or a file was not taken, and why; not who sent it, nor what it held."""
    say_once(_log, request, f"refused {why.name}", why.value)


def _is_here(request: HttpRequest) -> bool:
    return address_of(request) in ("127.0.0.1", "::1")
