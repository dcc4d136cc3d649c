"""Write a checked copy of everything into a new folder inside the one named: database, files and secret key.

The copy is made while the server runs, then it is opened, its integrity is checked, and every word's seal in it is
recomputed; only then does its folder get its name, so that a copy that was cut off is never taken for one. On PostgreSQL the database is copied by pg_dump; this command says how.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from allears.cli.errors import CannotDo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where copies are kept; each gets a folder of its own, named after the time")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    if connection.vendor != "sqlite":
        raise CannotDo(
            "PostgreSQL is copied by its own tool: pg_dump --format=custom --file=allears.dump \"$DATABASE_URL\"\n"
            f"Copy {settings.DATA_DIR}/secret_key and {settings.DATA_DIR}/files beside it."
        )
    name = datetime.now(UTC).strftime("allears-%Y%m%d-%H%M%S")
    draft = _new_folder(args.folder, f"{name}.unfinished")
    _copy_database(draft / "allears.sqlite3")
    _copy_files(draft)
    checked = _check(draft)
    _report(args, draft.rename(draft.with_name(name)), checked)
    return 0


def _new_folder(kept_in: Path, name: str) -> Path:
    folder = kept_in.expanduser().resolve() / name
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise CannotDo(f"{folder} cannot be made: {error.strerror}.") from error
    return folder


def _copy_database(target: Path) -> None:
    """Copy the database in one step: a copy page by page would begin anew whenever somebody writes."""
    source = sqlite3.connect(f"file:{settings.DATABASES['default']['NAME']}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        [answer] = copy.execute("PRAGMA integrity_check").fetchone()
    finally:
        copy.close()
        source.close()
    if answer != "ok":
        raise CannotDo(f"the copy is broken ({answer}). Do not rely on it, and look at the disk.")


def _copy_files(folder: Path) -> None:
    for name in ("secret_key", "demo.json"):
        if (settings.DATA_DIR / name).exists():
            shutil.copy2(settings.DATA_DIR / name, folder / name)
    if (settings.DATA_DIR / "files").exists():
        shutil.copytree(settings.DATA_DIR / "files", folder / "files", copy_function=_copy_file)


def _copy_file(source: str, target: str) -> None:
    """Somebody may take a file away while it is copied; then it is gone from the copy, too."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


def _check(folder: Path) -> int:
    """Recompute the ledger of the copy in a process of its own, which sees only the copy."""
    asked = [sys.executable, "-m", "allears.cli.main", "verify", "--json"]
    surroundings = {**os.environ, "ALLEARS_DATA": str(folder)}
    answer = subprocess.run(asked, env=surroundings, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        found = {"broken": "no answer"}
    # Words that wait for a worker are no reason to be left without a copy.
    if found["broken"] or found["lotteries"]["broken"]:
        raise CannotDo(f"the copy's words do not verify: {answer.stdout.strip() or answer.stderr.strip()}")
    checked: int = found["checked"]
    return checked


def _report(args: argparse.Namespace, folder: Path, checked: int) -> None:
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if args.json:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        print(json.dumps({"folder": str(folder), "bytes": size, "verbatims": checked, "at": at}))
        return
    print(f"Copied into {folder} ({size / 1e6:.1f} MB); its {checked:,} verbatims were checked and stand.")
    print("It holds the secret key: keep it where only you can read it.")
    print(f"To go back to it: ALLEARS_DATA={folder} bin/allears serve")
