"""A SQLite database that is up to date, kept between test runs: bringing an empty one there takes longer than most tests.

It stands in `build/` under a name made from every migration of every room and library, so that it is taken only where
migrating would lead to the same. Migrations themselves are tested where they are, from an empty database.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

import django
from django.apps import apps

BUILD = Path(__file__).resolve().parent.parent / "build"


def taken(database: Path) -> bool:
    """Put the kept database at `database`; return whether there was one."""
    kept = _kept()
    if kept.exists():
        shutil.copyfile(kept, database)
    return kept.exists()


def keep(database: Path) -> None:
    """Keep a copy of `database`, which has just been migrated, and nothing older."""
    kept = _kept()
    kept.parent.mkdir(exist_ok=True)
    copy = kept.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(database) as migrated, sqlite3.connect(copy) as other:
        migrated.backup(other)
    other.close()
    for older in kept.parent.glob("migrated-*.sqlite3"):
        older.unlink(missing_ok=True)
    copy.replace(kept)


def _kept() -> Path:
    seen = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        for path in sorted((Path(app.path) / "migrations").glob("*.py")):
            seen.update(path.read_bytes())
    return BUILD / f"migrated-{seen.hexdigest()[:16]}.sqlite3"
