"""Secrets that an installation makes for itself on its first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_in(path: Path) -> str:
    """Return the secret kept in `path`, making it (mode 0600) on first use; safe when two processes start at once."""
    while True:
        try:
            kept = path.read_text().strip()
        except FileNotFoundError:
            kept = ""
        if kept:
            return kept
        _make(path)


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        # A link, not a rename: whoever comes second must not replace a secret that is in use.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
