"""Reports of mail that came back are read as they are written in the world, and believed only when they are about us."""

from __future__ import annotations

import pytest

from allears.core.bounces import Report, at_the_door, read

REF = "0123456789"


def notification(
    status: str = "5.1.1",
    action: str = "failed",
    to: str = "bob@customer.example",
    code: str = "smtp; 550 5.1.1 <bob@customer.example>: user unknown",
    ref: str = REF,
    returned: str = "message/rfc822",
) -> bytes:
    """What a mail server sends back, with the mail that it returns."""
    return f"""From: MAILER-DAEMON@mx.customer.example
To: ana@house.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.customer.example. I'm sorry.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example
Arrival-Date: Thu, 26 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: {code}

--=_b
Content-Type: {returned}

Message-ID: <{ref}@house.example>
From: Ana <ana@house.example>
To: {to}
Subject: Can you help us understand?

Hello

--=_b--
""".encode()


def only(raw: bytes) -> Report:
    [report] = read(raw)
    return report


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_an_unknown_mailbox_is_hard_and_names_our_mail(returned: str) -> None:
    report = only(notification(returned=returned))

    assert (report.ref, report.bounce.address, report.bounce.hard, report.bounce.status) == (
        REF, "bob@customer.example", True, "5.1.1",
    )  # fmt: skip
    assert "user unknown" in report.bounce.words


@pytest.mark.parametrize(
    ("status", "code", "hard"),
    [
        ("5.1.2", "smtp; no such domain", True),
        ("5.2.1", "smtp; 550 mailbox disabled", True),
        ("5.4.4", "X-Postfix; Host or domain name not found", True),
        ("5.0.0", "smtp; 550 No such user", True),
        ("5.0.0", "smtp; 550 5.7.1 blocked by policy", False),
        ("5.0.0", "smtp; 552 over quota", False),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", False),
        ("5.7.1", "smtp; 550 5.7.1 looks like spam", False),
        ("5.3.4", "smtp; message too big", False),
        ("4.4.1", "smtp; connection timed out", False),
    ],
)
def test_only_what_says_that_the_address_does_not_work_is_hard(status: str, code: str, hard: bool) -> None:
    assert only(notification(status=status, code=code)).bounce.hard is hard


def test_a_delay_is_soft_and_a_delivery_is_no_bounce() -> None:
    assert only(notification(action="delayed", status="4.4.1")).bounce.hard is False
    assert read(notification(action="delivered", status="2.0.0")) == []
    assert read(notification(action="relayed", status="2.0.0")) == []


def test_several_recipients_are_several_reports() -> None:
    more = b"\nFinal-Recipient: RFC822;<cleo@customer.example>\nAction: Failed\nStatus: 5.1.1 (bad)\n"
    raw = notification().replace(b"user unknown\n", b"user unknown\n" + more)

    assert [report.bounce.address for report in read(raw)] == ["bob@customer.example", "cleo@customer.example"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\0\0\0", b"hello", b"Subject: Out of office\n\nI am away.", b"\xff\xfe" * 1000,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nnonsense\n--x--",
        b"Content-Type: multipart/report\n\nno boundary", b"Content-Type: message/delivery-status\n\n\n\n\n",
        notification(to="nobody at all"), notification(to=""), b"From: " + b"(" * 50_000, b"x" * 6_000_000,
    ],
)  # fmt: skip
def test_what_is_no_report_of_a_mail_that_came_back_is_none(raw: bytes) -> None:
    assert read(raw) == []


def test_without_the_returned_mail_the_only_id_of_ours_that_stands_in_it_counts() -> None:
    raw = notification()
    head = raw.partition(b"--=_b\nContent-Type: message/rfc822")[0]

    assert only(head + b"--=_b--\n").ref == ""
    assert only(head.replace(b"I'm sorry.", b"Your mail <0123456789@house.example> is lost.") + b"--=_b--\n").ref == REF


@pytest.mark.parametrize(
    ("code", "words", "hard"),
    [
        (550, "5.1.1 No such person here", True), (550, "unknown user", True), (553, "not allowed", True),
        (552, "5.2.2 over quota", False), (554, "5.7.1 spam", False), (450, "4.2.0 greylisted", False),
        (550, "5.7.1 you may not relay", False),
    ],
)  # fmt: skip
def test_a_refusal_at_the_door_means_the_same(code: int, words: str, hard: bool) -> None:
    assert at_the_door("bob@customer.example", code, words).hard is hard
