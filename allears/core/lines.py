"""Connections to the mail server, by which letters are handed over; nothing here asks the database.

One connection serves a small outbox; where many letters wait, some are open at once, if the server takes them. Each
letter ends with what is known of it (`Outcome`), whatever becomes of its connection.
"""

from __future__ import annotations

import smtplib
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

from allears.core.in_hand import Book, State
from allears.core.letters import bytes_of
from allears.core.mail_troubles import words_of
from allears.core.models import Message
from allears.core.smtp import MailServer, Sender

ONE_BATCH = 1.0  # seconds, then what was not handed over goes back: what somebody waits for may be put meanwhile


@dataclass(frozen=True)
class Outcome:
    """What is known of a letter: the server took it; refused it; it cannot be written; it was not handed over and
    waits on (`back`); or it was handed over and nobody knows (`unanswered`).
    """

    kind: Literal["taken", "refused", "unfit", "back", "unanswered"]
    said: str = ""
    code: int = 0
    of_recipient: bool = False

    @property
    def words(self) -> str:
        return f"{self.code} {self.said}" if self.code else self.said

    @property
    def for_good(self) -> bool:
        return 500 <= self.code < 600


class _Refused(Exception):
    """The server said no to this letter."""

    def __init__(self, code: int, words: str, recipient: bool = False) -> None:
        self.outcome = Outcome("refused", words, code, recipient)


class Line:
    """One connection."""

    def __init__(self, server: MailServer, sender: Sender, book: Book) -> None:
        self.server, self.sender, self.book = server, sender, book
        self.trouble: Exception | None = None
        self.in_doubt = False
        self.open()

    def open(self) -> None:
        """Connect, for the first time or anew. Raises `OSError` or `smtplib.SMTPException`."""
        self._held = ExitStack()
        self._session = self._held.enter_context(self.server.connect())
        self.trouble, self.taken = None, 0

    def close(self) -> None:
        self._held.close()

    def work(self, queue: deque[Message], until: float, done: list[tuple[Message, Outcome]]) -> None:
        """Hand over letters of `queue` until it is empty, the time is over, or the connection is of no use any more."""
        while self.trouble is None and time.monotonic() < until:
            try:
                message = queue.popleft()
            except IndexError:
                return
            done.append((message, self._hand_over(message)))

    def _hand_over(self, message: Message) -> Outcome:
        try:
            message.to.encode("ascii")
            letter = bytes_of(message, self.sender)
        except ValueError as unfit:
            return Outcome("unfit", str(unfit))
        handing = False
        try:
            _expect(self._session.mail(self.sender.address), sender=True)
            _expect(self._session.rcpt(message.to), recipient=True)
            self.book.now("handing", message.pk)
            handing = True
            _expect(self._data(letter))
        except _Refused as refusal:
            return self._not_taken(message, refusal.outcome)
        except smtplib.SMTPResponseException as refusal:  # it answered: this letter it has not
            self._write_down("back", message)
            self.trouble = refusal
            return Outcome("back")
        except (OSError, smtplib.SMTPException) as trouble:
            self.trouble, self.in_doubt = trouble, handing
            return Outcome("unanswered", words_of(trouble)) if handing else Outcome("back")
        return self._taken(message)

    def _data(self, letter: bytes) -> tuple[int, bytes]:
        try:
            return self._session.data(letter)
        except smtplib.SMTPDataError as refusal:  # before the letter began
            said = refusal.smtp_error
            return refusal.smtp_code, said.encode() if isinstance(said, str) else said

    def _taken(self, message: Message) -> Outcome:
        self.taken += 1
        self._write_down("taken", message)
        return Outcome("taken")

    def _not_taken(self, message: Message, outcome: Outcome) -> Outcome:
        self._write_down("back", message)
        try:
            self._session.rset()
        except (OSError, smtplib.SMTPException) as trouble:
            self.trouble = trouble
        return outcome

    def _write_down(self, state: State, message: Message) -> None:
        """Write an answer into the book. It is known already: where the book cannot take it, it is kept all the same."""
        try:
            self.book.now(state, message.pk)
        except OSError as full:
            self.trouble = full


class Lines:
    """The connections of a round; to be used in a `with` block."""

    def __init__(self, server: MailServer, sender: Sender, book: Book) -> None:
        self.server, self.sender, self.book = server, sender, book
        self.open: list[Line] = []
        self.trouble: Exception | None = None  # why no more letters can be handed over
        self._most = server.lines
        self._pool = ThreadPoolExecutor(max_workers=max(1, server.lines), thread_name_prefix="allears-mail")

    def __enter__(self) -> Lines:
        """Open the first connection. Raises `OSError` or `smtplib.SMTPException`."""
        self.open.append(Line(self.server, self.sender, self.book))
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for line in self.open:
            line.close()

    @property
    def may_grow(self) -> bool:
        return len(self.open) < self._most

    def grow(self) -> None:
        """Open as many as may be, or as the server takes."""
        while self.may_grow:
            try:
                self.open.append(Line(self.server, self.sender, self.book))
            except (OSError, smtplib.SMTPException):
                self._most = len(self.open)

    def hand_over(self, letters: Sequence[Message]) -> list[tuple[Message, Outcome]]:
        """Hand over `letters` for a moment, and return what became of each; then see what `trouble` there is."""
        queue, done, until = deque(letters), list[tuple[Message, Outcome]](), time.monotonic() + ONE_BATCH
        if len(self.open) == 1:
            self.open[0].work(queue, until, done)
        else:
            list(self._pool.map(lambda line: line.work(queue, until, done), self.open))
        self._mend()
        return [*done, *((message, Outcome("back")) for message in queue)]

    def _mend(self) -> None:
        """Open anew what was closed after some letters, as servers do; do without what cannot be opened.

        Where a letter is in doubt nothing more is handed over for a while, or one after the other might come to be.
        """
        for line in [line for line in self.open if line.trouble]:
            trouble = line.trouble
            if line.in_doubt or not _opened_anew(line):
                line.close()
                self.open.remove(line)
                self._most = max(1, len(self.open))
            if line.in_doubt or not self.open:
                self.trouble = self.trouble or trouble


def _opened_anew(line: Line) -> bool:
    if not line.taken:
        return False
    line.close()
    try:
        line.open()
    except (OSError, smtplib.SMTPException):
        return False
    return True


def _expect(answer: tuple[int, bytes], *, sender: bool = False, recipient: bool = False) -> None:
    code, words = answer[0], answer[1].decode("utf-8", "replace")
    if code == 421 or (sender and code >= 400):
        # Not about this message: the server closes, or refuses our own address or password.
        asked = sender and code != 421
        raise smtplib.SMTPSenderRefused(code, answer[1], "") if asked else smtplib.SMTPResponseException(code, words)
    if not 200 <= code < 300:
        raise _Refused(code, words, recipient)
