"""Add somebody who signs in. The first administrator comes into being this way; later ones by invitation."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from allears.cli.errors import CannotDo
from allears.core import staff
from allears.core.models import Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--role", choices=Role.values, default=Role.ADMINISTRATOR.value)
    parser.add_argument("--language", default="en")
    parser.add_argument("--time-zone", default="UTC")
    parser.epilog = "The password is asked for, read from standard input, or taken from ALLEARS_PASSWORD."


def run(args: argparse.Namespace) -> int:
    try:
        user = staff.add_user(
            email=args.email, name=args.name, role=args.role, password=_password(), by="the command line",
            language=args.language, time_zone=args.time_zone,
        )
    except staff.StaffError as error:
        raise CannotDo(str(error)) from error
    print(f"{user.name} can now sign in as {user.email}.")
    return 0


def _password() -> str:
    if "ALLEARS_PASSWORD" in os.environ:
        return os.environ["ALLEARS_PASSWORD"]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password (at least 12 characters): ")
    if getpass.getpass("The same again: ") != first:
        raise CannotDo("the two passwords differ; nothing was changed.")
    return first
