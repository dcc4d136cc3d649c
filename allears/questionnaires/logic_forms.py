"""The form for who is asked a question: some rows, each one condition, and whether all or any must hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.questionnaires.logic import MOST_CONDITIONS, Condition, Rule, days_of
from allears.questionnaires.ruling import Group, condition_of, number_of, read, sign, wants_days, wants_number


class JoinForm(forms.Form):
    """Whether all conditions must hold or any."""

    join = forms.ChoiceField(
        label=_("Ask it when"), widget=forms.RadioSelect,
        choices=[("all", _("all of this holds")), ("any", _("any of this holds"))],
    )  # fmt: skip


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class ConditionForm(forms.Form):
    """One condition; an empty row is none."""

    what = forms.ChoiceField(
        label=_("Condition"), required=False, widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": _("What stood here cannot be looked at any more: somebody has moved it or taken it away. Choose anew.")},
    )  # fmt: skip
    number = forms.FloatField(label=_("Number"), required=False)
    day = forms.DateField(label=_("Day"), required=False, widget=_day())
    last = forms.DateField(label=_("Last day"), required=False, widget=_day())

    def __init__(self, *args: Any, groups: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(group.label, list(group.options)) for group in groups]
        self.fields["what"].choices = [("", _("(no condition)")), *listed]  # type: ignore[attr-defined]

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields for the day that is compared with, and for the last one of a span."""
        return [self["day"], self["last"]]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        what = told.get("what")
        if what and wants_number(what) and told.get("number") is None and "number" not in self.errors:
            self.add_error("number", _("Enter the number to compare with."))
        if what and read(what).verb == "among" and (told.get("number") or 1) < 1:
            self.add_error("number", _("Places are counted from 1."))
        self._look_at_days(told, wants_days(what) if what else 0)
        return told

    def _look_at_days(self, told: dict[str, Any], wanted: int) -> None:
        for name in ("day", "last")[:wanted]:
            if told.get(name) is None and name not in self.errors:
                self.add_error(name, _("Enter the day to compare with."))
        if wanted == 2 and told.get("day") and told.get("last") and told["day"] > told["last"]:
            self.add_error("last", _("This day is before the first one. Swap the two."))


class _Conditions(forms.BaseFormSet):
    @property
    def may_want_days(self) -> bool:
        """Whether any condition that can be chosen is about a day."""
        groups: list[Group] = self.form_kwargs["groups"]
        return any(wants_days(sign) for group in groups for sign, _words in group.options)

    def rule(self, join: str) -> Rule | None:
        """Return the rule that the rows say; None when all are empty."""
        told = [row.cleaned_data for row in self.forms if row.cleaned_data.get("what")]
        conditions = tuple(
            condition_of(row["what"], row.get("number"), [day for name in ("day", "last") if (day := row.get(name))])
            for row in told
        )
        return Rule(join, conditions[:MOST_CONDITIONS]) if conditions else None


def condition_rows(groups: list[Group], rule: Rule | None, data: Any = None) -> Any:
    """Return the rows for `rule`, with some empty ones; `data` is what was posted ("more" adds rows)."""
    made = forms.formset_factory(
        ConditionForm, formset=_Conditions, extra=0 if data else 2, max_num=MOST_CONDITIONS, absolute_max=MOST_CONDITIONS
    )
    more: dict[str, Any] = {"form_kwargs": {"groups": groups}, "prefix": "conditions"}
    if data is not None:
        if "more" in data:
            data = data.copy()
            data["conditions-TOTAL_FORMS"] = str(int(data.get("conditions-TOTAL_FORMS") or 0) + 2)
        return made(data, **more)
    return made(initial=[_row(condition) for condition in (rule.conditions if rule else ())], **more)


def _row(condition: Condition) -> dict[str, Any]:
    days = days_of(condition) or ()
    return {"what": sign(condition), "number": number_of(condition), **dict(zip(("day", "last"), days, strict=False))}
