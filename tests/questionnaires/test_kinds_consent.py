"""A statement to agree to, and what the consent history says of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

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


def test_what_was_taken_back_elsewhere_is_not_allowed_again_by_a_link_that_may_have_been_forwarded() -> None:
    asking([{**STATEMENT, "purpose": "quote_named"}])
    link = invited(cast.bob())
    Robot().walk(link)
    assert history() == [("quote_named", True, AGREED[2])]
    record_consent(person=cast.bob(), purpose="quote_named", given=False, source="their own page")

    for ticked in ("", "1"):
        Robot().open(f"{link}1/").press(**{box(): ticked})

    assert consents([cast.bob().pk])[cast.bob().pk]["quote_named"] is False
    assert history() == [("quote_named", True, AGREED[2]), ("quote_named", False, AGREED[2])]
    [mail] = Message.objects.filter(kind="own")
    assert (mail.to, mail.subject) == (cast.bob().email, "Your link to what we hold about you")


def test_who_left_our_mails_is_not_brought_back_by_a_link_to_answer_but_asked_by_mail() -> None:
    asking([{**STATEMENT, "purpose": "contact"}])
    link = invited(cast.bob())
    record_consent(person=cast.bob(), purpose="contact", given=False, source="the link in a mail")

    assert "Thank you" in Robot().walk(link).text

    assert Person.objects.get(pk=cast.bob().pk).contactable is False
    assert (history(), Message.objects.filter(kind="own").count()) == ([], 1)


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
    typed = {"text": "You may quote me.", "required": "on", "purpose": "quote_unnamed"}
    assert as_ana.post(f"{EDITOR}questions/new/?kind=consent", typed).status_code == 302
    question = Question.objects.get()
    assert (question.kind, question.purpose, question.required) == ("consent", "quote_unnamed", True)
    as_ana.post(f"{EDITOR}publishing/")
    Robot().walk(invited(cast.bob()))

    assert "Agreed" in as_ana.get(f"{EDITOR}results/").content.decode()
    assert "You may quote me." in as_ana.get(f"/people/{cast.bob().ref}/").content.decode()
