"""Several people change one form: nobody's words are replaced by who has not seen them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from allears.core.meanwhile import TogetherForm, as_sent

OPENED: dict[str, Any] = {"title": "Late orders", "day": date(2026, 5, 1), "open": False, "colours": ["1"]}


class Plan(TogetherForm):
    title = forms.CharField()
    day = forms.DateField(required=False)
    open = forms.BooleanField(required=False)
    colours = forms.MultipleChoiceField(choices=[("1", "Red"), ("2", "Blue")], required=False)


def sent(typed: dict[str, str], *colours: str) -> QueryDict:
    """What a browser sends that opened the form as it stood in `OPENED`."""
    data = QueryDict(mutable=True)
    data.update({"title": "Late orders", "day": "2026-05-01", "seen": Plan(now=OPENED)["seen"].value(), **typed})
    data.setlist("colours", colours or ["1"])
    return data


def test_what_nobody_else_has_changed_is_taken_as_it_was_sent() -> None:
    form = Plan(sent({"title": "Late parcels"}), now=OPENED)

    assert form.is_valid()
    assert form.cleaned_data == {"title": "Late parcels", "day": date(2026, 5, 1), "open": False, "colours": ["1"]}


def test_what_only_somebody_else_has_changed_stays_as_they_made_it() -> None:
    theirs = {**OPENED, "day": date(2026, 6, 1), "open": True, "colours": ["1", "2"]}

    form = Plan(sent({"title": "Late parcels"}), now=theirs)

    assert form.is_valid()
    assert form.cleaned_data == {"title": "Late parcels", "day": date(2026, 6, 1), "open": True, "colours": ["1", "2"]}


def test_what_both_have_changed_is_refused_once_with_what_it_says_now() -> None:
    theirs = {**OPENED, "title": "Lost orders"}
    form = Plan(sent({"title": "Late parcels"}), now=theirs)

    assert form.errors == {
        "title": [
            "This was changed meanwhile. It says now: “Lost orders”. Save again to put yours in its place."
        ]
    }
    assert form["title"].value() == "Late parcels"
    again = Plan(form.data, now=theirs)
    assert again.is_valid()
    assert again.cleaned_data["title"] == "Late parcels"


def test_a_choice_of_somebody_else_is_said_in_its_words() -> None:
    form = Plan(sent({}, "1", "2"), now={**OPENED, "colours": []})

    assert form.errors["colours"][0].split("It says now: ")[1] == "“nothing”. Save again to put yours in its place."
    form = Plan(sent({}, "1", "2"), now={**OPENED, "colours": ["2"]})
    assert "“Blue”" in form.errors["colours"][0]


def test_what_is_saved_along_with_the_form_is_looked_at_too() -> None:
    opened = {**OPENED, "options": ["Call first"]}
    data = sent({"seen": Plan(now=opened)["seen"].value()})

    same = Plan(data, now=opened, beside={"options": ["Call first"]})
    both = Plan(data, now={**opened, "options": ["Write first"]}, beside={"options": ["Call twice"]})

    assert same.is_valid()
    assert "“Write first”" in both.non_field_errors()[0]


@pytest.mark.parametrize(("held", "sent"), [(time(20), "20:00"), (time(8, 30, 15), "08:30"), (0, "0"), (None, "")])
def test_hours_and_nought_are_compared_as_a_browser_sends_them(held: object, sent: str) -> None:
    assert as_sent(held) == sent


def test_what_somebody_else_has_taken_out_altogether_stays_out() -> None:
    opened = {**OPENED, "colours": ["1", "2"]}
    data = sent({"seen": Plan(now=opened)["seen"].value()}, "1", "2")

    form = Plan(data, now={name: value for name, value in OPENED.items() if name != "colours"})

    assert form.is_valid()
    assert form.cleaned_data["colours"] == []


def test_a_program_that_saw_nothing_is_taken_as_it_is() -> None:
    form = Plan({"title": "Late parcels"}, now={**OPENED, "title": "Lost orders"})

    assert form.is_valid()
    assert form.cleaned_data["title"] == "Late parcels"


class Hours(TogetherForm):
    as_one = frozenset({"begin", "end"})
    begin = forms.TimeField(required=False)
    end = forms.TimeField(required=False)
    note = forms.CharField(required=False)


HOURS: dict[str, Any] = {"begin": time(20), "end": time(8), "note": ""}


def _hours(now: dict[str, Any], **typed: str) -> Hours:
    return Hours({"begin": "20:00", "end": "08:00", "note": "", "seen": Hours(now=HOURS)["seen"].value(), **typed}, now=now)


def test_a_beginning_and_its_end_are_never_half_of_one_and_half_of_another() -> None:
    theirs = {**HOURS, "begin": time(22)}
    form = _hours(theirs, end="06:00")

    assert "“22:00”" in form.errors["begin"][0]
    again = Hours(form.data, now=theirs)
    assert again.is_valid()
    assert (again.cleaned_data["begin"], again.cleaned_data["end"]) == (time(20), time(6))


def test_a_beginning_and_its_end_of_somebody_else_are_taken_over_whole() -> None:
    form = _hours({**HOURS, "begin": time(22), "end": time(9)}, note="At night.")

    assert form.is_valid()
    assert form.cleaned_data == {"begin": time(22), "end": time(9), "note": "At night."}
