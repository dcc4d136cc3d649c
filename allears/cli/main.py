"""The command `allears`: one sub-command a module, loaded only when it is asked for.

A module `allears/cli/<command>.py` holds `add_arguments(parser)` and `run(args) -> int` (the exit code: 0 done,
1 refused or found broken, 2 wrongly typed). It prints its answer on standard output and everything else on standard
error; what cannot be done it raises as `CannotDo` with words for whoever typed the command.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from allears.cli.errors import CannotDo

COMMANDS = {
    "serve": "serve the pages, with the worker inside; brings the database up to date first",
    "worker": "do the background work in a process of its own",
    "migrate": "bring the database up to date",
    "demo": "fill an empty installation with a real organisation's words",
    "add-user": "add somebody who signs in; the first administrator comes into being this way",
    "studies": "list the studies",
    "invite": "invite a person to a study and print the personal link",
    "import-responses": "bring what customers have already said into a study",
    "export": "write a study's responses and words into a folder",
    "selection": "draw panels and samples by the fair lottery, and verify proofs",
    "bounces": "read reports of mail that came back, and mark addresses that do not work",
    "verify": "recompute the ledger of words and the lotteries; name the first thing that does not hold",
    "backup": "write a checked copy of everything into a folder",
}
# These bring the database up to date themselves, or need none.
WITHOUT_DATABASE = {"serve", "migrate", "demo", "selection"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (by default the process's own) name; return its exit code."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    if not typed or typed[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if typed else 2
    if typed[0] not in COMMANDS:
        print(f"allears: there is no command {typed[0]!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    try:
        return _run(typed[0], typed[1:])
    except CannotDo as refusal:
        print(f"allears {typed[0]}: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`allears ... | head`); say nothing when Python flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def usage() -> str:
    """Return the list of commands."""
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name.ljust(width)}  {what}" for name, what in COMMANDS.items()]
    return "\n".join(["usage: allears COMMAND ...   (allears COMMAND --help says more)", "", *lines])


def _run(command: str, typed: Sequence[str]) -> int:
    _set_up()
    module = importlib.import_module("allears.cli." + command.replace("-", "_"))
    parser = argparse.ArgumentParser(prog=f"allears {command}", description=module.__doc__)
    module.add_arguments(parser)
    args = parser.parse_args(typed)
    if command not in WITHOUT_DATABASE:
        from allears.cli.migrate import must_be_current

        must_be_current()
    code: int = module.run(args)
    return code


def _set_up() -> None:
    """Wake Django up with the installation's settings; what it writes is for its own user's eyes."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.config.settings")
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
