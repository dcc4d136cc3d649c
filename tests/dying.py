"""What a process of a house does (tests/killing.py): wake up, and run the real command until it ends or is killed.

A process kills itself (SIGKILL, no clean-up of any kind) at the moment DIES_AT: when the audit event of that name is
written, inside its transaction; with "after " before the name, just after that transaction is through; and
"allears.room.module:name#2" is the second time that this function has done its work. So that little
work has such moments, PIECE says how much is done at once ("allears.room.module:NAME=20").
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import signal
import sys
from typing import Any


def wake_up() -> None:
    """Wake Django up without gathered style sheets: that takes longer than all the rest, and no test here looks."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "allears.config.settings"
    import django
    from django.conf import settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()


def command() -> int:
    """Run the command as `bin/allears` does, once the moment of death is set."""
    from allears.cli import serve
    from allears.cli.main import main

    serve.call_command = lambda *names, **options: None
    if piece := os.environ.get("PIECE"):
        _of_this_size(piece)
    if os.environ["DIES_AT"]:
        _die_at(os.environ["DIES_AT"])
    return main()


def program() -> int:
    """Run the lines of Python that were given."""
    exec(sys.argv[1], {})
    return 0


def _of_this_size(piece: str) -> None:
    """Let this process do its work in pieces as small as `piece` says."""
    place, size = piece.split("=")
    module, name = place.split(":")
    owner = importlib.import_module(module)
    assert isinstance(getattr(owner, name), int)
    setattr(owner, name, int(size))


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
