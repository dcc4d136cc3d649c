"""Work for the second processor: done by a copy of this process, beside what this one goes on with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Begin `work` (a function that can be pickled, and so can its result) and hand over how to wait for its result,
    which raises what `work` raised.

    Where a copy would not see what this process sees (within a transaction), or would get locks that nobody opens any more
    (there are other threads), it is done here, when its result is asked for.
    """
    if connection.in_atomic_block or threading.active_count() > 1:
        yield work
        return
    connections.close_all()  # or both would speak over one
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as copy:
        yield copy.submit(work).result
