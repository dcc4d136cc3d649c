"""Fill an empty installation with a real organisation's words, and serve it with --serve.

An installation that holds a study already is left as it is. The passwords are the same in every demo and known to
everybody: never keep anything of your own in one.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from django.conf import settings

from allears.cli.serve import prepare, serve
from allears.cli.server import Announcement, one_server, port_must_be_free
from allears.core import demo
from allears.core.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--serve", action="store_true", help="serve it afterwards")
    parser.add_argument("--host", default="127.0.0.1", help=argparse.SUPPRESS)
    parser.set_defaults(port=int(os.environ.get("PORT", "8000")), no_worker=False)


def run(args: argparse.Namespace) -> int:
    with one_server():
        if args.serve:
            port_must_be_free(args.host, args.port)
        prepare()
        _load()
        if args.serve:
            serve(args, Announcement(args.host, args.port, announced(args.port)))
    return 0


def _load() -> None:
    """Load the demo into an installation where nobody signs in yet; one that was begun and broken off is gone on with."""
    if User.objects.exists() and not demo.notes() and not _was_begun():
        print("This installation is in use: the demo is not loaded into it.", file=sys.stderr)
        return
    if demo.notes():
        return
    print("Bringing in the demo's words (once, a minute or so).", file=sys.stderr)
    demo.people()
    room = importlib.import_module("allears.web.demo")
    demo.remember(room.load())


def _was_begun() -> bool:
    return User.objects.filter(email=demo.PEOPLE[0].email).exists()


def announced(port: int) -> list[str]:
    """Return what a newcomer reads: where, as whom, and what can be answered at once."""
    lines = [f"ready http://127.0.0.1:{port}"]
    notes = demo.notes()
    if notes is None:
        return lines
    lines.append("Sign in as one of these (the passwords are for this demo only; everybody knows them):")
    lines += [f"  {p.role:<13}  {p.email:<28}  {p.password}" for p in notes.people]
    if notes.answer_path:
        lines.append(f"Or answer “{notes.answer_title}” without an account: {settings.BASE_URL}{notes.answer_path}")
    return lines
