"""A participant's own page: all they said, what they were told, and what they can change; no account, no cookie."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from selectolax.lexbor import LexborHTMLParser

from allears.core.models import Message
from allears.decisions import actions, telling
from allears.decisions.models import Decision, Helped, Telling, Update
from allears.insights.actions import withdraw
from allears.insights.models import Insight
from allears.people import links
from allears.people.actions import change_person, record_consent
from allears.people.models import Person, PersonalLink
from allears.people.queries import consents
from allears.questionnaires.models import Response
from allears.studies.actions import invite
from allears.studies.models import PoolMember
from allears.studies.selection.actions import publish_proof
from allears.verbatims.actions import mark_undated, redact
from allears.verbatims.models import Stone, Verbatim
from allears.web import line, own
from allears.web.views.own_page import MOST_ASKED
from tests import cast
from tests.decisions.test_actions import decided
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot
from tests.studies.selection import lots

pytestmark = pytest.mark.django_db
RATING = {"kind": "scale", "text": "How was it?", "minimum": 1, "maximum": 4, "low_label": "poor", "high_label": "great"}


def told() -> str:
    """Bob was told of the decision on his words; returns the address of his page."""
    actions.approve_update(update=Update.objects.get(decision=decided()), by=cast.lea())
    telling.send(cast.late_orders())
    found = re.search(r"/me/\S+", Message.objects.get(to=cast.bob().email).text)
    assert found
    return found[0]


def page(address: str) -> str:
    return Client().get(address).content.decode()


def test_the_page_shows_their_words_and_what_was_decided_beside_them() -> None:
    shown = page(told())

    assert "Nobody told us until we called." in shown
    assert "call before you do" in shown
    assert "What we decided" in shown


def test_words_that_were_brought_without_a_day_are_not_said_to_be_of_the_day_they_were_brought() -> None:
    address = told()
    assert "day unknown" not in page(address)
    mark_undated(Verbatim.objects.filter(person=cast.bob()))
    Response.objects.filter(person=cast.bob()).update(day_known=False)
    shown = page(address)
    assert len(re.findall(r"brought here on \d+ \w+ \d{4}, day unknown", shown)) == 2  # over the words, over all answers
    assert "Your answers, brought here on" in shown
    assert ", sent on" not in shown


def test_opening_the_page_changes_nothing_and_sets_no_cookie() -> None:
    address = told()
    before = list(Telling.objects.values_list("seen_at", flat=True))
    response = Client().get(address)

    assert not response.cookies
    assert list(Telling.objects.values_list("seen_at", flat=True)) == before == [None]


def test_words_stand_in_the_order_in_which_they_were_spoken() -> None:
    cast.said(cast.bob(), "First the parcel was late.")
    cast.said(cast.bob(), "Then nobody called.", prompt="And then?")
    shown = page(f"/me/{links.issue(cast.bob())}/")

    assert 0 < shown.index("First the parcel was late.") < shown.index("Then nobody called.")
    assert "You also said" not in shown


def test_what_staff_have_not_told_stays_with_them() -> None:
    decided()
    shown = page(f"/me/{links.issue(cast.bob())}/")

    assert "Nobody told us until we called." in shown
    assert "call before you do" not in shown
    assert "It is not lateness that loses them" not in shown


def test_nobody_sees_another_one_s_words() -> None:
    told()
    assert "Nobody told us" not in page(f"/me/{links.issue(cast.cleo())}/")


@pytest.mark.parametrize("token", ["x", "x" * 24, "%00", "a/b", "'; DROP TABLE", "é" * 500])
def test_a_forged_link_gets_a_page_that_helps(token: str) -> None:
    response = Client().get(f"/me/{token}/")

    assert response.status_code == 404


def test_a_revoked_link_opens_nothing() -> None:
    address = told()
    links.revoke(person=cast.bob(), by=cast.ada())

    assert Client().get(address).status_code == 404


def test_whether_it_helped_is_asked_only_where_something_was_done() -> None:
    address = told()
    assert "Did it help?" not in page(address)
    assert "whether it helped" not in Message.objects.get(to=cast.bob().email).text

    change = actions.add_change(decision=Decision.objects.get(), what="A call list", owner=cast.sam(), by=cast.lea())
    actions.move_change(change=change, state="done", by=cast.sam(), note="38 were called.")
    actions.approve_update(update=Update.objects.get(change_step__state="done"), by=cast.lea())
    telling.send(cast.late_orders())
    assert page(address).count("Did it help?") == 1
    # Neither answer is put first: it would be given more often.
    buttons = LexborHTMLParser(page(address)).css("button[name=helped]")
    assert [(button.text(), button.attributes["class"]) for button in buttons] == [("Yes, it did", "button"), ("Not yet", "button")]
    assert "whether it helped" in Message.objects.filter(to=cast.bob().email).latest("pk").text


def test_ratings_choices_and_files_stand_there_and_a_file_can_be_had_again() -> None:
    version = asked.asking([RATING, {"kind": "file", "text": "Show us.", "accepts": "any"}])
    field = f"q{version.questions.get(kind='file').pk}.f0"
    rating = f"q{version.questions.get(kind='scale').pk}"
    sent = SimpleUploadedFile("parcel.txt", b"It was wet.", "text/plain")
    Client().post(f"{asked.invited(cast.bob())}1/", {field: sent, rating: "4", "seen": ""})
    address = f"/me/{links.issue(cast.bob())}/"
    shown = LexborHTMLParser(page(address))

    assert [dt.text() for dt in shown.css("dl.review dt")] == ["How was it?", "Show us."]
    assert "4 (great)" in shown.css("dl.review dd")[0].text()
    (file,) = [a.attributes["href"] for a in shown.css("dl.review a")]
    answer = Client().get(str(file))
    assert (answer.content, answer["Content-Disposition"]) == (b"It was wet.", 'attachment; filename="parcel.txt"')
    other = str(file).replace(address, f"/me/{links.issue(cast.cleo())}/")
    assert Client().get(other).status_code == 404


def test_what_waits_for_an_answer_stands_first_with_its_minutes_and_opens_by_a_button() -> None:
    asked.asking([RATING, RATING], sections=2)
    invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=4.3)
    address = f"/me/{links.issue(cast.bob())}/"
    waits = LexborHTMLParser(page(address)).css_first("#waiting").text()
    assert ("about 5 minutes" in waits, "4.3" in waits) == (True, False)
    (ref,) = re.findall(r'name="invitation" value="(\w+)"', page(address))

    assert Client().get(f"{address}answer/").status_code == 405
    opened = Client().post(f"{address}answer/", {"invitation": ref}, follow=True)
    assert "How was it?" in opened.content.decode()
    Robot().open(opened.redirect_chain[-1][0]).press()
    assert "it goes on where you stopped" in page(address)
    Robot().walk(opened.redirect_chain[-1][0])
    assert "What waits for your answer" not in page(address)
    assert Client().post(f"{address}answer/", {"invitation": ref}).status_code == 404


def test_what_waits_for_somebody_else_cannot_be_opened() -> None:
    asked.asking([RATING])
    (invitation,) = invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=1)

    answer = Client().post(f"/me/{links.issue(cast.cleo())}/answer/", {"invitation": invitation.ref})
    assert answer.status_code == 404


def test_they_say_that_it_helped_in_their_own_words() -> None:
    address = told()
    update = Update.objects.get(decision__isnull=False)
    Client().post(f"{address}helped/", {"update": update.ref, "helped": "yes", "words": "You called on <b>Monday</b>."})

    assert Helped.objects.get().helped
    assert Verbatim.objects.filter(text="You called on <b>Monday</b>.").exists()
    assert "<b>Monday</b>" not in page(address)


def test_what_they_said_to_whether_it_helped_stands_on_their_page_until_they_take_it_back() -> None:
    address = told()
    update = Update.objects.get(decision__isnull=False)
    for words in ("You rang at six.", "", "At eight now."):
        Client().post(f"{address}helped/", {"update": update.ref, "helped": "no", "words": words})

    said = LexborHTMLParser(page(address)).css_first(f"#{update.ref}")
    assert [quote.text() for quote in said.css("blockquote")] == ["You rang at six.", "At eight now."]
    redact(verbatims=[Verbatim.objects.get(text="You rang at six.").pk], reason="person", by_label="a contributor")
    assert "You took these words back." in page(address)


def test_whoever_answers_without_words_is_not_told_that_words_are_kept() -> None:
    address = told()
    answer = {"update": Update.objects.get(decision__isnull=False).ref, "helped": "yes"}
    back = Client().post(f"{address}helped/", answer, follow=True).content.decode()

    assert "word for word, too" not in back
    assert "Thank you." in back


def test_an_update_of_somebody_else_cannot_be_answered() -> None:
    told()
    address = f"/me/{links.issue(cast.dev())}/helped/"
    response = Client().post(address, {"update": Update.objects.get(decision__isnull=False).ref, "helped": "yes"})

    assert response.status_code == 404
    assert not Helped.objects.exists()


def fresh(address: str) -> str:
    """Ask for the fresh link and return where the mail leads."""
    Client().post(f"{address}fresh/")
    found = re.search(r"/me/\S+/personal/", Message.objects.get(kind="own").text)
    assert found
    return found[0]


def said() -> dict[str, bool]:
    """What Bob allowed or took back, by purpose."""
    return consents([cast.bob().pk]).get(cast.bob().pk, {})


def test_what_they_take_back_holds_at_once_and_the_history_says_so() -> None:
    address = told()
    record_consent(person=cast.bob(), purpose="quote_unnamed", given=True, source="a call", by=cast.ana())

    answer = Client().post(f"{address}consent/", {"given": []}, follow=True)

    assert "Saved. It holds from now on." in answer.content.decode()
    assert said() == {"contact": False, "quote_unnamed": False}
    assert not Person.objects.get(pk=cast.bob().pk).contactable
    assert not Message.objects.filter(kind="own").exists()


def test_being_asked_and_hearing_back_are_two_things_that_can_each_be_ended() -> None:
    address = told()
    shown = page(address)
    assert ("Ask me nothing more" in shown, "Write me no more about my words" in shown) == (True, True)

    Client().post(f"{address}consent/", {"shown": ["contact", "hear", "quote_named"], "given": ["hear"]})
    assert said() == {"contact": False}
    Client().post(f"{address}consent/", {"shown": ["contact", "hear", "quote_named"], "given": []})
    assert said() == {"contact": False, "hear": False}
    assert "what becomes of them stands here" in page(address)


def test_whoever_else_holds_the_link_cannot_allow_more_in_their_name() -> None:
    address = told()
    record_consent(person=cast.bob(), purpose="contact", given=False, source="a call", by=cast.ana())
    before = said()

    given = ["contact", "quote_named", "quote_unnamed", "statement", "anything"]
    answer = Client().post(f"{address}consent/", {"given": given}, follow=True)

    assert "on its way to your own address" in answer.content.decode()
    assert "What you took back" not in answer.content.decode().partition('role="status"')[2].partition("</p>")[0]
    assert said() == before == {"contact": False}
    assert not Person.objects.get(pk=cast.bob().pk).contactable
    assert [mail.to for mail in Message.objects.filter(kind="own")] == [cast.bob().email]
    token = address.removeprefix("/me/").rstrip("/")
    assert Client().post(f"/me/{token}/personal/consent/", {"given": given}).status_code == 404
    assert said() == before


def test_more_is_allowed_behind_the_fresh_mail() -> None:
    address = told()
    Client().post(f"{address}consent/", {"given": ["contact", "quote_named"]})
    mail = Message.objects.get(kind="own")
    found = re.search(r"/me/\S+/personal/", mail.text)
    assert found
    assert (mail.to, said()) == (cast.bob().email, {})

    answer = Client().post(f"{found[0]}consent/", {"given": ["quote_named", "statement"]}, follow=True)

    assert "Saved. It holds from now on." in answer.content.decode()
    assert said() == {"contact": False, "quote_named": True}


def test_both_at_once_take_back_now_and_ask_for_the_rest_by_mail() -> None:
    address = told()
    answer = Client().post(f"{address}consent/", {"given": ["quote_named"]}, follow=True)

    assert "What you took back holds from now on. To allow more," in answer.content.decode()
    assert said() == {"contact": False}
    assert Message.objects.filter(kind="own").count() == 1


def test_to_an_address_that_staff_have_just_written_down_no_way_to_allow_more_goes() -> None:
    address = told()
    change_person(person=cast.bob(), by=cast.ana(), email="ana@house.example")

    answer = Client().post(f"{address}consent/", {"given": ["contact", "quote_named"]}, follow=True)

    assert "only two days after the change" in answer.content.decode()
    assert (said(), Message.objects.filter(kind="own").count()) == ({}, 0)


def test_without_an_address_nothing_more_can_be_allowed_and_all_can_be_taken_back() -> None:
    address = told()
    Person.objects.filter(pk=cast.bob().pk).update(email="", email_key=None)
    assert 'value="quote_named"' not in page(address)

    Client().post(f"{address}consent/", {"given": ["quote_named"]})

    assert (said(), Message.objects.filter(kind="own").count()) == ({"contact": False}, 0)


def test_where_a_box_is_still_to_be_ticked_another_language_is_another_language_of_the_same_page() -> None:
    personal = fresh(told())
    unsure = Client().post(f"{personal}erasure/").content.decode()

    assert "Tick the box first" in unsure
    assert f'href="{personal}?lang=ar"' in unsure


def test_the_first_link_does_not_open_what_is_personal() -> None:
    address = told()

    assert Client().get(f"{address}personal/").status_code == 404
    assert Client().post(f"{address}personal/export/").status_code == 404


def test_a_fresh_link_lets_them_take_everything_along() -> None:
    held = json.loads(Client().post(f"{fresh(told())}export/").content)

    assert "Nobody told us until we called." in json.dumps(held)
    assert cast.bob().email in json.dumps(held)


def test_a_fresh_link_expires(time_machine) -> None:  # type: ignore[no-untyped-def]
    from datetime import timedelta

    from django.utils import timezone

    address = fresh(told())
    time_machine.move_to(timezone.now() + timedelta(hours=1, minutes=1))

    assert Client().get(address).status_code == 404


def test_erasing_takes_the_words_away_and_leaves_a_stone() -> None:
    address = fresh(told())
    bob = cast.bob()
    unsure = Client().post(f"{address}erasure/")
    assert unsure.status_code == 422
    assert re.search(r'name="sure"[^>]* autofocus', unsure.content.decode())
    assert Client().post(f"{address}erasure/", {"sure": "yes"}).status_code == 200

    assert Stone.objects.get().reason == "person"
    assert not Verbatim.objects.filter(text__contains="Nobody told us").exists()
    assert Person.objects.get(pk=bob.pk).name == ""
    assert Client().get(address).status_code == 404


def test_asking_for_a_new_link_says_the_same_whether_we_know_the_address_or_not() -> None:
    told()
    known = Client().post("/me/", {"email": cast.bob().email}).content
    unknown = Client().post("/me/", {"email": "nobody@nowhere.example"}).content

    assert known == unknown
    assert [m.to for m in Message.objects.filter(kind="own")] == [cast.bob().email]


def test_asking_again_and_again_makes_no_more_links() -> None:
    told()
    before = PersonalLink.objects.count()
    for _ in range(3):
        Client().post("/me/", {"email": cast.bob().email})

    assert PersonalLink.objects.count() == before + 1


def test_many_words_take_as_many_questions_as_one() -> None:
    address = told()
    page(address)
    with CaptureQueriesContext(connection) as one:
        page(address)
    for number in range(3):
        cast.said(cast.bob(), f"And another thing, number {number}.")
    with CaptureQueriesContext(connection) as many:
        page(address)

    assert len(many) == len(one)


def test_who_was_in_a_pool_reads_their_chance_and_their_number_once_the_proof_is_public() -> None:
    selection = lots.drawn()
    row = PoolMember.objects.filter(selection=selection).earliest("pk")
    page = links.page_link(row.person).removeprefix(settings.BASE_URL)
    assert "Your chance was" not in Client().get(page).content.decode()

    publish_proof(selection=selection, by=cast.ana())
    text = Client().get(page).content.decode()
    assert "Your chance was" in text
    assert f"/proofs/{selection.ref}/?id={row.token}#own" in text


def test_a_stranger_cannot_have_a_mailbox_filled(time_machine) -> None:  # type: ignore[no-untyped-def]
    for hour in range(12):
        time_machine.move_to(datetime(2031, 3, 3, hour, tzinfo=UTC))
        cache.clear()
        Client().post("/me/", {"email": cast.bob().email})

    assert Message.objects.filter(to=cast.bob().email).count() == own.MOST_A_DAY


def test_from_one_place_only_so_many_links_are_sent_and_the_answer_stays_the_same() -> None:
    cache.clear()
    people = [cast.person(f"P {n}", email=f"p{n}@x.example", email_key=f"p{n}@x.example") for n in range(25)]
    answers = {Client().post("/me/", {"email": person.email}).content for person in people}

    assert len(answers) == 1
    assert Message.objects.filter(kind="own").count() == MOST_ASKED
    Client(REMOTE_ADDR="198.51.100.7").post("/me/", {"email": people[-1].email})
    assert Message.objects.filter(to=people[-1].email).count() == 1


def test_what_they_were_told_stays_beside_their_words_when_the_insight_is_withdrawn() -> None:
    address = told()
    beside = page(address)
    withdraw(insight=Insight.objects.get(), by=cast.ana())

    assert page(address) == beside
    assert line.own_words(cast.bob(), Verbatim.objects.all(), list(Telling.objects.all()))[0].tellings


def test_what_is_told_after_an_insight_was_withdrawn_does_not_rest_on_it() -> None:
    update = Update.objects.get(decision=decided())
    actions.edit_update(update=update, text_cited="As you said", text_general="For everybody", by=cast.lea())
    withdraw(insight=Insight.objects.get(), by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    telling.send(cast.late_orders())

    assert [t.cited for t in Telling.objects.all()] == [False]
    assert "For everybody" in Message.objects.get(to=cast.bob().email).text
    assert not line.own_words(cast.bob(), Verbatim.objects.all(), list(Telling.objects.all()))[0].tellings
