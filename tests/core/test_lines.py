"""Many letters leave by some connections at once, through servers that are full, slow, strict or suddenly gone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from allears.core import claims, delivery, mail, smtp
from allears.core.in_hand import Book
from allears.core.models import Message
from allears.core.queries import the_organisation
from tests.core.mail_server import PostOffice

pytestmark = pytest.mark.django_db
MANY = 60


def put(number: int = MANY) -> list[str]:
    """Put so many mails, and return whom they are to."""
    addresses = [f"p{n}@customer.example" for n in range(number)]
    mail.put_many([mail.Letter(to, "Your words", "Hello", f"test:{to}") for to in addresses])
    return addresses


def states() -> Counter[str]:
    return Counter(message.state for message in Message.objects.all())


def the_server_has_rested() -> None:
    organisation = the_organisation()
    organisation.mail_trouble_at = timezone.now() - timedelta(minutes=2)
    organisation.save()


def test_many_leave_by_some_connections_at_once_and_each_once(office: PostOffice) -> None:
    addresses = put()
    office.takes = 0.01

    assert delivery.send_waiting() == MANY
    assert sorted(office.recipients) == sorted(addresses)
    assert office.sessions == smtp.LINES
    assert states() == {"sent": MANY}


def test_a_server_that_takes_few_connections_gets_few(office: PostOffice) -> None:
    put()
    office.takes, office.most_sessions = 0.005, 2

    assert delivery.send_waiting() == MANY
    assert states() == {"sent": MANY}
    assert the_organisation().mail_trouble == ""


def test_a_server_that_wants_a_new_connection_now_and_then_gets_it_in_the_same_round(office: PostOffice) -> None:
    addresses = put()
    office.most_letters = 7

    assert delivery.send_waiting() == MANY
    assert sorted(office.recipients) == sorted(addresses)
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}
    assert the_organisation().mail_trouble == ""


def test_a_server_that_wants_nothing_on_any_connection_is_left_alone(office: PostOffice) -> None:
    put()
    office.hang_up_at_recipient = True

    assert delivery.send_waiting() == 0
    assert set(Message.objects.values_list("claimed_at", "attempts")) == {(None, 0)}
    assert the_organisation().mail_trouble != ""
    assert office.sessions <= smtp.LINES


def test_a_connection_that_breaks_over_a_letter_leaves_this_one_in_doubt_and_the_others_wait(
    office: PostOffice,
) -> None:
    addresses = put()
    office.drops_after = {addresses[30]}

    sent = delivery.send_waiting()
    assert states() == {"sent": sent, "failed": 1, "waiting": MANY - sent - 1}
    lost = Message.objects.get(to=addresses[30])
    assert "may have arrived" in lost.error
    assert set(Message.objects.filter(sent_at=None, failed_at=None).values_list("claimed_at", "attempts")) == {
        (None, 0)
    }

    the_server_has_rested()
    delivery.send_waiting()
    assert states() == {"sent": MANY - 1, "failed": 1}
    assert Counter(office.recipients) == dict.fromkeys(addresses, 1)


def test_a_server_that_is_gone_while_it_has_letters_leaves_one_a_connection_in_doubt(office: PostOffice) -> None:
    put()
    office.hang_up_after_data = True

    delivery.send_waiting()
    in_doubt = Message.objects.filter(failed_at__isnull=False)
    assert 1 <= in_doubt.count() <= smtp.LINES
    assert {message.to for message in in_doubt} == set(office.recipients)
    assert states()["waiting"] == MANY - in_doubt.count()


@pytest.mark.parametrize("said", ["452 4.3.1 The disk is full", "550 5.7.1 We do not want this"])
@pytest.mark.parametrize("when", ["when_it_comes", "before_it_comes"])
def test_a_letter_that_is_refused_by_itself_is_told_of_and_holds_up_no_other(
    when: str, said: str, office: PostOffice
) -> None:
    addresses = put()
    getattr(office, when)[addresses[30]] = said

    assert delivery.send_waiting() == MANY - 1
    refused = Message.objects.get(to=addresses[30])
    assert (refused.state, refused.error) == ("waiting" if said.startswith("4") else "failed", said)
    assert the_organisation().mail_trouble == ""
    assert sorted(office.recipients) == sorted({*addresses} - {refused.to})


def test_a_server_that_closes_instead_of_taking_a_letter_has_not_got_it(office: PostOffice) -> None:
    [to] = put(1)
    office.when_it_comes[to] = "421 4.3.2 Going down"

    assert delivery.send_waiting() == 0
    message = Message.objects.get()
    assert (message.state, message.attempts) == ("waiting", 0)
    assert the_organisation().mail_trouble == "421 4.3.2 Going down"

    office.when_it_comes.clear()
    the_server_has_rested()
    assert delivery.send_waiting() == 1


def test_a_server_that_says_nothing_for_too_long_has_perhaps_got_the_letter(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 0.2)
    put(2)
    office.takes = 1

    assert delivery.send_waiting() == 0
    assert states() == {"failed": 1, "waiting": 1}
    assert "may have arrived" in Message.objects.get(failed_at__isnull=False).error


def test_what_is_held_or_called_back_is_kept_with_what_leaves_beside_it(office: PostOffice, settings: Any) -> None:
    held, stopped, free = put(3)
    _with_quiet_hours_now(held)
    _that_came_back(stopped)

    assert delivery.send_waiting() == 1
    assert office.recipients == [free]
    waits, gone = Message.objects.get(to=held), Message.objects.get(key=f"test:{stopped}")
    assert (waits.state, waits.attempts, claims.due_in(waits) is not None) == ("waiting", 0, True)
    assert (gone.state, gone.text, "came back" in gone.error) == ("failed", "", True)


def _with_quiet_hours_now(address: str) -> None:
    from allears.people.models import Person

    hour = timezone.now()
    Person.objects.create(
        name="Bob Hale", email=address, email_key=address, time_zone="UTC",
        quiet_from=(hour - timedelta(hours=1)).time(), quiet_to=(hour + timedelta(hours=1)).time(),
    )  # fmt: skip


def _that_came_back(address: str) -> None:
    from allears.people.models import MailBounce

    message = mail.put(to=address, subject="s", text="t", key="earlier", not_before=timezone.now() + timedelta(days=1))
    MailBounce.objects.create(key="k", address_key=address, message=message, hard=True, status="5.1.1")


def test_who_was_erased_while_their_letter_left_stays_erased() -> None:
    put(2)
    claim = claims.claim(Book())
    erased = {"to": "nobody@nowhere.invalid", "text": "", "html": "", "headers": {}}
    Message.objects.update(failed_at=timezone.now(), error="the person was erased", **erased)

    claims.sent(claim.at, claim.letters[:1])
    claims.back(claim.at, claim.letters[1:])
    sent, kept_back = Message.objects.order_by("pk")
    assert (sent.state, sent.text, sent.to) == ("sent", "", "nobody@nowhere.invalid")
    assert (kept_back.state, kept_back.text, kept_back.error) == ("failed", "", "the person was erased")
    assert not claims.anything_due()
