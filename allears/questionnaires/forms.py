"""The shape and the wording of what is typed while a questionnaire is written."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.people.models import Purpose
from allears.questionnaires.authoring import ChoiceWords
from allears.questionnaires.calendar import date_of, number_of
from allears.questionnaires.models import (
    LISTING_KINDS,
    OPEN_KINDS,
    SCALED_KINDS,
    Accepts,
    Preset,
    Question,
    QuestionKind,
)
from allears.questionnaires.presets import shape_of
from allears.questionnaires.structure import MOST_STEPS

ROWS_TO_BEGIN_WITH = 4
MOST_CHOICES = 200


class SectionForm(forms.Form):
    """What a page says above its questions."""

    title = forms.CharField(label=_("Title of the page"), max_length=200, required=False)
    text = forms.CharField(
        label=_("What stands above the questions"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class EndField(forms.FloatField):
    """An end of a scale, shown as people write it: 10, not 10.0."""

    def prepare_value(self, value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() else value


class QuestionForm(forms.Form):
    """A question of one kind: it shows the fields that this kind has, and no others."""

    text = forms.CharField(
        label=_("The question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One thing at a time, in the words that they would use."),
    )  # fmt: skip
    help = forms.CharField(
        label=_("A line of help"), max_length=1000, required=False, help_text=_("Small, between question and answer.")
    )
    minimum = EndField(label=_("From"), required=False)
    maximum = EndField(label=_("To"), required=False)
    earliest = forms.DateField(
        label=_("Not before"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    latest = forms.DateField(
        label=_("Not after"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Left empty: from 1900 to 2100."),
    )  # fmt: skip
    low_label = forms.CharField(label=_("What the low end means"), max_length=120, required=False)
    high_label = forms.CharField(label=_("What the high end means"), max_length=120, required=False)
    maximum_places = forms.IntegerField(
        label=_("How many places to give"), min_value=1, max_value=MOST_CHOICES, required=False,
        help_text=_("For instance 3, when only the first three matter. Left empty: all of them."),
    )  # fmt: skip
    boxes = forms.IntegerField(
        label=_("How many boxes"), min_value=1, max_value=10, initial=1, required=False,
        help_text=_("Several, to ask for “up to three things”; nobody has to fill them all."),
    )  # fmt: skip
    accepts = forms.ChoiceField(label=_("What they may send"), required=False, choices=Accepts.choices)
    shuffled = forms.BooleanField(
        label=_("In another order for each person"), required=False,
        help_text=_("So that nothing wins by standing first. Each person finds the same order whenever they come back."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("What it allows"), required=False, choices=Purpose.choices, initial=Purpose.STATEMENT,
        help_text=_("It is written into the consent history of whoever agrees, with these very words. What allows more than before is asked once more by mail, at their own address, and written down once they say yes; taking it back is written down at once."),
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
        self.offered = kind
        self.preset = kind if kind in Preset.values else ""
        self.kind = QuestionKind.SCALE if self.preset else QuestionKind(kind)
        for name in set(self.fields) - fields_of(self.kind) | (ENDS if self.preset else set()):
            del self.fields[name]
        if self.kind == QuestionKind.STATEMENT:
            self.fields["text"].label, self.fields["text"].help_text = _("The statement"), ""
        if self.kind in SCALED_KINDS:
            for name in {"minimum", "maximum", "low_label", "high_label"} & set(self.fields):
                self.fields[name].required = True
        if self.kind == QuestionKind.FILE:
            self.fields["boxes"] = forms.IntegerField(
                label=_("How many files"), min_value=1, max_value=5, initial=1, required=False
            )
        if self.kind == QuestionKind.CONSENT:
            self.fields["text"].label, self.fields["text"].help_text = _("The statement"), _("What they agree to, whole.")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        shape = shape_of(self.preset)
        if shape:
            told |= {"minimum": float(shape.minimum), "maximum": float(shape.maximum)}
        if "maximum_places" in self.fields:
            places = told.pop("maximum_places", None)
            told["maximum"] = None if places is None else float(places)
        # What this kind does not have goes back to nothing when a question changes its kind.
        told |= {"preset": self.preset, **{name: told.get(name, plain) for name, plain in PLAIN.items()}}
        if "earliest" in self.fields:
            told |= self._days(told.pop("earliest", None), told.pop("latest", None))
        low, high = told.get("minimum"), told.get("maximum")
        if low is not None and high is not None and low >= high:
            above = _("The upper end has to be above the lower one.")
            late = _("The last day has to be after the first one.")
            self.add_error(*(("latest", late) if "latest" in self.fields else ("maximum", above)))
        if self.kind in SCALED_KINDS and low is not None and high is not None:
            self._must_be_a_scale(low, high)
        if "boxes" in self.fields:
            told["boxes"] = told.get("boxes") or 1
        # An agreement that cannot be refused is none (GDPR, Article 7(4)).
        if told.get("required") and told["purpose"] not in ("", Purpose.STATEMENT):
            words = _("Nobody can be made to be asked or quoted: who does not agree has to get on, too. Take the tick away.")
            self.add_error("required", words)
        return told

    def _must_be_a_scale(self, low: float, high: float) -> None:
        if high - low + 1 > MOST_STEPS:
            words = _("A scale has at most %(most)s steps. Bring its ends together, or ask for a number instead.")
            self.add_error("maximum", forms.ValidationError(words, params={"most": MOST_STEPS}))
        for name, end in (("minimum", low), ("maximum", high)):
            if not end.is_integer():
                self.add_error(name, _("Enter a whole number."))

    @staticmethod
    def _days(earliest: date | None, latest: date | None) -> dict[str, float | None]:
        """Days as a question keeps them."""
        return {
            "minimum": number_of(earliest) if earliest else None,
            "maximum": number_of(latest) if latest else None,
        }


ENDS = {"minimum", "maximum"}
PLAIN: dict[str, Any] = {
    "shuffled": False, "purpose": "", "accepts": "", "minimum": None, "maximum": None, "low_label": "", "high_label": "",
    "boxes": 1,
}  # fmt: skip


def fields_of(kind: QuestionKind) -> set[str]:
    """Return the names of the fields that a question of this kind has."""
    fields = {"text", "help", "touchpoint", "code"}
    if kind == QuestionKind.STATEMENT:
        return {"text", "code"}
    if kind in OPEN_KINDS:
        fields.add("boxes")
    if kind == QuestionKind.FILE:
        fields |= {"boxes", "accepts"}
    if kind in LISTING_KINDS:
        fields.add("shuffled")
    if kind == QuestionKind.RANKING:
        fields.add("maximum_places")
    if kind == QuestionKind.CONSENT:
        fields.add("purpose")
    if kind in (*SCALED_KINDS, QuestionKind.NUMBER):
        fields |= {"minimum", "maximum", "low_label", "high_label"}
    if kind == QuestionKind.DATE:
        fields |= {"earliest", "latest"}
    return fields | {"required"}


def written(question: Question) -> dict[str, Any]:
    """Return the form's first values for a question that exists."""
    names = (
        "text", "help", "minimum", "maximum", "low_label", "high_label", "boxes", "required", "touchpoint", "code",
        "shuffled", "purpose", "accepts",
    )  # fmt: skip
    said = {name: getattr(question, name) for name in names}
    if question.kind == QuestionKind.DATE:
        low, high = said.pop("minimum"), said.pop("maximum")
        said |= {"earliest": low and date_of(low), "latest": high and date_of(high)}
    if question.kind == QuestionKind.RANKING:
        most = said.pop("maximum")
        said["maximum_places"] = most and int(most)
    return said


