"""Who speaks in some words: everybody once, under whichever of their rows, and who is not known once a response."""

from __future__ import annotations

import pytest

from allears.insights import speakers
from allears.people.models import FacetValue, Person
from allears.questionnaires.models import Answer, Question, Questionnaire, Response, Section, Version
from allears.verbatims.models import Verbatim
from tests import cast
from tests.insights.stories import said

pytestmark = pytest.mark.django_db


def test_everybody_counts_once_and_who_is_not_known_once_a_response() -> None:
    twin = Person.objects.create(name="B. Hale", merged_into=cast.bob())
    words = [said("Late.", by=cast.bob()), said("Late again.", by=cast.bob()), said("Wet, too.", by=twin), said("Wet.", by=cast.cleo())]
    assert speakers.voices([v.pk for v in words]) == 2
    assert speakers.voices([words[2].pk]) == 1

    unknown = [said("Nobody rang."), said("Nobody called."), said("All well.")]
    in_responses([unknown[:2], unknown[2:]])
    assert speakers.voices([v.pk for v in [*words, *unknown]]) == 4
    assert speakers.voices([]) == 0


def test_facets_are_those_of_who_stays() -> None:
    twin = Person.objects.create(name="B. Hale", merged_into=cast.bob())
    cast.has(cast.bob(), "Region", "North")
    words = [said("Late.", by=twin), said("Late again.", by=cast.bob()), said("Nobody rang.")]
    assert speakers.among([v.pk for v in words]) == speakers.Speakers(1, {FacetValue.objects.get(label="North").pk: 1})


def in_responses(each: list[list[Verbatim]]) -> None:
    study = cast.late_orders()
    version = Version.objects.create(questionnaire=Questionnaire.objects.create(study=study, title="x"), number=1)
    section = Section.objects.create(version=version, position=0)
    for words in each:
        response = Response.objects.create(study=study, version=version)
        for position, verbatim in enumerate(words):
            asked = Question.objects.create(version=version, section=section, position=position, kind="long_text", text="Why?")
            Answer.objects.create(response=response, question=asked, verbatim=verbatim)
