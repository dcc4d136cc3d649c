"""Shape and wording of what is typed about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.core.meanwhile import TogetherForm
from allears.core.zones import places
from allears.people.errors import AddressTaken, UnfitDetails
from allears.people.filters import MOST_OFFERED, facets_with_values
from allears.people.models import QUIET_HOURS, Account, ContactBudget, FacetValue, Kind, Person, Purpose

FACET = "facet_"
DATE = {"type": "date"}


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PersonForm(TogetherForm):
    """What is known of a person; every facet is a field of its own, so that nothing has to be typed twice."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=320, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    account_name = forms.CharField(
        label=_("Account"),
        required=False,
        max_length=200,
        help_text=_("The organisation or household they belong to. A name that is new makes a new account."),
    )
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)
    label = forms.CharField(
        label=_("Called"),
        required=False,
        max_length=60,
        help_text=_("What to call them where no name may stand, such as “Participant 0093”."),
    )
    external_id = forms.CharField(
        label=_("Number elsewhere"),
        required=False,
        max_length=120,
        help_text=_("Their customer number in your other systems. Imports know them again by it."),
    )
    language = forms.CharField(
        label=_("Language"), required=False, max_length=12, help_text=_("A code such as en, de or pt-BR.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    joined_on = forms.DateField(
        label=_("Customer since"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [("", "—"), *places(besides=self.now.get("time_zone", ""))]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]
        self.facets = facets_with_values()
        for facet in self.facets:
            values = list(facet.values.all())
            if len(values) <= MOST_OFFERED:
                choices = [("", "—"), *((value.label, value.label) for value in values)]
                self.fields[FACET + facet.key] = forms.ChoiceField(label=facet.label, choices=choices, required=False)
            else:
                self.fields[FACET + facet.key] = forms.CharField(label=facet.label, max_length=200, required=False)

    @classmethod
    def about(cls, person: Person, values: list[FacetValue], data: Any = None) -> PersonForm:
        """The form, filled with what is known of `person`."""
        known = {name: getattr(person, name) for name in cls.base_fields if hasattr(person, name)}
        known["account_name"] = person.account.name if person.account else ""
        return cls(data, now=known | {FACET + value.facet.key: value.label for value in values})

    @property
    def details(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        typed = {name: value for name, value in self.cleaned_data.items() if not name.startswith(FACET)}
        facets = {f.key: self.cleaned_data.get(FACET + f.key, "") for f in self.facets}
        return {**typed, "facets": facets}

    def take_errors(self, error: UnfitDetails | AddressTaken) -> None:
        """Put what an action refused beside the fields that it is about."""
        if isinstance(error, AddressTaken):
            self.add_error(error.field, str(error))
            return
        for problem in error.problems:
            self.add_error(_field_of(problem.field), problem.reason)

    @property
    def facet_fields(self) -> list[forms.BoundField]:
        """The facets."""
        return [bound for bound in self if bound.name.startswith(FACET)]


def _field_of(problem_field: str) -> str:
    return problem_field.replace("facet:", FACET, 1)


class ConsentForm(forms.Form):
    """Somebody said yes or no to something."""

    purpose = forms.ChoiceField(label=_("They may"), choices=Purpose.choices)
    given = forms.TypedChoiceField(
        label=_("They said"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    source = forms.CharField(
        label=_("Where they said it"), max_length=200, help_text=_("Such as: on the telephone on 3 May, by form.")
    )
    wording = forms.CharField(
        label=_("What they were shown or told"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class LimitsForm(TogetherForm):
    """How much of somebody's time may be asked, and when not to write to them."""

    as_one = QUIET_HOURS
    budget_minutes = forms.IntegerField(
        label=_("Their own limit in minutes"),
        required=False,
        min_value=0,
        max_value=10_000,
        help_text=_("Empty: the organisation’s limit counts."),
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=_clock())
    quiet_to = forms.TimeField(label=_("Quiet until"), required=False, widget=_clock())

    @classmethod
    def about(cls, person: Person, data: Any = None) -> LimitsForm:
        """The form, filled with what holds for `person`."""
        return cls(data, now={name: getattr(person, name) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        return _both_or_none(super().clean(), self)


class LivedForm(forms.Form):
    """A touchpoint that somebody lived through."""

    touchpoint = forms.CharField(
        label=_("What they went through"), max_length=200, help_text=_("A touchpoint, such as: delivery, first bill."),
        widget=forms.TextInput(attrs={"list": "touchpoints", "autocomplete": "off"}),
    )  # fmt: skip
    on = forms.DateField(label=_("On which day"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))


class BudgetForm(TogetherForm):
    """The organisation's limit and quiet hours."""

    as_one = QUIET_HOURS
    minutes = forms.IntegerField(
        label=_("Minutes that may be asked of one person"),
        min_value=0,
        max_value=10_000,
        help_text=_("Everything that asks for their time counts, reminders included."),
    )
    days = forms.IntegerField(label=_("In how many days"), min_value=1, max_value=3650)
    quiet_from = forms.TimeField(
        label=_("No mails from"),
        required=False,
        widget=_clock(),
        help_text=_("Where they are. Both empty: mails leave at any hour."),
    )
    quiet_to = forms.TimeField(label=_("until"), required=False, widget=_clock())

    @classmethod
    def about(cls, budget: ContactBudget, data: Any = None) -> BudgetForm:
        """The form, filled with what holds for everybody."""
        return cls(data, now={name: getattr(budget, name) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        return _both_or_none(super().clean(), self)


def _both_or_none(typed: dict[str, Any], form: forms.Form) -> dict[str, Any]:
    unfit = QUIET_HOURS & set(form.errors)
    if not unfit and (typed.get("quiet_from") is None) != (typed.get("quiet_to") is None):
        form.add_error("quiet_to", _("Quiet hours need a beginning and an end, or neither."))
    return typed


class ReasonForm(forms.Form):
    """Why somebody is forgotten."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("It stays on record, so do not name them: “asked by mail on 3 May” is enough."),
    )
    sure = forms.BooleanField(label=_("I understand that this cannot be undone"))


class WhyForm(forms.Form):
    """Why an exception is made."""

    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("It stays on record, with your name."))


class LetInForm(WhyForm):
    """Which erased address may come back, and why."""

    email = forms.CharField(label=_("E-mail"), max_length=320)
    field_order = ("email", "reason")


class LabelForm(forms.Form):
    """What a facet or a value is called."""

    label = forms.CharField(label=_("Name"), max_length=200)

    def clean_label(self) -> str:
        label = " ".join(self.cleaned_data["label"].split())
        if not label:
            raise forms.ValidationError(_("Give it a name."))
        return label


class AccountForm(TogetherForm):
    """What an account is called."""

    name = forms.CharField(label=_("Name"), max_length=200)
    external_id = forms.CharField(label=_("Number elsewhere"), max_length=120, required=False)

    @classmethod
    def about(cls, account: Account, data: Any = None) -> AccountForm:
        """The form, filled with what `account` is called."""
        return cls(data, now={name: getattr(account, name) for name in cls.base_fields})
