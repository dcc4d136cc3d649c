"""Where this installation is reached: what stands in links that leave the house, in mails and on paper."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from allears.core.whole_files import write_whole

FILE = "address"
HERE = ("127.0.0.1", "localhost", "[::1]")


def own_address(folder: Path) -> str:
    """Return the installation's address without a slash at its end.

    `ALLEARS_URL` says it; else `PORT` does; else the server last started on this folder wrote it down, so that a
    command run beside it prints links that work; else it is port 8000 of this machine.
    """
    said = os.environ.get("ALLEARS_URL", "")
    port = os.environ.get("PORT", "")
    kept = folder / FILE
    if not said and not port and kept.is_file():
        said = kept.read_text().strip()
    return (said or f"http://127.0.0.1:{port or 8000}").rstrip("/")


def hosts(address: str, others: str = "") -> list[str]:
    """Return the host names that are answered: the address's own and the comma-separated `others`.

    Only who serves this very machine is found under all its names: elsewhere somebody could make a browser take
    another site for ours by calling it `localhost`.
    """
    host = urlsplit(address).hostname or "127.0.0.1"
    own = {*HERE, host} if host in HERE or host == "::1" else {host}
    return sorted({f"[{name}]" if ":" in name and name[0] != "[" else name for name in own}) + [
        name for name in (part.strip() for part in others.split(",")) if name
    ]


def remember_address(folder: Path, address: str) -> None:
    """Write down where the server that is starting is reached."""
    write_whole(folder / FILE, address + "\n")
