"""The shape and the wording of what is typed while a questionnaire is written."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.questionnaires.authoring import ChoiceWords
from allears.questionnaires.calendar import date_of, number_of
from allears.questionnaires.models import CHOICE_KINDS, OPEN_KINDS, Question, QuestionKind

ROWS_TO_BEGIN_WITH = 4
MOST_CHOICES = 200


class SectionForm(forms.Form):
    """What a page says above its questions."""

    title = forms.CharField(label=_("Title of the page"), max_length=200, required=False)
    text = forms.CharField(
        label=_("What stands above the questions"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class QuestionForm(forms.Form):
    """A question of one kind: it shows the fields that this kind has, and no others."""

    text = forms.CharField(
        label=_("The question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One thing at a time, in the words that they would use."),
    )  # fmt: skip
    help = forms.CharField(
        label=_("A line of help"), max_length=1000, required=False, help_text=_("Small, between question and answer.")
    )
    minimum = forms.FloatField(label=_("From"), required=False)
    maximum = forms.FloatField(label=_("To"), required=False)
    earliest = forms.DateField(
        label=_("Not before"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    latest = forms.DateField(
        label=_("Not after"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Left empty: from 1900 to 2100."),
    )  # fmt: skip
    low_label = forms.CharField(label=_("What the low end means"), max_length=120, required=False)
    high_label = forms.CharField(label=_("What the high end means"), max_length=120, required=False)
    boxes = forms.IntegerField(
        label=_("How many boxes"), min_value=1, max_value=10, initial=1, required=False,
        help_text=_("Several, to ask for “up to three things”; nobody has to fill them all."),
    )  # fmt: skip
    required = forms.BooleanField(
        label=_("They cannot go on without answering"), required=False,
        help_text=_("Only when the rest makes no sense without it. Whoever has to answer and cannot, leaves."),
    )  # fmt: skip
    touchpoint = forms.CharField(
        label=_("Touchpoint"),
        max_length=200,
        required=False,
        help_text=_("Where customers meet you, if it is about one."),
    )
    code = forms.CharField(
        label=_("Short name in exports"), max_length=80, required=False, help_text=_("For instance q1 or delivery.")
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = QuestionKind(kind)
        for name in set(self.fields) - fields_of(self.kind):
            del self.fields[name]
        if self.kind == QuestionKind.STATEMENT:
            self.fields["text"].label, self.fields["text"].help_text = _("The statement"), ""
        if self.kind == QuestionKind.SCALE:
            for name in ("minimum", "maximum", "low_label", "high_label"):
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "earliest" in self.fields:
            told |= self._days(told.pop("earliest", None), told.pop("latest", None))
        low, high = told.get("minimum"), told.get("maximum")
        if low is not None and high is not None and low >= high:
            above = _("The upper end has to be above the lower one.")
            late = _("The last day has to be after the first one.")
            self.add_error(*(("latest", late) if "latest" in self.fields else ("maximum", above)))
        if "boxes" in self.fields:
            told["boxes"] = told.get("boxes") or 1
        return told

    @staticmethod
    def _days(earliest: date | None, latest: date | None) -> dict[str, float | None]:
        """Days as a question keeps them."""
        return {
            "minimum": number_of(earliest) if earliest else None,
            "maximum": number_of(latest) if latest else None,
        }


def fields_of(kind: QuestionKind) -> set[str]:
    """Return the names of the fields that a question of this kind has."""
    fields = {"text", "help", "touchpoint", "code"}
    if kind == QuestionKind.STATEMENT:
        return {"text", "code"}
    if kind in OPEN_KINDS:
        fields.add("boxes")
    if kind in (QuestionKind.SCALE, QuestionKind.NUMBER):
        fields |= {"minimum", "maximum", "low_label", "high_label"}
    if kind == QuestionKind.DATE:
        fields |= {"earliest", "latest"}
    return fields | {"required"}


def written(question: Question) -> dict[str, Any]:
    """Return the form's first values for a question that exists."""
    names = ("text", "help", "minimum", "maximum", "low_label", "high_label", "boxes", "required", "touchpoint", "code")
    said = {name: getattr(question, name) for name in names}
    if question.kind == QuestionKind.DATE:
        low, high = said.pop("minimum"), said.pop("maximum")
        said |= {"earliest": low and date_of(low), "latest": high and date_of(high)}
    return said


def first_values(kind: str) -> dict[str, Any]:
    """Return what a new question of this kind begins with."""
    return {"minimum": 0, "maximum": 10} if kind == QuestionKind.SCALE else {}


class ChoiceForm(forms.Form):
    """One choice; without words it is none."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=_("Choice"), max_length=400, required=False)
    asks_text = forms.BooleanField(label=_("asks for their own words"), required=False)


class _Choices(forms.BaseFormSet):
    """The rows of choices, and a box to paste many at once."""

    def words(self) -> list[ChoiceWords]:
        """Return the choices in the order that was asked for, without the empty rows, the pasted ones last."""
        rows = [row.cleaned_data for row in self.forms if row.cleaned_data.get("label", "").strip()]
        rows.sort(key=lambda row: row["ORDER"] if row.get("ORDER") is not None else len(self.forms))
        typed = [ChoiceWords(row["label"].strip(), row["asks_text"], row["key"]) for row in rows]
        return (typed + [ChoiceWords(line) for line in self.pasted()])[:MOST_CHOICES]

    def pasted(self) -> list[str]:
        lines = self.data.get("pasted", "").splitlines() if self.is_bound else []
        return [line.strip()[:400] for line in lines if line.strip()]


def choice_rows(data: Any = None, question: Question | None = None, more: int = 0) -> Any:
    """Return the formset of a question's choices; `more` adds that many empty rows."""
    made = forms.formset_factory(
        ChoiceForm, formset=_Choices, can_order=True, extra=0 if data else (2 if question else ROWS_TO_BEGIN_WITH),
        max_num=MOST_CHOICES, absolute_max=MOST_CHOICES + 50,
    )  # fmt: skip
    if data is not None:
        if more:
            data = data.copy()
            data["choices-TOTAL_FORMS"] = str(int(data.get("choices-TOTAL_FORMS") or 0) + more)
        return made(data, prefix="choices")
    rows = question.choices.all() if question else []
    first = [{"key": choice.key, "label": choice.label, "asks_text": choice.asks_text} for choice in rows]
    return made(initial=first, prefix="choices")


def has_choices(kind: str) -> bool:
    """Whether a question of this kind offers choices."""
    return kind in CHOICE_KINDS


def is_kind(value: str) -> bool:
    """Whether `value` names a kind of question."""
    return value in dict(kinds_offered())


def kinds_offered() -> list[tuple[str, Any]]:
    """Return the kinds that can be written here, with their names."""
    hidden = (QuestionKind.MATRIX, QuestionKind.RANKING, QuestionKind.FILE, QuestionKind.CONSENT)
    return [(kind.value, kind.label) for kind in QuestionKind if kind not in hidden]
