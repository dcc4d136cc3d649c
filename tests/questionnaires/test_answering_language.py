"""Which language a participant reads, and what is kept of it."""

from __future__ import annotations

import pytest
from django.test import Client

from allears.questionnaires import authoring
from allears.questionnaires.models import Answer, Response, Version
from allears.questionnaires.translatable import texts_of
from allears.studies import translating
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import asking, invited, public, question
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
TWO = [
    {"kind": "long_text", "text": "What happened?", "help": "As it came."},
    {"kind": "scale", "text": "Again?", "minimum": 0, "maximum": 10, "low_label": "never", "high_label": "surely"},
]
ARABIC = {
    "Late orders": "الطلبات المتأخرة", "What happened?": "ماذا حدث؟", "Again?": "هل تطلب مرة أخرى؟",
    "never": "أبدًا", "surely": "بالتأكيد",
}  # fmt: skip


def arabic(**more: str) -> Version:
    """Two pages of late orders, offered in Arabic; the help and the problem are not translated."""
    version = asking(TWO, sections=2)
    say({**ARABIC, **more})
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    return version


def say(words: dict[str, str]) -> None:
    study = cast.late_orders()
    texts = texts_of(study)
    said = {text.sign: words[text.source] for text in texts if text.source in words}
    translating.translate(study=study, language="ar", texts=texts, said=said, by=cast.ana())


def page(url: str, **headers: str) -> str:
    return Client().get(url, headers=headers).content.decode()


def test_a_person_reads_in_their_own_language_and_what_is_missing_in_the_studys() -> None:
    arabic()
    html = page(invited(cast.person("Amal Nasser", language="ar-EG")))
    assert '<html lang="ar" dir="rtl">' in html
    assert "ماذا حدث؟" in html
    assert "What happened?" not in html
    assert '<span lang="en" dir="ltr">As it came.</span>' in html
    assert f'<span lang="en" dir="ltr">{cast.late_orders().problem}</span>' in html
    assert 'hidden name="lang"' not in html


def test_a_language_that_is_not_offered_is_not_chosen() -> None:
    asking(TWO)
    say(ARABIC)
    html = page(invited(cast.person("Amal Nasser", language="ar")) + "?lang=ar")
    assert '<html lang="en" dir="ltr">' in html
    assert "languages" not in html


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [("", "", "en"), ("", "ar;q=0.8, de", "ar"), ("?lang=en", "ar", "en"), ("?lang=ar", "en", "ar"), ("?lang=xx", "", "en")],
)
def test_strangers_choose_by_the_address_then_by_their_browser(query: str, header: str, language: str) -> None:
    arabic()
    assert f'<html lang="{language}"' in page(public() + query, accept_language=header)


def test_the_choice_lasts_without_a_cookie_and_words_are_kept_in_the_language_they_were_given_in() -> None:
    version = arabic()
    robot = Robot(words="It came late.").open(invited(cast.bob()))
    assert 'lang="en"' in robot.html
    robot.press()
    robot.words = "كان متأخرًا"
    assert "2/2" in robot.html
    robot.post([*robot.filled(), ("go", "in-ar")])
    assert '<html lang="ar" dir="rtl">' in robot.html
    assert "هل تطلب مرة أخرى؟" in robot.html
    assert Response.objects.get().language == "ar"
    robot.press()
    assert '<html lang="ar" dir="rtl">' in robot.html
    assert "ماذا حدث؟" in robot.html
    said = Verbatim.objects.get()
    assert (said.text, said.language) == ("It came late.", "en")
    assert Answer.objects.get(question=question(version, "What happened?")).language == "en"
    assert not robot.client.cookies
    again = Robot().open("/".join([*robot.url.split("/")[:3], ""]))
    assert '<html lang="ar" dir="rtl">' in again.html


def test_words_given_in_arabic_are_kept_as_arabic() -> None:
    arabic()
    robot = Robot(words="وصل الطلب متأخرًا\nتسعة أيام").open(public() + "?lang=ar")
    robot.press().press()
    said = Verbatim.objects.get()
    assert (said.text, said.language) == ("وصل الطلب متأخرًا\nتسعة أيام", "ar")
    assert Response.objects.get().language == "ar"
    assert "وصل الطلب متأخرًا" in robot.html


def test_switching_before_anything_is_said_begins_no_response() -> None:
    arabic()
    robot = Robot().open(public())
    robot.post([("go", "in-ar")])
    assert '<html lang="ar" dir="rtl">' in robot.html
    assert not Response.objects.exists()


def test_a_correction_shows_at_once_and_its_history_stays() -> None:
    arabic()
    link = invited(cast.bob()) + "?lang=ar"
    assert "ماذا حدث؟" in page(link)
    say({"What happened?": "ما الذي حدث؟"})
    assert "ما الذي حدث؟" in page(link)
    rows = cast.late_orders().translations.filter(source="What happened?").order_by("pk")
    assert [(row.text, row.by) for row in rows] == [("ماذا حدث؟", cast.ana()), ("ما الذي حدث؟", cast.ana())]


def test_who_answers_an_older_version_keeps_its_translation() -> None:
    version = arabic()
    link = invited(cast.bob())
    Robot().open(link).press()
    draft = authoring.draft_of(cast.late_orders(), cast.ana())
    authoring.change_question(question=draft.questions.get(text="What happened?"), text="What came of it?", by=cast.ana())
    lines = translating.beside(cast.late_orders(), "ar", texts_of(cast.late_orders()))
    standing = {line.text.source: line.standing for line in lines}
    assert standing["What came of it?"] == "old"
    assert standing["What happened?"] == "there"
    authoring.publish(version=draft, by=cast.ana())
    assert "ماذا حدث؟" in page(link + "1/?lang=ar")
    fresh = page(invited(cast.cleo()) + "?lang=ar")
    assert '<span lang="en" dir="ltr">What came of it?</span>' in fresh
    assert version.number == 1


def test_who_chose_a_language_by_the_address_keeps_it_on_the_way_to_saying_no_or_later() -> None:
    arabic()
    url = invited(cast.bob())
    client = Client()
    for aside in ("later/", "somebody/", "decline/"):
        html = client.get(f"{url}{aside}?lang=ar").content.decode()
        assert f'href="{url}?lang=ar"' in html, aside
    never = client.post(f"{url}later/?lang=ar", {"when": "never"})
    assert never["Location"] == f"{url}later/?lang=ar"
    told = {"name": "Dora Finch", "email": "dora@customer.example", "note": "She takes the deliveries."}
    named = client.post(f"{url}somebody/?lang=ar", told)
    assert named["Location"] == f"{url}somebody/?done&lang=ar"
    assert '<html lang="ar" dir="rtl">' in client.get(named["Location"]).content.decode()
    declined = client.post(f"{url}decline/?lang=ar", {"kind": "no_time"})
    assert declined["Location"] == f"{url}?lang=ar"
    assert f'href="{url}1/?lang=ar"' in client.get(declined["Location"]).content.decode()
