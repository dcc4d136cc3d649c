"""No acknowledged answer is lost: kill the server (-9) again and again under load, and count.

    python bench/kills.py                      # SQLite, five kills
    python bench/kills.py --kills 20 --pages 3
    python bench/kills.py --postgresql         # a PostgreSQL server started for this run; it is not killed

Robots answer through the public link (see bench/answers.py). Every few seconds all processes of the server are killed
without warning, and it is started again on the same folder. A page counts as acknowledged when its robot was led on
from it, a response when it has read the thanks. At the end each answer of each acknowledged page must be in the
database, once; the words of acknowledged responses in the ledger; and the ledger must verify.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.answers import Robot, Server, is_whole, new_database, start_postgresql


class Stubborn(Robot):
    """A robot that goes on with the next respondent when its server dies."""

    async def run(self, until: float) -> None:
        number = 0
        while time.perf_counter() < until:
            number += 1
            try:
                async with asyncio.timeout(20):  # wait_for may pass over that it was cancelled
                    await self.respond(f"{self.name}-{number}")
            except (TimeoutError, OSError, EOFError, IndexError, AssertionError):
                await asyncio.sleep(0.2)


def below(root: int) -> list[int]:
    """The process `root` and everything that it started."""
    parents = {}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(process)] = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def kill(server: Server) -> None:
    for process in below(server.process.pid):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    server.process.wait()


async def storm(server: Server, kills: int, concurrency: int, seconds: float) -> list[Stubborn]:
    robots = [Stubborn(server.port, server.token, f"k{i}") for i in range(concurrency)]
    ends = [time.perf_counter() + 100_000]
    tasks = [asyncio.create_task(robot.run(ends[0])) for robot in robots]
    for _ in range(kills):
        await asyncio.sleep(seconds * random.uniform(0.5, 1.5))
        await asyncio.to_thread(kill, server)
        await asyncio.to_thread(server.start)
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return robots


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3, help="between two kills, about")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--port", type=int, default=8178)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--folder")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="allears-kills-", dir=options.folder))
    url = new_database(start_postgresql(folder), "kills") if options.postgresql else os.environ.get("ALLEARS_BENCH_URL", "")
    server = Server(folder / "var", options.pages, options.port, url)
    try:
        robots = asyncio.run(storm(server, options.kills, options.concurrency, options.seconds))
    finally:
        kill(server)
    found = server.verified(robots)
    print(json.dumps({"kills": options.kills, "acknowledged": sum(len(robot.acknowledged) for robot in robots), **found}))
    raise SystemExit(0 if is_whole(found) else 1)


if __name__ == "__main__":
    main()
