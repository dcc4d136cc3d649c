"""Giving words themes: every coding is a row of its own, and what is taken away leaves a trail."""

import pytest

from allears.core.models import AuditEvent
from allears.insights import actions
from allears.insights.models import Coding, Theme
from allears.studies.models import Study
from allears.verbatims.actions import redact
from allears.verbatims.models import Collection
from tests import cast
from tests.insights.stories import coded, said, span, theme

pytestmark = pytest.mark.django_db


def test_a_span_is_given_a_theme_by_somebody_at_a_time() -> None:
    words = said("It came late, and nobody called.")
    coding = coded(words, "silence", "nobody called")
    assert words.text[coding.start : coding.end] == "nobody called"
    assert (coding.coder, coding.coder_kind) == (cast.ana(), "person")
    assert Theme.objects.get().words == 1


def test_saying_it_twice_changes_nothing() -> None:
    words = said("It came late.")
    assert coded(words, "late") == coded(words, "late")
    assert Theme.objects.get().words == 1
    assert AuditEvent.objects.filter(verb="insights.coded").count() == 1


def test_two_people_code_the_same_words_and_both_stay() -> None:
    words = said("It came late, and nobody called.")
    coded(words, "late", "came late", by=cast.ana())
    coded(words, "late", "came late, and nobody called", by=cast.ben())
    assert Coding.objects.filter(verbatim=words).count() == 2
    assert Theme.objects.get().words == 1


def test_somebody_else_may_say_the_same_and_the_words_count_once() -> None:
    words = said("It came late.")
    anas, bens = coded(words, "late"), coded(words, "late", by=cast.ben())
    assert (anas.coder, bens.coder) == (cast.ana(), cast.ben())
    assert Theme.objects.get().words == 1
    actions.uncode(coding=anas, by=cast.ana())
    assert Theme.objects.get().words == 1


def test_what_is_taken_away_stays_in_the_trail() -> None:
    coding = coded(said("It came late."), "late")
    actions.uncode(coding=coding, by=cast.ben())
    actions.uncode(coding=coding, by=cast.ben())
    assert Coding.objects.count() == 0
    assert Theme.objects.get().words == 0
    event = AuditEvent.objects.get(verb="insights.uncoded")
    assert (event.actor, event.details["coder"], event.details["end"]) == (cast.ben(), cast.ana().pk, 13)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (0, 99), (-1, 3)])
def test_a_span_lies_in_the_words(start: int, end: int) -> None:
    words = said("It came late.")
    with pytest.raises(actions.OutsideTheWords):
        actions.code(verbatim=words, theme=theme("late"), start=start, end=end, by=cast.ana())


def test_words_that_were_taken_back_cannot_be_coded_but_their_codings_stay() -> None:
    coding = coded(said("It came late."), "late")
    redact(verbatims=[coding.verbatim_id], reason="person", by_label="Bob")
    words = coding.verbatim
    words.refresh_from_db()
    with pytest.raises(actions.WordsAreGone):
        actions.code(verbatim=words, theme=coding.theme, start=0, end=1, by=cast.ana())
    assert Coding.objects.get() == coding
    assert Theme.objects.get().words == 0


def test_themes_stay_with_the_words_of_their_own_study() -> None:
    other = Study.objects.create(
        slug="other", title="Other", owner=cast.ana(), collection=Collection.objects.create(title="Other")
    )
    elsewhere = actions.add_theme(study=other, name="late", by=cast.ana())
    with pytest.raises(actions.AnotherStudy):
        actions.code(verbatim=said("It came late."), theme=elsewhere, start=0, end=2, by=cast.ana())


def test_an_import_brings_many_codings_once() -> None:
    words = [said("Late."), said("Late again.")]
    late = theme("late")
    rows = [actions.Coded(v.pk, late.pk, *span(v, "Late")) for v in words]
    assert actions.code_many(study=cast.late_orders(), rows=rows, by=cast.ana(), label="codes.csv") == 2
    assert actions.code_many(study=cast.late_orders(), rows=rows, by=cast.ana(), label="codes.csv") == 0
    coding = Coding.objects.first()
    assert coding is not None
    assert (coding.coder, coding.coder_kind, coding.coder_label) == (None, "import", "codes.csv")
    assert Theme.objects.get().words == 2
