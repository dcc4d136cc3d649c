"""Every contributor hears back once, beside their own words."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from selectolax.lexbor import LexborHTMLParser

from allears.core import worker
from allears.core.clock import now
from allears.core.models import AuditEvent, Message
from allears.decisions import actions, reaching, telling
from allears.decisions.answering import answer_helped, mark_seen
from allears.decisions.chain import contributors
from allears.decisions.errors import NothingToSend
from allears.decisions.models import Decision, HeldTelling, Helped, Telling, Update
from allears.decisions.queries import hear_back, helped_by_update, overdue_studies
from allears.decisions.tasks import ask_to_send
from allears.insights.actions import cite, claim
from allears.people import addresses
from allears.people.actions import change_person, erase, merge, record_consent
from allears.people.addresses import trust
from allears.people.links import issue
from allears.people.models import Person
from allears.people.queries import who_wants_no_mail
from allears.questionnaires.imports import Import
from allears.questionnaires.models import Response
from allears.studies.models import Study
from allears.verbatims.models import Verbatim
from tests import cast
from tests.decisions.test_actions import decided
from tests.effort import effort

pytestmark = pytest.mark.django_db


def approved() -> Decision:
    """A decision on Bob's words, Cleo took part uncited; its update is approved."""
    decision = decided()
    cast.said(cast.cleo(), "It was fine for me.")
    actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    return decision


def test_the_cited_and_the_others_get_their_own_text_beside_their_own_words() -> None:
    approved()
    assert telling.send(cast.late_orders()) == 2

    bob, cleo = Message.objects.get(to=cast.bob().email), Message.objects.get(to=cast.cleo().email)
    assert "“Nobody told us”" in bob.text
    assert "Because of what you told us" in bob.text
    assert "Nobody told us" not in cleo.text
    assert "Thank you for taking part" in cleo.text


@pytest.mark.parametrize("example", [True, False])
def test_a_letter_and_the_page_behind_it_mark_an_example_and_nothing_else(example: bool) -> None:
    approved()
    Update.objects.update(example=example)
    telling.send(cast.late_orders())
    line = "An example, made to show what Allears does; it did not happen."
    letter = Message.objects.get(to=cast.bob().email)
    page = Client().get(f"/me/{issue(cast.bob())}/").content.decode()

    assert [line in place for place in (letter.text, letter.html, page)] == [example] * 3


def test_nobody_hears_back_at_night_where_they_are() -> None:
    Person.objects.filter(pk=cast.bob().pk).update(time_zone="Asia/Tokyo")
    Person.objects.filter(pk=cast.cleo().pk).update(quiet_from=time(1), quiet_to=time(2), time_zone="UTC")
    approved()
    with time_machine.travel(datetime(2030, 6, 3, 14, 0, tzinfo=UTC), tick=False):
        telling.send(cast.late_orders())

    moments = dict(Message.objects.filter(kind="update").values_list("to", "not_before"))
    assert moments[cast.bob().email] == datetime(2030, 6, 3, 23, 0, tzinfo=UTC)
    assert moments[cast.cleo().email] == datetime(2030, 6, 3, 14, 0, tzinfo=UTC)


def test_a_digest_in_arabic_runs_from_right_to_left_and_what_was_said_by_its_first_letter() -> None:
    Person.objects.filter(pk=cast.bob().pk).update(language="ar")
    approved()
    telling.send(cast.late_orders())
    mail = LexborHTMLParser(Message.objects.get(to=cast.bob().email).html)

    assert mail.css_first("html").attributes == {"lang": "ar", "dir": "rtl"}
    assert {node.attributes["dir"] for node in mail.css("blockquote, body > div > div")} == {"auto"}


