"""Who reads words without names cannot tell who few people are: neither by what a page shows, nor by what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from allears.insights import few_rows
from allears.insights import speakers as speakers_of
from allears.people.models import Person
from allears.questionnaires.models import Answer, Question, Questionnaire, Response, Section, Version
from allears.studies.models import Study
from allears.verbatims.models import Collection, Verbatim
from tests import cast
from tests.insights.stories import question, said

pytestmark = pytest.mark.django_db


def room(study: Study | None = None) -> str:
    return reverse("insights:words_of_study", args=[(study or cast.late_orders()).slug])


def texts(client: Client, url: str = "", **query: Any) -> list[str]:
    return [item.verbatim.text for item in client.get(url or room(), query).context["words"]]


def is_refused(client: Client, url: str = "", **query: Any) -> bool:
    page = client.get(url or room(), query)
    return bool(page.context["too_few"]) and not list(page.context["words"])


def speakers(regions: dict[str, int], **more: str) -> list[Person]:
    """So many people of each region, who each say a word of their own: “North7” and so on."""
    people = []
    for region, many in regions.items():
        for n in range(many):
            who = Person.objects.create(label=f"{region} {n}")
            cast.has(who, "Region", region)
            for facet, value in more.items():
                cast.has(who, facet, value)
            said(f"It came late, said {region}{n}.", by=who)
            people.append(who)
    return people


def test_a_word_that_one_person_said_does_not_tell_whether_they_are_of_a_small_group(as_sam: Client, as_ana: Client) -> None:
    speakers({"North": 20, "South": 20, "Islands": 3})
    assert texts(as_ana, q="Islands1", facet="region:islands") == ["It came late, said Islands1."]
    assert is_refused(as_sam, q="Islands1", facet="region:islands")
    assert is_refused(as_sam, q="North1", facet="region:islands")  # as if they were: nobody learns that they are not
    assert is_refused(as_sam, q="nobody said this", facet="region:islands") == is_refused(as_sam, q="late", facet="region:islands")


def test_a_word_that_one_person_said_does_not_tell_what_they_answered(as_sam: Client, as_ana: Client) -> None:
    scale = scale_answered({said(f"It came late, said P{n}."): 2 if n < 3 else 9 if n < 16 else 7 for n in range(30)})
    assert len(texts(as_ana, answered=f"{scale.key}:2")) == 3
    assert is_refused(as_sam, q="P1", answered=f"{scale.key}:2")
    assert is_refused(as_sam, q="P20", answered=f"{scale.key}:2")
    assert not is_refused(as_sam, answered=f"{scale.key}:9")


def test_days_around_one_person_do_not_tell_whether_they_are_of_a_small_group(as_sam: Client) -> None:
    speakers({"North": 12, "South": 12, "Islands": 3, "Hills": 30})
    for regions in (["region:north", "region:islands"], ["region:south", "region:islands"]):
        for q in ("late -North0 -South0", "late -Islands0"):
            assert is_refused(as_sam, q=q, facet=regions)


def test_few_of_one_study_are_not_found_among_many_of_all_studies(as_sam: Client, as_ana: Client) -> None:
    speakers({"North": 30, "Islands": 20})
    other = second_study()
    for n in range(15):
        who = Person.objects.create(label=f"Q{n}")
        cast.has(who, "Region", "Islands" if n < 2 else "North")
        said(f"The bill was wrong, said Q{n}.", by=who, source=question("What now?", other))

    everywhere = reverse("insights:words")
    assert is_refused(as_sam, room(other), facet="region:islands")
    found = texts(as_sam, everywhere, facet="region:islands")
    assert len(found) == 20
    assert not any("bill" in text for text in found)
    assert is_refused(as_sam, everywhere, facet="region:islands", q="Q1") == is_refused(
        as_sam, everywhere, facet="region:islands", q="Q9"
    )
    assert len(texts(as_ana, room(other), facet="region:islands")) == 2


def test_ranges_of_answers_are_not_compared_to_find_few(as_sam: Client, as_ana: Client) -> None:
    answers = {said(f"It came late, said P{n}."): 10 if n < 2 else 9 if n < 20 else 3 for n in range(40)}
    scale = scale_answered(answers)
    said_before = [said(f"Nothing, said R{n}.") for n in range(20)]
    assert said_before
    assert len(texts(as_ana, answered=f"{scale.key}:10")) == 2
    assert not is_refused(as_sam, answered=f"{scale.key}:9")
    assert is_refused(as_sam, answered=f"{scale.key}:9-10")  # beside those who gave 9 it names two


def test_all_but_few_are_not_picked_out_among_very_many_words(as_sam: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(40):
        who = Person.objects.create(label=f"P{n}")
        cast.has(who, "Region", "Islands" if n < 3 else "North" if n < 20 else "South")
        said(f"It came late, said P{n}.", by=who, language="de" if n < 3 else "en")
    monkeypatch.setattr(few_rows, "FEW", 12)
    assert is_refused(as_sam, facet="region:south")  # nobody has counted yet
    speakers_of.count_ahead()
    assert not is_refused(as_sam, facet="region:south")
    assert is_refused(as_sam, facet=["region:south", "region:north"])
    assert is_refused(as_sam, language="en")


def test_a_language_and_its_regions_are_not_compared_to_find_few(as_sam: Client) -> None:
    for n in range(40):
        who = Person.objects.create(label=f"P{n}")
        said(f"It came late, said P{n}.", by=who, language="en-US" if n < 2 else "en-GB" if n < 20 else "de")
    assert is_refused(as_sam, language="en-US")
    assert is_refused(as_sam, language="en-GB") or is_refused(as_sam, language="en")
    assert not is_refused(as_sam, language="de")


def scale_answered(answers: dict[Verbatim, int]) -> Question:
    study = cast.late_orders()
    version = Version.objects.create(questionnaire=Questionnaire.objects.create(study=study, title="x"), number=1)
    section = Section.objects.create(version=version, position=0)
    fields = {"version": version, "section": section, "position": 0}
    scale = Question.objects.create(**fields, kind="scale", text="Would you tell a friend?", minimum=0, maximum=10)
    open_question = Question.objects.create(**fields, kind="long_text", text="Why?")
    for words, number in answers.items():
        response = Response.objects.create(study=study, version=version)
        Answer.objects.create(response=response, question=open_question, verbatim=words)
        Answer.objects.create(response=response, question=scale, number=number)
    return scale


def second_study() -> Study:
    return Study.objects.create(
        slug="bills", title="Bills", decision="Whether bills change", problem="Bills.", owner=cast.ana(), state="open",
        collection=Collection.objects.create(title="Bills"),
    )  # fmt: skip


def test_who_reads_without_names_reads_what_many_say_among_very_many_words(
    as_sam: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few_rows, "FEW", 3)
    for n in range(12):
        person = Person.objects.create(label=f"P{n}")
        cast.has(person, "Region", "South")
        said("It came late.", by=person)
    speakers_of.count_ahead()

    shown = as_sam.get(reverse("insights:words_of_study", args=["late-orders"]), {"facet": "region:south"})

    assert (shown.context["ids"], len(shown.context["words"])) == (None, 12)
