"""How pages are opened and what each costs: what the benches of pages share.

Every page is opened once, which compiles templates and warms caches; then memory is looked at; then each is opened
`rounds` times, and memory is looked at again. A page's cost is told as the server spends it (milliseconds, which a busy
machine lengthens), and as processors work for it, in this process and in a PostgreSQL on this machine, which other work
does not lengthen much.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")


def opened(addresses: Mapping[str, str], email: str, rounds: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Open each page as the person with this address; return what each costs, and memory before and after, in MB. Pages that
    are not open to them are left out.
    """
    client, worked = _client(email), Work()
    theirs = {name: url for name, url in addresses.items() if _get(client, url).status_code != 403}
    before = memory()
    rows = [_measured(client, name, url, rounds, worked) for name, url in theirs.items()]
    return rows, {"memory_before_mb": round(before, 1), "memory_after_mb": round(memory(), 1)}


def _client(email: str) -> Any:
    from django.test import Client

    from allears.core.models import User

    client = Client()
    client.force_login(User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _get(client: Any, url: str) -> Any:
    answer = client.get(url)
    if answer.streaming:
        for _piece in answer.streaming_content:
            pass
    assert answer.status_code in (200, 403), (url, answer.status_code)
    return answer


def _measured(client: Any, name: str, url: str, rounds: int, worked: Work) -> dict[str, Any]:
    times, busy = [], []
    for _ in range(rounds):
        began, began_busy = time.perf_counter(), worked.so_far()
        answer = _get(client, url)
        times.append((time.perf_counter() - began) * 1000)
        busy.append((worked.so_far() - began_busy) * 1000)
    times.sort()
    shown = 0 if answer.streaming else answer.content.decode().count('class="verbatim')
    row = {"page": name, "median_ms": round(statistics.median(times), 1), "p90_ms": round(times[int(len(times) * 0.9)], 1),
           "cpu_ms": round(statistics.median(busy), 1), "shown": shown}  # fmt: skip
    print(line_of(row), file=sys.stderr, flush=True)
    return row


def line_of(row: Mapping[str, Any]) -> str:
    """Return a row of the table."""
    return f"{row['page']:42} {row['median_ms']:10.1f} {row['p90_ms']:8.1f} {row['cpu_ms']:8.1f} {row['shown']:6}"


HEAD = f"{'page':42} {'median ms':>10} {'90% ms':>8} {'CPU ms':>8} {'words':>6}"


class Work:
    """The processors' time for this process and, where PostgreSQL runs on this machine, for its connection's process and
    the helpers that it starts."""

    def __init__(self) -> None:
        from django.db import connection

        self.backend = self.postmaster = 0
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = self._here(cursor.fetchone()[0])
            self.postmaster = int(_stat(self.backend)[1]) if self.backend else 0

    def _here(self, process: int) -> int:
        """The process, if it is one of this machine."""
        command = Path(f"/proc/{process}/cmdline")
        return process if command.exists() and b"postgres" in command.read_bytes() else 0

    def so_far(self) -> float:
        """Seconds so far."""
        if not self.backend:
            return time.process_time()
        running = int(Path(f"/proc/{self.backend}/schedstat").read_text().split()[0]) / 1e9
        helpers = sum(map(int, _stat(self.postmaster)[13:15])) / TICK  # of processes that have ended
        return time.process_time() + running + helpers


def _stat(process: int) -> list[str]:
    """The fields of a process's line from its state on (the first is the state)."""
    return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()


def memory() -> float:
    """This process's own memory now, in MB: without the pages of the database's file that it looks into."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024