@pytest.mark.parametrize(
    ("language", "subject", "quoted", "button"),
    [
        ("ar", "ما صار إليه أمر كلماتكم", "«", "صفحتكم الخاصّة"),
        ("de", "Was aus Ihren Worten wurde", "„", "Ihre eigene Seite"),
    ],
)  # fmt: skip
def test_who_reads_another_language_is_told_in_it_what_they_said_and_where_it_stands(
    language: str, subject: str, quoted: str, button: str
) -> None:
    Person.objects.filter(pk=cast.bob().pk).update(language=language)
    approved()
    telling.send(cast.late_orders())
    mail = Message.objects.get(to=cast.bob().email)
    page = LexborHTMLParser(mail.html)

    assert subject in mail.subject
    assert [page.css_first("blockquote").text()[0], page.css_first("a").text()] == [quoted, button]
    assert (quoted in mail.text, "“" in mail.text.replace("“\n", "")) == (True, False)


def test_nobody_is_told_twice() -> None:
    approved()
    telling.send(cast.late_orders())

    assert telling.send(cast.late_orders()) == 0
    assert Message.objects.filter(kind="update").count() == 2


def test_what_was_edited_while_the_sending_began_waits_for_its_approval() -> None:
    decision = approved()
    read_before = telling.approved(cast.late_orders())
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="Unread", text_general="Unread", by=cast.ana())

    with transaction.atomic():
        assert telling._still_approved(read_before) == {}
    assert telling.send(cast.late_orders()) == 0
    actions.approve_update(update=update, by=cast.lea())
    with transaction.atomic():
        assert [u.text_cited for u in telling._still_approved(read_before).values()] == ["Unread"]


def test_who_approves_has_read_the_very_words(as_lea: Client) -> None:
    update = Update.objects.get(decision=decided())
    read = update.wording
    actions.edit_update(update=update, text_cited="Changed meanwhile", text_general="", by=cast.ana())

    texts = {"text_cited": "Changed meanwhile", "text_general": ""}

    answer = as_lea.post(f"/decisions/updates/{update.ref}/", {**texts, "approve": read})
    update.refresh_from_db()
    assert (update.approved_at, "Read them once more" in answer.content.decode()) == (None, True)

    as_lea.post(f"/decisions/updates/{update.ref}/", {**texts, "approve": update.wording})
    update.refresh_from_db()
    assert (update.approved_by, update.edited_by) == (cast.lea(), cast.ana())


def test_who_changes_the_texts_and_approves_at_once_approves_what_they_typed(as_lea: Client) -> None:
    update = Update.objects.get(decision=decided())
    typed = {"text_cited": "We ring you now.", "text_general": "", "approve": update.wording}

    as_lea.post(f"/decisions/updates/{update.ref}/", typed)

    update.refresh_from_db()
    assert (update.text_cited, update.approved_by, update.edited_by) == ("We ring you now.", cast.lea(), cast.lea())


def test_whoever_looks_how_an_update_reads_sees_what_they_typed_and_may_approve_it_then(as_lea: Client) -> None:
    update = Update.objects.get(decision=decided())
    typed = {"text_cited": "We ring you now.", "text_general": "", "as": cast.bob().ref}

    page = as_lea.post(f"/decisions/updates/{update.ref}/", {**typed, "look": "1"})

    assert [part.text for part in page.context["preview"]["parts"]] == ["We ring you now."]
    assert f'name="approve" value="{update.wording}"' in page.content.decode()
    update.refresh_from_db()
    assert (update.edited_by, update.approved_at) == (None, None)


def test_several_steps_make_one_digest_a_person() -> None:
    decision = approved()
    change = actions.add_change(decision=decision, what="Call list", owner=cast.sam(), by=cast.lea())
    actions.move_change(change=change, state="done", by=cast.sam())
    actions.approve_update(update=Update.objects.get(change_step__state="done"), by=cast.lea())
    telling.send(cast.late_orders())

    letter = Message.objects.get(to=cast.bob().email)
    assert "call before you do" in letter.text
    assert "Done: Call list" in letter.text
    assert (letter.text.count("You told us:"), letter.html.count("<blockquote")) == (1, 1)  # both rest on the same words
    assert Telling.objects.filter(person=cast.bob()).count() == 2


