"""A statement to agree to, and what the consent history says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from allears.core.models import Message
from allears.people.actions import record_consent
from allears.people.models import Consent, Person
from allears.people.queries import consents
from allears.questionnaires.models import Answer, Question
from tests import cast
from tests.questionnaires.asked import asking, invited, public
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
EDITOR = "/questionnaires/late-orders/"
STATEMENT: dict[str, Any] = {
    "kind": "consent", "text": "You may use my answers for research.", "help": "For two years.", "purpose": "statement",
}  # fmt: skip


def box() -> str:
    return f"q{Question.objects.get(kind='consent').pk}"


def history() -> list[tuple[Any, ...]]:
    rows = Consent.objects.filter(person=cast.bob(), source__startswith="“Late orders”").order_by("pk")
    return list(rows.values_list("purpose", "given", "wording"))


AGREED = ("statement", True, "You may use my answers for research.\n\nFor two years.")


def test_agreeing_is_written_down_with_the_very_words_and_the_version() -> None:
    asking([STATEMENT])
    Robot().walk(invited(cast.bob()))

    assert history() == [AGREED]
    assert Consent.objects.get(purpose="statement").source == "“Late orders”, version 1 of its questions"


def test_silence_is_no_agreement_and_leaves_no_entry() -> None:
    asking([STATEMENT])
    robot = Robot().open(invited(cast.bob())).press(**{box(): ""})

    assert "Thank you" in robot.text
    assert history() == []


def test_one_that_is_needed_keeps_back_only_who_does_not_agree() -> None:
    asking([{**STATEMENT, "required": True}])
    robot = Robot().open(invited(cast.bob())).press(**{box(): ""})

    assert "Without your agreement we cannot go on." in robot.text
    assert f'href="#{box()}"' in robot.html
    assert f'id="{box()}"' in robot.html
    assert "Thank you" in robot.press().text
    assert history() == [AGREED]


def test_taking_it_back_on_the_same_page_is_written_down_too() -> None:
    asking([STATEMENT])
    link = invited(cast.bob())
    Robot().walk(link)
    Robot().open(f"{link}1/").press()
    Robot().open(f"{link}1/").press(**{box(): ""})

    assert history() == [AGREED, ("statement", False, AGREED[2])]


def test_saving_a_page_again_does_not_overrule_what_was_said_elsewhere_since() -> None:
    asking([{**STATEMENT, "purpose": "contact"}, {"kind": "long_text", "text": "Why?"}])
    link = invited(cast.bob())
    Robot().walk(link)
    record_consent(person=cast.bob(), purpose="contact", given=False, source="a call")
    Robot().open(f"{link}1/").press()

    assert Person.objects.get(pk=cast.bob().pk).contactable is False


QUOTE = {**STATEMENT, "text": "You may quote me.", "help": "", "purpose": "quote_named"}
QUOTED = ("quote_named", True, "You may quote me.")


def mailed() -> str:
    """Where the newest mail to Bob leads."""
    text = Message.objects.filter(to=cast.bob().email, key__startswith="agreed:").latest("pk").text
    return next(word for word in text.split() if "/agreed/" in word).removeprefix("http://localhost:8000")


def may_be_quoted() -> bool | None:
    return consents([cast.bob().pk])[cast.bob().pk].get("quote_named")


@pytest.mark.parametrize("before", [None, False])
def test_what_allows_more_counts_once_it_is_said_again_at_their_own_address(before: bool | None) -> None:
    asking([QUOTE])
    if before is not None:
        record_consent(person=cast.bob(), purpose="quote_named", given=before, source="their own page")
    page = Robot().open(invited(cast.bob()))
    assert "we ask you once more by mail" in page.text
    assert "counts once you have said yes behind the link" in page.press().text
    assert (history(), may_be_quoted()) == ([], before)

    link = mailed()
    mail = LexborHTMLParser(Message.objects.get(key__startswith="agreed:").html)
    assert [(quote.text().strip(), way.text()) for quote, way in zip(mail.css("blockquote"), mail.css("a"), strict=True)] == [
        ("You may quote me.", "Say so once more")
    ]
    assert mail.css_first("a").attributes["href"] == link
    shown = Client().get(link).content.decode()
    assert ("You may quote me." in shown, "be quoted by name" in shown, may_be_quoted()) == (True, True, before)
    for _again in range(2):
        assert "It counts from now on." in Client().post(link).content.decode()
    assert (history(), may_be_quoted()) == ([QUOTED], True)
    assert Consent.objects.filter(given=True).get(purpose="quote_named").source == "“Late orders”, version 1 of its questions"


def test_who_reads_arabic_is_asked_in_arabic() -> None:
    asking([QUOTE])
    Person.objects.filter(pk=cast.bob().pk).update(language="ar")
    Robot().walk(invited(cast.bob()))
    html = Client().get(mailed()).content.decode()
    assert ('dir="rtl"' in html, "هل وافقتم على هذا؟" in html) == (True, True)
    assert "هل وافقتم على هذا؟" in Message.objects.get(key__startswith="agreed:").subject


def test_a_mailed_yes_does_not_hold_against_a_later_no_another_address_or_too_long() -> None:
    asking([QUOTE])
    link = invited(cast.bob())
    with time_machine.travel("2026-11-01", tick=False):
        Robot().walk(link)
        late = mailed()
        assert Client().get(late).status_code == 200
    assert Client().post(late).status_code == 404

    Robot().open(f"{link}1/").press(**{box(): ""})
    Robot().open(f"{link}1/").press()
    again = mailed()
    assert Client().get(again).status_code == 200
    Robot().open(f"{link}1/").press(**{box(): ""})  # taken back where it was answered
    assert Client().post(again).status_code == 404

    Robot().open(f"{link}1/").press()
    record_consent(person=cast.bob(), purpose="quote_named", given=False, source="a call")
    assert Client().post(mailed()).status_code == 404

    Robot().open(f"{link}1/").press(**{box(): ""})
    Robot().open(f"{link}1/").press()
    Person.objects.filter(pk=cast.bob().pk).update(email_key="bob@elsewhere.example")
    assert Client().post(mailed()).status_code == 404
    for wrong in ("x", mailed().split("/")[2][:-2], "a" * 3000):
        assert Client().get(f"/a/{wrong}/agreed/").status_code == 404
    assert may_be_quoted() is False


def test_what_was_agreed_to_is_read_without_places() -> None:
    asking([{**QUOTE, "text": "{account|We} may quote you, {name}.", "help": "On {facet:Product|our} pages."}])
    Robot().walk(invited(cast.bob()))

    mail, page = Message.objects.get(key__startswith="agreed:"), Client().get(mailed()).content.decode()
    for shown in (mail.text, mail.html, page):
        assert ("We may quote you, …." in shown, "On our pages." in shown) == (True, True)


def test_the_mail_about_it_waits_for_the_morning_where_they_are() -> None:
    asking([QUOTE])
    Person.objects.filter(pk=cast.bob().pk).update(time_zone="Asia/Tokyo")
    link = invited(cast.bob())
    with time_machine.travel(datetime(2030, 6, 3, 14, 0, tzinfo=UTC), tick=False):
        Robot().walk(link)
    assert Message.objects.get(key__startswith="agreed:").not_before == datetime(2030, 6, 3, 23, 0, tzinfo=UTC)


def test_saving_again_mails_nothing_more_and_ticking_for_ever_three_times_a_day() -> None:
    asking([QUOTE, {"kind": "long_text", "text": "Why?"}])
    link = invited(cast.bob())
    Robot().walk(link)
    Robot().open(f"{link}1/").press()
    mails = Message.objects.filter(key__startswith="agreed:")
    assert mails.count() == 1
    for _tick in range(5):
        Robot().open(f"{link}1/").press(**{box(): ""})
        Robot().open(f"{link}1/").press()
    assert mails.count() == 3


def test_without_an_address_it_stays_an_answer() -> None:
    asking([QUOTE])
    link = invited(cast.bob())
    Person.objects.filter(pk=cast.bob().pk).update(email="", email_key=None)
    assert "counts once you have said yes" not in Robot().walk(link).text
    assert (Answer.objects.count(), history(), Message.objects.filter(key__startswith="agreed:").count()) == (1, [], 0)


def test_who_left_our_mails_is_not_brought_back_by_a_link_to_answer_but_asked_by_mail() -> None:
    asking([{**STATEMENT, "purpose": "contact"}])
    link = invited(cast.bob())
    record_consent(person=cast.bob(), purpose="contact", given=False, source="the link in a mail")

    assert "Thank you" in Robot().walk(link).text

    assert (Person.objects.get(pk=cast.bob().pk).contactable, history()) == (False, [])
    Client().post(mailed())
    assert Person.objects.get(pk=cast.bob().pk).contactable is True


def test_what_is_allowed_already_is_not_asked_again() -> None:
    asking([{**STATEMENT, "purpose": "contact"}])
    Robot().walk(invited(cast.bob()))
    assert history() == [("contact", True, AGREED[2])]
    assert not Message.objects.filter(key__startswith="agreed:").exists()


def test_what_was_allowed_again_behind_a_fresh_mail_can_be_agreed_to_once_more() -> None:
    asking([{**STATEMENT, "purpose": "quote_named"}])
    for given in (False, True):
        record_consent(person=cast.bob(), purpose="quote_named", given=given, source="their own page")
    Robot().walk(invited(cast.bob()))

    assert history() == [("quote_named", True, AGREED[2])]


def test_who_came_without_a_name_has_no_history_but_an_answer() -> None:
    asking([STATEMENT])
    Robot().walk(public())

    assert Answer.objects.get().number == 1.0
    assert Consent.objects.filter(purpose="statement").count() == 0


@pytest.mark.parametrize("typed", ["2", "on", "yes", "１", "1\0", "0"])
def test_only_the_box_itself_is_an_agreement(typed: str) -> None:
    asking([STATEMENT])
    robot = Robot().open(invited(cast.bob()))
    robot.post([("seen", ""), (box(), typed)])

    assert robot.status == 422
    assert (Answer.objects.count(), history()) == (0, [])


def test_the_editor_results_and_person_show_it(as_ana: Client) -> None:
    cast.late_orders()
    typed = {"text": "You may quote me.", "purpose": "quote_unnamed"}
    made_to = as_ana.post(f"{EDITOR}questions/new/?kind=consent", {**typed, "required": "on"})
    assert (made_to.status_code, "Nobody can be made to be asked or quoted" in made_to.content.decode()) == (422, True)
    assert as_ana.post(f"{EDITOR}questions/new/?kind=consent", typed).status_code == 302
    question = Question.objects.get()
    assert (question.kind, question.purpose, question.required) == ("consent", "quote_unnamed", False)
    as_ana.post(f"{EDITOR}publishing/")
    Robot().walk(invited(cast.bob()))

    assert "Agreed" in as_ana.get(f"{EDITOR}results/").content.decode()
    Client().post(mailed())
    assert "You may quote me." in as_ana.get(f"/people/{cast.bob().ref}/").content.decode()
