"""Serve the pages, with the worker inside; brings the database up to date first.

On SQLite there is one process, which makes up to 16 pages at once, and the worker's threads work beside them. On
PostgreSQL the worker is a process of its own, and where there are more than two processors there are two processes for
pages, of up to 8 at once each: on two, one and the database keep both busy, and answers that gather in one place cost
less. SIGTERM or Ctrl+C stops gracefully: requests are answered, the running job is put back and goes on after the next
start.
"""

from __future__ import annotations

import argparse
import os
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from allears.cli.migrate import migrate
from allears.cli.server import Announcement, Server, one_server, port_must_be_free
from allears.core.address import remember_address
from allears.core.models import User
from allears.core.staff import FIRST_ACCOUNT

PLACES = 16  # pages that are made at once, in all processes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: only this machine)")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--no-worker", action="store_true", help="leave background work to `allears worker`")


def run(args: argparse.Namespace) -> int:
    _know_own_address(args.port)
    with one_server():
        port_must_be_free(args.host, args.port)
        prepare()
        serve(args, Announcement(args.host, args.port, announced()))
    return 0


def announced() -> list[str]:
    """Return what is printed once pages are answered: where; and how somebody can sign in, where nobody can yet."""
    where = f"Allears serves at {settings.BASE_URL}"
    return [where] if User.objects.exists() else [where, f"Nobody can sign in yet. In another terminal: {FIRST_ACCOUNT}"]


def prepare() -> None:
    """Bring the database and the static files up to date with this version."""
    migrate()
    call_command("collectstatic", verbosity=0, interactive=False)


def serve(args: argparse.Namespace, announcement: Announcement) -> None:
    """Serve until asked to stop; print `announcement` once pages are answered."""
    embedded = connection.vendor == "sqlite"
    remember_address(settings.DATA_DIR, settings.BASE_URL)
    processes = 1 if embedded or (os.cpu_count() or 1) <= 2 else 2
    # The server makes processes of its own: none may inherit a connection of this one.
    connections.close_all()
    Server(
        host=args.host,
        port=args.port,
        processes=processes,
        places=PLACES // processes,
        worker=None if args.no_worker else ("thread" if embedded else "process"),
        announcement=announcement,
    ).run()


def _know_own_address(port: int) -> None:
    """Links in mails name the port: with another one than the settings were made for, start anew."""
    if os.environ.get("PORT", "8000") == str(port):
        return
    os.environ["PORT"] = str(port)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "allears.cli.main", *sys.argv[1:]])  # noqa: S606