def test_the_reader_s_own_words_come_before_what_everybody_is_told() -> None:
    cleos = claim(study=cast.late_orders(), claim="Boxes arrive dented", by=cast.ana())
    cite(insight=cleos, verbatim=cast.said(cast.cleo(), "The box was dented."), start=0, end=19, side="for", by=cast.ana())
    for decision in (decided(insights=[cleos], statement="use thicker boxes"), decided()):
        actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    telling.send(cast.late_orders())

    for person, own in ((cast.bob(), "call before you do"), (cast.cleo(), "use thicker boxes")):
        letter = Message.objects.get(to=person.email)
        for body in (letter.text, letter.html):
            assert body.index("You told us:") < body.index(own) < body.index("Thank you for taking part")


def test_an_update_without_a_general_text_reaches_the_cited_only() -> None:
    decision = decided()
    cast.said(cast.cleo(), "It was fine for me.")
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="To you", text_general="", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    telling.send(cast.late_orders())

    assert [t.person for t in Telling.objects.all()] == [cast.bob()]


def test_who_has_no_address_is_told_on_their_page_and_counts_once_they_have_seen_it() -> None:
    approved()
    Person.objects.filter(pk=cast.cleo().pk).update(email="", email_key=None)
    telling.send(cast.late_orders())
    assert hear_back(cast.late_orders()).told == 1

    mark_seen(person=cast.cleo(), updates=list(Update.objects.values_list("pk", flat=True)))
    figures = hear_back(cast.late_orders())
    assert (figures.contributors, figures.told, figures.rate) == (2, 2, 1.0)


def test_who_wants_no_mail_gets_none() -> None:
    approved()
    record_consent(person=cast.bob(), purpose="hear", given=False, source="phone call", by=cast.ana())
    telling.send(cast.late_orders())

    assert not Message.objects.filter(to=cast.bob().email).exists()
    assert Telling.objects.get(person=cast.bob()).digest is None


def test_who_does_not_want_to_be_asked_still_hears_back_and_can_end_that_by_one_click() -> None:
    approved()
    record_consent(person=cast.bob(), purpose="contact", given=False, source="the link in a mail")
    telling.send(cast.late_orders())
    letter = Message.objects.get(to=cast.bob().email)
    link = letter.headers["List-Unsubscribe"].strip("<>")

    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (link in letter.text, link in letter.html) == (True, True)
    assert 'name="viewport"' in letter.html  # read on a phone, as the letter that asked was
    Client().post(link.removeprefix(settings.BASE_URL), {"List-Unsubscribe": "One-Click"})
    assert who_wants_no_mail([cast.bob().pk]) == {cast.bob().pk}


def test_staff_read_who_has_no_address_and_who_wants_no_mail(as_lea: Client) -> None:
    approved()
    record_consent(person=cast.bob(), purpose="hear", given=False, source="phone call", by=cast.ana())
    cast.said(cast.person("Nia N", email="", email_key=None), "Fine.")
    page = as_lea.get(reverse("decisions:sending", args=[cast.late_orders().slug])).content.decode()

    assert reaching.reach(cast.late_orders()) == reaching.Reach(by_mail=1, no_address=1, no_mail=1, told_before=0)
    assert ("1 has no address:" in page, "1 wants no mail about their words:" in page) == (True, True)


def test_a_merged_person_hears_once_for_both() -> None:
    approved()
    merge(keep=cast.cleo(), other=cast.bob(), by=cast.ana())
    assert (reaching.reach(cast.late_orders()).held, telling.send(cast.late_orders())) == (1, 0)
    trust(person=cast.cleo(), by=cast.ada(), reason="both cards lay on my desk")
    telling.send_what_was_held()

    assert [t.person.name for t in Telling.objects.all()] == ["Cleo Marsh"]
    assert Telling.objects.get().cited
    assert hear_back(cast.late_orders()).contributors == 1


def test_who_was_told_under_two_names_is_not_told_again_and_counts_once() -> None:
    approved()
    telling.send(cast.late_orders())
    Study.objects.update(promise_on=now().date() - timedelta(days=2))
    merge(keep=cast.dev(), other=cast.bob(), by=cast.ana())

    assert telling.send(cast.late_orders()) == 0
    assert not overdue_studies(Study.objects.all()).exists()
    merge(keep=cast.dev(), other=cast.cleo(), by=cast.ana())
    figures = hear_back(cast.late_orders())
    assert (figures.told, figures.contributors) == (1, 1)


