"""How far the mail has come is told while it leaves, and it can be paused and goes on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from allears.core import ahead, claims, delivery, mail, organisation, pace, progress
from allears.core.in_hand import Book
from allears.core.models import URGENT, AuditEvent, Counted, Job, Message
from allears.core.queries import the_organisation
from tests import cast
from tests.core.mail_server import PostOffice

pytestmark = pytest.mark.django_db


def put(number: int, kind: str = "other", **fields: Any) -> None:
    first = Message.objects.count()
    mail.put_many([
        mail.Letter(f"p{n}@customer.example", "Your words", "Hello", f"k{n}", kind=kind, **fields)
        for n in range(first, first + number)
    ])  # fmt: skip


def at(second: int) -> time_machine.travel:
    return time_machine.travel(datetime(2030, 3, 4, 12, tzinfo=UTC) + timedelta(seconds=second), tick=False)


def test_what_left_is_counted_through_rounds_until_a_while_is_quiet(office: PostOffice) -> None:
    put(30)
    put(2, not_before=timezone.now() + timedelta(days=1))
    assert (pace.wave().left, pace.wave().waiting, pace.wave().later) == (0, 30, 2)

    delivery.send_waiting()
    put(5)
    delivery.send_waiting()
    assert (pace.wave().left, pace.wave().waiting, pace.wave().later) == (35, 0, 2)

    Counted.objects.filter(kind=pace.KIND).update(at=timezone.now() - timedelta(hours=1))
    put(3)
    delivery.send_waiting()
    assert pace.wave().left == 3


def test_very_many_that_wait_are_counted_every_ten_seconds_and_what_leaves_is_taken_off_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ahead, "MANY", 20)
    put(60)
    with at(0):
        first = looked()
        leave(25)
        second = looked()
        put(100)
        third = looked()
    with at(11):
        fourth = looked()

    assert [(left, waiting) for left, waiting, _queries in (first, second, third, fourth)] == [
        (0, 60), (25, 35), (25, 35), (25, 135),
    ]  # fmt: skip
    assert second[2] == third[2] == fourth[2] - 2


def test_the_last_of_very_many_are_counted_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "MANY", 20)
    put(60)
    with at(0):
        looked()
        leave(45)
        put(1)
        assert looked()[:2] == (45, 16)


def looked() -> tuple[int, int, int]:
    """How many have left and wait, and how many queries it took to know."""
    with CaptureQueriesContext(connection) as seen:
        wave = pace.wave()
    return wave.left, wave.waiting, len(seen)


def leave(number: int) -> None:
    first = Message.objects.filter(sent_at=None).order_by("pk").values_list("pk", flat=True)[:number]
    Message.objects.filter(pk__in=list(first)).update(sent_at=timezone.now())
    pace.took(number, 1.0)


def test_a_round_that_was_paused_for_an_hour_goes_on_where_it_was(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(40)
    monkeypatch.setattr(delivery, "ONE_ROUND", 0)
    delivery.send_waiting()
    organisation.pause_mail(by=cast.ada())
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert (pace.wave().left, pace.wave().waiting, pace.wave().paused) == (25, 15, True)
        organisation.go_on_with_mail(by=cast.ada())
        assert delivery.send_waiting() == 15
        assert (pace.wave().left, pace.wave().waiting) == (40, 0)


def test_the_pace_is_of_the_last_moments_and_stands_still_with_the_mail() -> None:
    put(1000)
    with at(0):
        pace.took(200, 2.0)
        assert pace.wave().per_second == 100
    for second in range(2, 60, 2):
        with at(second):
            pace.took(100, 2.0)
    with at(59):
        wave = pace.wave()
        assert wave.per_second == pytest.approx(50, abs=5)
        assert wave.left == 200 + 29 * 100
        assert wave.time_left == timedelta(seconds=1000 / (wave.per_second or 1))
    with at(120):
        assert (pace.wave().per_second, pace.wave().time_left, pace.wave().left) == (None, None, 3100)


def test_the_outbox_and_the_round_say_how_far_it_has_come(as_ada: Client, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9/?tls=none"
    put(600)
    job = Job.objects.create(kind="studies.invite", title="Asked", started_by=cast.ada(), parameters={"letters": True})
    pace.took(400, 20.0)

    for here in (reverse("core:outbox"), progress.job_url(job)):
        page = as_ada.get(here).content.decode()
        assert "400 of 1,000" in page
        assert "About 20 a second: the last leaves in less than a minute." in page
        part = as_ada.get(here, headers={"HX-Request": "true"}).content.decode()
        assert part.lstrip().startswith("<div")
        assert "400 of 1,000" in part
        assert "hx-trigger" in part


def test_a_round_says_why_its_letters_wait_where_no_mail_server_is_named(as_ada: Client) -> None:
    put(3)
    job = Job.objects.create(kind="studies.invite", title="Asked", started_by=cast.ada(), parameters={"letters": True})

    page = as_ada.get(progress.job_url(job)).content.decode()
    assert "No mail server is named yet: these mails wait in the outbox until an administrator names one" in page
    assert "None has left" not in page


def test_the_outbox_says_what_the_server_says(as_ada: Client, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9/?tls=none"
    put(1)
    delivery.send_waiting()

    page = as_ada.get(reverse("core:outbox")).content.decode()
    assert "The mail server takes nothing at the moment" in page
    assert "refused" in page


def test_paused_mail_waits_and_goes_on(office: PostOffice, as_ada: Client) -> None:
    put(3)
    as_ada.post(reverse("core:outbox_pause"))
    assert delivery.send_waiting() == 0
    page = as_ada.get(reverse("core:outbox")).content.decode()
    assert "Mail is paused" in page
    assert "Ada" in page
    assert "0 of 3" in page
    assert "a second" not in page

    as_ada.post(reverse("core:outbox_pause"), {"go_on": "1"})
    assert delivery.send_waiting() == 3
    verbs = Counter(AuditEvent.objects.values_list("verb", flat=True))
    assert (verbs["core.mail_paused"], verbs["core.mail_went_on"]) == (1, 1)


@pytest.mark.parametrize("kind", URGENT)
def test_what_somebody_waits_for_leaves_while_mail_is_paused(kind: str, office: PostOffice) -> None:
    organisation.pause_mail(by=cast.ada())
    put(30)
    put(1, kind=kind)

    assert delivery.send_waiting() == 1
    assert office.recipients == ["p30@customer.example"]


def test_a_round_that_is_being_sent_stops_at_the_next_claim() -> None:
    put(60)
    assert len(claims.claim(Book()).letters) == claims.AT_ONCE
    organisation.pause_mail(by=cast.ada())
    organisation.pause_mail(by=cast.ana())

    assert claims.claim(Book()).letters == []
    assert the_organisation().mail_paused_by == cast.ada()


def test_how_long_work_takes_still_is_said_once_it_is_known() -> None:
    job = Job.objects.create(kind="x", title="x", total=100, done=25, started_at=timezone.now() - timedelta(minutes=1))
    left = progress.time_left(job)
    assert left is not None
    assert left.total_seconds() == pytest.approx(180, abs=2)
    job.started_at = timezone.now() - timedelta(seconds=1)
    assert progress.time_left(job) is None
