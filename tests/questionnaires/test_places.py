"""What whoever writes a question is told about words that differ from person to person."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from allears.people.facets import add_facet
from allears.questionnaires import authoring
from allears.questionnaires.models import Question
from allears.questionnaires.places import Known, doubts, doubts_in, known_before, to_write
from allears.questionnaires.structure import sections_of
from tests import cast

pytestmark = pytest.mark.django_db
EDITOR = "/questionnaires/late-orders/"
KNOWN = Known(facets=("Product",), answers=("delivery",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{name|you}, how was {facet:Product|it} at {account|work}? You said {answer:delivery|so}.", []),
        ("No braces at all?", []),
        ("{first name|you}, how was it?", ["{first name|you}” fills in nothing"]),
        ("How was {facet:Colour|it}?", ["no facet called so. Everybody reads “it”"]),
        ("You said {answer:price|so}.", ["no question on a page before has that short name. Everybody reads “so”"]),
        ("{name}, how was it?", ["leaves a gap for people of whom nothing is known"]),
        ("{x} {x} {y}", ["{x}", "{y}"]),
    ],
)
def test_what_would_not_be_filled_in_is_told_once(text: str, told: list[str]) -> None:
    said = doubts([text], KNOWN)

    assert len(said) == len(told)
    assert all(part in words for part, words in zip(told, said, strict=True))


def test_what_can_be_written_are_names_facets_and_answers_given_on_a_page_before() -> None:
    add_facet(label="Product", by=None)
    version = authoring.draft_of(cast.late_orders(), by=cast.ana())
    first, second = version.sections.get(), authoring.add_section(version=version)
    for section, kind, text, code in (
        (first, "statement", "Hello", "hello"), (first, "long_text", "What?", "what"), (second, "number", "How many?", "many"),
        (second, "number", "How late?", ""),
    ):  # fmt: skip
        authoring.add_question(section=section, kind=kind, text=text, code=code)
    late, what = Question.objects.get(text="How late?"), Question.objects.get(text="What?")
    sections = sections_of(version)

    known = known_before(sections, late)
    assert (known.answers, "Product" in known.facets) == (("what",), True)
    assert known_before(sections, what).answers == known_before(sections, None, str(first.pk)).answers == ()
    assert known_before(sections, None).answers == ("what",)
    written = [place.written for place in to_write(known)]
    assert {"{name|you}", "{account|your company}", "{facet:Product|it}", "{answer:what|that}"} <= set(written)

    odd = Known(("Size|colour", "{Region}"), ())
    assert [place.written for place in to_write(odd)] == ["{name|you}", "{account|your company}"]

    version.one_question_a_page = True
    version.save()
    assert known_before(sections_of(version), late).answers == ("what", "many")


def test_they_are_told_while_one_types_and_before_publishing(as_ana: Client) -> None:
    version = authoring.draft_of(cast.late_orders(), by=cast.ana())
    new = f"{EDITOR}questions/new/?kind=long_text"

    assert "{name|you}" in as_ana.get(new).content.decode()
    told: Any = as_ana.post(f"{EDITOR}typed/?kind=long_text", {"text": "{name} <b>?", "boxes": "1"}).json()
    assert "leaves a gap for people of whom nothing is known" in told["wrong"]
    assert "{nome|you}” fills in nothing" in as_ana.post(new, {"text": "{nome|you}?", "boxes": "1", "look": "1"}).content.decode()

    question = authoring.add_question(section=version.sections.get(), kind="long_text", text="{nome|<you>}?")
    page = as_ana.get(f"{EDITOR}publishing/").content.decode()
    assert "“{nome|&lt;you&gt;}” fills in nothing" in page
    assert f"/questions/{question.key}/" in page
    assert doubts_in(sections_of(version))[0][0] == question
    assert as_ana.post(f"{EDITOR}publishing/").status_code == 302
