"""A process that has woken up once, and of which the processes are born that tests start and kill.

Reading Django and all rooms in takes far longer than most of what such a process is started for. So each process of the
test run keeps one nursery, which does what every command does first (`wake_up`, and reading in the migrations), waits
without threads and without a connection, and forks whenever one is asked for. A child is a process like any other: of a
session of its own, really killed, and its parent tells how it ended. It reads the settings anew from the surroundings
it is given; whether one that it would have otherwise was read already while the nursery woke up, is looked at each time.
Modules that only some commands need, each child reads in for itself, or nobody would notice where one is forgotten.
How the command starts from nothing, tests/cli/test_serve.py tests. Reading in every page takes as long again; children that
do so in any case, or whose like was born before (tests/killing.py), are of a second nursery, which is the first's child.

The nursery and all that still runs of it end with the process that keeps it.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.urls import get_resolver
from django.utils.functional import empty

from tests.dying import wake_up

ROOT = Path(__file__).resolve().parent.parent
MOST = 1 << 20  # bytes of what a child is told
MADE_ANEW = {"DATABASES"}  # read while waking up, and all the same a child may have another, of the same kind
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
STDOUT, STDERR = 1, 2


class Child:
    """A process that was born, as its nursery tells of it; speaks as `subprocess.Popen` does."""

    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self.pid = self._next()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended (a number below zero: by this signal), or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended; raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = self._next()
            except (BlockingIOError, TimeoutError):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0) from None
            self._told.close()
        return self.returncode

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended just now
                os.kill(self.pid, number)

    def _next(self) -> int:
        said = self._told.recv(64)
        assert said, "The nursery is gone."
        return int(said)


class Nursery:
    """Asks the process that `begin` starts, which is told the other end of a line, for children."""

    def __init__(self, begin: Callable[[int], Child | subprocess.Popen[bytes]]) -> None:
        self._line, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its_end:
            self._process = begin(its_end.fileno())
        atexit.register(self.end)

    def born(self, what: str, *arguments: str, surroundings: Mapping[str, str], out: int, err: int) -> Child:
        """Start a process in `surroundings` that runs the function `what` ("module:name") with `arguments` typed, and
        prints into the files `out` and `err`.
        """
        told, tells = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        life = json.dumps({"what": what, "arguments": arguments, "surroundings": dict(surroundings)})
        with tells:
            socket.send_fds(self._line, [life.encode()], [out, err, tells.fileno()])
        return Child(told)

    def end(self) -> None:
        self._line.close()
        self._process.wait()


@cache
def nursery() -> Nursery:
    """Return the nursery of this process."""
    return Nursery(_from_nothing)


def _from_nothing(line: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.nursery", str(line)], cwd=ROOT, env=os.environ | ONE_THREAD, pass_fds=[line],
        start_new_session=True,
    )  # fmt: skip


@cache
def nursery_with_pages() -> Nursery:
    """Return the one whose children have every page read in."""
    return Nursery(_of_the_first)


def _of_the_first(line: int) -> Child:
    return nursery().born("tests.nursery:with_pages", surroundings=os.environ | ONE_THREAD, out=line, err=STDERR)


class _Births:
    """The nursery's own side."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._children: dict[int, tuple[int, socket.socket]] = {}  # by what tells of its end: who it is, whom to tell

    def next_life(self) -> dict[str, Any] | None:
        """Fork whenever a child is asked for. Returns in each child what it is to do, and in the nursery None once
        nobody asks any more."""
        while True:
            ready = set(select.select([self._line.fileno(), *self._children], [], [])[0])
            for ended in ready & self._children.keys():
                self._tell_of(ended)
            if self._line.fileno() not in ready:
                continue
            life, files, *_ = socket.recv_fds(self._line, MOST, 3)
            if not life:
                self._let_none_outlive()
                return None
            if self._is_the_child(*files):
                return dict(json.loads(life))

    def _is_the_child(self, out: int, err: int, told: int) -> bool:
        asker, pid = socket.socket(fileno=told), os.fork()
        if pid:
            self._children[os.pidfd_open(pid)] = pid, asker
        else:
            os.setsid()
            os.dup2(out, STDOUT)
            os.dup2(err, STDERR)
            self._leave()
            with asker:
                asker.send(str(os.getpid()).encode())
        os.close(out)
        os.close(err)
        return not pid

    def _leave(self) -> None:
        """Keep nothing open that is the nursery's: it would not be closed with it."""
        self._line.close()
        for ends, (_pid, asker) in self._children.items():
            os.close(ends)
            asker.close()

    def _tell_of(self, ended: int) -> None:
        pid, asker = self._children.pop(ended)
        os.close(ended)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with asker, contextlib.suppress(BrokenPipeError):
            asker.send(str(code).encode())

    def _let_none_outlive(self) -> None:
        for pid, _asker in self._children.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def _read_in() -> None:
    """Do what each command does first, up to where it asks the database."""
    wake_up()
    MigrationLoader(None)
    _is_ready()


def _is_ready() -> None:
    gc.freeze()  # what all children share is copied when one of them looks through it for garbage
    assert len(os.listdir("/proc/self/task")) == 1, "A thread would be missing in each child."
    assert connection.connection is None


def _move_in(surroundings: dict[str, str]) -> None:
    """Let `surroundings` be those of this process, and its settings what they make of them."""
    os.environ.clear()
    os.environ.update(surroundings)
    read_before = {name: value for name, value in vars(settings).items() if name.isupper()}
    del sys.modules["allears.config.settings"]
    settings._wrapped = empty
    wake_up()
    others = {name for name, value in read_before.items() if getattr(settings, name) != value}
    assert others <= MADE_ANEW, f"{others - MADE_ANEW} would be others here, and were read in the nursery already."
    connections.settings = connections.configure_settings(None)
    del connections[DEFAULT_DB_ALIAS]


def with_pages() -> Any:
    """Be a nursery whose children have every page read in; asked for them by the line that is our output."""
    line = socket.socket(fileno=os.dup(STDOUT))
    os.dup2(STDERR, STDOUT)
    _ = get_resolver().url_patterns
    _is_ready()
    return _live(line)


def _main() -> Any:
    _read_in()
    return _live(socket.socket(fileno=int(sys.argv[1])))


def _live(line: socket.socket) -> Any:
    """Be a nursery until nobody asks any more, and in each child what it is asked to be."""
    life = _Births(line).next_life()
    if life is None:
        return 0
    _move_in(life["surroundings"])
    sys.argv = [life["what"], *life["arguments"]]
    return pkgutil.resolve_name(life["what"])()


if __name__ == "__main__":
    sys.exit(_main())
