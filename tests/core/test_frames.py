"""Calls within calls find room in one piece, however deep they go."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse

from allears.core.frames import room_for_frames

CALLS = 300


def test_no_depth_of_calls_asks_the_system_for_memory_again_and_again() -> None:
    assert max(asked_at(depth, room_for_frames(deep_in(depth))) for depth in range(250)) < CALLS


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="how Python keeps frames was looked at in 3.11")
def test_without_it_some_depth_does() -> None:
    assert max(asked_at(depth, deep_in(depth)) for depth in range(250)) > CALLS


def asked_at(depth: int, answer: Callable[[HttpRequest], HttpResponse]) -> int:
    """How many pages of memory the system had to find meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    answer(HttpRequest())
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def deep_in(depth: int) -> Callable[[HttpRequest], HttpResponse]:
    def answer(_request: HttpRequest) -> HttpResponse:
        go_down(depth)
        return HttpResponse()

    return answer


def go_down(depth: int) -> None:
    if depth:
        return go_down(depth - 1)
    for _ in range(CALLS):
        call()


def call() -> None:
    """Something small that is called often."""
