"""A real mail server on this machine, which can be told to be unkind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Letter
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class PostOffice:
    """What arrived, and what the server answers: to a recipient, to a mail, or nothing at all."""

    port: int = 0
    letters: list[tuple[str, Letter]] = field(default_factory=list)
    sessions: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    takes: float = 0  # seconds for a letter
    most_sessions: int = 0  # at once; 0: as many as come
    most_letters: int = 0  # by one connection, then it is refused another; 0: any number
    when_it_comes: dict[str, str] = field(default_factory=dict)  # by recipient: the answer once the letter is there
    before_it_comes: dict[str, str] = field(default_factory=dict)  # ... to DATA, before the letter begins
    drops_after: set[str] = field(default_factory=set)  # recipients: it has the letter, and hangs up without a word
    hang_up_after_data: bool = False
    hang_up_at_recipient: bool = False
    connected: set[Any] = field(default_factory=set)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:
        self.sessions += 1
        self.connected = {line for line in self.connected if not line.is_closing()} | {server.transport}
        if self.most_sessions and len(self.connected) > self.most_sessions:
            server.transport.abort()
            await asyncio.sleep(0)
        session.host_name, session.letters = hostname, 0
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.most_letters and session.letters >= self.most_letters:
            return "421 4.7.0 That was enough for one connection"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.hang_up_at_recipient:
            server.transport.abort()
            await asyncio.sleep(0)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.takes)
        [to] = envelope.rcpt_tos
        if to in self.when_it_comes:
            return self.when_it_comes[to]
        session.letters += 1
        self.letters.append((to, message_from_bytes(envelope.content)))
        if self.hang_up_after_data or to in self.drops_after:
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.letters]


class _Server(SMTP):
    """A server that may refuse a letter when it is about to begin."""

    async def smtp_DATA(self, arg: str) -> None:
        office: Any = self.event_handler
        answers = [office.before_it_comes[to] for to in self.envelope.rcpt_tos if to in office.before_it_comes]
        await (self.push(answers[0]) if answers else super().smtp_DATA(arg))


class _Door(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def post_office(login: tuple[str, str] | None = None) -> Iterator[PostOffice]:
    """A mail server that takes everything, until told otherwise; with `login` only after signing in."""
    office = PostOffice(port=_free_port())

    def let_in(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        typed = (data.login.decode(), data.password.decode())
        return AuthResult(success=typed == login, handled=False)

    controller = _Door(
        office,
        hostname="127.0.0.1",
        port=office.port,
        authenticator=let_in if login else None,
        auth_required=bool(login),
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