def test_what_a_merged_row_was_told_can_be_seen_and_answered_by_the_person_that_stayed() -> None:
    approved()
    record_consent(person=cast.bob(), purpose="hear", given=False, source="phone call", by=cast.ana())
    telling.send(cast.late_orders())
    merge(keep=cast.dev(), other=cast.bob(), by=cast.ana())
    waiting = Telling.objects.get(person=cast.bob())

    page = f"/me/{issue(cast.dev())}/"
    assert Client().post(f"{page}helped/", {"update": waiting.update.ref, "helped": "yes"}).status_code == 302
    assert Client().post(f"{page}seen/").status_code == 302

    waiting.refresh_from_db()
    assert waiting.seen_at is not None
    assert hear_back(cast.late_orders()).told == 2


def test_a_mail_that_failed_has_told_nobody() -> None:
    approved()
    telling.send(cast.late_orders())
    Message.objects.filter(to=cast.bob().email).update(failed_at=now())

    assert hear_back(cast.late_orders()).told == 1


def test_whose_mail_has_not_left_yet_is_counted_beside() -> None:
    approved()
    telling.send(cast.late_orders())
    told = hear_back(cast.late_orders()).told
    assert hear_back(cast.late_orders()).in_outbox == hear_back().in_outbox == told > 0

    Message.objects.update(sent_at=now())
    assert (hear_back(cast.late_orders()).told, hear_back(cast.late_orders()).in_outbox) == (told, 0)


def test_looking_again_at_the_page_does_not_make_a_mail_late() -> None:
    approved()
    telling.send(cast.late_orders())
    Telling.objects.update(seen_at=now() + timedelta(days=30))

    assert round(hear_back(cast.late_orders()).median_days or 0) == 10


def test_an_erased_person_is_not_written_to_and_not_counted() -> None:
    approved()
    erase(person=cast.cleo(), by=cast.ada(), reason="person")
    telling.send(cast.late_orders())

    assert hear_back(cast.late_orders()).contributors == 1
    assert Message.objects.filter(kind="update").count() == 1


def brought(who: Person, handed_in: int, spoke: int) -> None:
    """What `who` said was brought in a file, handed in and spoken so many days ago."""
    study, at = cast.late_orders(), now() - timedelta(days=spoke)
    Import.objects.create(study=study, name="old.csv", made_at=now() - timedelta(days=handed_in), result={"new_responses": 1})
    Response.objects.filter(study=study, person=who).update(import_key=who.name, submitted_at=at)


def test_who_spoke_elsewhere_waits_from_the_day_on_which_their_words_were_brought() -> None:
    approved()
    study = cast.late_orders()
    brought(cast.bob(), handed_in=4, spoke=4_000)
    brought(cast.cleo(), handed_in=3, spoke=4_000)
    telling.send(study)

    figures = hear_back(study)
    assert (round(figures.median_days or 0), round(figures.since_spoken or 0)) == (4, 4_000)


def test_who_also_spoke_here_before_waits_from_then() -> None:
    approved()
    study = cast.late_orders()
    brought(cast.bob(), handed_in=4, spoke=4_000)
    brought(cast.cleo(), handed_in=4, spoke=4_000)
    cast.said(cast.bob(), "And again, ten days ago.")
    cast.said(cast.cleo(), "And again, ten days ago.")
    telling.send(study)

    assert round(hear_back(study).median_days or 0) == 10


def test_a_file_that_brought_nothing_changes_no_days() -> None:
    approved()
    Import.objects.create(study=cast.late_orders(), name="same.csv", result={"new_responses": 0})
    telling.send(cast.late_orders())

    figures = hear_back(cast.late_orders())
    assert (round(figures.median_days or 0), figures.since_spoken) == (10, None)


def test_days_to_hear_back_run_from_speaking_to_hearing() -> None:
    approved()
    telling.send(cast.late_orders())

    assert round(hear_back(cast.late_orders()).median_days or 0) == 10


