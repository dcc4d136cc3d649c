"""What the gallery shows: invented people and figures for every state of every component."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.datastructures import MultiValueDict

from allears.design import charts
from allears.design.parts import Cell, Chip, Column, Fact, Link, LoopCell, Step, Waiting
from allears.design.words import Span

LATE = "The spring order came nine days late and nobody told us until we called. We had a crew standing there."
LONG = (
    "We tried the new portal in the first week. Half of it is better than what we had, and I want to say so"
    " before I say the rest: the search finds things, the pictures of the parts are right at last.\n\n"
    "But whoever decided that a delivery can only be moved by the person who ordered it has never had a"
    " foreman on holiday. I stood in the yard with a lorry I could see and could not send away. "
) * 2
NO_SPACES = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
ARABIC = "وصلت الطلبية متأخرة تسعة أيام ولم يخبرنا أحد حتى اتصلنا بأنفسنا."
HOSTILE = "<script>alert('no')</script> & <b>not bold</b>"


def words() -> dict[str, Any]:
    """Verbatims, quotes and the line of sight."""
    return {
        "late": LATE,
        "late_spans": [
            _span(LATE, "nobody told us until we called", "voice", "silence when late"),
            _span(LATE, "until we called", "dissent", "wants no calls"),
        ],
        "facts": ["orders weekly", "2 years with us"],
        "behind": [Fact("Who is speaking", "orders weekly, 2 years with us"), Fact("Said", "14 January")],
        "many_facts": [
            "orders weekly",
            "2 years with us",
            "North",
            "builds schools and one swimming pool",
            "phone",
        ],
        "long": LONG,
        "no_spaces": NO_SPACES,
        "arabic": ARABIC,
        "arabic_spans": [_span(ARABIC, "متأخرة تسعة أيام", "voice", "late")],
        "hostile": HOSTILE,
    }


def _span(text: str, passage: str, tone: Any, label: str) -> Span:
    start = text.index(passage)
    return Span(start, start + len(passage), tone, label)


def home() -> dict[str, Any]:
    """The loop and what waits, as on the first page."""
    return {
        "unread": "I do not need it faster. I need to know on Monday what I will not have on Friday.",
        "cells": loop_cells(),
        "empty_cells": [LoopCell(0, label, tone) for label, tone in zip(LOOP_LABELS, LOOP_TONES, strict=True)],
        "overfull_cells": [
            LoopCell("12,480,112", f"{label}, and a longer line about it", tone)
            for label, tone in zip(LOOP_LABELS, LOOP_TONES, strict=True)
        ],
        "waiting": [
            Waiting("Tell 381 people what became of their words on late orders", "#", "due in 9 days", due=True),
            Waiting(
                "Four customers speak against “Nobody minds the new portal”. Nobody has answered them yet",
                "#",
                "since Monday",
            ),
            Waiting("Dispatch asks you to weigh what calling first means for them", "#", "today"),
        ],
    }


LOOP_LABELS = ["asked", "spoke", "insights", "decisions", "changes done", "heard back"]
LOOP_TONES: list[Any] = ["voice", "voice", "accent", "accent", "kept", "kept"]


def loop_cells() -> list[LoopCell]:
    """The strip of a study that is half-way round."""
    counts: list[str | int] = ["1,706", "1,091", 7, 3, 1, "64%"]
    labels = [
        "asked",
        "spoke, 4 min each",
        "insights, 2 disputed",
        "decisions, 1 “no, because”",
        "change done",
        "heard back · median 31 days",
    ]
    return [LoopCell(count, label, tone, "#") for count, label, tone in zip(counts, labels, LOOP_TONES, strict=True)]


def paper() -> dict[str, Any]:
    """Sheets, notices, empty places, progress."""
    return {
        "tones": ["neutral", "voice", "accent", "kept", "dissent", "surprise", "wrong"],
        "no_spaces": NO_SPACES,
    }


def lists() -> dict[str, Any]:
    """Tables, facts, steps, people, pagers."""
    columns = [
        Column("Name", "name"),
        Column("Since", "since"),
        Column("Region"),
        Column("Minutes left", "minutes", numeric=True),
        Column("State"),
    ]
    rows: list[list[Any]] = [
        [
            Cell("Bea Lindqvist", "#", "buys for three sites"),
            date(2019, 4, 2),
            "North",
            Cell("24", "#"),
            Cell("may be asked", tone="kept"),
        ],
        [
            Cell("Musa Okafor", "#"),
            date(2024, 11, 30),
            "South and the islands",
            0,
            Cell("asked enough", tone="surprise"),
        ],
        [Cell(NO_SPACES[:70], "#"), date(2026, 1, 9), "–", 12, Cell("said no", tone="neutral")],
    ]
    return {
        "columns": columns,
        "rows": rows,
        "facts": [
            Fact("Decision it informs", "Whether dispatch calls before the customer does"),
            Fact("Promise", "12 March", "#"),
            Fact("Account", NO_SPACES[:60]),
            Fact("Minutes used", "4 of 60"),
        ],
        "people": [
            ("Bea Lindqvist", ["buys for three sites", "North", "2 years with us"], ""),
            ("Musa Okafor", ["South and the islands"], "asked twice this year"),
        ],
        "steps": [
            Step("Why we ask", "done", "#"),
            Step("Whom we ask", "done", "#"),
            Step("What we ask", "current", "#", "3 questions"),
            Step("Try it"),
            Step("Send it"),
        ],
        "page": _page_of_many(7),
        "few": _page_of_many(1, 30),
        "trail": [Link("Studies", "#"), Link("Late orders", "#"), Link("Invitations")],
        "tabs": [
            Link("Words", "#", True, "763"),
            Link("Numbers", "#"),
            Link("Who is speaking", "#"),
            Link("Insights", "#", badge="7"),
            Link("Decisions", "#", badge="3"),
        ],
        "chips": [
            Chip("Question: what gets in the way", "accent", remove="?question="),
            Chip("Orders weekly", "accent", remove="?often="),
        ],
        "many_chips": [
            Chip(f"{name}: a value that somebody wrote at length", "accent", remove="#")
            for name in ("Region", "Size", "Product", "Channel", "Language", "Tenure")
        ],
    }


def _page_of_many(number: int, count: int = 613) -> Page[int]:
    return Paginator(range(count), 25).page(number)


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(
        label="What shall we call the study?",
        help_text="People who are asked will see this name.",
        max_length=80,
    )
    problem = forms.CharField(
        label="The problem, as you would tell it to a customer",
        widget=forms.Textarea,
        help_text="A sentence or two.",
    )
    promise = forms.DateField(label="By when will they hear back?", widget=forms.DateInput(attrs={"type": "date"}))
    minutes = forms.IntegerField(label="Minutes it takes", min_value=1, max_value=60, required=False)
    owner = forms.ChoiceField(
        label="Who looks after it?",
        choices=[("", "Choose somebody"), ("ana", "Ana Ruiz"), ("tom", "Tom Baker")],
    )
    way = forms.ChoiceField(
        label="How do you want to hear them?",
        widget=forms.RadioSelect,
        help_text="You can add the other later.",
        choices=[
            ("one", "One by one, when it suits them"),
            ("panel", "Three or four together, in a room"),
            ("forum", "Openly, whoever comes"),
        ],
    )
    facets = forms.MultipleChoiceField(
        label="Which facets must be represented?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[
            ("region", "Region"),
            ("size", "Size of the account"),
            ("tenure", "How long they have been with us"),
        ],
    )
    table = forms.FileField(
        label="A list of people", required=False, help_text="A spreadsheet or CSV file, up to 4 MB."
    )
    reminder = forms.BooleanField(
        label="Remind each person once", required=False, help_text="Never at night, and never a second time."
    )

    def clean(self) -> dict[str, Any]:
        """One mistake that belongs to no single field."""
        if self.cleaned_data.get("minutes") == 60:
            raise forms.ValidationError(
                "An hour is more than anybody has left this month. Ask for less, or ask fewer people."
            )
        return self.cleaned_data


def form() -> dict[str, Any]:
    """Forms: new, filled, and wrong."""
    wrong: MultiValueDict[str, Any] = MultiValueDict(
        {"minutes": ["90"], "promise": ["soon"], "way": ["shout"], "name": ["x" * 90]}
    )
    return {"fresh": SampleForm(prefix="a", initial={"way": "one"}), "wrong": SampleForm(wrong, prefix="")}


def chart() -> dict[str, Any]:
    """Charts, with too much, too little and nothing."""
    return {
        "themes": [
            charts.Bar(label, count, href="#")
            for label, count in [
                ("silence when late", 171),
                ("portal", 148),
                ("moving a delivery", 92),
                ("invoices", 61),
                ("not themed", 34),
            ]
        ],
        "speaking": [
            charts.Bar("industry", 48, "48%", 43, "43%", "#"),
            charts.Bar("public works", 39, "39%", 38, "38%", "#"),
            charts.Bar("private people", 6, "6%", 16, "16%", "#"),
        ],
        "answers": [
            charts.Answers("Very well", 412, 0.35, 0.41, "#"),
            charts.Answers("Well enough", 388, 0.33, 0.39, "#"),
            charts.Answers("So so", 141, 0.11, 0.15, "#"),
            charts.Answers("Badly", 102, 0.078, 0.112, "#"),
            charts.Answers(
                "I could not say, because somebody else at our place takes the deliveries",
                48,
                0.033,
                0.057,
                "#",
            ),
        ],
        "kept_back": [
            charts.Answers("Yes", 31, 0.63, 0.88, "#"),
            charts.Answers("No", None),
            charts.Answers("Cannot say", None),
            charts.Answers("Did not order", 0, 0, 0.09),
        ],
        "few": [
            charts.Answers("Yes", 4, href="#"),
            charts.Answers("No", 2, href="#"),
            charts.Answers("Cannot say", 1, href="#"),
        ],
        "loop": [
            charts.FunnelStep("asked", 1706, "voice", "#"),
            charts.FunnelStep("spoke", 1091, "voice", "#"),
            charts.FunnelStep("quoted in an insight", 604, "accent", "#"),
            charts.FunnelStep("reached by a decision", 381, "accent", "#"),
            charts.FunnelStep("told what was done", 244, "kept", "#"),
        ],
        "facets": [
            charts.Facet(
                "Region",
                [
                    charts.FacetValue("North", 14, 4200, 12, 16),
                    charts.FacetValue("South and the islands", 18, 6100, 16, 20),
                    charts.FacetValue("abroad", 8, 1200, 2, 10),
                ],
            ),
            charts.Facet(
                "Tenure",
                [
                    charts.FacetValue("first year", 6, 3100),
                    charts.FacetValue("2 to 5 years", 20, 5000),
                    charts.FacetValue("longer", 14, 3400),
                ],
            ),
        ],
        "changes": [
            charts.Change("being told when late", 2.1, 4.2, href="#"),
            charts.Change("finding the right part", 3.6, 3.9, href="#"),
            charts.Change("invoices", 3.4, 3.4, href="#"),
            charts.Change("moving a delivery once it is on its way", 3.5, 2.6, href="#"),
            charts.Change("the person on the phone", 4.5, 4.6, href="#"),
        ],
        "touchpoints": [
            charts.Touchpoint("the first call", 4.2, 4.4, "Before", "#"),
            charts.Touchpoint("the offer", 3.8, 3.1, "Before", "#"),
            charts.Touchpoint("ordering in the portal", 4.0, 2.4, "Buying", "#"),
            charts.Touchpoint("being told when it is late", 3.5, 1.6, "Buying", "#"),
            charts.Touchpoint("unloading", 2.4, 4.1, "Having it", "#"),
            charts.Touchpoint("an invoice that is right", 3.9, None, "Having it", "#"),
            charts.Touchpoint("asking for help", 3.2, 3.3, "Having it", "#"),
        ],
        "weeks": [
            charts.Week(f"week {n}", count)
            for n, count in enumerate([3, 8, 41, 66, 38, 22, 19, 24, 17, 12, 9, 14], start=1)
        ],
        "quiet_weeks": [charts.Week(f"week {n}", 0) for n in range(1, 5)],
        "no_bars": [],
    }


def nothing() -> dict[str, Any]:
    """For pages that bring their own words."""
    return {}


PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "words": ("Words", words),
    "home": ("The loop and what waits", home),
    "reading": ("The reading room", lambda: {**lists(), **words(), **chart()}),
    "paper": ("Paper", paper),
    "lists": ("Lists and getting about", lists),
    "charts": ("Charts", chart),
    "controls": ("What is pressed", nothing),
    "forms": ("Forms", form),
    "themes": ("Light and dark", lambda: {**words(), **home(), **chart()}),
    "right-to-left": ("Right to left", lambda: {**words(), **home(), **chart(), **lists()}),
}
SHEETS = {
    "ask": "Participant: a question",
    "sight": "Participant: what became of it",
    "public": "Public page",
    "sign-in": "Signing in",
}
