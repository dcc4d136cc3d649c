"""Mails that lead somebody to a page of their own: the same words in both parts, the link as a button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser

from allears.core.models import Message
from allears.people import actions, returning
from allears.people.models import Person, Purpose
from allears.web import own
from tests import cast

pytestmark = pytest.mark.django_db


def asks_for_the_page(person: Person) -> None:
    own.send_page_link(person.email)


def asks_for_all_that_is_held(person: Person) -> None:
    own.send_fresh_link(person, "budget_minutes=5&quiet_from=")


def would_be_asked_again(person: Person) -> None:
    returning.send_link(person)


def would_hear_again(person: Person) -> None:
    returning.send_link(person, Purpose.HEAR)


def asks_from_an_address_that_is_new(person: Person) -> None:
    changed = actions.change_person(person=person, by=cast.ana(), email="bob@home.example")
    Message.objects.all().delete()
    own.send_page_link(changed.email)


MAILED = [
    (asks_for_the_page, "Your own page", "صفحتكم الخاصّة"),
    (asks_for_all_that_is_held, "All that we hold about you", "كلّ ما نحتفظ به عنكم"),
    (would_be_asked_again, "Say so once more", "قولوا ذلك مرّة أخرى"),
    (would_hear_again, "Say so once more", "قولوا ذلك مرّة أخرى"),
    (asks_from_an_address_that_is_new, "Ask for my link again", "أطلب رابطي من جديد"),
]


@pytest.mark.parametrize(("act", "button", "in_arabic"), MAILED)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_link_in_the_text_is_the_button_of_the_html(
    act: Callable[[Person], None], button: str, in_arabic: str, language: str
) -> None:
    Person.objects.filter(pk=cast.bob().pk).update(language=language)
    act(cast.bob())

    mail = Message.objects.get()
    page = LexborHTMLParser(mail.html)
    assert [(each.text(), each.attributes["href"]) for each in page.css("a")] == [
        (in_arabic if language == "ar" else button, next(word for word in mail.text.split() if "://" in word))
    ]
    assert all(each.text() in mail.text for each in page.css("p") if not each.css("a"))
    assert page.css_first("html").attributes["dir"] == ("rtl" if language == "ar" else "ltr")


def test_whose_address_was_changed_reads_it_in_both_parts_and_is_led_nowhere() -> None:
    before = cast.bob().email
    actions.change_person(person=cast.bob(), by=cast.ana(), email="bob@home.example")

    mail = Message.objects.get(to=before)
    page = LexborHTMLParser(mail.html)
    assert "somebody at Your organisation wrote down another address for you" in page.css("p")[0].text()
    assert all(each.text() in mail.text for each in page.css("p"))
    assert not page.css("a")
