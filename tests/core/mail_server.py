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
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class PostOffice:
    """What arrived, and what the server answers: to a recipient, to a mail, or nothing at all."""

    port: int = 0
    letters: list[tuple[str, Letter]] = field(default_factory=list)
    sessions: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    hang_up_after_data: bool = False
    hang_up_at_recipient: bool = False

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.hang_up_at_recipient:
            server.transport.abort()
            await asyncio.sleep(0)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)))
        if self.hang_up_after_data:
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.letters]


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

    controller = Controller(
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
