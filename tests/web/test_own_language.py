"""A participant's own page in their language: what is translated is said in it, the rest is marked as another's."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from selectolax.lexbor import LexborHTMLParser

from allears.decisions import actions, telling
from allears.decisions.models import Update
from allears.insights import actions as insights
from allears.people import links
from allears.people.models import Person
from allears.studies import actions as studies
from allears.studies import translating
from allears.web.demo import open_study
from tests import cast
from tests.decisions.test_actions import decided
from tests.questionnaires.asked import asking, invited, question
from tests.questionnaires.robot import Robot
from tests.questionnaires.test_answering_language import ARABIC, arabic, say

pytestmark = pytest.mark.django_db


def amal() -> Person:
    return cast.person("Amal Nasser", language="ar", email="amal@customer.example")


def own_page(person: Person) -> LexborHTMLParser:
    response = Client().get(f"/me/{links.issue(person)}/")
    assert response.status_code == 200
    return LexborHTMLParser(response.content.decode())


def words_in(page: LexborHTMLParser, path: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(path)]


def who_answered(words: str = "وصل الطلب متأخرًا") -> Person:
    arabic()
    person = amal()
    Robot(words=words).walk(invited(person))
    return person


def test_titles_and_what_was_asked_are_in_the_readers_language() -> None:
    page = own_page(who_answered())

    assert words_in(page, "section h2")[0] == ARABIC["Late orders"]
    assert ARABIC["What happened?"] in words_in(page, ".moment .small")[0]
    assert "What happened?" not in page.html
    assert [node.attributes for node in page.css("section > p.small > span")] == [{"lang": "en", "dir": "ltr"}]
    assert words_in(page, "section > p.small > span") == [cast.late_orders().problem]


def test_a_translation_with_words_that_differ_is_read_as_they_read_it() -> None:
    asking([{"kind": "long_text", "text": "What happened, {name|you}?"}])
    say({"What happened, {name|you}?": "ماذا حدث، {name|لك}؟"})
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    person = amal()
    Robot(words="تأخر").walk(invited(person))

    page = own_page(person)
    assert "ماذا حدث، Amal؟" in words_in(page, ".moment .small")[0]
    assert "{name" not in page.html


def test_what_was_asked_reads_as_they_read_it() -> None:
    why = "You said “{answer:how|something}”. Why, {name|you}?"
    version = asking([{"kind": "short_text", "text": "How was it?", "code": "how"}, {"kind": "long_text", "text": why}], sections=2)
    how, because = (f"q{question(version, text).pk}" for text in ("How was it?", why))
    Robot().open(invited(cast.bob())).press(**{how: "Slow"}).press(**{because: "It rained."})

    asked = words_in(own_page(cast.bob()), ".moment .small")
    assert "You said “Slow”. Why, Bob?" in asked
    assert "something" not in " ".join(asked)


def test_what_is_not_offered_in_it_stays_as_it_was_written_and_says_so() -> None:
    person = who_answered()
    translating.stop_offering(study=cast.late_orders(), language="ar", by=cast.ana())
    page = own_page(person)

    assert {"lang": "en", "dir": "ltr"} in [node.attributes for node in page.css("section h2 span")]
    assert "What happened?" in words_in(page, ".moment span[lang=en]")
    assert "What happened?" in words_in(page, ".review dt span[lang=en]")
    assert ARABIC["What happened?"] not in page.html


def test_in_the_studys_own_language_nothing_is_marked_as_foreign() -> None:
    person = who_answered("It came late.")
    Person.objects.filter(pk=person.pk).update(language="en")

    page = own_page(person)
    assert words_in(page, "section h2")[0] == "Late orders"
    assert page.css("span[lang]:not([aria-current])") == []


def test_a_lone_number_stands_where_the_page_begins_and_reads_from_left_to_right() -> None:
    quote = own_page(who_answered("+20 2 555")).css_first("blockquote")

    assert quote.attributes == {"class": "quote", "lang": "ar"}
    assert [node.attributes for node in quote.css("bdi")] == [{"dir": "ltr"}]


def test_what_minutes_were_asked_for_and_what_was_put_off_are_said_in_it_too() -> None:
    arabic()
    studies.invite(study=cast.late_orders(), people=[amal()], by=cast.ana(), minutes=3)
    assert ARABIC["Late orders"] in words_in(own_page(amal()), "#time details li")[0]


def test_what_staff_wrote_runs_by_its_first_letter() -> None:
    Person.objects.filter(pk=cast.bob().pk).update(language="ar")
    actions.approve_update(update=Update.objects.get(decision=decided()), by=cast.lea())
    telling.send(cast.late_orders())

    assert own_page(cast.bob()).css_first(".moment__body > .stack[dir=auto]").text().strip()


def test_a_theme_is_marked_as_the_studys_language() -> None:
    said = [cast.said(cast.person(f"P{n} Roe", language="ar"), f"تأخر {n}") for n in range(5)]
    theme = insights.add_theme(study=cast.late_orders(), name="Late", by=cast.ana())
    for one in said:
        insights.code(verbatim=one, theme=theme, start=0, end=4, by=cast.ana())

    assert words_in(own_page(cast.person("P0 Roe")), ".chip span[lang=en][dir=ltr]") == ["Late"]


def test_several_studies_take_as_many_questions_as_one() -> None:
    person = who_answered()
    own_page(person)
    with CaptureQueriesContext(connection) as one:
        own_page(person)
    other = studies.create_study(by=cast.ana(), title="Early orders", problem="Some come early.", decision="Whether")
    for number in range(3):
        cast.said(person, f"كلمات {number}")
        cast.said(person, f"أخرى {number}", study=other)
    say({"Late orders": "الطلبات"})
    own_page(person)  # what a questionnaire asks is read once
    with CaptureQueriesContext(connection) as many:
        page = own_page(person)

    assert len(page.css("section h2 span[lang=en]")) == 1
    assert len(many) == len(one)


@pytest.mark.parametrize(("language", "way"), [("ar", "rtl"), ("de", "ltr")])
def test_the_demo_s_open_study_can_be_answered_in_each_language_without_a_word_of_english(language: str, way: str) -> None:
    study = open_study.make(cast.ana(), cast.late_orders())
    robot = Robot().open(f"/a/{study.public_links.get().token}/?lang={language}")
    pages = [robot.page]
    while robot.form is not None:
        pages.append(robot.press().page)

    assert len(pages) > 2
    assert {tuple(page.css_first("html").attributes.values())[:2] for page in pages} == {(language, way)}
    assert [node.text() for page in pages for node in page.css("span[lang=en]")] == []
