"""The shape and wording of what is typed into this room; nothing is saved here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from allears.core.meanwhile import TogetherForm
from allears.insights import queries
from allears.insights.filters import NOT_THEMED, Filters
from allears.insights.models import Insight, Side, Theme
from allears.insights.queries import Branch
from allears.people.models import Facet
from allears.people.queries import facets_had_by
from allears.questionnaires.models import Question, QuestionKind
from allears.studies import piping
from allears.studies.models import Study
from allears.verbatims.models import Source, Verbatim

CLOSED = (QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.SCALE)
MOST_ON_A_SCALE = 11
SPEAKERS_LOOKED_AT = 500


class FilterForm(forms.Form):
    """Which words are shown. Sent as an address, so whatever is chosen can be kept and passed on."""

    q = forms.CharField(required=False, widget=forms.HiddenInput)
    order = forms.CharField(required=False, widget=forms.HiddenInput)
    language = forms.CharField(label=_("Language, like “en” or “de”"), required=False)
    since = forms.DateField(
        label=_("Said since"),
        required=False,
        help_text=_("Words without a day are left out."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(label=_("Said until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, wanted: Filters, study: Study | None, codebook: Sequence[Branch] = ()) -> None:
        super().__init__(initial=self._initial(wanted), auto_id="filter-%s")
        self.long_choices = self._long_choices(wanted, study, codebook) if study else []
        self.facets = [self._facet(facet, wanted) for facet in _facets(wanted, study)]

    @staticmethod
    def _initial(wanted: Filters) -> dict[str, Any]:
        return {
            "q": wanted.q,
            "order": wanted.order,
            "language": wanted.language,
            "since": wanted.since,
            "until": wanted.until,
        }

    @staticmethod
    def _long_choices(wanted: Filters, study: Study, codebook: Sequence[Branch]) -> list[dict[str, Any]]:
        """Choices that may be many: drawn by the page itself, because a widget draws each option by a template."""
        first = {"question": wanted.questions[:1], "theme": (wanted.theme,), "answered": wanted.answered[:1]}
        offered = [
            ("question", _("Said in answer to"), [("", _questions(study))]),
            ("theme", _("Theme"), [("", _themes(codebook))]),
            ("answered", _("Who answered"), _answers(study)),
        ]
        return [
            {"name": name, "id": f"filter-{name}", "label": label, "groups": groups, "chosen": "".join(first[name])}
            for name, label, groups in offered
            if any(options for _group, options in groups)
        ]

    def _facet(self, facet: Facet, wanted: Filters) -> dict[str, Any]:
        chosen = wanted.values_by_facet().get(facet.key, [])
        options = [(f"{facet.key}:{v.key}", v.label, v.key in chosen) for v in facet.values.all()]
        return {"label": facet.label, "id": f"filter-facet-{facet.pk}", "options": options}


def _facets(wanted: Filters, study: Study | None) -> Sequence[Facet]:
    """All facets; in one study those that its newest speakers have, not what other studies brought of others."""
    if study is None:
        return list(Facet.objects.prefetch_related("values"))
    spoken = Verbatim.objects.filter(collection=study.collection_id, person__isnull=False).order_by("-pk")
    return facets_had_by(spoken.values("person")[:SPEAKERS_LOOKED_AT], besides=wanted.values_by_facet())


def _questions(study: Study) -> list[tuple[str, str]]:
    sources = Source.objects.filter(collection=study.collection_id).order_by("position", "id")
    return [(source.ref, queries.short(piping.general(source.prompt), 90)) for source in sources]


def _themes(codebook: Sequence[Branch]) -> list[tuple[str, str]]:
    listed = [(b.theme.ref, "\u2003" * b.depth + b.theme.name) for b in queries.flat(codebook)]
    return [*listed, (NOT_THEMED, str(_("not themed yet")))] if listed else []


def _answers(study: Study) -> list[tuple[str, list[tuple[str, str]]]]:
    """The closed questions of the newest published wording, with their answers."""
    asked = (
        Question.objects.filter(version__questionnaire__study=study, kind__in=CLOSED, version__published_at__isnull=False)
        .order_by("-version__number", "section__position", "position")
        .prefetch_related("choices")
    )
    found: dict[object, tuple[str, list[tuple[str, str]]]] = {}
    for question in asked:
        if question.key not in found and (answers := _answers_to(question)):
            found[question.key] = (queries.short(question.in_general, 90), answers)
    return list(found.values())


def _answers_to(question: Question) -> list[tuple[str, str]]:
    if question.has_choices:
        return [(f"{question.key}:{c.key}", queries.short(c.label, 80)) for c in question.choices.all()]
    low, high = question.minimum, question.maximum
    if low is None or high is None or high - low >= MOST_ON_A_SCALE:
        return []
    return [(f"{question.key}:{n}", str(n)) for n in range(int(low), int(high) + 1)]


class ThemeForm(TogetherForm):
    """A theme's name and what it means."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Short, in the customers' own language."))
    definition = forms.CharField(
        label=_("Definition"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("When do words belong here, and when not? So that two people code alike."),
    )
    parent = forms.ModelChoiceField(
        label=_("Stands under"), queryset=Theme.objects.none(), required=False, empty_label=_("nothing: on the top level")
    )

    def __init__(self, *args: Any, study: Study, without: list[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Theme.objects.in_use().filter(study=study).exclude(pk__in=without or [])
        self.fields["parent"].queryset = offered  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """Which theme this one becomes part of."""

    into = forms.ModelChoiceField(
        label=_("Merge it into"), queryset=Theme.objects.none(), empty_label=_("choose a theme")
    )

    def __init__(self, *args: Any, theme: Theme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Theme.objects.in_use().filter(study=theme.study_id).exclude(pk=theme.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    """The name and meaning of the theme that some of the passages move to."""

    name = forms.CharField(label=_("Name of the new theme"), max_length=120)
    definition = forms.CharField(label=_("Definition"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class SpanForm(forms.Form):
    """A passage of some words, in characters as the page shows them, or as the words themselves."""

    start = forms.IntegerField(min_value=0, required=False)
    end = forms.IntegerField(min_value=0, required=False)
    sentence = forms.RegexField(r"^\d+-\d+$", required=False)
    passage = forms.CharField(required=False, strip=True, max_length=20_000)


class InsightForm(TogetherForm):
    """What was understood."""

    claim = forms.CharField(
        label=_("What did you understand?"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence about customers that could turn out to be wrong."),
    )
    explanation = forms.CharField(
        label=_("What else should a reader know?"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class LookForm(forms.Form):
    """How somebody looked for words against an insight."""

    how = forms.CharField(
        label=_("How did you look?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you searched for and how much you read, so that others can judge it. Finding nothing counts."),
    )


class WithdrawForm(forms.Form):
    """Why an insight is no longer held."""

    because = forms.CharField(label=_("Why?"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class CiteForm(SpanForm):
    """Which insight some words speak for or against; a new one is made from a claim."""

    insight = forms.ModelChoiceField(queryset=Insight.objects.none(), to_field_name="ref", required=False)
    claim = forms.CharField(max_length=400, required=False)
    side = forms.ChoiceField(choices=Side.choices)

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insight"].queryset = queries.of_study(study)  # type: ignore[attr-defined]
