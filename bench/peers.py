"""Peers that a bench measures beside the product: other people's programs, each in an environment of its own.

None of them is part of this project, whatever their licence: they are installed when a bench is asked for them, outside
the product's environment, and are spoken to as processes of their own.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INSTALLING = 900.0  # seconds at most for a peer's environment
STARTING = 60.0  # seconds at most until it has shown that it runs


@dataclass(frozen=True)
class Peer:
    """The Python of the peer's own environment, or why there is none."""

    python: Path | None
    why_not: str = ""


def installed(home: Path, packages: Sequence[str], *, proof: str) -> Peer:
    """The environment in `home`, made on first use and kept: `proof` is Python that runs in it where all is well."""
    python = home / "bin" / "python"
    if _runs(python, proof):
        return Peer(python)
    print(f"Installing {packages[0]} into {home} ...", file=sys.stderr, flush=True)
    try:
        venv.create(home, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--no-input", *packages]
        done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALLING, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return Peer(None, f"the peer's environment could not be made: {error}"[:200])
    if done.returncode:
        return Peer(None, f"the peer could not be installed: {last_words(done)}")
    return Peer(python) if _runs(python, proof) else Peer(None, "the peer is installed and does not start")


def _runs(python: Path, proof: str) -> bool:
    try:
        return subprocess.run([str(python), "-c", proof], capture_output=True, timeout=STARTING, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """Why a process ended without an answer: its last line of complaint, or the signal that killed it."""
    if done.returncode < 0:
        return f"killed by {signal.Signals(-done.returncode).name}"
    return (done.stderr.strip().splitlines() or [f"ended with {done.returncode} and no word"])[-1][:200]
