"""Mail leaves once, waits when it must, and says what the server said. The server is a real one."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage as Letter
from email.policy import default
from email.utils import formataddr
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from allears.core import claims, delivery, letters, lines, mail
from allears.core.in_hand import Book
from allears.core.models import URGENT, AuditEvent, Message
from allears.core.queries import the_organisation
from allears.core.smtp import Sender
from tests import cast
from tests.core.mail_server import PostOffice, post_office

pytestmark = pytest.mark.django_db


def put(to: str = "bob@customer.example", key: str = "", **fields: Any) -> Message:
    fields = {"subject": "Your words", "text": "Hello Bob", **fields}
    return mail.put(to=to, key=key or f"test:{to}", **fields)


def test_a_mail_leaves_once_with_its_headers(office: PostOffice) -> None:
    put(to_name="Bob Hale", headers={"List-Unsubscribe": "<https://house.example/me/abc/>"})

    assert delivery.send_waiting() == 1
    assert delivery.send_waiting() == 0

    [(to, letter)] = office.letters
    message = Message.objects.get()
    assert to == "bob@customer.example"
    assert letter["To"] == "Bob Hale <bob@customer.example>"
    assert letter["Subject"] == "Your words"
    assert letter["Message-ID"] == f"<{message.ref}@localhost>"
    assert letter["Date"]
    assert letter["List-Unsubscribe"] == "<https://house.example/me/abc/>"
    assert letter.get_payload().strip() == "Hello Bob"
    assert message.state == "sent"


def test_a_long_way_out_arrives_in_one_piece(office: PostOffice) -> None:
    way_out = f"<https://house.example/people/leave/{'k3y' * 40}/>"
    put(headers={"List-Unsubscribe": way_out})

    delivery.send_waiting()

    [(_, letter)] = office.letters
    assert letter["List-Unsubscribe"] == way_out


def test_words_of_any_script_arrive_as_written(office: PostOffice) -> None:
    put(subject="Ihre Wörter 🌱", text="شكرا لك، Zoë 🙂\n.\nA line with a single dot above.")

    delivery.send_waiting()

    [(_, letter)] = office.letters
    arrived = letter.get_payload(decode=True).decode()
    assert arrived.replace("\r\n", "\n").rstrip("\n") == (
        "شكرا لك، Zoë 🙂\n.\nA line with a single dot above."
    )


def test_many_mails_leave_by_one_connection(office: PostOffice) -> None:
    for number in range(25):
        put(f"person{number}@customer.example")

    assert delivery.send_waiting() == 25
    assert office.sessions == 1


def test_html_is_the_second_way_to_read(office: PostOffice) -> None:
    put(html="<p>Hello <b>Bob</b></p>")

    delivery.send_waiting()

    [(_, letter)] = office.letters
    assert [part.get_content_type() for part in letter.get_payload()] == ["text/plain", "text/html"]


def test_what_may_not_leave_yet_waits(office: PostOffice) -> None:
    put(not_before=timezone.now() + timedelta(hours=1))

    assert delivery.send_waiting() == 0
    Message.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert delivery.send_waiting() == 1


def test_what_somebody_waits_for_at_the_sign_in_page_goes_first(office: PostOffice) -> None:
    put("first@customer.example")
    put("ana@house.example", kind="account")

    delivery.send_waiting()

    assert office.recipients == ["ana@house.example", "first@customer.example"]


@pytest.mark.parametrize("kind", URGENT)
def test_what_somebody_waits_for_overtakes_a_round_that_is_being_sent(
    kind: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "AT_ONCE", 2)
    for number in range(4):
        put(f"p{number}@customer.example")
    first = claims.claim(Book())
    put("bob@customer.example", kind=kind)
    second = claims.claim(Book())

    assert [message.to for message in first.letters] == ["p0@customer.example", "p1@customer.example"]
    assert [message.to for message in second.letters] == ["bob@customer.example", "p2@customer.example"]


def test_a_slow_server_keeps_nobody_waiting_behind_a_whole_claim(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "ONE_BATCH", 0.05)
    monkeypatch.setattr(delivery, "ONE_ROUND", 0)
    office.takes = 0.06
    for number in range(3):
        put(f"p{number}@customer.example")

    assert delivery.send_waiting() == 1
    assert list(Message.objects.filter(sent_at=None).values_list("claimed_at", "attempts")) == [(None, 0), (None, 0)]
    put("bob@customer.example", kind="own")
    assert [delivery.send_waiting() for _again in range(4)] == [1, 1, 1, 0]
    assert office.recipients == ["p0@customer.example", "bob@customer.example", "p1@customer.example", "p2@customer.example"]


@pytest.mark.parametrize("kind", URGENT)
def test_what_somebody_waits_for_is_found_without_a_look_at_the_round(kind: str) -> None:
    three_hundred_wait()

    assert "core_message_urgent" in _plan(claims.looks_for_urgent()[URGENT.index(kind)][: claims.AT_ONCE])


@pytest.mark.parametrize("which", [0, 1], ids=["at once", "when its time has come"])
def test_what_is_due_is_found_without_a_look_at_what_waits_for_the_morning(which: int) -> None:
    three_hundred_wait(not_before=timezone.now() + timedelta(hours=9))

    assert "core_message_due" in _plan(claims.looks_for_due()[which])


def three_hundred_wait(**fields: Any) -> None:
    """A round of letters waits, and the database knows of it."""
    Message.objects.bulk_create(
        Message(key=f"k{n}", to="b@customer.example", subject="s", text="t", **fields) for n in range(300)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_message")


def _plan(found: QuerySet[Message]) -> str:
    if connection.vendor != "postgresql":
        return _plan_on_sqlite(found)
    with connection.cursor() as cursor:  # a table of a few rows is read whole, unless that is forbidden
        cursor.execute("SET LOCAL enable_seqscan = off")
    return found.explain()


def _plan_on_sqlite(found: QuerySet[Message]) -> str:
    words, values = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {words}", values)
        return str(cursor.fetchall())


def test_a_refusal_for_good_is_kept_in_the_servers_words_and_stops_nobody_else(office: PostOffice) -> None:
    office.answers["gone@customer.example"] = "550 5.1.1 No such person here"
    put("gone@customer.example")
    put("bob@customer.example")

    assert delivery.send_waiting() == 1

    gone = Message.objects.get(to="gone@customer.example")
    assert (gone.state, gone.error) == ("failed", "550 5.1.1 No such person here")
    assert office.recipients == ["bob@customer.example"]


def test_a_refusal_that_may_pass_is_tried_again_later_and_later(office: PostOffice) -> None:
    office.answers["bob@customer.example"] = "450 4.2.1 Try again later"
    put()

    delivery.send_waiting()
    message = Message.objects.get()
    first = message.try_after
    assert message.state == "waiting"
    assert "Try again later" in message.error
    assert delivery.send_waiting() == 0

    Message.objects.update(try_after=timezone.now())
    delivery.send_waiting()
    message.refresh_from_db()
    assert first is not None
    assert message.try_after is not None
    assert message.try_after > first
    assert message.attempts == 2

    office.answers.clear()
    Message.objects.update(try_after=timezone.now())
    assert delivery.send_waiting() == 1


def test_patience_ends(office: PostOffice) -> None:
    office.answers["bob@customer.example"] = "450 4.2.1 Try again later"
    put()

    for _ in range(len(delivery.PATIENCE) + 1):
        Message.objects.update(try_after=timezone.now())
        delivery.send_waiting()

    assert Message.objects.get().state == "failed"


def test_when_the_answer_is_lost_nothing_is_sent_twice_and_a_person_is_asked(office: PostOffice) -> None:
    office.hang_up_after_data = True
    put()

    delivery.send_waiting()
    office.hang_up_after_data = False
    delivery.send_waiting()

    message = Message.objects.get()
    assert len(office.letters) == 1
    assert message.state == "failed"
    assert "may have arrived" in message.error


def test_when_the_line_breaks_before_the_mail_left_it_waits_on(office: PostOffice) -> None:
    office.hang_up_at_recipient = True
    put()

    delivery.send_waiting()
    message = Message.objects.get()
    assert (message.state, message.attempts) == ("waiting", 0)
    assert the_organisation().mail_trouble

    office.hang_up_at_recipient = False
    assert delivery.send_waiting() == 0  # the server is left alone for a minute
    _after_a_rest()
    assert delivery.send_waiting() == 1
    assert the_organisation().mail_trouble == ""


def _after_a_rest() -> None:
    organisation = the_organisation()
    organisation.mail_trouble_at = timezone.now() - timedelta(minutes=2)
    organisation.save()


def test_a_server_that_is_away_holds_up_mail_and_loses_none(settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9/?tls=none"
    put()

    assert delivery.send_waiting() == 0

    message = Message.objects.get()
    assert (message.state, message.attempts) == ("waiting", 0)
    assert "refused" in the_organisation().mail_trouble


def test_without_a_mail_server_mail_waits(settings: Any) -> None:
    settings.SMTP_URL = ""
    put()

    assert delivery.send_waiting() == 0
    assert Message.objects.get().state == "waiting"


def test_what_a_worker_had_in_its_hand_when_it_died_is_not_sent_again(office: PostOffice) -> None:
    put()
    claims.claim(Book())
    Message.objects.update(claimed_at=timezone.now() - timedelta(hours=1))

    claims.give_up_unanswered()
    delivery.send_waiting()

    assert Message.objects.get().state == "failed"
    assert office.letters == []


def test_an_administrator_can_send_a_failed_mail_again_but_not_a_sent_one(office: PostOffice) -> None:
    office.answers["gone@customer.example"] = "550 No"
    put("gone@customer.example")
    put("bob@customer.example")
    delivery.send_waiting()
    office.answers.clear()

    assert delivery.send_again(messages=Message.objects.all(), by=cast.ada()) == 1
    delivery.send_waiting()

    assert sorted(office.recipients) == ["bob@customer.example", "gone@customer.example"]
    assert AuditEvent.objects.filter(verb="core.mail_sent_again").count() == 1


def test_once_sent_the_stored_mail_answers_for_nobody(office: PostOffice) -> None:
    token = "Ab3dEf6hIj9kLm2nOp5qRs8t"
    put(
        text=f"Answer here: https://house.example/a/{token}/ or read /studies/why-do-orders-come-late/",
        html=f'<a href="https://house.example/a/{token}/">Answer</a>',
        headers={"List-Unsubscribe": f"<https://house.example/me/{token}/>"},
    )

    delivery.send_waiting()

    message = Message.objects.get()
    assert token in str(office.letters[0][1])
    assert token not in message.text + message.html + str(message.headers)
    assert "https://house.example/a/…/" in message.text
    assert "why-do-orders-come-late" in message.text


def test_an_unsent_mail_keeps_its_links() -> None:
    token = "Ab3dEf6hIj9kLm2nOp5qRs8t"
    put(text=f"https://house.example/a/{token}/")

    delivery.send_waiting()

    assert token in Message.objects.get().text


@pytest.mark.parametrize("unkind", [
    {"subject": "Hello\r\nBcc: everybody@customer.example"},
    {"to": "bob@customer.example\nBcc: everybody@customer.example"},
    {"to_name": "Bob\r\nBcc: x@customer.example"},
    {"headers": {"List-Unsubscribe": "<x>\r\nBcc: x@customer.example"}},
    {"headers": {"X-Note\r\nBcc": "x@customer.example"}},
    {"to": "no address"},
])  # fmt: skip
def test_nobody_smuggles_headers_into_a_mail(unkind: dict[str, Any]) -> None:
    with pytest.raises(mail.UnfitAddress):
        put(**unkind)

    assert Message.objects.count() == 0


def test_the_same_key_is_one_mail() -> None:
    assert put(key="once").pk == put(key="once", subject="Something else").pk


def test_signing_in_at_the_mail_server_with_the_sealed_password() -> None:
    with post_office(login=("allears", "s3cret pass")) as office:
        _mail_server_is(office.port, "s3cret pass")
        put()
        assert delivery.send_waiting() == 1


def test_a_wrong_password_is_said_in_the_servers_words_and_touches_no_mail() -> None:
    with post_office(login=("allears", "s3cret pass")) as office:
        _mail_server_is(office.port, "wrong")
        put()
        assert delivery.send_waiting() == 0

    assert "535" in the_organisation().mail_trouble
    assert Message.objects.get().state == "waiting"


def _mail_server_is(port: int, password: str) -> None:
    from allears.core.organisation import change_organisation

    organisation = the_organisation()
    organisation.smtp_host, organisation.smtp_port = "127.0.0.1", port
    organisation.smtp_security, organisation.smtp_user = "none", "allears"
    change_organisation(organisation=organisation, by=cast.ada(), password=password)
    assert password not in the_organisation().smtp_password_sealed


@pytest.mark.parametrize("name", ["Bob Hale", "", 'Hale, "Bob"', "Жанна", "=?utf-8?q?Bob?=", "B" * 90, "عمر"])
def test_a_header_written_fast_reads_as_the_library_would_have_written_it(name: str) -> None:
    message = put(to_name=name, subject=f"Für {name or 'you'}", headers={"Reply-To": "Ana <ana@house.example>"})
    sender = Sender("Das Haus, Café", "haus@house.example")

    for _twice in range(2):
        read = message_from_bytes(letters.bytes_of(message, sender), policy=default)
        plain = Letter(policy=default)
        plain["From"], plain["To"] = formataddr((sender.name, sender.address)), formataddr((name, message.to))
        plain["Subject"] = message.subject
        written = message_from_bytes(plain.as_bytes(), policy=default)
        assert [read[header] for header in ("From", "To", "Subject")] == [written["From"], written["To"], written["Subject"]]
        assert read["Reply-To"] == "Ana <ana@house.example>"


@pytest.mark.parametrize("fields", [
    {"to": "bob@customer.example\r\nBcc: all@customer.example"}, {"to_name": "Bob\nBcc: all@customer.example"},
    {"subject": "Hello\r\nBcc: all@customer.example"}, {"headers": {"List-Help": "<x>\r\nBcc: all@customer.example"}},
])  # fmt: skip
def test_a_line_break_never_becomes_a_header(fields: dict[str, Any]) -> None:
    whole = {"to": "bob@customer.example", "to_name": "Bob", "subject": "Hello", "text": "Hello", "headers": {}, **fields}

    with pytest.raises(ValueError, match="linefeed"):
        letters.bytes_of(Message(**whole), Sender("House", "house@house.example"))


def test_whoever_knows_how_one_letter_is_divided_cannot_divide_another() -> None:
    house = Sender("House", "house@house.example")
    first = message_from_bytes(letters.bytes_of(put(html="<p>Hello</p>"), house), policy=default)
    smuggled = f"Hello\n--{first.get_boundary()}\nContent-Type: text/html\n\n<p>Not ours</p>\n--{first.get_boundary()}--\n"

    second = message_from_bytes(letters.bytes_of(put("x@customer.example", text=smuggled, html="<p>Hi</p>"), house), policy=default)

    assert [part.get_content().replace("\r\n", "\n") for part in second.iter_parts()] == [smuggled, "<p>Hi</p>\n"]


def test_a_mail_called_back_or_taken_by_another_worker_is_not_taken() -> None:
    first, second, third, fourth = (put(f"p{n}@customer.example") for n in range(4))
    mail.call_back(Message.objects.filter(pk=second.pk), why="overtaken")
    Message.objects.filter(pk=third.pk).update(attempts=1, try_after=timezone.now() + timedelta(minutes=1))

    assert claims.claim(Book()).letters == [first, fourth]
    assert claims.claim(Book()).letters == []


def in_doubt(to: str) -> Message:
    put(to, text="Answer here: https://house.example/a/Ab3dEf6hIj9kLm2nOp5qRs8t/")
    claims.claim(Book())
    Message.objects.filter(to=to).update(claimed_at=timezone.now() - timedelta(hours=1))
    claims.give_up_unanswered()
    return Message.objects.get(to=to)


def test_what_may_have_arrived_is_not_sent_again_with_what_the_server_refused(office: PostOffice, as_ada: Client) -> None:
    office.answers["gone@customer.example"] = "550 No"
    put("gone@customer.example")
    delivery.send_waiting()
    office.answers.clear()
    doubted = in_doubt("bob@customer.example")

    page = as_ada.get(reverse("core:outbox")).content.decode()
    assert ("Send 1 failed mail again" in page, "1 mail may have arrived" in page) == (True, True)
    as_ada.post(reverse("core:outbox_again"))
    delivery.send_waiting()

    assert office.recipients == ["gone@customer.example"]
    doubted.refresh_from_db()
    assert doubted.state == "failed"


def test_what_somebody_knows_to_have_arrived_counts_as_sent_and_answers_for_nobody(office: PostOffice, as_ada: Client) -> None:
    doubted = in_doubt("bob@customer.example")
    here = reverse("core:outbox_mail", args=[doubted.ref])
    assert "Nobody knows whether it arrived" in as_ada.get(here).content.decode()

    as_ada.post(here, {"arrived": "1"})
    delivery.send_waiting()

    doubted.refresh_from_db()
    assert (doubted.state, office.letters, "Ab3dEf6h" in doubted.text) == ("sent", [], False)
    assert AuditEvent.objects.filter(verb="core.mail_arrived").count() == 1


def test_all_in_doubt_can_count_as_sent_at_once_or_each_be_sent_again(office: PostOffice, as_ada: Client) -> None:
    first, second = in_doubt("bob@customer.example"), in_doubt("cleo@customer.example")
    as_ada.post(reverse("core:outbox_mail", args=[first.ref]))
    as_ada.post(reverse("core:outbox_again"), {"arrived": "1"})
    delivery.send_waiting()

    assert office.recipients == ["bob@customer.example"]
    second.refresh_from_db()
    assert second.state == "sent"
    assert "cleo@" not in as_ada.get(reverse("core:outbox"), {"state": "doubt"}).content.decode()
