"""An address from which mail came back gets no more, is shown, and can be mended."""

from __future__ import annotations

import io
import mailbox
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from allears.cli import main
from allears.core import delivery, mail
from allears.core.clock import now
from allears.core.models import Message
from allears.people import bounces
from allears.people.actions import change_person, erase
from allears.people.holdings import hand_over
from allears.people.models import MailBounce, Person
from allears.people.queries import waiting_for
from allears.studies import actions, choosing, inviting
from tests import cast
from tests.core.mail_server import post_office
from tests.core.test_bounces import notification

pytestmark = pytest.mark.django_db


def sent(to: Person | None = None, kind: str = "update") -> Message:
    person = to or cast.bob()
    message = mail.put(to=person.email, subject="Hello", text="Hello", key=f"t:{person.pk}:{kind}", kind=kind)
    Message.objects.filter(pk=message.pk).update(sent_at=now())
    return message


def came_back(message: Message, **fields: Any) -> dict[str, int]:
    return dict(bounces.take(notification(ref=message.ref, **{"to": message.to, **fields})))


def test_a_hard_bounce_stops_mail_to_the_address_and_counts_once() -> None:
    message = sent()
    assert came_back(message) == {"hard": 1}
    assert came_back(message) == {"known": 1}

    assert list(bounces.to_mend()) == [cast.bob()]
    message.refresh_from_db()
    assert (message.failed_at is not None, "5.1.1" in message.error) == (True, True)
    further = mail.put(to="BOB@customer.example", subject="Again", text="Again", key="t:2", kind="update")
    assert mail.why_not(further).startswith("Mail to this address came back")
    assert mail.why_not(mail.put(to=cast.bob().email, subject="s", text="t", key="t:3", kind="account")) == ""


@pytest.mark.parametrize("at_the_door", [True, False])
def test_a_mail_that_went_out_once_more_and_came_back_as_before_marks_the_address_again(at_the_door: bool) -> None:
    message = sent()
    came_back(message)
    bounces.clear(person=cast.bob(), by=cast.ana())
    assert came_back(message) == {"known": 1}
    assert not bounces.to_mend().exists()

    Message.objects.update(sent_at=None if at_the_door else now(), failed_at=None)
    assert came_back(message) == {"hard": 1}
    assert list(bounces.to_mend()) == [cast.bob()]
    if not at_the_door:
        assert Message.objects.get(pk=message.pk).failed_at


def test_a_soft_bounce_is_only_counted() -> None:
    assert came_back(sent(), status="4.4.1", action="delayed", code="smtp; away") == {"soft": 1}

    assert (bounces.to_mend().count(), MailBounce.objects.count()) == (0, 1)


def test_anybody_can_write_a_report_and_only_one_about_our_mail_is_believed() -> None:
    message = sent()
    assert came_back(message, to=cast.cleo().email) == {"not_ours": 1}
    assert dict(bounces.take(notification(ref="zzzzzzzzzz"))) == {"not_ours": 1}
    assert dict(bounces.take(b"Subject: Hello\n\nHello")) == {"other": 1}
    assert MailBounce.objects.count() == 0


def test_who_cannot_be_reached_is_not_asked_and_takes_no_minutes() -> None:
    came_back(sent())
    study = cast.late_orders()
    done = inviting.invite_some(study, [cast.bob(), cast.cleo()], by=cast.ana(), minutes=3)

    assert ([row.person for row in done.invitations], dict(done.refused)) == ([cast.cleo()], {"no_address": 1})
    found = choosing.verdict(Person.objects.all(), study, 3)
    assert (found.found, found.invited, found.no_address, found.askable) == (2, 1, 1, 0)
    assert actions.NotInvitable is not None


def test_a_new_address_or_a_word_that_it_works_lets_mail_go_again(as_ana: Client) -> None:
    came_back(sent())
    page = f"/people/{cast.bob().ref}/"
    assert "Mail to their address came back" in as_ana.get(page).content.decode()
    as_ana.post(f"{page}address/")
    assert bounces.to_mend().count() == 0

    came_back(sent(kind="later"))
    assert bounces.to_mend().count() == 1
    change_person(person=cast.bob(), by=cast.ana(), email="bob.hale@customer.example")
    assert bounces.to_mend().count() == 0
    assert "Mails that came back or were delayed" not in as_ana.get(page).content.decode()


def test_what_is_to_be_mended_stands_in_a_list_and_on_home(as_ana: Client) -> None:
    assert "Every address works" in as_ana.get("/people/to-mend/").content.decode()
    came_back(sent())
    page = as_ana.get("/people/to-mend/").content.decode()

    assert "user unknown" in page
    assert [w.text for w in waiting_for(cast.ana())] == ["Mail to 1 person came back"]
    assert waiting_for(cast.sam()) == []


def test_a_server_that_refuses_the_address_at_its_door_marks_it(settings: Any) -> None:
    with post_office() as office:
        settings.SMTP_URL = f"smtp://127.0.0.1:{office.port}/?tls=none"
        office.answers = {
            cast.bob().email: "550 5.1.1 No such person here", cast.cleo().email: "554 5.7.1 Looks like spam",
            cast.dev().email: "450 4.2.0 Come back later",
        }  # fmt: skip
        for person in (cast.bob(), cast.cleo(), cast.dev()):
            mail.put(to=person.email, subject="Hello", text="Hello", key=f"d:{person.pk}")
        with time_machine.travel(datetime(2030, 3, 4, 12, tzinfo=UTC), tick=False):
            delivery.send_waiting()

    rows = MailBounce.objects.order_by("address_key").values_list("address_key", "hard", "status")
    assert list(rows) == [
        ("bob@customer.example", True, "5.1.1"), ("cleo@customer.example", False, "5.7.1"),
        ("dev@customer.example", False, "4.2.0"),
    ]  # fmt: skip


def test_it_is_handed_over_and_goes_with_an_erasure() -> None:
    came_back(sent())
    assert hand_over(person=cast.bob(), by=None)["mails_that_came_back"][0]["status"] == "5.1.1"

    erase(person=cast.bob(), by=cast.ada(), reason="asked by mail")
    assert MailBounce.objects.count() == 0


def test_the_command_reads_a_mailbox_a_maildir_one_mail_and_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = [notification(ref=sent(p).ref, to=p.email) for p in (cast.bob(), cast.cleo(), cast.dev(), cast.nia())]
    box = mailbox.mbox(tmp_path / "box")
    box.add(raw[0])
    box.add(b"Subject: Out of office\n\nI am away.")
    box.close()
    folder = mailbox.Maildir(tmp_path / "folder")
    folder.add(raw[1])
    (tmp_path / "one.eml").write_bytes(raw[2])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw[3])))

    for name in ("box", "folder", "one.eml"):
        assert main.main(["bounces", str(tmp_path / name)]) == 0
    assert main.main(["bounces", "-"]) == 0
    assert bounces.to_mend().count() == 4
    assert "1 no report at all" in capsys.readouterr().out
    assert main.main(["bounces", str(tmp_path / "gone")]) == 1