def test_a_past_promise_is_overdue_until_everybody_has_heard() -> None:
    from datetime import date

    approved()
    Study.objects.update(promise_on=date.today() - timedelta(days=1))
    assert list(overdue_studies(Study.objects.all())) == [cast.late_orders()]

    telling.send(cast.late_orders())
    assert not overdue_studies(Study.objects.all()).exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts the steps of the embedded database")
def test_whether_everybody_has_heard_costs_twice_as_much_for_twice_as_many() -> None:
    update = Update.objects.get(decision=approved())
    Study.objects.update(promise_on=now().date() - timedelta(days=1))

    def asked_with(more: int) -> int:
        for person in Person.objects.bulk_create(Person(name=f"P {n}") for n in range(more)):
            cast.said(person, "Late")
        told = {pk: Telling(update=update, person_id=pk, cited=False, spoke_at=now(), seen_at=now()) for pk in contributors(update.study)}
        Telling.objects.bulk_create(told.values(), ignore_conflicts=True)
        return effort(lambda: list(overdue_studies(Study.objects.all())))

    few, many = asked_with(30), asked_with(30)
    assert many < 2.5 * few


def test_did_it_help_keeps_the_words_and_the_newest_answer() -> None:
    approved()
    telling.send(cast.late_orders())
    update = Update.objects.get(decision__isnull=False)
    answer_helped(person=cast.bob(), update=update, helped=False, words="Not in June.")
    answer_helped(person=cast.bob(), update=update, helped=False, words="Not in June.")
    answer_helped(person=cast.bob(), update=update, helped=True)

    assert Helped.objects.count() == 2
    assert Verbatim.objects.filter(text="Not in June.").count() == 1
    assert helped_by_update([update.pk])[update.pk].yes == 1
    assert helped_by_update([update.pk])[update.pk].not_yet == 0


