"""Which letters are in our hands: a line before each is handed to the mail server, and one after its answer.

Letters are claimed some at a time (`core.claims`), because each commit waits for the disk. A worker that is killed would
leave all of them in doubt, though it had one in its hands; its book says which were never handed over, and which the
server took. Nobody waits for the disk here: what is written outlives the process, and a power cut perhaps not. So a book
is believed only until the machine starts anew; after a power cut the claimed letters are in doubt, and at most so many.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from django.conf import settings

from allears.core.ids import new_ref

BOOT = Path("/proc/sys/kernel/random/boot_id")
END = "."  # the last word of a line that is whole
State = Literal["claimed", "handing", "taken", "back"]


@dataclass(frozen=True)
class Claimed:
    """A letter that a worker had claimed at `at`, and how far it came with it."""

    at: datetime
    state: State = "claimed"


class Book:
    """The book of one worker's round; locked while its worker lives."""

    def __init__(self) -> None:
        self.path = _folder() / new_ref()
        draft = self.path.with_name(f".{self.path.name}")  # nobody looks at it before it is locked
        self._file = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._write("boot", this_start())
        draft.rename(self.path)

    def claimed(self, at: datetime, letters: Iterable[int]) -> None:
        """Write down, before the commit, that these letters (ids) are claimed at `at`."""
        self._write("claimed", at.isoformat(), *letters)

    def now(self, state: State, letter: int) -> None:
        """Write down what is about to be done with a letter, or was done. Raises `OSError`, as when the disk is full."""
        self._write(state, letter)

    def close(self, *, kept: bool) -> None:
        """Close it; and throw it away where everything that stands in it is `kept` in the database."""
        if kept:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, *words: object) -> None:
        # A line that was cut off spoils no other, and is known by its end.
        line = "\n{}\n".format(" ".join(map(str, [*words, END]))).encode()
        if os.write(self._file, line) < len(line):
            raise OSError("No space is left for the book of what is in our hands.")


@contextmanager
def left_behind(path: Path) -> Iterator[dict[int, Claimed] | None]:
    """What stands in a book whose worker is gone, by the letters' ids; None while it lives. The book is thrown away
    where the block ends well.
    """
    file = _locked(path)
    if file is None:
        yield None
        return
    try:
        yield read(path.read_text(encoding="utf-8", errors="replace"))
        path.unlink(missing_ok=True)
    finally:
        os.close(file)


def _locked(path: Path) -> int | None:
    """The book, open and locked; None where its worker lives, or another has thrown it away meanwhile."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    if path.exists():
        return file
    os.close(file)
    return None


def books() -> list[Path]:
    """Return the books that there are, of rounds that run and of those that were cut off."""
    return [path for path in _folder().iterdir() if not path.name.startswith(".")]


def read(text: str) -> dict[int, Claimed]:
    """Return what a book says of each letter; nothing where the machine was started anew since."""
    lines = [line.split(" ")[:-1] for line in text.split("\n") if line.endswith(f" {END}")]
    if not this_start() or ["boot", this_start()] not in lines[:1]:
        return {}
    found: dict[int, Claimed] = {}
    for state, *words in lines[1:]:
        if state == "claimed" and words:
            found |= dict.fromkeys(_ids(words[1:]), Claimed(datetime.fromisoformat(words[0])))
        elif state in ("handing", "taken", "back"):
            found |= {pk: Claimed(found[pk].at, state) for pk in _ids(words) if pk in found}  # type: ignore[arg-type]
    return found


def _ids(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isdecimal()]


@cache
def this_start() -> str:
    """Return the name of this start of the machine; empty where the system gives it none, and no book is believed."""
    return BOOT.read_text().strip() if BOOT.exists() else ""


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "in_hand"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
