"""Claims, the words for and against them, and whether anybody has tried them."""

import pytest

from allears.core.models import AuditEvent
from allears.insights import actions, queries, signals
from allears.insights.models import Citation, Insight
from tests import cast
from tests.insights.stories import cited, claimed, said

pytestmark = pytest.mark.django_db


def test_an_insight_is_a_claim_that_somebody_made() -> None:
    insight = actions.claim(study=cast.late_orders(), claim=" Nobody \n tells them. ", by=cast.ana(), explanation="x")
    assert (insight.claim, insight.explanation, insight.made_by, insight.stands) == (
        "Nobody tells them.", "x", cast.ana(), True,
    )  # fmt: skip


@pytest.mark.parametrize("claim", ["", "   ", "x" * 401])
def test_a_claim_is_a_sentence(claim: str) -> None:
    with pytest.raises(actions.NoClaim):
        actions.claim(study=cast.late_orders(), claim=claim, by=cast.ana())


def test_words_speak_for_and_against_and_may_change_sides() -> None:
    insight, words = claimed(), said("Nobody called me.", by=cast.bob())
    cited(insight, words)
    citation = cited(insight, words, side="against", by=cast.ben())
    assert Citation.objects.get() == citation
    assert (citation.side, Citation.objects.get().by) == ("against", cast.ben())


def test_citing_tells_the_rooms_above_once() -> None:
    heard: list[Citation] = []

    def listen(sender: object, citation: Citation, **kwargs: object) -> None:
        heard.append(citation)

    signals.words_cited.connect(listen)
    insight, words = claimed(), said("Nobody called me.")
    try:
        first = cited(insight, words)
        cited(insight, words)
    finally:
        signals.words_cited.disconnect(listen)
    assert heard == [first]


def test_a_citation_taken_away_stays_in_the_trail() -> None:
    citation = cited(claimed(), said("Nobody called me."))
    actions.uncite(citation=citation, by=cast.ben())
    assert Citation.objects.count() == 0
    assert AuditEvent.objects.get(verb="insights.uncited").details["side"] == "for"


def test_who_looks_against_says_how() -> None:
    insight = claimed()
    assert list(queries.nobody_looked(queries.of_study(insight.study))) == [insight]
    with pytest.raises(actions.SayHow):
        actions.look_against(insight=insight, by=cast.ben(), how="  ")
    actions.look_against(insight=insight, by=cast.ben(), how="Searched for “called” and read 40 answers.")
    assert list(queries.nobody_looked(queries.of_study(insight.study))) == []


def test_a_withdrawn_insight_stays_readable_and_takes_nothing_more() -> None:
    insight, words = claimed(), said("Nobody called me.")
    cited(insight, words)
    actions.withdraw(insight=insight, by=cast.ana(), because="We had asked the wrong people.")
    insight.refresh_from_db()
    assert (insight.stands, insight.withdrawn_by, insight.citations.count()) == (False, cast.ana(), 1)
    assert list(queries.of_study(insight.study)) == []
    with pytest.raises(actions.AlreadyWithdrawn):
        cited(insight, words, side="against")
    actions.restore(insight=insight, by=cast.ana())
    assert list(queries.of_study(insight.study)) == [insight]


def test_support_counts_people_once_and_those_without_a_name_each() -> None:
    insight = claimed()
    bob_twice = [said("Nobody called me.", by=cast.bob()), said("Not a word.", by=cast.bob())]
    for words in [*bob_twice, said("Silence."), said("Nothing.")]:
        cited(insight, words)
    cited(insight, said("They called me at once.", by=cast.cleo()), side="against")
    found = queries.with_support(Insight.objects.all()).get()
    assert (found.words_for, found.people_for, found.words_against, found.people_against) == (4, 3, 1, 1)
    assert found.looked is False


def test_what_waits_for_me_are_untried_insights_and_new_words_against_them() -> None:
    insight = claimed(by=cast.ana())
    assert [w.text for w in queries.waiting_for(cast.ana())] == [
        "Nobody has looked against “Nobody tells customers that an order is late.” yet"
    ]
    actions.look_against(insight=insight, by=cast.ana(), how="Read everything.")
    cited(insight, said("They called me at once."), side="against", by=cast.ben())
    assert [w.text for w in queries.waiting_for(cast.ana())] == [
        "1 new passage speaks against “Nobody tells customers that an order is late.”"
    ]
    assert queries.waiting_for(cast.ben()) == []
