"""Whoever names a mail server reads what is wrong with it in words that say what to do, and then its own."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from allears.core.mail_troubles import words_of
from allears.core.smtp import MailServer
from tests.core.mail_server import post_office


@contextmanager
def greeting(said: bytes) -> Iterator[int]:
    """Somebody at a port who says this to whoever comes, and leaves."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:

        def greet() -> None:
            visitor, _ = door.accept()
            with closing(visitor):
                visitor.sendall(said)

        threading.Thread(target=greet, daemon=True).start()
        yield door.getsockname()[1]


def trouble_with(port: int, *, host: str = "127.0.0.1", security: str = "none", user: str = "", password: str = "") -> str:
    """What is said of a server to which a mail is to be given."""
    with pytest.raises((OSError, smtplib.SMTPException)) as trouble, MailServer(host, port, security, user, password).connect() as session:
        session.sendmail("ask@northwind.example", ["bob@customer.example"], "Subject: Hello\n\nHello")
    return words_of(trouble.value)


def test_nobody_who_answers_there() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        port = door.getsockname()[1]
    assert trouble_with(port).startswith("Nothing answers there. Look at the mail server’s name and port.")


def test_a_name_that_nobody_has() -> None:
    assert trouble_with(25, host="mail.nowhere.invalid").startswith("There is no machine of this name.")


def test_a_wrong_password() -> None:
    with post_office(login=("us", "right")) as office:
        said = trouble_with(office.port, user="us", password="wrong")
    assert said.startswith("It refuses user name or password. Look at both. (535")


def test_a_missing_password() -> None:
    with post_office(login=("us", "right")) as office:
        assert trouble_with(office.port).startswith("It wants a user name and a password, or encryption before them. (530")


def test_starttls_where_there_is_none() -> None:
    with post_office() as office:
        assert trouble_with(office.port, security="starttls").startswith("It offers no STARTTLS at this port.")


def test_encryption_from_the_start_where_it_comes_later() -> None:
    with post_office() as office:
        assert trouble_with(office.port, security="implicit").startswith("It does not encrypt in this way at this port.")


def test_something_that_is_no_mail_server() -> None:
    with greeting(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        assert trouble_with(port).startswith("What answers there is no mail server")


def test_somebody_who_hangs_up() -> None:
    with greeting(b"") as port:
        assert trouble_with(port).startswith("It ended the talk.")


def test_an_address_that_it_does_not_take() -> None:
    with post_office() as office:
        office.answers["bob@customer.example"] = "550 5.1.1 No such person"
        assert trouble_with(office.port) == "It takes no mail for this address. (550 5.1.1 No such person)"


@pytest.mark.parametrize(
    ("trouble", "meaning"),
    [
        (ssl.SSLCertVerificationError("self-signed certificate"), "Its certificate cannot be trusted"),
        (TimeoutError("timed out"), "It does not answer."),
        (OSError(101, "Network is unreachable"), "There is no way to it from here."),
        (smtplib.SMTPSenderRefused(553, b"not yours", "ask@northwind.example"), "It takes no mail from our address."),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server."), "It asks for no user name at this port."),
        (smtplib.SMTPDataError(554, b"spam"), "It does not want this mail. (554 spam)"),
        (smtplib.SMTPResponseException(421, "busy"), "421 busy"),
        (ValueError("no header"), "no header"),
    ],
)
def test_what_else_can_go_wrong(trouble: Exception, meaning: str) -> None:
    assert words_of(trouble).startswith(meaning)
