"""German as docs/translations.md says that we speak it: its days, figures and quotation marks, and how it speaks to people."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from django.utils import formats, translation

from allears.questionnaires.answering_forms import read
from allears.studies.selection.words import one_in, percent
from allears.studies.wording import moment_in_words, on_day
from tests.questionnaires.test_answering_forms import asked
from tests.translations.test_catalogue import in_forms, messages

FAMILIAR = re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*|[Ee]uch|[Ee]uer|[Ee]ure\w*)\b")
MADE_FAIR_BY_SIGNS = re.compile(r"\w[*:·/]in(nen)?\b|\w_innen\b|\wInnen\b")


def found(wrong: re.Pattern[str]) -> list[str]:
    return [form for message in messages("de") for form in in_forms(message.string) if wrong.search(form)]


def test_days_moments_and_figures_are_written_as_they_are_read() -> None:
    at = datetime(2026, 11, 28, 14, 30, tzinfo=UTC)
    with translation.override("de"):
        assert on_day(date(2026, 11, 28)) == "28.\u00a0November 2026"
        assert formats.date_format(at, "DATETIME_FORMAT") == "28.\u00a0November 2026, 14:30\u00a0Uhr"
        assert moment_in_words(at) == "Samstag, 28.\u00a0November, 14:30\u00a0Uhr"
        assert formats.number_format(1234.5, force_grouping=True) == "1.234,5"
        assert (percent(0.0514), one_in(1 / 2730)) == ("5,14\u00a0%", "1 von 2.730")


def test_a_limit_is_told_with_a_comma_and_may_be_typed_so() -> None:
    days = asked("number", minimum=0.5, maximum=2.5)
    with translation.override("de"):
        assert read([days], {"q7": ["2,5"]}).wrong == []
        assert [wrong.words for wrong in read([days], {"q7": ["3"]}).wrong] == ["Geben Sie eine Zahl von 0,5 bis 2,5 ein."]


def test_quotation_marks_are_those_of_german() -> None:
    uneven = [form for message in messages("de") for form in in_forms(message.string) if form.count("„") != form.count("“")]
    assert uneven + found(re.compile('["”«»]')) == []


def test_everybody_is_spoken_to_politely_and_without_signs_inside_of_words() -> None:
    assert found(FAMILIAR) + found(MADE_FAIR_BY_SIGNS) == []
