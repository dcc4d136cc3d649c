"""The shape and wording of what is typed about a lottery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.people.models import Facet
from allears.studies.selection.models import Rule

MOST_SEATS = 5_000


class WishForm(forms.Form):
    """How many, by which rule, and which facets are balanced. Who may be drawn is filtered beside it."""

    size = forms.IntegerField(
        label=_("How many people?"), min_value=1, max_value=MOST_SEATS, initial=4,
        help_text=_("A panel has 2 to 6; three or four can hear each other. A sample may be larger."),
    )  # fmt: skip
    rule = forms.ChoiceField(label=_("How it is drawn"), choices=Rule.choices, initial=Rule.AUTO)
    facets = forms.MultipleChoiceField(
        label=_("Balance these facets"), widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Tick whatever people differ in that matters here. How they last rated you, or what they feel, is a facet like"
            " any other: with it the panel is not only fans. To begin with, a few are ticked that most people have and that"
            " have few values: each one more makes the search longer, and a panel cannot hold them all."
        ),
        error_messages={"required": _("Tick at least one facet: the lottery balances how people differ.")},
    )  # fmt: skip
    carries = forms.BooleanField(
        label=_("Let those weigh more whom earlier panels of the year left out"), required=False, initial=True
    )
    minutes = forms.DecimalField(
        label=_("Minutes it takes them"), min_value=0, max_value=999, decimal_places=1,
        help_text=_("Only who has so many minutes left in the contact budget can be drawn."),
    )  # fmt: skip
    seconds = forms.IntegerField(
        label=_("Seconds the search may take"), min_value=5, max_value=900, initial=60,
        help_text=_("When they are over, the best lottery so far is taken, and how near it is to the best there is."),
    )  # fmt: skip

    def __init__(self, *args: Any, balanced: list[Facet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facets"].choices = [(f.key, f.label) for f in balanced]  # type: ignore[attr-defined]


class SeedForm(forms.Form):
    """The seed, and where it comes from."""

    seed = forms.CharField(
        label=_("The seed"), max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=_("Any text that nobody could know before: dice, numbers called out one after the other, a public draw."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("A dated public source it was taken from"), required=False, max_length=300,
        help_text=_("For example: winning numbers of the state lottery. Leave it empty when you type the seed before witnesses."),
    )  # fmt: skip
    source_on = forms.DateField(
        label=_("Of which day?"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Not earlier than the commitment; of the same day, only what became known after it: the public page says so."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if bool(told.get("source")) != bool(told.get("source_on")) and not self.errors.get("source_on"):
            missing = "source_on" if told.get("source") else "source"
            self.add_error(missing, _("A public source needs its name and its day, so that anybody can look it up."))
        return told


class QuotaLine(forms.Form):
    """At least and at most how many seats one value has."""

    min = forms.IntegerField(min_value=0, max_value=MOST_SEATS)
    max = forms.IntegerField(min_value=0, max_value=MOST_SEATS)
