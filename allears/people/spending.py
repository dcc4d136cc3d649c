"""What was asked of each of very many people in the running period: counted ahead with the crowds, and brought up to now
when it is read, by what was asked and what has fallen out of the period since then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from allears.core.clock import now
from allears.people.models import Contact

WHO = Coalesce("person__merged_into", "person")
Tenths = np.ndarray[tuple[int], np.dtype[np.int32]]


@dataclass(frozen=True)
class Spending:
    """Tenths of minutes at the place of each person's id: of the `days` before `at`, by the contacts up to the id `last`."""

    at: datetime
    days: int
    last: int
    tenths: Tenths

    def until_now(self) -> Spending:
        """Return what was asked of each in the period that ends now."""
        begin, began = now() - timedelta(days=self.days), self.at - timedelta(days=self.days)
        # Half of each condition is looked at here: a database may take the index that leads through everything.
        new = ((who, n) for _pk, who, at, anew, n in _rows(Q(pk__gt=self.last)) if (anew or at) > begin)
        left = Q(at__gt=began, at__lte=begin) | Q(anew_at__gt=began, anew_at__lte=begin)
        over = ((who, -n) for pk, who, at, anew, n in _rows(left) if pk <= self.last and (anew or at) <= begin)
        again = ((who, n) for pk, who, at, _, n in _rows(Q(anew_at__gt=self.at)) if pk <= self.last and at <= began)
        return replace(self, tenths=_with(self.tenths, [(who, int(10 * n)) for who, n in (*new, *over, *again)]))

    def more_than(self, minutes: Decimal) -> int:
        """Return, as a crowd, those of whom more than these minutes (not below 0) was asked."""
        spent = np.packbits(self.tenths > math.floor(10 * minutes), bitorder="little")
        return int.from_bytes(spent.tobytes(), "little")


def count(at: datetime, days: int) -> Spending:
    """Count what was asked of each in the `days` before `at`: a second for a million contacts."""
    last = Contact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    asked = Contact.objects.filter(counts_after(at - timedelta(days=days)), pk__lte=last).order_by()
    sums = asked.values_list(WHO).annotate(total=Sum("minutes")).iterator(chunk_size=20_000)
    return Spending(at, days, last, _with(np.zeros(0, np.int32), [(who, int(10 * total)) for who, total in sums]))


def counts_after(begin: datetime) -> Q:
    """Return what holds for the contacts that count after `begin`: by their letter, or by the one that was sent anew."""
    return Q(at__gt=begin) | Q(anew_at__gt=begin)


def _rows(within: Q) -> QuerySet[Contact, tuple[int, int, datetime, datetime | None, Decimal]]:
    rows = Contact.objects.filter(within).order_by().annotate(who=WHO)
    return rows.values_list("pk", "who", "at", "anew_at", "minutes")


def _with(tenths: Tenths, more: Iterable[tuple[int, int]]) -> Tenths:
    """These tenths and more of some people."""
    who, asked = np.array(list(more), np.int64).reshape(-1, 2).T
    found = np.zeros(max(len(tenths), int(who.max(initial=-1)) + 1), np.int32)
    found[: len(tenths)] = tenths
    np.add.at(found, who, asked)
    return found
