"""What is typed on the pages that bring a file: the file, and what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.core.file_reading import FileReadingForm
from allears.core.tables import Reading
from allears.core.zones import ZoneField
from allears.questionnaires.dialects import TITLES, Kind, Plan, QuestionPlan, two_days
from allears.questionnaires.importing import kinds_for
from allears.questionnaires.models import QuestionKind

NAMES = {Kind(kind.value): kind.label for kind in QuestionKind if kind.value in set(Kind)}


class FileForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("A CSV or Excel file"),
        help_text=gettext_lazy(
            "As your survey tool exports it, one response a row. Nothing is taken before you have seen it."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
    )
    time_zone = ZoneField(
        label=gettext_lazy("Times in the file are those of"), help_text=gettext_lazy("Where a time does not say so itself.")
    )


class PlanForm(FileReadingForm):
    """What each question is. Fields are numbered by the question's place in the plan."""

    def __init__(self, plan: Plan, read: Reading, data: Any = None, *, headed: bool) -> None:
        super().__init__(read, headed=headed, data=data)
        self.plan = plan
        self.fields["dialect"] = forms.ChoiceField(
            label=_("What wrote this file"), choices=list(TITLES.items()), initial=plan.dialect
        )
        if days := two_days(plan.unsure_date):
            self.fields["day_first"] = forms.ChoiceField(
                label=_("“%(date)s” is the") % {"date": plan.unsure_date},
                choices=[(order, date_format(day, "DATE_FORMAT")) for order, day in zip(("", "yes"), days, strict=True)],
                initial="yes" if plan.day_first else "",
                required=False,
            )
        if not plan.says_when:
            self.fields["said_on"] = forms.DateField(
                label=_("All of it was said on, or about"),
                required=False,
                initial=plan.said_on,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        for place, question in enumerate(plan.questions):
            self.fields.update(_fields(place, question))

    def clean(self) -> dict[str, Any]:
        """A scale has two ends, the lower one first."""
        typed = super().clean() or {}
        for place in range(len(self.plan.questions)):
            low, high = typed.get(f"minimum_{place}"), typed.get(f"maximum_{place}")
            if typed.get(f"kind_{place}") == Kind.SCALE and low is not None and high is not None and low >= high:
                self.add_error(f"maximum_{place}", _("The upper end of the scale must be above the lower."))
        return typed

    def clean_said_on(self) -> str:
        """The day, not one that is still to come, as a plan holds it."""
        day: date | None = self.cleaned_data["said_on"]
        if day and day > localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day.isoformat() if day else ""

    @property
    def is_new_look(self) -> bool:
        """Whether what was typed makes us look at the file again before anything is brought."""
        return self.cleaned_data["dialect"] != self.plan.dialect or self.reading != self.was_read

    @property
    def new_look(self) -> dict[str, Any]:
        """What `look_again` is told of it. Where headings come or go, what wrote the file is recognised anew."""
        encoding, headed = self.reading
        return {
            "dialect": self.cleaned_data["dialect"] if headed == self.was_read[1] else None,
            "encoding": encoding if encoding != self.was_read[0] else None,
            "headed": headed,
        }

    @property
    def kinds(self) -> dict[int, Kind]:
        """The type that was chosen for each question."""
        return {n: Kind(self.cleaned_data[f"kind_{n}"]) for n in range(len(self.plan.questions))}

    def written(self, plan: Plan) -> Plan:
        """The plan (its types changed already) with everything else that was typed."""
        questions = [_typed(place, question, self.cleaned_data) for place, question in enumerate(plan.questions)]
        plan = replace(plan, questions=questions, said_on=self.cleaned_data.get("said_on", ""))
        return plan.with_day_first(self.cleaned_data["day_first"] == "yes") if "day_first" in self.fields else plan

    def rows(self, samples: Mapping[int, list[str]]) -> list[dict[str, Any]]:
        """For the page: each question with its fields and what stands in its first cells."""
        names = ("take", "kind", "facet", "facet_name", "minimum", "maximum", "low_label", "high_label", "no_answer")
        return [
            {
                "question": question,
                "samples": samples.get(place, []),
                "place": place,
                **{name: self[f"{name}_{place}"] for name in names},
            }
            for place, question in enumerate(self.plan.questions)
        ]


def _fields(place: int, question: QuestionPlan) -> dict[str, forms.Field]:
    kinds = [(kind.value, NAMES[kind]) for kind in kinds_for(question)]
    named = {
        "take": forms.BooleanField(label=_("Bring it"), required=False, initial=question.include),
        "kind": forms.ChoiceField(label=_("Type"), choices=kinds, initial=question.kind.value),
        "facet": forms.BooleanField(label=_("A facet: people differ by it"), required=False, initial=question.facet),
        "facet_name": forms.CharField(
            label=_("Call the facet"), required=False, max_length=200, initial=question.facet_name
        ),
        "minimum": forms.FloatField(label=_("Scale from"), required=False, initial=question.minimum),
        "maximum": forms.FloatField(label=_("to"), required=False, initial=question.maximum),
        "low_label": forms.CharField(
            label=_("The lower end means"), required=False, max_length=120, initial=question.low_label
        ),
        "high_label": forms.CharField(
            label=_("The upper end means"), required=False, max_length=120, initial=question.high_label
        ),
        "no_answer": forms.CharField(
            label=_("What means “no answer”, one a line"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial="\n".join(question.no_answer),
        ),
    }
    return {f"{name}_{place}": field for name, field in named.items()}


def _typed(place: int, question: QuestionPlan, typed: Mapping[str, Any]) -> QuestionPlan:
    scale = question.kind is Kind.SCALE
    low, high = typed[f"minimum_{place}"], typed[f"maximum_{place}"]
    return replace(
        question,
        include=typed[f"take_{place}"],
        note=question.note if typed[f"take_{place}"] is question.include else "",  # why we proposed it, no longer why it is so
        facet=typed[f"facet_{place}"] and question.kind is Kind.SINGLE,
        facet_name=typed[f"facet_name_{place}"],
        minimum=low if scale and low is not None else question.minimum,
        maximum=high if scale and high is not None else question.maximum,
        low_label=typed[f"low_label_{place}"],
        high_label=typed[f"high_label_{place}"],
        no_answer=[line.strip() for line in typed[f"no_answer_{place}"].splitlines() if line.strip()],
    )
