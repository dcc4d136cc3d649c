"""A round of invitations is killed in the middle, twice: nobody has two letters, nobody is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from allears.core.smtp import LINES

ROOT = Path(__file__).resolve().parents[2]


def test_a_round_that_is_killed_goes_on_and_nobody_is_mailed_twice_or_left_out(tmp_path: Path) -> None:
    """The worker is a process of its own that is killed (-9), the mail server a real one that writes down whom it got
    letters for: `bench/invitations.py`, with a few hundred people."""
    database = ["--postgresql"] if os.environ.get("ALLEARS_TEST_DATABASE") == "postgresql" else []
    command = [sys.executable, "bench/invitations.py", "--people", "400", "--json", "--folder", str(tmp_path), *database]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["invited"], found["mails"], found["asked_for_minutes"]) == (400, 400, 400)
    assert (found["twice"], found["left_out"], found["said_sent_but_not_there"]) == (0, 0, 0)
    assert 1 <= found["in_doubt"] <= found["kills"] * LINES  # what each connection had under way
    assert found["finished"]