def first_values(kind: str) -> dict[str, Any]:
    """Return what a new question of this kind begins with."""
    shape = shape_of(kind)
    if shape:
        return {"text": shape.text, "low_label": shape.low_label, "high_label": shape.high_label}
    begins: dict[str, dict[str, Any]] = {
        QuestionKind.SCALE: {"minimum": 0, "maximum": 10},
        QuestionKind.MATRIX: {"minimum": 1, "maximum": 5},
        QuestionKind.CONSENT: {"required": True, "purpose": Purpose.STATEMENT},
    }
    return begins.get(kind, {})


class ChoiceForm(forms.Form):
    """One choice; without words it is none."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=_("Choice"), max_length=400, required=False)
    asks_text = forms.BooleanField(label=_("asks for their own words"), required=False)
    exclusive = forms.BooleanField(label=_("goes with no other"), required=False)
    anchored = forms.BooleanField(label=_("stays last"), required=False)


class _Choices(forms.BaseFormSet):
    """The rows of choices, and a box to paste many at once."""

    def words(self) -> list[ChoiceWords]:
        """Return the choices in the order that was asked for, without the empty rows, the pasted ones last."""
        rows = [row.cleaned_data for row in self.forms if row.cleaned_data.get("label", "").strip()]
        rows.sort(key=lambda row: row["ORDER"] if row.get("ORDER") is not None else len(self.forms))
        typed = [
            ChoiceWords(row["label"].strip(), row["asks_text"], row["key"], row["exclusive"], row["anchored"])
            for row in rows
        ]
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
    first = [
        {name: getattr(choice, name) for name in ("key", "label", "asks_text", "exclusive", "anchored")}
        for choice in rows
    ]
    return made(initial=first, prefix="choices")


def has_choices(kind: str) -> bool:
    """Whether a question of this kind lists something: choices, rows or items."""
    return kind in LISTING_KINDS


def is_kind(value: str) -> bool:
    """Whether `value` names a kind of question."""
    return value in dict(kinds_offered())


def kinds_offered() -> list[tuple[str, Any]]:
    """Return the kinds that can be written here, with their names."""
    kinds = [(kind.value, kind.label) for kind in QuestionKind]
    after = [value for value, _label in kinds].index(QuestionKind.SCALE.value) + 1
    return [*kinds[:after], *Preset.choices, *kinds[after:]]


def offered_as(question: Question) -> str:
    """Return as which of the kinds that can be written a question stands there."""
    return question.preset or question.kind
