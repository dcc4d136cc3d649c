"""The one gate for every message that asks for somebody's time: minutes in a rolling period, for all rooms
together.

Whoever wants to ask calls `ask_minutes` (or `ask_minutes_of` for many) in the transaction that puts the
message. Two who ask at once queue for the person's row, so that together they cannot take more than is left.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from allears.core import audit
from allears.core.clock import now
from allears.core.models import User
from allears.core.queries import the_organisation
from allears.people import crowds, spending
from allears.people.errors import BudgetSpent, NoReason, NotContactable, PeopleError
from allears.people.models import Contact, ContactBudget, Person
from allears.people.queries import all_of, rows_of, stands_for

__all__ = [
    "Asked",
    "BudgetSpent",
    "NotContactable",
    "ask_minutes",
    "ask_minutes_of",
    "free_for",
    "minutes_left",
]

TENTH = Decimal("0.1")
MOST_MINUTES = Decimal("9999.9")
MINUTES_A_DAY = 24 * 60


@dataclass
class Asked:
    """What came of asking many: contacts by person, and who was not asked, with the reason."""

    contacts: dict[int, Contact] = field(default_factory=dict)
    refused: dict[int, PeopleError] = field(default_factory=dict)


def the_budget() -> ContactBudget:
    """Return the house's limit; its defaults where nobody has set it."""
    return ContactBudget.objects.filter(pk=1).first() or ContactBudget(pk=1)


@transaction.atomic
def set_budget(*, by: User, minutes: int, days: int, quiet_from: time | None, quiet_to: time | None) -> ContactBudget:
    """Set the house's minutes, its rolling period in days, and its quiet hours (both None: no quiet
    hours).
    """
    budget, _made = ContactBudget.objects.update_or_create(
        pk=1, defaults={"minutes": minutes, "days": days, "quiet_from": quiet_from, "quiet_to": quiet_to}
    )
    audit.record(by=by, verb="people.budget-set", target=budget, minutes=minutes, days=days)
    return budget


def ask_minutes(
    *,
    person: Person,
    minutes: Decimal | float,
    subject: str,
    topic: str,
    by: User | None = None,
    override_reason: str = "",
) -> Contact:
    """Take `minutes` from what `person` has left and return the record of it.

    `subject` is what the person will read that it was for, `topic` names it for programs ("study:<ref>"). A
    reason lets it pass although the minutes are spent, and stays on record with `by`; nothing lets it pass
    whoever withdrew their consent. Raises `NotContactable`, `BudgetSpent`, and `NoReason` when nobody stands
    for the override.
    """
    asked = ask_minutes_of(
        people=[person.pk],
        minutes=minutes,
        subject=subject,
        topic=topic,
        by=by,
        override_reason=override_reason,
    )
    if asked.refused:
        raise asked.refused[person.pk]
    return asked.contacts[person.pk]


@transaction.atomic
def ask_minutes_of(
    *,
    people: Sequence[int],
    minutes: Decimal | float,
    subject: str,
    topic: str,
    by: User | None = None,
    override_reason: str = "",
) -> Asked:
    """Do what `ask_minutes` does for each of `people` (ids), in few queries; who is refused does not stop the
    others.

    Somebody who is there twice, under two rows that were merged, is asked once.
    """
    wanted, reason = _in_tenths(minutes), override_reason.strip()
    if reason and by is None:
        raise NoReason(_("An override needs somebody who stands for it."))
    rows_of = stands_for(people)
    rows = _locked(set(rows_of.values()))
    left = _left_of(rows.values())
    asked, made = Asked(), {}
    for pk in people:
        person = rows.get(rows_of.get(pk, 0))
        refusal = _refusal(person, pk, left, wanted, reason)
        if refusal:
            asked.refused[pk] = refusal
        elif person is not None and person.pk not in made:
            over = left[person.pk] < wanted
            made[person.pk] = asked.contacts[pk] = Contact(
                person=person,
                minutes=wanted,
                subject=subject[:200],
                topic=topic,
                at=now(),
                override_reason=reason if over else "",
                overridden_by=by if over else None,
            )
        elif person is not None:
            asked.contacts[pk] = made[person.pk]
    Contact.objects.bulk_create(made.values(), batch_size=500)
    _record_overrides(made.values(), by, topic, reason)
    return asked


