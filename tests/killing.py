"""A house of its own for processes that are killed: the real command, on a copy of the test's migrated database.

A process kills itself (SIGKILL, no clean-up of any kind) at the moment `dies_at`: when the audit event of that name
is written, inside its transaction; with "after " before the name, just after that transaction is through; and
"allears.room.module:name#2" is the second time that this function has done its work.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
NOT_KEPT = ("ALLEARS_", "DATABASE_", "DJANGO_ALLOW_ASYNC_UNSAFE")  # of the test's own surroundings
KILLED = -signal.SIGKILL
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
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, dies_at: str = "", **surroundings: str) -> subprocess.Popen[bytes]:
        """Start `allears` with `arguments`; it kills itself at the moment `dies_at`."""
        with (self.folder.with_suffix(f".{len(self.running)}")).open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.killing", *arguments],
                env={**self.surroundings, "DIES_AT": dies_at, **surroundings}, cwd=ROOT,
                stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def run(self, *arguments: str, dies_at: str = "", **surroundings: str) -> str:
        """Run it to its end and return what it said; it must die at `dies_at`, or else end well."""
        process = self.start(*arguments, dies_at=dies_at, **surroundings)
        code, said = process.wait(timeout=120), self.said(process)
        assert code == (KILLED if dies_at else 0), (dies_at, code, said)
        return said

    def said(self, process: subprocess.Popen[bytes]) -> str:
        """What a process has printed so far."""
        return self.folder.with_suffix(f".{self.running.index(process)}").read_text()

    def ask(self, program: str) -> str:
        """Run a few lines of Python inside this installation and return what they print."""
        command = [sys.executable, "-c", f"from tests.killing import wake_up\nwake_up()\n{program}"]
        return subprocess.run(
            command, env=self.surroundings, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, read from outside."""
        if not self.url:
            with closing(sqlite3.connect(self.folder / "allears.sqlite3", timeout=20)) as file:
                return file.execute(query).fetchall()
        import psycopg

        with psycopg.connect(self.url) as server:
            return server.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        return _counted(self.rows)

    def when(self, query: str, seconds: float = 60) -> Any:
        """Wait until the first value that `query` finds is true, and return it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if value := self.rows(query)[0][0]:
                return value
            time.sleep(0.01)
        raise AssertionError(f"it never came to it: {query}")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill (-9) a process and all that it started, at once; return when none of them is there any more.

        One that is killed while the disk is busy for it is gone only when the disk has done its work.
        """
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        until = time.monotonic() + 20
        while _is_any_left(process.pid) and time.monotonic() < until:
            time.sleep(0.01)

    def end(self) -> None:
        for process in self.running:
            self.kill(process)


def _is_any_left(group: int) -> bool:
    """Whether a process of this group still runs: those that are dead and not yet buried do not count."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, of_group = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(of_group) == group and state not in "ZX":
            return True
    return False


def counts_here() -> dict[str, int]:
    """How many rows each table of the test's own database has."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    return _counted(rows)


def _counted(rows: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, int]:
    if connection.vendor == "postgresql":
        names = rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    else:
        names = rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return {name: rows(f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in sorted(names)}


@contextmanager
def house(folder: Path, port: int = 0) -> Iterator[House]:
    """A house of this version: its database and files are copies of the test's own, migrated and furnished already.

    For tests marked `django_db(transaction=True)`: nobody may be in the middle of something in what is copied.
    """
    folder.mkdir(mode=0o700)
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
            host = "&".join(f"{key}={value}" for key, value in kept["OPTIONS"].items() if isinstance(value, str))
            yield f"postgresql://{kept['USER']}:{kept['PASSWORD']}@{kept['HOST']}:{kept['PORT']}/{name}?{host}"
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(moment: str) -> None:
    """Let this process kill itself at `moment`."""
    _die_after_call(moment) if "#" in moment else _die_at_event(moment)


def _die_after_call(moment: str) -> None:
    place, number = moment.split("#")
    module, names = place.split(":")
    *owners, name = names.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(module))
    function, calls = getattr(owner, name), itertools.count(1)

    def called(*given: Any, **named: Any) -> Any:
        done = function(*given, **named)
        if next(calls) == int(number):
            _die()
        return done

    setattr(owner, name, called)


def _die_at_event(moment: str) -> None:
    from django.db import transaction

    from allears.core import audit

    after, verb = moment.startswith("after "), moment.removeprefix("after ")
    record = audit.record

    def recorded(**event: Any) -> Any:
        kept = record(**event)
        if event["verb"] == verb:
            transaction.on_commit(_die) if after else _die()
        return kept

    audit.record = recorded


def wake_up() -> None:
    """Wake Django up without gathered style sheets: that takes longer than all the rest, and no test here looks."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "allears.config.settings"
    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()


def main() -> int:
    """Run the command as `bin/allears` does, once the moment of death is set."""
    wake_up()
    from allears.cli import serve
    from allears.cli.main import main as command

    serve.call_command = lambda *names, **options: None
    if os.environ["DIES_AT"]:
        _die_at(os.environ["DIES_AT"])
    return command()


if __name__ == "__main__":
    sys.exit(main())
