"""Room for the frames of a page's calls.

Python keeps the frames of running functions in pieces of 16 KB, and gives a piece back to the system as soon as the call
returns that needed it. A page is drawn by calls within calls, some hundred deep, so somewhere in them such a border is
crossed to and fro thousands of times, each time by asking the system for memory and touching it anew. A piece is made
larger where a function needs more at once. So we say of the function by which every request passes that it needs much;
what it does not use is asked for once, and never touched.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

ROOM = 20_000  # values that frames hold, of eight bytes each: some five hundred calls within calls


def room_for_frames(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let a whole request find room in one piece."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.__code__ = middleware.__code__.replace(co_stacksize=ROOM)
    return middleware