@transaction.atomic
def ask_anew(
    *, person: Person, minutes: Decimal | float, subject: str, topic: str, by: User | None = None
) -> Contact:
    """Take minutes that a mail asked for which never arrived, and return the record of it: what was taken for that mail
    counts from now on instead, so that nobody gives twice for one question. The day on which they were asked first stays:
    a year whose statement is out is told as it was.

    What let it pass the budget then lets it pass now. Raises what `ask_minutes` does.
    """
    row = next(iter(_locked(set(stands_for([person.pk]).values())).values()), None)
    wanted = _in_tenths(minutes)
    asked = Contact.objects.filter(person__in=all_of(person), topic=topic, minutes=wanted).order_by("-at", "-pk").first()
    if asked is None or row is None:
        return ask_minutes(person=person, minutes=minutes, subject=subject, topic=topic, by=by)
    left = _left_of([row])[row.pk] + minutes_in_period(asked)
    if refusal := _refusal(row, row.pk, {row.pk: left}, wanted, asked.override_reason):
        raise refusal
    asked.anew_at = now()
    asked.save(update_fields=["anew_at"])
    return asked


def minutes_in_period(contact: Contact) -> Decimal:
    """Return what a contact takes of the running period: nothing once it has fallen out of it."""
    return contact.minutes if contact.counts_from > now() - timedelta(days=the_budget().days) else Decimal(0)


def count(*, person: Person, minutes: Decimal | float, subject: str, topic: str, at: datetime) -> Contact:
    """Record minutes that were asked of somebody at `at`, before they were known here, and return the record of it. There
    is no gate: it has happened, and whoever asks next sees it.
    """
    return Contact.objects.create(person=person, minutes=_in_tenths(minutes), subject=subject[:200], topic=topic, at=at)


def _in_tenths(minutes: Decimal | float) -> Decimal:
    wanted = Decimal(str(minutes)).quantize(TENTH, ROUND_HALF_UP)
    if not 0 <= wanted <= MOST_MINUTES:
        raise ValueError(f"{minutes} minutes cannot be asked for")
    return wanted


def _locked(ids: set[int]) -> dict[int, Person]:
    """The rows, locked in the order of their ids; SQLite's transactions have locked the database when they
    began.
    """
    people = Person.objects.select_for_update(of=("self",)).filter(pk__in=ids, erased_at=None).order_by("pk")
    return {person.pk: person for person in people}


def _refusal(
    person: Person | None, pk: int, left: dict[int, Decimal], wanted: Decimal, reason: str
) -> PeopleError | None:
    if person is None or not person.contactable:
        return NotContactable(person or Person(pk=pk, label=_("This person")))
    if left[person.pk] < wanted and not reason:
        return BudgetSpent(person, left[person.pk], wanted)
    return None


def _record_overrides(contacts: Iterable[Contact], by: User | None, topic: str, reason: str) -> None:
    over = [contact.person_id for contact in contacts if contact.override_reason]
    if over:
        audit.record(by=by, verb="people.budget-overridden", target=topic, people=len(over), reason=reason[:500])


def minutes_left(people: Iterable[Person] | Iterable[int]) -> dict[int, Decimal]:
    """Return what may still be asked of each, by id, never below 0; who was merged shares with the row that
    stays.
    """
    ids = [p.pk if isinstance(p, Person) else int(p) for p in people]
    rows_of = stands_for(ids)
    left = _left_of(Person.objects.filter(pk__in=set(rows_of.values())))
    return {pk: max(left.get(rows_of.get(pk, 0), Decimal(0)), Decimal(0)) for pk in ids}


def is_overdrawn(person: Person) -> bool:
    """Whether more minutes were asked of this person, in the running period, than they give, or they give none."""
    row = Person.objects.get(pk=stands_for([person.pk])[person.pk])
    return _limit(row, the_budget()) == 0 or _left_of([row])[row.pk] < 0


def _left_of(rows: Iterable[Person]) -> dict[int, Decimal]:
    house, rows = the_budget(), list(rows)
    used = minutes_asked([row.pk for row in rows], house)
    return {row.pk: _limit(row, house) - used.get(row.pk, Decimal(0)) for row in rows}


def _limit(person: Person, house: ContactBudget) -> Decimal:
    return Decimal(house.minutes if person.budget_minutes is None else person.budget_minutes)


def minutes_asked(ids: Iterable[int], house: ContactBudget | None = None) -> dict[int, Decimal]:
    """Return the minutes asked in the running period, by the id of the row that stays; who was not asked is
    not there.
    """
    house, ids = house or the_budget(), list(ids)
    recent = Contact.objects.filter(spending.counts_after(now() - timedelta(days=house.days))).order_by()
    # Their rows first: asked of each letter's person, the databases go through all that was asked of anybody.
    theirs = recent.filter(person__in=rows_of(ids).values("pk"))
    sums = theirs.values_list(Coalesce("person__merged_into", "person")).annotate(total=Sum("minutes"))
    return {pk: Decimal(total) for pk, total in sums}


