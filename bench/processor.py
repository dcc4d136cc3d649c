"""How much computing processes took."""

from __future__ import annotations

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """User and system CPU of a process and everything below it."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(process))
        spent[int(process)] = sum(map(int, fields[11:15])) / TICK
    todo, total = [root], 0.0
    while todo:
        process = todo.pop()
        total += spent.get(process, 0.0)
        todo += children.get(process, [])
    return total
