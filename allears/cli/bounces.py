"""Read reports of mail that came back, from a mailbox, a Maildir, one mail, or a pipe ("-").

An address that does not work is marked and gets no further mail until somebody mends it; a full mailbox or a server that
is away is only counted. Reading the same reports again changes nothing. In a mail server's alias file:

    bounces: "|/opt/allears/bin/allears bounces -"
"""

from __future__ import annotations

import argparse
import mailbox
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from allears.cli.errors import CannotDo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="an mbox, a Maildir, a single mail, or - for standard input")


def run(args: argparse.Namespace) -> int:
    from allears.people import bounces

    counts: Counter[str] = Counter()
    for raw in _mails(args.file):
        counts += bounces.take(raw)
    words = {
        "hard": "for good: the address is marked", "soft": "for now, or for another reason: counted",
        "known": "known already", "not_ours": "about no mail of ours", "other": "no report at all",
    }  # fmt: skip
    for name, meaning in words.items():
        if counts[name]:
            print(f"{counts[name]:,} {meaning}")
    if not counts:
        print("nothing to read")
    return 0


def _mails(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from _from_bytes(sys.stdin.buffer.read())
        return
    path = Path(name)
    if path.is_dir():
        yield from (letter.as_bytes() for letter in mailbox.Maildir(path, create=False))
    elif path.is_file():
        yield from _from_bytes(path.read_bytes())
    else:
        raise CannotDo(f"there is no file {name!r}.")


def _from_bytes(raw: bytes) -> Iterator[bytes]:
    """A mailbox begins with a line "From "; anything else is one mail."""
    if not raw.startswith(b"From "):
        yield from [raw] if raw.strip() else []
        return
    with tempfile.NamedTemporaryFile() as kept:
        kept.write(raw)
        kept.flush()
        yield from (letter.as_bytes() for letter in mailbox.mbox(kept.name, create=False))
