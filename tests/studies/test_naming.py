"""Whoever is named is asked once, becomes a participant only when they agree, and is forgotten otherwise."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from allears.core import mail
from allears.core.clock import now
from allears.core.models import AuditEvent, Message
from allears.core.queries import the_organisation
from allears.people import budget
from allears.people.actions import erase, merge, record_consent
from allears.people.models import Contact, ContactBudget, Person
from allears.people.queries import consents
from allears.studies import actions, inviting, naming, recognising
from allears.studies.models import Invitation, Referral
from tests import cast
from tests.questionnaires import asked

pytestmark = pytest.mark.django_db
DORA = "dora@customer.example"


def invited(person: Person | None = None) -> Invitation:
    return Invitation.objects.get_or_create(study=cast.late_orders(), person=person or cast.bob())[0]


def named(email: str = DORA, by: Person | None = None, name: str = "Dora Finch", note: str = "") -> Referral:
    return naming.name_somebody(invitation=invited(by), name=name, email=email, note=note)


def mails_to(address: str) -> int:
    return Message.objects.filter(to=address).count()


def link() -> str:
    text = Message.objects.filter(kind="study-named").latest("pk").text
    return "/studies/named/" + text.partition("/studies/named/")[2].partition("\n")[0]


def test_the_named_person_gets_one_mail_that_says_by_whom_why_and_how_long() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    named(note="She runs the gate.")
    named(note="Again.")
    letter = Message.objects.get(to=DORA)

    for words in (
        "Hello Dora Finch,", "Ana Ruiz of Your organisation asked Bob Hale for help", "Your last orders came late",
        "She runs the gate.", "about 2 minutes", "after 7 days",
    ):  # fmt: skip
        assert words in letter.text
    assert not Person.objects.filter(email=DORA).exists()
    assert Referral.objects.count() == 1


def test_named_by_two_they_are_written_to_once_and_counted_twice() -> None:
    named()
    second = named(by=cast.cleo(), email="DORA@customer.example")

    assert (second.unasked, second.email, mails_to(DORA)) == ("before", "", 1)
    report = naming.named_in(cast.late_orders())
    assert (report.counts["named"], report.known, report.others) == (2, [], 1)


def known() -> list[tuple[Person, int]]:
    return [(row.person, n) for row, n in naming.named_in(cast.late_orders()).known]


def test_whoever_is_invited_already_and_named_again_and_again_is_known_by_name(as_ana: Client) -> None:
    theirs = invited(cast.dev())
    named(email=cast.dev().email.upper())
    named(email=cast.dev().email, by=cast.cleo())
    named(email=cast.cleo().email)

    assert known() == [(cast.dev(), 2)]
    assert naming.named_in(cast.late_orders()).others == 0
    assert set(Referral.objects.values_list("unasked", "name", "email")) == {("invited", "", "")}
    page = as_ana.get("/studies/late-orders/invitations/").content.decode()
    section = page.partition("Named again and again")[2].partition("</ul>")[0]
    assert f"/{theirs.ref}/" in section
    assert "by 2 people" in section
    assert "no name stands here" not in section


def test_whoever_is_invited_after_they_were_named_is_known_and_who_is_not_invited_is_counted() -> None:
    for namer in (cast.bob(), cast.cleo()):
        named(email=cast.dev().email, by=namer)
        named(email="ghost@customer.example", by=namer)
    assert (known(), naming.named_in(cast.late_orders()).others) == ([], 2)
    inviting.invite(study=cast.late_orders(), people=[cast.cleo(), cast.dev()], by=cast.ana(), minutes=2)

    assert (known(), naming.named_in(cast.late_orders()).others) == ([(cast.dev(), 2)], 1)


@pytest.mark.parametrize("stays", ["invited", "other"])
def test_an_address_of_a_row_that_was_merged_is_theirs_too(stays: str) -> None:
    invited(cast.dev())
    for address in (cast.dev().email, cast.nia().email):
        named(email=address)
        named(email=address, by=cast.cleo())
    assert known() == [(cast.dev(), 2)]
    keep, other = (cast.dev(), cast.nia()) if stays == "invited" else (cast.nia(), cast.dev())
    merge(keep=keep, other=other, by=cast.ana())

    assert (known(), naming.named_in(cast.late_orders()).others) == ([(cast.dev(), 2)], 0)


def test_whoever_said_no_to_being_named_is_not_shown_as_named_when_invited_otherwise() -> None:
    naming.refuse(referral=named(email=cast.dev().email))
    inviting.invite_one(study=cast.late_orders(), person=cast.dev(), by=cast.ana(), minutes=2)
    named(email=cast.dev().email, by=cast.cleo())

    assert (known(), naming.named_in(cast.late_orders()).others) == ([], 1)


def test_opening_the_link_changes_nothing_and_agreeing_makes_a_participant() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    named()
    named(by=cast.cleo())
    before = Referral.objects.values().first()
    page = Client().get(link())
    assert (page.status_code, page.cookies, Referral.objects.values().first()) == (200, {}, before)

    answer = Client().post(link(), {"agree": "yes"})
    dora = Person.objects.get(email=DORA)
    assert (answer.status_code, "/a/" in answer["Location"], dora.name) == (302, True, "Dora Finch")
    assert consents([dora.pk])[dora.pk] == {"contact": True}
    # The letter that asked whether she agrees was read, too: by nobody we knew then.
    assert [str(one.minutes) for one in Contact.objects.filter(person=dora).order_by("at")] == ["0.5", str(Referral.objects.get(agreed__person=dora).minutes)]
    assert [(row.person, n) for row, n in naming.named_in(cast.late_orders()).known] == [(dora, 2)]
    assert Referral.objects.filter(agreed__person=dora, name="", email="").count() == 1


def test_agreeing_twice_leads_to_the_same_invitation() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    named()
    address = link()
    Client().post(address, {"agree": "yes"})
    Client().post(address, {"agree": "yes"})

    assert Invitation.objects.filter(person__email=DORA).count() == 1


@pytest.mark.parametrize("body", [{"agree": "no"}, {"List-Unsubscribe": "One-Click"}])
def test_whoever_refuses_is_forgotten_at_once_and_never_written_to_again(body: dict[str, str]) -> None:
    named(note="She runs the gate.")
    address = link()
    Client().post(address, body)

    row = Referral.objects.get()
    assert (row.name, row.email, row.note, row.token_hash) == ("", "", "", None)
    assert (mails_to(DORA), Person.objects.filter(email=DORA).count()) == (0, 0)
    assert Client().get(address).status_code == 404
    assert (named(by=cast.cleo()).unasked, mails_to(DORA)) == ("before", 0)


def test_whoever_says_nothing_is_forgotten_after_seven_days() -> None:
    named(note="She runs the gate.")
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        assert naming.forget_the_silent() == 0
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert (naming.forget_the_silent(), naming.forget_the_silent()) == (1, 0)

    assert mails_to(DORA) == 0
    assert "dora" not in str(list(Referral.objects.values())).lower()
    assert "dora" not in str(list(AuditEvent.objects.values())).lower()
    assert naming.named_in(cast.late_orders()).counts["silent"] == 1


def test_the_hash_that_stays_is_keyed(settings: object) -> None:
    first = naming.address_hash(DORA)
    settings.SECRET_KEY = "another installation's"  # type: ignore[attr-defined]

    assert naming.address_hash(DORA) != first
    assert len(first) == 64


def test_nobody_names_themselves_under_whichever_address() -> None:
    merge(keep=cast.bob(), other=cast.cleo(), by=cast.ana())
    for address in ("bob@customer.example", "CLEO@customer.example"):
        with pytest.raises(naming.NotNamed) as refused:
            named(email=address)
        assert list(refused.value.wrong) == ["email"]
    assert Message.objects.exclude(kind="address").count() == 0


@pytest.mark.parametrize("why", ["invited", "left", "no_budget"])
def test_who_cannot_be_asked_is_not_and_the_namer_learns_nothing_of_them(why: str) -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    if why == "invited":
        invited(cast.cleo())
    elif why == "left":
        record_consent(person=cast.cleo(), purpose="contact", given=False, source="a call")
    else:
        Person.objects.filter(pk=cast.cleo().pk).update(budget_minutes=0)
    the_organisation()
    address = asked.invited(cast.bob())
    answer = Client().post(f"{address}somebody/", {"name": "Cleo", "email": cast.cleo().email}, follow=True)
    stranger = Client().post(f"{address}somebody/", {"name": "Dora", "email": DORA}, follow=True)

    assert Referral.objects.get(unasked=why).email == ""
    assert mails_to(cast.cleo().email) == 0
    assert answer.content == stranger.content


def test_a_customer_who_was_not_invited_is_asked_through_the_budget() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    named(email=cast.cleo().email, name="Cleo")

    assert [str(c.minutes) for c in Contact.objects.filter(person=cast.cleo())] == ["0.5"]
    naming.agree(referral=Referral.objects.get())
    assert [str(c.minutes) for c in Contact.objects.filter(person=cast.cleo()).order_by("pk")][0::2] == ["0.5"]


def test_the_moment_that_a_stranger_was_asked_for_counts_as_of_then_and_before_the_study() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    with time_machine.travel(now() - timedelta(days=2), tick=False):
        then = named().named_at
    ContactBudget.objects.update_or_create(pk=1, defaults={"minutes": 1})
    with pytest.raises(inviting.NotInvitable):
        naming.agree(referral=Referral.objects.get())
    assert not Person.objects.filter(email=DORA).exists()

    ContactBudget.objects.update(minutes=30)
    naming.agree(referral=Referral.objects.get())
    assert Contact.objects.get(minutes="0.5").at == then
    assert budget.minutes_asked([Person.objects.get(email=DORA).pk]) == {Person.objects.get(email=DORA).pk: Referral.objects.get().minutes + Decimal("0.5")}


def test_the_list_hashes_no_address_and_asks_as_much_of_many_invited_as_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    for namer in (cast.bob(), cast.cleo()):
        named(email=cast.dev().email, by=namer)
        named(by=namer)
    inviting.invite(study=cast.late_orders(), people=[cast.dev(), cast.nia()], by=cast.ana(), minutes=2)
    monkeypatch.setattr(recognising, "salted_hmac", None)  # nothing can be hashed any more

    study, dev = cast.late_orders(), cast.dev()
    with CaptureQueriesContext(connection) as few:
        before = naming.named_in(study)
    Invitation.objects.bulk_create(Invitation(study=study, person=cast.person(f"Guest{n} Low")) for n in range(5))
    with CaptureQueriesContext(connection) as more:
        after = naming.named_in(study)

    assert before == after
    assert ([(row.person, n) for row, n in after.known], after.others) == ([(dev, 2)], 1)
    assert len(more) == len(few)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "dora@customer.example\r\nBcc: all@customer.example"), ("email", "dora"), ("email", ""),
        ("email", "dora@customer.example, cleo@customer.example"), ("email", "x" * 400 + "@customer.example"),
        ("email", "dörte@customer.example"), ("email", "dora@customer.example\0"),
        ("name", " "), ("name", "Win at https://casino.example"), ("name", "D" * 201),
        ("note", "Look at www.casino.example"), ("note", "write to me@casino.example"), ("note", "x" * 401),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_words_and_nothing_is_sent(field: str, value: str) -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    said = {"name": "Dora Finch", "email": DORA, "note": "", field: value}
    answer = Client().post(f"{asked.invited(cast.bob())}somebody/", said)

    # A line end or a NUL inside an address is no address either, unless taking it out leaves one.
    assert answer.status_code == 422 or Message.objects.get().to == DORA
    assert "Bcc" not in str(list(Message.objects.values("to", "headers", "subject")))


def test_all_that_is_wrong_is_said_at_once() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    answer = Client().post(f"{asked.invited(cast.bob())}somebody/", {"name": "", "email": "dora"}).content.decode()

    assert all(f'href="#{field}"' in answer for field in ("name", "email"))
    assert 'href="#note"' not in answer


def test_a_name_with_a_line_break_smuggles_no_header() -> None:
    named(name="Dora\r\nBcc: all")

    assert Message.objects.get().to_name == "Dora Bcc: all"


def test_nobody_names_a_thousand_people() -> None:
    for n in range(3):
        named(email=f"friend{n}@customer.example")
    with pytest.raises(naming.NotNamed):
        named(email="friend3@customer.example")
    assert Message.objects.count() == 3


def test_a_closed_study_asks_nobody_any_more() -> None:
    named()
    letter = Message.objects.get()
    assert mail.why_not(letter) == ""
    actions.close_study(study=cast.late_orders(), by=cast.ana())

    assert mail.why_not(letter) == "The study takes no more answers."
    assert "closed" in Client().post(link(), {"agree": "yes"}).content.decode()
    assert not Person.objects.filter(email=DORA).exists()
    with pytest.raises(naming.Over):
        named(email="friend@customer.example")


def test_the_link_in_the_mail_is_blanked_once_it_has_left() -> None:
    from allears.core.letters import without_links

    named()
    token = link().split("/")[3]

    assert token not in without_links(Message.objects.get().text)


def test_who_asked_to_be_erased_is_not_written_to_but_may_agree_again() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    address = cast.cleo().email
    erase(person=cast.cleo(), by=None, reason="person")

    assert named(email=address).unasked == "left"
    assert not Message.objects.filter(to=address).exists()


def test_whoever_was_named_and_is_erased_before_they_answer_leaves_no_name_and_no_address() -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    named(email=cast.cleo().email, name="Cleo Park", note="Cleo knows the gate.")
    named(email="other@customer.example")
    way = link()

    erase(person=cast.cleo(), by=None, reason="person")

    left = serializers.serialize("json", Referral.objects.filter(email=""))
    assert [trace for trace in ("Cleo", "customer.example", "gate") if trace in left] == []
    assert [(row.email, bool(row.forgotten_at)) for row in Referral.objects.order_by("pk")] == [("", True), ("other@customer.example", False)]
    assert Client().get(way).status_code == 200


@pytest.mark.parametrize("has_left", [True, False])
def test_whoever_named_others_and_is_erased_stands_in_no_mail_to_them(has_left: bool) -> None:
    asked.asking([{"kind": "long_text", "text": "What happened?"}])
    named(note="She runs the gate.")
    way = link()
    if has_left:
        Message.objects.update(sent_at=now())

    erase(person=cast.bob(), by=None, reason="person")

    left = serializers.serialize("json", [*Message.objects.filter(kind="study-named"), *Referral.objects.all()])
    assert [trace for trace in ("Bob", "Hale", "gate") if trace in left] == []
    row = Referral.objects.get()
    assert (row.email, bool(row.forgotten_at)) == ((DORA, False) if has_left else ("", True))
    assert Message.objects.filter(sent_at=None, failed_at=None).count() == 0
    answer = Client().get(way)
    assert (answer.status_code == 200, "Bob" in answer.content.decode()) == (has_left, False)
