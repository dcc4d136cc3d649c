"""What may be asked about speakers of several studies is settled for each as if it were alone, with few queries for all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allears.insights import few_people, few_rows, many_studies
from allears.insights import speakers as speakers_of
from allears.insights.filters import Filters
from allears.insights.room import Room
from allears.people.models import Person
from allears.questionnaires.models import Answer, Question, Questionnaire, Response, Section, Version
from allears.studies.models import Study
from allears.verbatims.models import Collection, Verbatim
from tests import cast
from tests.insights.stories import question, said

pytestmark = pytest.mark.django_db
REGIONS, PLANS, LANGUAGES = ("North", "South", "Islands"), ("Free", "Paid"), ("en-GB", "en-US", "de")


def study(number: int) -> Study:
    return Study.objects.create(
        slug=f"study-{number}", title=f"Study {number}", decision="What to do", problem="It is late.", owner=cast.ana(),
        state="open", collection=Collection.objects.create(title=f"Study {number}"),
    )  # fmt: skip


def people(many: int, random_: random.Random) -> list[Person]:
    """Some of them merged into others, who have the facets."""
    rows = [Person.objects.create(label=f"P{n}") for n in range(many)]
    for one in rows:
        cast.has(one, "Region", random_.choice(REGIONS))
        if random_.random() < 0.8:
            cast.has(one, "Plan", random_.choice(PLANS))
    twins = [Person.objects.create(label=f"{one.label} again", merged_into=one) for one in rows[::5]]
    return [*rows, *twins]


def spoken(of: Study, speakers: Sequence[Person], random_: random.Random) -> list[Verbatim]:
    asked = question("What happened?", of)
    return [said(f"It came late {n}.", by=who, source=asked, language=random_.choice(LANGUAGES)) for n, who in enumerate(speakers)]


def scale_of(of: Study, key: Any, words: Sequence[Verbatim], random_: random.Random) -> Question:
    """A scale that was answered with these words, and with some of nobody who is known."""
    version = Version.objects.create(questionnaire=Questionnaire.objects.create(study=of, title="x"), number=1)
    where = {"version": version, "section": Section.objects.create(version=version, position=0), "position": 0}
    scale = Question.objects.create(**where, kind="scale", text="Again?", minimum=0, maximum=3, **({"key": key} if key else {}))
    open_question = Question.objects.create(**where, kind="long_text", text="Why?")
    for one in words:
        response = Response.objects.create(study=of, version=version)
        Answer.objects.create(response=response, question=open_question, verbatim=one)
        Answer.objects.create(response=response, question=scale, number=random_.randrange(4))
    return scale


def house(seed: int, studies: int) -> tuple[list[Study], str]:
    """So many studies in which some of forty people speak, and some who are not known."""
    random_ = random.Random(seed)
    everybody = people(40, random_)
    made, key = [], None
    for number in range(studies):
        of = study(number)
        words = spoken(of, random_.sample(everybody, random_.choice([3, 20, 30, 40])), random_)
        words += [said("Nobody knows me.", by=None, source=question("And?", of)) for _ in range(random_.randrange(12))]
        key = scale_of(of, key, words, random_).key
        made.append(of)
    return made, str(key)


def wanted(key: str) -> list[Filters]:
    north, south, free = ("region", "north"), ("region", "south"), ("plan", "free")
    return [
        Filters(facets=(north,)),
        Filters(facets=(north, south)),
        Filters(facets=(north, free)),
        Filters(facets=(north, south, free)),
        Filters(language="en"),
        Filters(language="en-GB"),
        Filters(answered=(f"{key}:2",)),
        Filters(answered=(f"{key}:1-2",)),
        Filters(facets=(south,), language="de"),
        Filters(facets=(north,), answered=(f"{key}:1",)),
    ]


@pytest.mark.parametrize("seed", range(2))
def test_each_is_settled_as_if_it_were_alone(seed: int) -> None:
    studies, key = house(seed, 6)
    settled = []
    for about in wanted(key):
        together = few_people._in_which(Room(cast.sam(), tuple(studies)), about, frozenset())
        alone = {
            one.pk for one in studies
            if few_people._may_be_asked_about(Room(cast.sam(), (one,)), about.about_speakers(), Filters())
        }  # fmt: skip
        assert together == alone, about
        settled += [one.pk in together for one in studies]

    assert 0.1 < sum(settled) / len(settled) < 0.9  # both answers are given


def test_few_of_one_of_several_values_are_not_found_by_asking_without_it(as_sam: Client) -> None:
    """Three in the North pay nothing: with and without the North, who pays nothing there and in the South is told apart."""
    studies = [study(1), study(2)]
    for of in studies:
        spoken(of, [*groups(North=(3, 27), South=(20, 10), Islands=(20, 20))], random.Random(1))
    about = Filters(facets=(("region", "north"), ("region", "south"), ("plan", "free")))
    room = Room(cast.sam(), tuple(studies))

    assert few_people._in_which(room, about, frozenset()) == set()
    assert few_people._in_which(room, Filters(facets=about.facets[1:]), frozenset()) == {one.pk for one in studies}


def groups(**regions: tuple[int, int]) -> Iterator[Person]:
    """Of each region so many who pay nothing, and so many who pay."""
    for region, plans in regions.items():
        for plan, many in zip(PLANS, plans, strict=True):
            for _ in range(many):
                one = Person.objects.create()
                cast.has(one, "Region", region)
                cast.has(one, "Plan", plan)
                yield one


def test_no_query_is_asked_for_each_study() -> None:
    """However it is settled: as soon as it may not be asked in any of them, less is looked up."""
    studies, key = house(1, 4)
    everybody = list(Person.objects.filter(merged_into=None)[:12])
    studies += [study(number) for number in range(4, 24)]
    for of in studies[4:]:
        spoken(of, everybody, random.Random(2))

    asked = {about: queries_of(studies, about) for about in wanted(key) if "-2" not in str(about.answered)}

    assert all(queries < len(studies) for queries in asked.values()), asked


def queries_of(studies: Sequence[Study], about: Filters) -> int:
    cache.clear()
    room = Room(cast.sam(), tuple(studies))
    with CaptureQueriesContext(connection) as queries:
        few_people._in_which(room, about, frozenset())
        few_people.uncounted_values(room, frozenset())
    return len(queries)


def test_a_study_in_which_nobody_has_spoken_is_not_left_out(as_sam: Client) -> None:
    random_ = random.Random(3)
    spoken(study(1), people(40, random_), random_)
    study(2)

    page = as_sam.get(reverse("insights:words"), {"facet": "region:north"})

    assert (page.context["too_few"], page.context["left_out"]) == (False, 0)


def test_small_studies_are_counted_ahead_where_all_together_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    studies, _key = house(4, 4)
    now = speakers_of.of_studies(studies)
    monkeypatch.setattr(few_rows, "FEW", 70)
    speakers_of.count_ahead()
    with CaptureQueriesContext(connection) as queries:
        ahead = speakers_of.of_studies(studies)

    assert {pk: (one.people, dict(one.by_value)) for pk, one in ahead.items() if one} == {
        pk: (one.people, dict(one.by_value)) for pk, one in now.items() if one
    }
    assert len(queries) <= 2
    assert len(ahead) == 4


def test_it_is_kept_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    studies, key = house(5, 3)
    room, about = Room(cast.sam(), tuple(studies)), wanted(key)[2]
    first = few_people._in_which(room, about, frozenset())
    monkeypatch.setattr(many_studies, "_settled", lambda *_given: pytest.fail("it was settled again"))

    assert few_people._in_which(room, about, frozenset()) == first
