"""A person's time, on their own page: minutes asked of them, their limit, quiet hours, zone, and what they put off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from allears.core.clock import known_time_zones, now
from allears.core.meanwhile import TogetherForm
from allears.people.actions import set_limits
from allears.people.budget import minutes_asked, quiet_minutes, the_budget, zone_of
from allears.people.models import QUIET_HOURS, Contact, ContactBudget, Person
from allears.people.queries import all_of
from allears.people.spending import counts_after
from allears.studies.hearing import Outcome, with_outcome
from allears.studies.models import Invitation, Later, State
from allears.studies.wording import moment_in_words as in_words

MOST_SHOWN = 50
NAMES = ("budget_minutes", "quiet_from", "quiet_to", "time_zone")


class OwnLimitsForm(TogetherForm):
    """How much of their time may be asked, and when to write to them."""

    as_one = QUIET_HOURS
    budget_minutes = forms.IntegerField(required=False, min_value=0, max_value=10_000)
    quiet_from = forms.TimeField(required=False)
    quiet_to = forms.TimeField(required=False)
    time_zone = forms.CharField(required=False, max_length=64)

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name and name not in known_time_zones():
            raise forms.ValidationError(_("Choose a place from the list."))
        return name

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if QUIET_HOURS & set(self.errors):
            return told
        if (told.get("quiet_from") is None) != (told.get("quiet_to") is None):
            self.add_error("quiet_to", _("Say both, from when and until when it is quiet, or neither."))
        return told


@dataclass(frozen=True)
class OwnTime:
    """What the page shows of their time."""

    house: ContactBudget
    asked: Decimal
    limit: int
    contacts: list[Contact]
    laters: list[tuple[Later, str]]  # and the moment as it is read where they are
    zone: str
    overridden: bool  # somebody asked for more than the limit, for a reason that is on record

    @property
    def over(self) -> bool:
        """Whether more was asked of them than the limit that holds now."""
        return self.asked > self.limit


def time_of(person: Person) -> OwnTime:
    """Return what was asked of `person` in the running period, and what they want."""
    house, rows = the_budget(), all_of(person)
    since = now() - timedelta(days=house.days)
    counted = Contact.objects.filter(counts_after(since), person__in=rows)
    contacts = counted.order_by(Coalesce("anew_at", "at").desc(), "-pk")
    unanswered = with_outcome(Invitation.objects.filter(person__in=rows)).exclude(outcome=Outcome.ANSWERED)  # type: ignore[misc]
    laters = Later.objects.filter(invitation__in=unanswered.values("pk"), asked_at=None, over_at=None)
    return OwnTime(
        house=house,
        asked=minutes_asked([person.pk], house).get(person.pk, Decimal(0)),
        limit=house.minutes if person.budget_minutes is None else person.budget_minutes,
        contacts=list(contacts[:MOST_SHOWN]),
        laters=[
            (row, in_words(row.ask_at.astimezone(zone_of(person))))
            for row in laters.filter(invitation__study__state=State.OPEN)
            .select_related("invitation__study")
            .order_by("ask_at")
        ],
        zone=str(zone_of(person)),
        overridden=contacts.exclude(override_reason="").exists(),
    )


def limits_form(person: Person, data: Any = None, wished: Mapping[str, str] | None = None) -> OwnLimitsForm:
    """Return the form, filled with what holds for `person` now, or with what an address says that they `wished`."""
    now = {name: getattr(person, name) for name in NAMES}
    form = OwnLimitsForm({name: wished.get(name, "") for name in NAMES}) if wished else None
    first = form.cleaned_data if form and form.is_valid() else now
    return OwnLimitsForm(data, initial=first, now=now)


def keep_limits(person: Person, form: OwnLimitsForm) -> None:
    """Keep what they said behind a link mailed afresh; it holds for every mail from now on."""
    set_limits(person=person, by=None, **form.cleaned_data)


def narrow_limits(person: Person, form: OwnLimitsForm) -> tuple[bool, str]:
    """Keep what asks for less of their time than before, or adds quiet hours; it holds at once.

    Return whether there was any, and the rest, more minutes or mails at hours that were quiet until now, as a query for
    `limits_form`; "" where nothing is left. That is for `keep_limits`, behind a fresh mail: links get forwarded.
    """
    told, before = form.cleaned_data, {name: getattr(person, name) for name in NAMES}
    kept, rest = dict(before), False
    for names in (("budget_minutes",), ("quiet_from", "quiet_to", "time_zone")):
        part = {name: told[name] for name in names}
        changed = Person(**{**before, **part})
        if _asks_more(person, changed):
            rest = True
        else:
            kept |= part
    narrowed = kept != before
    if narrowed:
        set_limits(person=person, by=None, **kept)
    return narrowed, urlencode({name: form.data.get(name, "") for name in NAMES}) if rest else ""


def _asks_more(before: Person, after: Person) -> bool:
    """Whether more minutes may be asked than before, or mails come at a time of day that was quiet."""
    house = the_budget().minutes
    was, becomes = (house if one.budget_minutes is None else one.budget_minutes for one in (before, after))
    return becomes > was or not quiet_minutes(before) <= quiet_minutes(after)
