"""A house of its own for processes that are killed: the real command, on a copy of the test's migrated database.

How they come to be says tests/nursery.py; at which moments they can be told to die, tests/dying.py.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from tests.nursery import ROOT, STDERR, Child, Nursery, nursery, nursery_with_pages

Rows = Callable[[str], list[tuple[Any, ...]]]
NOT_KEPT = ("ALLEARS_", "DATABASE_", "DJANGO_ALLOW_ASYNC_UNSAFE")  # of the test's own surroundings
KILLED = -signal.SIGKILL
THREADS = 14  # how many there are, after the group among the fields of /proc/*/stat
# PostgreSQL copies no database that anybody is connected to, and a browser may still keep a page's thread waiting.
IDLERS_OUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'"


class House:
    """A data folder, a database, a port, and the processes that were started on them."""

    def __init__(self, folder: Path, url: str, port: int = 0) -> None:
        self.folder, self.url = folder, url
        kept = {key: value for key, value in os.environ.items() if not key.startswith(NOT_KEPT)}
        self.surroundings = kept | {"ALLEARS_DATA": str(folder), "PYTHONPATH": str(ROOT)}
        self.surroundings |= {"DATABASE_URL": url} if url else {}
        self.surroundings |= {"PORT": str(port)} if port else {}
        self.running: list[Child] = []

    def start(self, *arguments: str, dies_at: str = "", **surroundings: str) -> Child:
        """Start `allears` with `arguments`; it kills itself at the moment `dies_at`."""
        with (self.folder.with_suffix(f".{len(self.running)}")).open("wb") as said:
            process = self._nursery(arguments[0]).born(
                "tests.dying:command", *arguments, out=said.fileno(), err=said.fileno(),
                surroundings={**self.surroundings, "DIES_AT": dies_at, **surroundings},
            )  # fmt: skip
        self.running.append(process)
        return process

    def _nursery(self, command: str) -> Nursery:
        """The server reads in every page first. Of the others one reads in what it needs, or nobody would notice what it
        forgot; who comes after it need not."""
        return nursery_with_pages() if self.running or command == "serve" else nursery()

    def run(self, *arguments: str, dies_at: str = "", **surroundings: str) -> str:
        """Run it to its end and return what it said; it must die at `dies_at`, or else end well."""
        process = self.start(*arguments, dies_at=dies_at, **surroundings)
        code, said = process.wait(timeout=120), self.said(process)
        assert code == (KILLED if dies_at else 0), (dies_at, code, said)
        return said

    def said(self, process: Child) -> str:
        """What a process has printed so far."""
        return self.folder.with_suffix(f".{self.running.index(process)}").read_text()

    def ask(self, program: str) -> str:
        """Run a few lines of Python inside this installation and return what they print."""
        with tempfile.TemporaryFile("w+") as said:
            asked = nursery().born(
                "tests.dying:program", program, surroundings=self.surroundings, out=said.fileno(), err=STDERR
            )
            assert asked.wait() == 0
            said.seek(0)
            return said.read()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, read from outside."""
        with self._line() as rows:
            return rows(query)

    @contextmanager
    def _line(self) -> Iterator[Rows]:
        """A connection, on which one query after the other can be asked."""
        if not self.url:
            with closing(sqlite3.connect(self.folder / "allears.sqlite3", timeout=20)) as file:
                yield lambda query: file.execute(query).fetchall()
            return
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as server:
            yield lambda query: server.execute(query).fetchall()

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return _counted(self.rows)

    def when(self, query: str, seconds: float = 60) -> Any:
        """Wait until the first value that `query` finds is true, and return it."""
        until = time.monotonic() + seconds
        with self._line() as rows:
            while time.monotonic() < until:
                if value := rows(query)[0][0]:
                    return value
                time.sleep(0.01)
        raise AssertionError(f"it never came to it: {query}")

    def kill(self, process: Child) -> None:
        """Kill (-9) a process and all that it started, at once; return when none of them is there any more.

        One that is killed while the disk is busy for it is gone only when the disk has done its work.
        """
        if process.poll() is None:
            with suppress(ProcessLookupError):  # it ended just now
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        until = time.monotonic() + 20
        while _is_any_left(process.pid) and time.monotonic() < until:
            time.sleep(0.01)

    def end(self) -> None:
        for process in self.running:
            self.kill(process)


def _is_any_left(group: int) -> bool:
    """Whether a process of this group still runs: those that are dead and not yet buried do not count, unless one of their
    threads is dying still. It holds what they all held, such as the lock on a folder."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, of_group, *fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(of_group) == group and (state not in "ZX" or int(fields[THREADS]) > 1):
            return True
    return False


def counts_here() -> dict[str, int]:
    """How many rows each table of the test's own database has."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    return _counted(rows)


def _counted(rows: Rows) -> dict[str, int]:
    if connection.vendor == "postgresql":
        names = rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    else:
        names = rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return dict(rows(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for (name,) in sorted(names))))


@contextmanager
def house_here(folder: Path) -> Iterator[House]:
    """A house whose database is the test's own: what its processes do is read here, and the other way round."""
    folder.mkdir(mode=0o700)
    shutil.copy(Path(os.environ["ALLEARS_DATA"]) / "secret_key", folder)
    if connection.vendor == "sqlite":
        (folder / "allears.sqlite3").symlink_to(connection.settings_dict["NAME"])
    made = House(folder, "" if connection.vendor == "sqlite" else _url(connection.settings_dict["NAME"]))
    try:
        yield made
    finally:
        made.end()


@contextmanager
def house(folder: Path, port: int = 0) -> Iterator[House]:
    """A house of this version: its database, files and secret are copies of the test's own, migrated and furnished already.

    For tests marked `django_db(transaction=True)`: nobody may be in the middle of something in what is copied.
    """
    folder.mkdir(mode=0o700)
    shutil.copy(Path(os.environ["ALLEARS_DATA"]) / "secret_key", folder)
    if Path(default_storage.location).is_dir():
        shutil.copytree(default_storage.location, folder / "files")
    with _copied(folder) as url:
        made = House(folder, url, port)
        try:
            yield made
        finally:
            made.end()


@contextmanager
def _copied(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "allears.sqlite3")) as copy:
            connection.connection.backup(copy)
        yield ""
        return
    kept, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_{folder.parent.name[-20:]}"
    connection.close()
    from allears.questionnaires import answering_turn, answering_writer  # not before the process is set up

    answering_writer.leave()
    answering_turn.leave()
    with connection._nodb_cursor() as cursor:
        cursor.execute(IDLERS_OUT, [kept["NAME"]])
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{kept["NAME"]}"')
        try:
            yield _url(name)
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _url(name: str) -> str:
    """The address of a database on the test's server."""
    kept = connection.settings_dict
    host = "&".join(f"{key}={value}" for key, value in kept["OPTIONS"].items() if isinstance(value, str))
    return f"postgresql://{kept['USER']}:{kept['PASSWORD']}@{kept['HOST']}:{kept['PORT']}/{name}?{host}"
