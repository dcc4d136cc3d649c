"""The mail server that an administrator named, or `ALLEARS_SMTP_URL`; and who our mail is from."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from allears.core.models import Organisation
from allears.core.seals import unseal

PATIENCE = 30.0  # seconds that the server may take for one answer
SECURITY = ("starttls", "implicit", "none")
LINES = 4  # at most so many connections at once, where many letters wait


class NoMailServer(Exception):
    """No mail server is configured: mail waits on the outbox page."""


class BadAddress(ValueError):
    """ALLEARS_SMTP_URL does not name a mail server."""


@dataclass(frozen=True)
class Sender:
    """Who our mail is from."""

    name: str
    address: str
    reply_to: str = ""


@dataclass(frozen=True)
class MailServer:
    """Where our mail goes, and how we are known there. `security` is one of SECURITY."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    lines: int = LINES

    @contextmanager
    def connect(self) -> Iterator[smtplib.SMTP]:
        """A session with the server, signed in. Raises `OSError` or `smtplib.SMTPException`."""
        session = self._open()
        try:
            if self.security == "starttls":
                session.starttls(context=ssl.create_default_context())
            session.ehlo_or_helo_if_needed()
            if self.user:
                session.login(self.user, self.password)
            yield session
        finally:
            _leave(session)

    def _open(self) -> smtplib.SMTP:
        if self.security == "implicit":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE)


def _leave(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()


def server_of(organisation: Organisation) -> MailServer:
    """Return the mail server; what the environment says goes before what the settings page says.

    Raises `NoMailServer`, `BadAddress`, or `seals.BrokenSeal` when the stored password cannot be read.
    """
    if settings.SMTP_URL:
        return server_at(settings.SMTP_URL)
    if not organisation.smtp_host:
        raise NoMailServer
    return MailServer(
        organisation.smtp_host,
        organisation.smtp_port,
        organisation.smtp_security,
        organisation.smtp_user,
        unseal(organisation.smtp_password_sealed),
    )


def server_at(url: str) -> MailServer:
    """Read `smtp://user:password@host:587/?tls=starttls` (or tls=implicit, tls=none). Raises `BadAddress`."""
    parts = urlsplit(url)
    security = parse_qs(parts.query).get("tls", ["implicit" if parts.scheme == "smtps" else "starttls"])[0]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or security not in SECURITY:
        raise BadAddress("ALLEARS_SMTP_URL should look like smtp://user:password@host:587/?tls=starttls")
    port = parts.port or (465 if security == "implicit" else 587)
    return MailServer(parts.hostname, port, security, unquote(parts.username or ""), unquote(parts.password or ""))


def sender_of(organisation: Organisation) -> Sender:
    """Return who our mail is from."""
    return Sender(organisation.name, organisation.mail_from or settings.DEFAULT_FROM_EMAIL, organisation.reply_to)