def test_telling_many_takes_hardly_more_questions_than_telling_few(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    approved()
    for number in range(20):
        cast.said(cast.person(f"P{number} Q", email="", email_key=None), "Fine.")
    with connection.execute_wrapper(lambda run, *a: run(*a)), django_assert_max_num_queries(150):
        assert telling.send(cast.late_orders()) == 22


def test_a_digest_that_waits_does_not_reach_who_said_no_meanwhile() -> None:
    approved()
    telling.send(cast.late_orders())
    record_consent(person=cast.bob(), purpose="hear", given=False, source="phone call", by=cast.ana())

    letter = Message.objects.get(to=cast.bob().email, kind="update")
    assert (letter.failed_at is None, letter.text) == (False, "")
    assert hear_back(cast.late_orders()).told == 1


def test_a_no_that_comes_by_a_merge_calls_the_digest_back_too() -> None:
    approved()
    telling.send(cast.late_orders())
    record_consent(person=cast.dev(), purpose="hear", given=False, source="phone call", by=cast.ana())
    merge(keep=cast.bob(), other=cast.dev(), by=cast.ana())

    assert Message.objects.get(to=cast.bob().email, kind="update").text == ""


def moved(person: Person) -> datetime:
    """Staff wrote down another address for this person; return until when it waits."""
    change_person(person=person, by=cast.ana(), email=f"new-{person.email}")
    until = addresses.held_until(person)
    assert until is not None
    return until


def test_who_waited_for_a_new_address_is_told_by_itself_once_it_has_stood_for_two_days() -> None:
    approved()
    until = moved(cast.bob())
    assert telling.send(cast.late_orders()) == 1
    assert [(held.person, held.until) for held in telling.held_back(cast.late_orders())] == [(cast.bob(), until)]
    assert telling.untold(cast.late_orders()) == {}

    with time_machine.travel(until - timedelta(minutes=1), tick=False):
        assert telling.send_what_was_held() == 0
    with time_machine.travel(until + timedelta(minutes=1), tick=False):
        assert telling.send_what_was_held() == 1
        assert telling.send_what_was_held() == 0
        assert telling.send(cast.late_orders()) == 0

    letter = Message.objects.get(to="new-bob@customer.example", kind="update")
    assert "“Nobody told us”" in letter.text
    assert Message.objects.filter(kind="update").count() == 2
    assert (telling.held_back(cast.late_orders()), HeldTelling.objects.count()) == ([], 0)
    event = AuditEvent.objects.get(verb="decisions.held_updates_sent")
    assert (event.target, event.details, event.actor_label) == (
        f"studies.study:{cast.late_orders().pk}", {"people": 1}, "the system"
    )  # fmt: skip


def test_where_everybody_waits_for_an_address_a_sending_is_asked_for_all_the_same() -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="To you", text_general="", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    moved(cast.bob())

    job = ask_to_send(study=cast.late_orders(), by=cast.lea())
    worker.work_off()

    job.refresh_from_db()
    assert (job.state, job.done, job.result) == ("done", 1, {"told": 0, "held": 1})
    assert AuditEvent.objects.get(verb="decisions.updates_sent").details == {"people": 0, "held": 1}
    with pytest.raises(NothingToSend):
        ask_to_send(study=cast.late_orders(), by=cast.lea())


def test_a_sending_that_is_pressed_again_is_the_same_one_until_something_more_is_approved() -> None:
    approved()
    first = ask_to_send(study=cast.late_orders(), by=cast.lea())

    assert ask_to_send(study=cast.late_orders(), by=cast.ana()) == first
    assert AuditEvent.objects.filter(verb="decisions.updates_sent").count() == 1

    approved()
    assert ask_to_send(study=cast.late_orders(), by=cast.lea()) != first
    assert AuditEvent.objects.filter(verb="decisions.updates_sent").count() == 2


def test_what_nobody_sent_does_not_go_out_by_itself() -> None:
    until = moved(cast.bob())
    approved()

    with time_machine.travel(until + timedelta(minutes=1)):
        assert telling.send_what_was_held() == 0
    assert not Telling.objects.exists()


def test_what_was_worded_anew_while_it_waited_is_sent_anew_and_not_by_itself() -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    actions.edit_update(update=update, text_cited="To you", text_general="", by=cast.ana())
    actions.approve_update(update=update, by=cast.lea())
    until = moved(cast.bob())
    telling.send(cast.late_orders())
    with time_machine.travel(until - timedelta(hours=1)):
        actions.edit_update(update=update, text_cited="To you, Bob", text_general="", by=cast.ana())
        actions.approve_update(update=update, by=cast.lea())
        assert set(telling.untold(cast.late_orders())) == {cast.bob().pk}

    with time_machine.travel(until + timedelta(minutes=1)):
        assert telling.send_what_was_held() == 0
        assert telling.send(cast.late_orders()) == 1
    assert "To you, Bob" in Message.objects.get(kind="update").text


def test_an_address_that_is_changed_again_waits_again() -> None:
    approved()
    until = moved(cast.bob())
    telling.send(cast.late_orders())
    with time_machine.travel(until - timedelta(hours=1)):
        later = moved(cast.bob())

    with time_machine.travel(until + timedelta(minutes=1)):
        assert telling.send_what_was_held() == 0
        assert [held.until for held in telling.held_back(cast.late_orders())] == [later]


def test_who_was_merged_while_they_waited_is_told_under_the_row_that_stays() -> None:
    approved()
    moved(cast.bob())
    telling.send(cast.late_orders())
    merge(keep=cast.dev(), other=cast.bob(), by=cast.ana())

    with time_machine.travel(now() + addresses.HOLD + timedelta(hours=1)):
        assert telling.send_what_was_held() == 1
    assert Telling.objects.get(person=cast.dev()).cited
    assert not HeldTelling.objects.exists()


def test_nothing_waits_any_more_for_who_was_erased() -> None:
    approved()
    until = moved(cast.bob())
    telling.send(cast.late_orders())
    erase(person=cast.bob(), by=cast.ada(), reason="person")

    assert not HeldTelling.objects.exists()
    with time_machine.travel(until + timedelta(minutes=1)):
        assert telling.send_what_was_held() == 0


def test_staff_see_who_waits_and_until_when(as_lea: Client) -> None:
    approved()
    until = moved(cast.bob())
    telling.send(cast.late_orders())
    page = as_lea.get(reverse("decisions:updates", args=["late-orders"])).content.decode()

    assert f'href="/people/{cast.bob().ref}/"' in page
    assert date_format(localtime(until), "DATETIME_FORMAT") in page
