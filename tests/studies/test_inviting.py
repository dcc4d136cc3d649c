"""People are asked once, within their budget, by a letter that carries a link of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django_tasks_db.models import DBTaskResult
from selectolax.lexbor import LexborHTMLParser

from allears.core.links import hash_token
from allears.core.models import AuditEvent, Job, Message
from allears.core.progress import Interrupted, interrupt_when
from allears.core.queries import the_organisation
from allears.people.actions import merge, record_consent
from allears.people.models import Contact, Person
from allears.studies import actions, inviting, mails, translating
from allears.studies.hearing import Outcome
from allears.studies.models import Decline, Invitation, InvitationLink, RoundList, State
from allears.studies.queries import invitations_of, outcome_counts, outcome_rates
from allears.studies.tasks import send_invitations
from tests import cast

pytestmark = pytest.mark.django_db


def two() -> list[Person]:
    return [cast.bob(), cast.cleo()]


def invited() -> list[Invitation]:
    return actions.invite(study=cast.late_orders(), people=two(), by=cast.ana(), minutes=3)


def link_in(message: Message) -> str:
    found = re.search(r"/a/([\w-]+)/\n", message.text)
    assert found is not None
    return found[1]


def test_each_person_gets_one_letter_with_a_link_of_their_own() -> None:
    rows = invited()
    letters = {letter.to: letter for letter in Message.objects.all()}

    assert set(letters) == {"bob@customer.example", "cleo@customer.example"}
    assert {letter.key for letter in letters.values()} == {f"invite:{row.ref}:1" for row in rows}
    tokens = [link_in(letter) for letter in letters.values()]
    assert len(set(tokens)) == 2
    for token in tokens:
        found = actions.invitation_for(token)
        assert found is not None
        assert letters[found.person.email].text.count(token) == 4


def test_only_the_hash_of_a_link_is_kept() -> None:
    invited()
    token = link_in(Message.objects.get(to="bob@customer.example"))

    assert InvitationLink.objects.filter(token_hash=hash_token(token)).count() == 1
    assert not InvitationLink.objects.filter(token_hash__contains=token).exists()


def test_the_letter_says_who_asks_why_how_long_and_by_when() -> None:
    invited()
    letter = Message.objects.get(to="bob@customer.example")

    assert letter.subject == "Bob, can you help us understand?"
    for words in (
        "Hello Bob,", "Ana Ruiz of Your organisation asks for your help:", "Your last orders came late",
        "It takes about 3 minutes", "By ", "/decline/", "/people/leave/",
    ):  # fmt: skip
        assert words in letter.text
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Your last orders came late" in letter.html


def test_a_problem_that_is_markup_arrives_as_words() -> None:
    study = cast.late_orders(problem="<script>alert(1)</script> & more")
    actions.invite(study=study, people=[cast.bob()], by=cast.ana(), minutes=1)
    letter = Message.objects.get()

    assert "<script>alert(1)</script> & more" in letter.text
    assert "<script" not in letter.html
    assert "It takes about 1 minute." in letter.text


def test_a_name_with_a_line_break_smuggles_no_header() -> None:
    person = cast.person("Eve\r\nBcc: all@customer.example")
    actions.invite(study=cast.late_orders(), people=[person], by=cast.ana(), minutes=1)

    assert Message.objects.get().to_name == "Eve Bcc: all@customer.example"


def test_a_letter_says_where_the_questions_are_in_another_language() -> None:
    study = cast.late_orders()
    amal, bob = cast.person("Amal Nasser", language="ar", email="amal@customer.example"), cast.bob()
    actions.invite(study=study, people=[amal, bob], by=cast.ana(), minutes=3)
    foreign, own = (Message.objects.get(to=person.email) for person in (amal, bob))

    assert [": English." in said for said in (foreign.text, foreign.html)] == [True, True]
    assert "another language" not in own.text
    translating.offer(study=study, language="ar", by=cast.ana())
    assert mails.Letters(study, the_organisation()).invitation(Invitation.objects.get(person=amal), "x")["text"].count("English") == 0


def test_a_letter_speaks_the_person_s_language_where_we_do() -> None:
    cast.bob()
    Person.objects.update(language="ar-EG")
    invited()
    letter = LexborHTMLParser(Message.objects.get(to="bob@customer.example").html)

    assert letter.css_first("html").attributes == {"lang": "ar", "dir": "rtl"}
    assert letter.css_first("blockquote").attributes["dir"] == "ltr"
    assert letter.css_first("blockquote").attributes["lang"] == "en"


def test_a_letter_tells_the_problem_as_it_is_translated_and_leans_on_no_side() -> None:
    study = cast.late_orders()
    text = next(text for text in translating.own_texts(study) if text.key == "study.problem")
    said = {text.sign: "وصلت طلباتك متأخرة."}
    translating.translate(study=study, language="ar", texts=[text], said=said, by=cast.ana())
    translating.offer(study=study, language="ar", by=cast.ana())
    actions.invite(study=study, people=[cast.person("Amal Nasser", language="ar", email="amal@customer.example")], by=cast.ana(), minutes=3)
    mail = Message.objects.get().html
    problem = LexborHTMLParser(mail).css_first("blockquote")

    assert (problem.attributes["lang"], problem.attributes["dir"], problem.text().strip()) == ("ar", "rtl", "وصلت طلباتك متأخرة.")
    assert re.findall(r"[\s;\"-](left|right)\b", mail) == []


def test_asking_again_asks_nobody_twice_and_takes_no_minutes_twice() -> None:
    invited()
    cast.dev()
    again = actions.invite(study=cast.late_orders(), people=[*two(), cast.dev()], by=cast.ben(), minutes=3)

    assert [row.person for row in again] == [cast.dev()]
    assert Invitation.objects.count() == Message.objects.count() == Contact.objects.count() == 3


def test_somebody_who_turned_out_to_be_invited_already_is_left_alone() -> None:
    actions.invite(study=cast.late_orders(), people=[cast.bob()], by=cast.ana(), minutes=3)
    merge(keep=cast.cleo(), other=cast.bob(), by=cast.ana())

    assert actions.invite(study=cast.late_orders(), people=[cast.cleo()], by=cast.ana(), minutes=3) == []


def test_nobody_is_asked_beyond_their_budget_unless_somebody_says_why() -> None:
    bob = cast.bob()
    bob.budget_minutes = 2
    bob.save()
    study = cast.late_orders()

    with pytest.raises(actions.NotInvitable) as refused:
        actions.invite_one(study=study, person=bob, by=cast.ana(), minutes=3)
    assert refused.value.why == "no_budget"

    actions.invite_one(study=study, person=bob, by=cast.ana(), minutes=3, override_reason="A recall of his boiler")
    contact = Contact.objects.get()
    assert (contact.override_reason, contact.overridden_by) == ("A recall of his boiler", cast.ana())


def test_who_does_not_want_to_be_asked_and_who_has_no_address_is_not() -> None:
    record_consent(person=cast.bob(), purpose="contact", given=False, source="a call")
    Person.objects.filter(pk=cast.cleo().pk).update(email="", email_key=None)
    done = inviting.invite_some(cast.late_orders(), list(Person.objects.all()), by=cast.ana(), minutes=3)

    assert (done.invitations, dict(done.refused)) == ([], {"not_contactable": 1, "no_address": 1})
    assert Message.objects.count() == 0


def test_a_closed_study_asks_nobody() -> None:
    study = cast.late_orders()
    actions.close_study(study=study, by=cast.ana())

    with pytest.raises(actions.NotOpen):
        actions.invite(study=study, people=[cast.bob()], by=cast.ana(), minutes=3)


def test_a_link_to_copy_needs_no_address_and_sends_no_mail() -> None:
    person = cast.person("Gus Pale", email="", email_key=None)
    row = actions.invite_one(study=cast.late_orders(), person=person, by=cast.ana(), minutes=3, by_mail=False)
    token = actions.issue_link(invitation=row, by=cast.ana())

    assert actions.invitation_for(token) == row
    assert Message.objects.count() == 0


def test_a_forwarded_link_is_revoked_and_a_fresh_one_works() -> None:
    row = invited()[0]
    old = actions.issue_link(invitation=row)

    assert actions.revoke_links(invitation=row, by=cast.ana()) == 2
    fresh = actions.issue_link(invitation=row)

    assert actions.invitation_for(old) is None
    assert actions.invitation_for(fresh) == row
    assert actions.invitation_for("nobody-made-this") is None


def test_people_get_one_reminder_unless_they_ask_for_another() -> None:
    row = invited()[0]
    letter = actions.remind(invitation=row, by=cast.ana())

    assert letter.subject.startswith("A reminder")
    assert actions.invitation_for(link_in(letter)) == row
    with pytest.raises(actions.AlreadyReminded):
        actions.remind(invitation=row, by=cast.ana())
    actions.remind(invitation=row, by=cast.ana(), they_asked=True)
    minutes = Contact.objects.filter(person=row.person).values_list("minutes", flat=True)
    assert sorted(minutes) == [Decimal("0.5"), Decimal("0.5"), Decimal("3.0")]


def test_a_reminder_passes_the_budget_too() -> None:
    row = invited()[0]
    Person.objects.filter(pk=row.person_id).update(budget_minutes=3)

    with pytest.raises(actions.NotInvitable):
        actions.remind(invitation=row, by=cast.ana())


def test_declining_is_an_answer_and_can_be_taken_back() -> None:
    row = invited()[0]
    actions.decline(invitation=row, kind="not_me", reason=" Ask Cleo. ")
    actions.decline(invitation=row, kind="no_time")
    assert list(Decline.objects.values_list("kind", "reason")) == [("no_time", "")]

    actions.take_back_decline(invitation=row)
    assert Decline.objects.count() == 0
    assert AuditEvent.objects.filter(verb="studies.decline_taken_back").count() == 1


def test_what_became_of_invitations_is_counted_in_one_word_each() -> None:
    people = [cast.person(f"{name} Low") for name in ("Una", "Vic", "Wes", "Xia", "Yul")]
    rows = actions.invite(study=cast.late_orders(), people=people, by=cast.ana(), minutes=3)
    actions.decline(invitation=rows[0], kind="rather_not")
    actions.decline(invitation=rows[1], kind="not_me")
    actions.mark_opened(invitation=rows[2])

    counts = {outcome.value: n for outcome, n in outcome_counts(cast.late_orders()).items() if n}
    assert counts == {"declined": 1, "not_me": 1, "opened": 1, "silent": 2}
    rates = outcome_rates(cast.late_orders())
    assert (rates.refused, rates.not_eligible, rates.silent, rates.asked) == (2, 1, 2, 5)
    silent = invitations_of(cast.late_orders(), Outcome.SILENT.value)
    assert [row.person.name for row in silent] == ["Yul Low", "Xia Low"]


def test_a_round_runs_in_the_background_and_again_after_a_crash(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    people = [cast.person(f"{name} Low") for name in ("Una", "Vic", "Wes", "Xia", "Yul")]
    monkeypatch.setattr("allears.studies.tasks.CHUNK", 2)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        job = actions.ask_to_invite(
            study=cast.late_orders(), people=Person.objects.filter(pk__in=[p.pk for p in people]), by=cast.ana(),
            minutes=3,
        )  # fmt: skip
    assert DBTaskResult.objects.count() == 1
    # The server stopped after the first chunk:
    inviting.invite_some(cast.late_orders(), people[:2], by=cast.ana(), minutes=3)

    send_invitations.func(job.pk)
    send_invitations.func(job.pk)

    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert Invitation.objects.count() == Message.objects.count() == Contact.objects.count() == 5
    assert job.result == {"invited": 3, "before": 2}


def low_people() -> Job:
    people = [cast.person(f"{name} Low") for name in ("Una", "Vic", "Wes", "Xia", "Yul")]
    everybody = Person.objects.filter(pk__in=[p.pk for p in people])
    return actions.ask_to_invite(study=cast.late_orders(), people=everybody, by=cast.ana(), minutes=3)


def test_whom_a_round_asks_is_kept_until_it_is_over_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allears.studies.tasks.CHUNK", 2)
    job = low_people()
    interrupt_when(lambda: Invitation.objects.count() == 2)
    try:
        with pytest.raises(Interrupted):
            send_invitations.func(job.pk)
    finally:
        interrupt_when(lambda: False)
    assert RoundList.objects.count() == 1

    send_invitations.func(job.pk)

    assert (Invitation.objects.count(), RoundList.objects.count()) == (5, 0)


def test_a_round_that_was_begun_before_lists_were_kept_goes_on_after_an_upgrade() -> None:
    job = low_people()
    bits = RoundList.objects.get().bits
    RoundList.objects.all().delete()
    ids = list(Person.objects.filter(name__endswith=" Low").order_by("pk").values_list("pk", flat=True))
    Job.objects.filter(pk=job.pk).update(parameters={**job.parameters, "people": ids}, done=2)

    import_module("allears.studies.migrations.0009_rounds_under_way").keep_lists(apps, None)
    job.refresh_from_db()
    assert ("people" in job.parameters, bytes(RoundList.objects.get().bits)) == (False, bytes(bits))
    send_invitations.func(job.pk)

    assert [row.person_id for row in Invitation.objects.order_by("pk")] == ids[2:]


def test_between_two_pieces_of_a_round_others_can_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite lets one write at a time and hands the turn on to nobody: without a pause a round would write alone."""
    monkeypatch.setattr("allears.studies.tasks.CHUNK", 2)
    asked_when_it_paused: list[int] = []
    monkeypatch.setattr(
        "allears.core.progress.time.sleep", lambda seconds: asked_when_it_paused.append(Invitation.objects.count())
    )

    send_invitations.func(low_people().pk)

    assert asked_when_it_paused == ([2, 4, 5] if connection.vendor == "sqlite" else [])


def test_inviting_many_takes_few_queries_each(django_assert_max_num_queries: Callable[..., object]) -> None:
    people = [cast.person(f"Person{n} Low") for n in range(40)]
    study = cast.late_orders()

    with django_assert_max_num_queries(40 * 4 + 30):  # type: ignore[attr-defined]
        inviting.invite_some(study, people, by=cast.ana(), minutes=3)


def test_a_state_is_looked_at_under_a_lock_by_every_chunk() -> None:
    study = cast.late_orders()
    type(study).objects.filter(pk=study.pk).update(state=State.CLOSED)

    with pytest.raises(actions.NotOpen):
        inviting.invite_some(study, [cast.bob()], by=cast.ana(), minutes=3)
