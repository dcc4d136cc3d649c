"""Figures over very many rows: counted ahead by the heartbeat, kept, and read by every page that shows them.

For where a page would have to go through more than `MANY` rows; fewer are counted as they are now, while the reader
waits. A kept figure is exact as of the moment that stands beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet

from allears.core.clock import now
from allears.core.models import Counted

MANY = 10_000
FRESH = timedelta(minutes=5)
SHARE = 20  # what took a second to count is counted again after 20 at the soonest, so that most of the time nothing is
OLDEST = timedelta(days=1)

T = TypeVar("T")


def are_many(rows: QuerySet[Any]) -> bool:
    """Return whether there are more of these than are counted while somebody waits; looks at no more than that."""
    return bool(rows.order_by().values_list("pk", flat=True)[MANY : MANY + 1])


def kept(kind: str, of: object = "") -> Counted | None:
    """Return the figure of this kind that was counted ahead, of one thing; None where it is to be counted now."""
    return Counted.objects.filter(kind=kind, of=str(of)).first()


def value_of(kind: str, of: object, count: Callable[[], Any]) -> Any:
    """Return what was counted ahead, or what `count` finds now, in the shape in which JSON keeps it."""
    row = kept(kind, of)
    return count() if row is None else row.value


def values_of(kind: str, of: Iterable[T], count: Callable[[list[T]], Mapping[T, Any]]) -> dict[T, Any]:
    """Return the same for each of several things, asked together: `count` finds it now for those that were not counted
    ahead.
    """
    of = list(of)
    known = dict(Counted.objects.filter(kind=kind, of__in=[str(each) for each in of]).values_list("of", "value"))
    found = {each: known[str(each)] for each in of if str(each) in known}
    others = [each for each in of if each not in found]
    return {**found, **count(others)} if others else found


def keep(
    kind: str, of: object, count: Callable[[], Any], *, anew: bool = False, fresh: timedelta = FRESH
) -> None:
    """Count and keep a figure (anything that JSON can hold), unless it was counted a short while ago (`fresh`, or longer
    where counting takes long); `anew`: even then.
    """
    row = kept(kind, of)
    if row and not anew and now() - row.at < min(OLDEST, max(fresh, timedelta(seconds=SHARE * row.seconds))):
        return
    at, began = now(), time.monotonic()
    value = count()
    found = {"value": value, "at": at, "seconds": time.monotonic() - began}
    Counted.objects.update_or_create(kind=kind, of=str(of), defaults=found)


def forget(kind: str, but: Iterable[object] = ()) -> None:
    """Forget the figures of this kind, but those of the named things: they are counted as they are now."""
    gone = Counted.objects.filter(kind=kind).exclude(of__in=[str(of) for of in but])
    if gone.exists():
        gone.delete()
