"""Do the background work (mail, imports, sealing) in a process of its own, until it is asked to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from types import FrameType

from django.conf import settings
from django.db import connection

from allears.core import worker


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the process that started this one is gone"
    )


def run(args: argparse.Namespace) -> int:
    stop = threading.Event()

    def ask(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    if args.with_parent:
        threading.Thread(target=_stop_without_parent, args=(os.getppid(), stop), daemon=True).start()
    elif connection.vendor == "sqlite":
        print(
            "allears worker: on SQLite the worker runs inside `allears serve`; two processes that write to one file"
            " slow each other down. Start the server with --no-worker if you mean it.",
            file=sys.stderr,
        )
    print(f"Working for {settings.BASE_URL}.", file=sys.stderr)
    worker.run(stop)
    return 0


def _stop_without_parent(parent: int, stop: threading.Event) -> None:
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()
