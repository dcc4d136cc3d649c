"""The shape and the wording of what is typed about a study."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from allears.core.meanwhile import TogetherForm
from allears.core.models import Role, User
from allears.people.folding import account_key
from allears.people.living import touchpoints
from allears.people.models import Account, Kind
from allears.studies.models import Study
from allears.studies.piping import written_in
from allears.studies.wording import never_put_in


class StudyForm(TogetherForm):
    """Why we ask, what participants are told, and who may read it."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("Short and plain: participants read it too, over what they said.")
    )
    decision = forms.CharField(
        label=_("Which decision does it inform?"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What will you do differently, depending on what you hear?"),
    )  # fmt: skip
    options = forms.CharField(
        label=_("The options on the table"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. “Leave it as it is” is one too."),
    )  # fmt: skip
    known = forms.CharField(label=_("What we know already"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    unknown = forms.CharField(
        label=_("What we do not know"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The gaps that only customers can close."),
    )  # fmt: skip
    problem = forms.CharField(
        label=_("The problem, as participants read it"), required=False, max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Plainly, in a sentence or two: what happened, and why you ask them."
            " It stands in the invitation and on the first page."
        ),
    )  # fmt: skip
    promise_on = forms.DateField(
        label=_("By when do they hear back?"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day by which everybody who answers is told what became of it. It is shown to them."),
    )  # fmt: skip
    remind_after = forms.IntegerField(
        label=_("Remind after so many days"), required=False, min_value=1, max_value=90,
        help_text=_(
            "One reminder goes to who has said nothing; never to who declined, paused, or said when to ask."
            " Empty: nobody is reminded by itself."
        ),
    )  # fmt: skip
    touchpoints = forms.CharField(
        label=_("Touchpoints"), required=False,
        help_text=_("Where customers meet you, separated by commas: ordering, delivery, support."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the study"), choices=settings.LANGUAGES)
    team_only = forms.BooleanField(
        label=_("Only its team, leaders and administrators may read it"), required=False,
        help_text=_("Otherwise everybody who signs in may, so that customers are heard."),
    )  # fmt: skip

    def clean_touchpoints(self) -> list[str]:
        parts = [part.strip() for part in self.cleaned_data["touchpoints"].replace("\n", ",").split(",")]
        return list(dict.fromkeys(part[:200] for part in parts if part))

    def clean_title(self) -> str:
        return _same_for_everybody(str(self.cleaned_data["title"]).strip())

    def clean_problem(self) -> str:
        return _same_for_everybody(str(self.cleaned_data["problem"]))


def _same_for_everybody(words: str) -> str:
    """Return `words` in which nothing differs from person to person. Raises `ValidationError`."""
    for place in written_in(words):
        raise forms.ValidationError(never_put_in(place))
    return words


def written(study: Study) -> dict[str, Any]:
    """Return the form's first values for a study that exists."""
    return {
        "title": study.title, "decision": study.decision, "options": study.options, "known": study.known,
        "unknown": study.unknown, "problem": study.problem, "promise_on": study.promise_on,
        "remind_after": study.remind_after, "touchpoints": ", ".join(study.touchpoints), "language": study.language, "team_only": study.team_only,
    }  # fmt: skip


class NoteForm(forms.Form):
    """Why a study is opened or closed."""

    note = forms.CharField(
        label=_("A note for colleagues"), help_text=_("Participants do not read it."), required=False, max_length=500
    )


class TeamForm(forms.Form):
    """Somebody joins, leaves or takes over."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none(), empty_label=_("Choose somebody"))
    act = forms.ChoiceField(choices=[("add", "add"), ("remove", "remove"), ("hand_over", "hand_over")])

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk=study.owner_id)
        self.fields["user"].queryset = people.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("act") == "hand_over" and told.get("user") and told["user"].role != Role.RESEARCHER:
            self.add_error("user", _("Only a researcher can own a study. Choose one."))
        return told


def touchpoint_choices() -> list[tuple[str, Any]]:
    """What people have lived through, for a select."""
    return [("", _("Anything or nothing")), *touchpoints()]


class WhoForm(forms.Form):
    """Filters over people: whom to ask. Facets are added by the view."""

    q = forms.CharField(label=_("Name, address, account"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Who they are"), required=False, choices=[("", _("Anybody")), *Kind.choices])
    joined_before = forms.DateField(
        label=_("Customer since before"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    joined_after = forms.DateField(
        label=_("Customer since after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    account = forms.CharField(
        label=_("Account"), required=False, max_length=200, help_text=_("The whole name of the organisation or household.")
    )
    touchpoint = forms.ChoiceField(label=_("They went through"), required=False)
    lived_within = forms.IntegerField(
        label=_("At most so many days ago"), required=False, min_value=0, max_value=36500
    )
    lived_before = forms.IntegerField(
        label=_("At least so many days ago"), required=False, min_value=0, max_value=36500
    )
    rested = forms.IntegerField(
        label=_("Not asked for so many days"), required=False, min_value=1, max_value=3650,
        help_text=_("Leaves out whom any study asked more recently."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["touchpoint"].choices = touchpoint_choices()  # type: ignore[attr-defined]  # looked up once a form

    def clean_account(self) -> Account | None:
        """The account of this name, however it is spelled."""
        name = self.cleaned_data["account"]
        found = Account.objects.filter(key=account_key(name)).first() if name.strip() else None
        if name.strip() and found is None:
            raise forms.ValidationError(_("There is no account of this name. Look under People, Accounts."))
        return found


class RoundForm(forms.Form):
    """The last look before people are asked."""

    minutes = forms.DecimalField(
        label=_("Minutes it takes"), min_value=0, max_value=999, decimal_places=1,
        help_text=_("Estimated from the questions. Each person’s contact budget pays it."),
    )  # fmt: skip
    override_reason = forms.CharField(
        label=_("Ask those too who have no minutes left, because"), required=False, max_length=500,
        help_text=_("Only when it cannot wait. Your reason and your name go on record."),
    )  # fmt: skip

    def __init__(self, *args: Any, estimated: float, **kwargs: Any) -> None:
        """`estimated`: the minutes that answering takes. With fewer, every budget could be got around without a reason."""
        super().__init__(*args, **kwargs)
        self.estimated = Decimal(str(estimated))

    def clean_minutes(self) -> Decimal:
        """No fewer than the questions take: the letter promises them, and the contact budget pays them."""
        minutes: Decimal = self.cleaned_data["minutes"]
        if minutes < self.estimated:
            words = _("The questions take %(minutes)s minutes, so no fewer are promised. To ask for less, ask fewer questions.")
            raise forms.ValidationError(words, params={"minutes": number_format(self.estimated)})
        return minutes
