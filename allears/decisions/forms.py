"""Shape and wording of what is typed about decisions, changes and updates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.core.clock import today
from allears.core.meanwhile import TogetherForm, as_sent
from allears.core.models import User
from allears.core.typed import whole_number
from allears.decisions.models import ChangeState, DecisionKind
from allears.insights.models import Insight
from allears.studies.models import Study
from allears.studies.piping import written_in
from allears.studies.wording import never_put_in


def same_for_everybody(words: str) -> None:
    """Refuse places like {name} in what participants are told: they would read them as they are written."""
    for place in written_in(words):
        raise forms.ValidationError(never_put_in(place, read=place))


class InsightsField(forms.ModelMultipleChoiceField):
    """Insights by their ids; what no id can be is refused before a database is asked for it, which would break over it."""

    def clean(self, value: Any) -> Any:
        wrong = [each for each in value or () if whole_number(str(each)) is None]
        if wrong:
            raise forms.ValidationError(self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": str(wrong[0])[:40]})
        return super().clean(value)


class DecisionForm(TogetherForm):
    """A decision: what, on which insights, why, and what speaks against it."""

    kind = forms.ChoiceField(label=_("What do you decide?"), choices=DecisionKind.choices, widget=forms.RadioSelect)
    statement = forms.CharField(
        label=_("The decision, in one sentence"),
        max_length=400,
        validators=[same_for_everybody],
        help_text=_("As you would say it to a customer: “call before you do, whenever an order slips by a day”."),
    )
    because = forms.CharField(
        label=_("Because"), required=False, validators=[same_for_everybody], widget=forms.Textarea(attrs={"rows": 4})
    )
    until = forms.CharField(
        label=_("Not yet, until"),
        required=False,
        max_length=300,
        validators=[same_for_everybody],
        help_text=_("What has to happen first, so that people know when you come back to it."),
    )
    insights = InsightsField(
        label=_("It rests on these insights"),
        queryset=Insight.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one insight: a decision rests on what customers said.")},
    )
    against = forms.CharField(
        label=_("What speaks against it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays on the record, whatever comes of it."),
    )
    impact_customers = forms.CharField(
        label=_("What it means for customers"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    impact_teams = forms.CharField(
        label=_("What it means for other teams"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Insight.objects.filter(study=study, withdrawn_at=None).order_by("-made_at")
        self.fields["insights"].queryset = held  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == DecisionKind.WONT and not given.get("because", "").strip():
            self.add_error("because", _("A no is owed a reason: say why you won’t."))
        if given.get("kind") == DecisionKind.NOT_YET and not given.get("until", "").strip():
            self.add_error("until", _("Say what has to happen first."))
        return given


class OptionForm(forms.Form):
    """An option that was considered."""

    text = forms.CharField(label=_("Option"), required=False, max_length=400)
    chosen = forms.BooleanField(label=_("This is the one taken"), required=False)
    why = forms.CharField(label=_("Why, or why not"), required=False)


OptionFormSet = forms.formset_factory(OptionForm, extra=3, max_num=12)


class ChangeForm(TogetherForm):
    """What is done, by whom, by when."""

    what = forms.CharField(label=_("What will be done"), max_length=400, validators=[same_for_everybody])
    owner = forms.ModelChoiceField(label=_("Who sees to it"), queryset=User.objects.none(), empty_label=_("Choose somebody"))
    due_on = forms.DateField(
        label=_("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]

    def clean_due_on(self) -> date | None:
        """Refuse a day that is past: contributors are told it. One that has passed since it was set may stay."""
        day: date | None = self.cleaned_data["due_on"]
        if day and day < today() and as_sent(day) != self.now.get("due_on"):
            raise forms.ValidationError(_("Choose a day that is still to come: contributors are told it."))
        return day


class MoveForm(forms.Form):
    """How far a change has come."""

    state = forms.ChoiceField(label=_("Where does it stand?"), choices=ChangeState.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What happened"),
        required=False,
        validators=[same_for_everybody],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Contributors are told this; leave it empty if there is nothing to add."),
    )


class UpdateForm(TogetherForm):
    """The two texts of an update."""

    text_cited = forms.CharField(
        label=_("To those whose words this rests on"),
        validators=[same_for_everybody],
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("Each of them sees their own words above it."),
    )
    text_general = forms.CharField(
        label=_("To the others who took part"),
        required=False,
        validators=[same_for_everybody],
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("Leave it empty to tell only those whose words are cited."),
    )


class PublicForm(forms.Form):
    """An item of the public page."""

    said = forms.CharField(
        label=_("You said"), validators=[same_for_everybody], widget=forms.Textarea(attrs={"rows": 4})
    )
    did = forms.CharField(
        label=_("We did"), validators=[same_for_everybody], widget=forms.Textarea(attrs={"rows": 4})
    )
