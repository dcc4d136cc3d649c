"""No acknowledged answer is lost: kill the server (-9) again and again under load, and count.

    python bench/kills.py                      # SQLite, five kills
    python bench/kills.py --kills 20 --pages 3
    python bench/kills.py --postgresql         # a PostgreSQL server started for this run; it is not killed

Robots answer through the public link (see bench/answers.py). Again and again all processes of the server are killed
without warning, in the middle of its work, and it is started again on the same folder. A kill waits until so many
responses were thanked since the start, and then strikes at a moment of chance: by the clock it would mostly strike a
server that has only just begun, above all on PostgreSQL, where several processes start. A page counts as
acknowledged when its robot was led on from it, a response when it has read the thanks. At the end each answer of each
acknowledged page must be in the database, once; the words of acknowledged responses in the ledger; and the ledger must
verify. `thanked` says how many responses were acknowledged before each kill, `started_in_s` how long each start took.
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
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.answers import Server, is_whole, new_database, start_postgresql
from bench.answers_robots import Robot

PATIENCE = 300.0  # seconds for so many to be thanked
MOMENT = 0.5  # seconds after that, within which the kill strikes


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


@dataclass
class Storm:
    """Robots that answer without end, and a server that is killed under them."""

    server: Server
    kills: int
    thanked_before: int
    robots: list[Stubborn]
    thanked: list[int] = field(default_factory=list)
    started_in_s: list[float] = field(default_factory=list)

    async def rage(self) -> None:
        """Kill the server so many times, each time after it has thanked, and let it thank once more."""
        tasks = [asyncio.create_task(robot.run(float("inf"))) for robot in self.robots]
        for _ in range(self.kills):
            before = await self._until_thanked()
            await asyncio.sleep(random.uniform(0, MOMENT))
            await asyncio.to_thread(kill, self.server)
            self.thanked.append(acknowledged(self.robots) - before)
            began = time.perf_counter()
            await asyncio.to_thread(self.server.start)
            self.started_in_s.append(round(time.perf_counter() - began, 1))
        before = await self._until_thanked()
        self.thanked.append(acknowledged(self.robots) - before)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_thanked(self) -> int:
        """Wait until enough have been thanked from now on; return how many had been before."""
        before, gives_up_at = acknowledged(self.robots), time.perf_counter() + PATIENCE
        while acknowledged(self.robots) < before + self.thanked_before:
            if time.perf_counter() > gives_up_at:
                raise SystemExit(f"the server thanked {acknowledged(self.robots) - before} in {PATIENCE:.0f} seconds")
            await asyncio.sleep(0.05)
        return before


def acknowledged(robots: list[Stubborn]) -> int:
    return sum(len(robot.acknowledged) for robot in robots)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--thanked", type=int, default=50, help="responses acknowledged before each kill, at least")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--port", type=int, default=8178)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--folder")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="allears-kills-", dir=options.folder))
    url = new_database(start_postgresql(folder), "kills") if options.postgresql else os.environ.get("ALLEARS_BENCH_URL", "")
    server = Server(folder / "var", options.pages, options.port, url)
    robots = [Stubborn(server.port, server.token, f"k{i}") for i in range(options.concurrency)]
    storm = Storm(server, options.kills, options.thanked, robots)
    try:
        asyncio.run(storm.rage())
    finally:
        kill(server)
    found = server.verified(robots)
    told = {"kills": options.kills, "thanked": storm.thanked, "started_in_s": storm.started_in_s}
    print(json.dumps({**told, "acknowledged": acknowledged(robots), **found}))
    raise SystemExit(0 if is_whole(found) else 1)


if __name__ == "__main__":
    main()
