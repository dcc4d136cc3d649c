"""Results: counted over all versions, honest when few, and always a way to the words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allears.core import ahead
from allears.people.models import Person
from allears.questionnaires import authoring
from allears.questionnaires.models import Answer, Question, Response, Version
from allears.questionnaires.results import Group, QuestionResult, count_ahead, results, results_of
from allears.studies.models import Study
from allears.verbatims.actions import keep, redact
from allears.verbatims.models import Verbatim
from tests import cast

pytestmark = pytest.mark.django_db


def version() -> Version:
    draft = authoring.draft_of(cast.late_orders())
    page = draft.sections.all()[0]
    authoring.add_question(section=page, kind="long_text", text="What happened?")
    authoring.add_question(section=page, kind="single", text="What mattered?", choices=["Price", "Delivery"])
    second = authoring.add_section(version=draft, title="You and us")
    authoring.add_question(
        section=second, kind="scale", text="Again?", minimum=0, maximum=10, low_label="no", high_label="yes"
    )
    authoring.add_question(section=second, kind="multiple", text="Where?", choices=["Shop", "Web", "Phone"])
    return authoring.publish(version=draft)


def answer(asked: Version, person: Person, choice: int = 0, number: float | None = 7, words: str = "") -> Response:
    """`person` answers: a choice of the single question, the scale (None: stopped before), words of their own."""
    response = Response.objects.create(
        study=cast.late_orders(),
        version=asked,
        person=person,
        submitted_at=timezone.now() if number is not None else None,
    )
    by_kind = {question.kind: question for question in asked.questions.select_related("source")}
    chosen = by_kind["single"].choices.all()[choice]
    Answer.objects.create(response=response, question=by_kind["single"], choice=chosen, box=chosen.position)
    if number is not None:
        Answer.objects.create(response=response, question=by_kind["scale"], number=number)
        for offered in by_kind["multiple"].choices.all()[:2]:
            Answer.objects.create(response=response, question=by_kind["multiple"], choice=offered, box=offered.position)
    if words:
        said(response, by_kind["long_text"], words)
    return response


def said(response: Response, question: Question, words: str) -> None:
    assert question.source is not None
    verbatim = keep(
        collection=cast.late_orders().collection, source=question.source, person=response.person, text=words,
        spoken_at=timezone.now(),
    )  # fmt: skip
    Answer.objects.create(response=response, question=question, verbatim=verbatim)


def people(count: int) -> list[Person]:
    return [cast.person(f"Person{n} Low") for n in range(count)]


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/questionnaires/late-orders/results/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_question_is_counted_in_people() -> None:
    asked = version()
    for place, person in enumerate(people(4)):
        answer(asked, person, choice=place % 2, number=place + 5, words=f"Story {place}")

    found = {result.question.kind: result for result in results_of(cast.late_orders()).questions}

    assert [(c.label, c.count) for c in found["single"].choices] == [("Price", 2), ("Delivery", 2)]
    assert found["scale"].numbers == {5: 1, 6: 1, 7: 1, 8: 1}
    assert [(c.label, c.count) for c in found["multiple"].choices] == [("Shop", 4), ("Web", 4), ("Phone", 0)]
    assert found["multiple"].answered == 4
    assert (found["long_text"].words, [v.text for v in found["long_text"].newest]) == (
        4, ["Story 3", "Story 2", "Story 1"],
    )  # fmt: skip


def test_the_same_question_is_one_through_all_versions() -> None:
    first = version()
    answer(first, cast.bob(), words="Before")
    draft = authoring.draft_of(cast.late_orders())
    single = draft.questions.get(kind="single")
    authoring.change_question(question=single, text="What mattered most?")
    authoring.change_question(question=draft.questions.get(kind="long_text"), text="What went on?")
    answer(authoring.publish(version=draft), cast.cleo(), words="After")

    both = results(single.key, cast.late_orders())
    assert both is not None
    assert (both.question.text, both.answered) == ("What mattered most?", 2)
    words = next(r for r in results_of(cast.late_orders()).questions if r.question.kind == "long_text")
    assert [v.text for v in words.newest] == ["After", "Before"]


def test_below_ten_there_are_counts_and_no_percentage(as_ana: Client) -> None:
    asked = version()
    for person in people(9):
        answer(asked, person)
    few = page(as_ana)
    answer(asked, cast.bob())

    assert "%" not in few.split("<main")[1].split("answers__question")[1]
    assert "median" not in few
    assert "100%" in page(as_ana)
    assert "median 7" in page(as_ana)


def test_very_long_words_do_not_fill_the_results(as_ana: Client) -> None:
    answer(version(), cast.bob(), words="It came late. " * 50_000)

    assert len(page(as_ana)) < 60_000


def test_a_question_with_words_that_differ_stands_as_nobody_in_particular_reads_it(as_ana: Client) -> None:
    draft = authoring.draft_of(cast.late_orders())
    authoring.add_question(
        section=draft.sections.get(), kind="single", text="Was {account|your order} late, {name}?", choices=["Yes", "No"]
    )
    answer(authoring.publish(version=draft), cast.bob(), number=None)

    shown = page(as_ana)
    assert "Was your order late, …?" in shown
    assert "{account" not in shown


def test_what_the_lines_on_the_bars_mean_is_said_once_for_all_questions(as_ana: Client) -> None:
    asked = version()
    for person in people(10):
        answer(asked, person)
    seen = page(as_ana)
    assert seen.count("chart--distribution") > 1
    assert seen.count("19 times out of 20") == 1


def test_every_bar_leads_to_the_words_of_those_people(as_ana: Client) -> None:
    asked = version()
    answer(asked, cast.bob(), words="Nine days late")
    single = asked.questions.get(kind="single")
    source = asked.questions.get(kind="long_text").source
    html = page(as_ana)

    assert source is not None
    assert f"/insights/late-orders/words/?answered={single.key}:{single.choices.all()[0].key}" in html
    assert f"answered={asked.questions.get(kind='scale').key}:7" in html
    assert f"/insights/late-orders/words/?question={source.ref}" in html
    assert "Nine days late" in html


def test_redacted_and_superseded_words_do_not_stand_among_the_newest() -> None:
    asked = version()
    answer(asked, cast.bob(), words="First thought")
    question = asked.questions.get(kind="long_text")
    first = Answer.objects.get(question=question).verbatim
    assert first is not None
    keep(
        collection=first.collection, source=first.source, person=cast.bob(), text="Second thought",
        spoken_at=timezone.now(), supersedes=first,
    )  # fmt: skip

    found = results(question.key, cast.late_orders())
    assert found is not None
    assert [v.text for v in found.newest] == ["Second thought"]


def test_the_funnel_shows_where_people_stopped(as_ana: Client) -> None:
    asked = version()
    for place, person in enumerate(people(5)):
        answer(asked, person, number=None if place < 2 else 7)

    found = results_of(cast.late_orders())

    assert (found.responses, found.sent, [r.count for r in found.reached]) == (5, 3, [5, 3])
    assert "How far people came" in page(as_ana)


def test_a_small_group_and_who_would_reveal_it_is_not_shown(as_ana: Client) -> None:
    asked = version()
    for place, person in enumerate(people(12)):
        cast.has(person, "Region", "North" if place < 4 else "South")
        answer(asked, person, words=f"Story {place}")

    for region in ("north", "south"):
        html = page(as_ana, f"?group=region:{region}")
        assert "Too few to show" in html
        assert "Story" not in html


def test_a_group_of_five_shows_its_figures_and_of_ten_its_words(as_ana: Client) -> None:
    asked = version()
    for place, person in enumerate(people(16)):
        cast.has(person, "Region", "North" if place < 6 else "South")
        answer(asked, person, words=f"Story of {'six' if place < 6 else 'ten'}")

    six, ten = page(as_ana, "?group=region:north"), page(as_ana, "?group=region:south")

    assert "6 responses" in six
    assert "Story of" not in six
    assert "Story of ten" in ten
    assert "Story of six" not in ten
    assert (
        results_of(
            cast.late_orders(), Group(cast.facet("Region"), cast.facet("Region").values.get(key="north"))
        ).responses
        == 6
    )


def test_of_a_group_nothing_is_shown_that_few_of_it_answered_or_all_but_few(as_sam: Client) -> None:
    asked = version()
    for place, person in enumerate(people(40)):
        cast.has(person, "Region", "North" if place < 15 else "South")
        stopped, spoke = place in (0, 1) or 15 <= place < 34, 2 < place < 8 or 20 < place < 32
        answer(asked, person, number=None if stopped else 7, words=f"Story of {place}" if spoke else "")

    north, south = page(as_sam, "?group=region:north"), page(as_sam, "?group=region:south")

    assert "Story of" in page(as_sam)
    assert "Story of" not in north  # five of the fifteen said something
    assert "Story of" in south  # eleven of them did
    assert of_group("north", "long_text").answered == 5
    assert not of_group("north", "scale").too_few  # thirteen of nineteen
    assert of_group("south", "scale").answered == 6
    assert not of_group("north", "single").too_few


def test_a_group_s_figures_are_not_shown_where_few_others_answered(as_sam: Client) -> None:
    asked = version()
    for place, person in enumerate(people(30)):
        cast.has(person, "Region", "North" if place < 15 else "South")
        answer(asked, person, number=None if place > 16 else 7)
    assert of_group("north", "scale").too_few  # two others gave the rest of what everybody gave
    assert of_group("south", "scale").too_few
    assert of_group("south", "scale").numbers == {}
    assert "So few of this group" in page(as_sam, "?group=region:north")


@pytest.mark.parametrize("many", [1_000, 20], ids=["counted now", "counted ahead"])
def test_no_group_s_figures_are_shown_that_taken_from_everybody_s_would_leave_few_of_another(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = version()
    for place, person in enumerate(people(30)):
        cast.has(person, "Region", ("North", "South", "West")[place % 3])
        answer(asked, person, number=7 if place % 3 < 2 or place in (2, 5) else None)
    monkeypatch.setattr(ahead, "MANY", many)
    count_ahead()

    assert [of_group(region, "scale").too_few for region in ("north", "south", "west")] == [True, False, True]
    assert [of_group(region, "single").too_few for region in ("north", "south", "west")] == [False, False, False]


def test_how_far_a_group_came_is_not_told_where_few_of_it_or_few_others_came(as_sam: Client) -> None:
    asked = version()
    for place, person in enumerate(people(30)):
        cast.has(person, "Region", "North" if place < 15 else "South")
        answer(asked, person, number=None if place > 17 else 7)
    region = cast.facet("Region").values

    north, south = (results_of(cast.late_orders(), Group(cast.facet("Region"), region.get(key=key))) for key in ("north", "south"))

    assert [came.count for came in results_of(cast.late_orders()).reached] == [30, 18]
    assert [came.count for came in north.reached] == [15]  # three others came as far as its fifteen did
    assert [came.count for came in south.reached] == [15]  # three of it came further
    assert (north.sent, south.sent) == (None, None)
    html = page(as_sam, "?group=region:south")
    assert "of them sent" not in html
    assert "How far people came" in html
    assert ">Sent<" not in html
    assert ">Sent<" in page(as_sam)


def of_group(region: str, kind: str) -> QuestionResult:
    group = Group(cast.facet("Region"), cast.facet("Region").values.get(key=region))
    return next(each for each in results_of(cast.late_orders(), group).questions if each.question.kind == kind)


def test_what_is_counted_ahead_is_what_is_counted_now_for_everybody_and_every_group(
    as_ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, study = version(), cast.late_orders()
    for place, person in enumerate(people(30)):
        cast.has(person, "Region", ("North", "South", "Tiny")[(place % 2) if place < 28 else 2])
        answer(asked, person, place % 2, None if place % 5 == 0 else place % 11, words=f"Story {place}")
    region = cast.facet("Region")
    groups = [None, *(Group(region, value) for value in region.values.all())]
    as_of_now = [results_of(study, group) for group in groups]
    monkeypatch.setattr(ahead, "MANY", 20)

    count_ahead()
    kept = [results_of(study, group) for group in groups]

    assert all(found.at for found in kept)
    assert [replace(found, at=None) for found in kept] == as_of_now
    assert [found.too_few for found in kept].count(True) >= 1
    assert "Counted at" in page(as_ana)


def test_words_that_were_taken_back_since_they_were_counted_are_not_shown(
    as_ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = version()
    monkeypatch.setattr(ahead, "MANY", 1)
    for person in people(3):
        answer(asked, person, words=f"Story of {person.name}")
    count_ahead()
    newest = Verbatim.objects.latest("pk")
    redact(verbatims=[newest.pk], reason="law", by_label="Ada")

    assert [words.pk for words in results_of(cast.late_orders()).questions[0].newest] == [
        words.pk for words in Verbatim.objects.exclude(pk=newest.pk).order_by("-pk")
    ]


def test_a_study_without_answers_says_what_will_stand_there(as_sam: Client) -> None:
    version()
    assert "Here the answers will stand" in page(as_sam)


def test_nonsense_in_the_address_is_no_error(as_ana: Client) -> None:
    version()
    answer(Version.objects.get(), cast.bob())
    for query in ("?group=", "?group=x:y", "?group=region:%00", "?group=::"):
        page(as_ana, query)


def test_three_answers_take_as_many_queries_as_one(as_ana: Client) -> None:
    asked = version()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(as_ana)
        return len(found)

    answer(asked, cast.bob(), words="One")
    queries()
    one = queries()
    for person in (cast.cleo(), cast.dev()):
        answer(asked, person, words="More")
    assert queries() == one


def test_a_team_only_study_s_results_are_its_team_s(as_mia: Client) -> None:
    cast.late_orders(team_only=True)
    version()
    assert Study.objects.get().team_only
    assert as_mia.get("/questionnaires/late-orders/results/").status_code == 404