def free_for(people: QuerySet[Person], minutes: Decimal | float) -> QuerySet[Person]:
    """Return those of `people` (living rows) who may be contacted and have `minutes` left; one query,
    lazy.
    """
    house = the_budget()
    since = now() - timedelta(days=house.days)
    recent = Contact.objects.filter(spending.counts_after(since)).order_by()
    own = recent.filter(person=OuterRef("pk")).values("person").annotate(n=Sum("minutes")).values("n")
    merged = (
        recent.filter(person__merged_into=OuterRef("pk")).values("person__merged_into").annotate(n=Sum("minutes"))
    ).values("n")
    number = DecimalField(max_digits=9, decimal_places=1)
    nothing = Value(Decimal(0), output_field=number)
    spent = Coalesce(Subquery(own, number), nothing) + Coalesce(Subquery(merged, number), nothing)
    limit = Coalesce(F("budget_minutes"), Value(house.minutes), output_field=number)
    return people.filter(contactable=True).annotate(minutes_left=limit - spent).filter(minutes_left__gte=minutes)


def without(minutes: Decimal | float, kept: crowds.Crowds) -> int:
    """Return, as a crowd, those who have not `minutes` left: by their limit as it was when the crowds were counted, and
    by what they were asked until now."""
    house, wanted, limits = the_budget(), Decimal(str(minutes)), kept.limits()
    known = kept.spending
    asked = known.until_now() if known and known.days == house.days else spending.count(now(), house.days)
    of_each = [(house.minutes, kept.of(crowds.EVERYBODY) & ~reduce(or_, limits.values(), 0)), *limits.items()]
    return reduce(
        or_, (crowd & (asked.more_than(limit - wanted) if limit >= wanted else crowd) for limit, crowd in of_each)
    )


def good_moment(person: Person, at: datetime | None = None) -> datetime:
    """Return `at` (default: now), or the end of the quiet hours it falls into where this person is.

    Their own quiet hours count before the house's; without a time zone of theirs the organisation's counts.
    """
    return Moments().for_(person, at)


class Moments:
    """When mail may leave: after each person's quiet hours. What the house has set is looked up once for all."""

    def __init__(self) -> None:
        self._house, self._zone = the_budget(), the_organisation().time_zone

    def for_(self, person: Person, at: datetime | None = None) -> datetime:
        """Return what `good_moment` does."""
        at = at or now()
        hours = _quiet_hours(person, self._house)
        if hours is None:
            return at
        return _after_quiet(at.astimezone(_zone(person.time_zone, self._zone)), *hours) or at


def _quiet_hours(person: Person, house: ContactBudget) -> tuple[time, time] | None:
    """Between which clocks no mail is sent to this person; None where there are no such hours."""
    begin, end = (person.quiet_from, person.quiet_to)
    if begin is None or end is None:
        begin, end = house.quiet_from, house.quiet_to
    return None if begin is None or end is None or begin == end else (begin, end)


def quiet_minutes(person: Person) -> frozenset[int]:
    """Return the minutes of a day, counted in UTC as the clocks stand where this person is today, in which no mail is
    sent to them.
    """
    hours = _quiet_hours(person, the_budget())
    if hours is None:
        return frozenset()
    ahead = now().astimezone(zone_of(person)).utcoffset() or timedelta(0)
    first, last = (clock.hour * 60 + clock.minute - round(ahead.total_seconds() / 60) for clock in hours)
    return frozenset((first + minute) % MINUTES_A_DAY for minute in range((last - first) % MINUTES_A_DAY))


def _after_quiet(local: datetime, begin: time, end: time) -> datetime | None:
    """The end of the quiet hours that `local` falls into; None outside of them. They may span midnight."""
    clock = local.time()
    quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not quiet:
        return None
    day = local.date() + timedelta(days=1 if clock >= end else 0)
    # Where clocks are put back the hours may end twice: the second time counts. Where they are put forward over the
    # end, it is over with the gap.
    ends = (datetime.combine(day, end.replace(fold=fold), tzinfo=local.tzinfo) for fold in (0, 1))
    return max(ends, key=datetime.timestamp)


def zone_of(person: Person) -> tzinfo:
    """Return the time zone where this person is: their own, else the organisation's."""
    return _zone(person.time_zone, the_organisation().time_zone)


def _zone(*names: str) -> tzinfo:
    """The first of `names` that is a time zone."""
    for name in names:
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return zoneinfo.ZoneInfo("UTC")
