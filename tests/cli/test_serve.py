"""The real server, as a process: it serves, works, stops when asked, and comes back after a kill."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """A folder, a port, and the command run on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.surroundings = {
            key: value for key, value in os.environ.items() if not key.startswith(("ALLEARS_", "DATABASE_", "DJANGO_"))
        }
        self.surroundings |= {"ALLEARS_DATA": str(folder), "PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self.running: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "allears.cli.main", *arguments],
            env=self.surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
        )  # fmt: skip
        self.running.append(process)
        return process

    def run(self, *arguments: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "allears.cli.main", *arguments], env={**self.surroundings, **surroundings},
            capture_output=True, text=True, cwd=self.folder, check=False, timeout=120,
        )  # fmt: skip

    def get(self, path: str) -> tuple[int, str]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        for _ in range(1800):
            assert process.poll() is None, process.communicate()
            try:
                self.get("/healthz")
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("it never served")

    def is_free(self) -> bool:
        """Has every process let go of the folder?"""
        with (self.folder / "serving").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def nobody_listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    made.folder.mkdir(mode=0o700)
    yield made
    for process in made.running:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_it_serves_is_killed_without_warning_serves_again_stops_when_asked_and_is_copied_whole(
    installation: Installation, tmp_path: Path
) -> None:
    _serves_alone_until_it_is_killed(installation)
    _serves_again_and_stops_when_asked(installation, signal.SIGINT)
    _serves_again_and_stops_when_asked(installation, signal.SIGTERM)
    _is_copied_whole(installation, tmp_path / "backups")


def _serves_alone_until_it_is_killed(installation: Installation) -> None:
    server = installation.start("serve")
    installation.wait_until_ready(server)
    status, body = installation.get("/healthz")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    status, body = installation.get("/accounts/login/")
    assert "Sign in" in body
    assert (installation.folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (installation.folder / "allears.sqlite3").stat().st_mode & 0o777 == 0o600

    second = installation.run("serve")
    assert second.returncode == 1
    assert "already" in second.stderr

    server.kill()
    server.communicate()
    for _ in range(1800):
        if installation.nobody_listens() and installation.is_free():
            break
        time.sleep(0.1)
    assert installation.nobody_listens()


def _serves_again_and_stops_when_asked(installation: Installation, how: signal.Signals) -> None:
    server = installation.start("serve")
    assert server.stdout is not None
    assert any(f"http://127.0.0.1:{installation.port}" in line for line in server.stdout), "it never said where"
    installation.wait_until_ready(server)
    server.send_signal(how)
    server.communicate(timeout=60)
    assert server.returncode == 0
    assert installation.nobody_listens()


def _is_copied_whole(installation: Installation, backups: Path) -> None:
    added = installation.run(
        "add-user", "--email", "ada@house.example", "--name", "Ada", ALLEARS_PASSWORD="a long enough password"
    )
    assert added.returncode == 0, added.stderr

    copied = installation.run("backup", str(backups), "--json")

    assert copied.returncode == 0, copied.stderr
    told = json.loads(copied.stdout)
    copy = Path(told["folder"])
    assert [(folder, folder.suffix) for folder in backups.iterdir()] == [(copy, "")]
    assert told["verbatims"] == 0
    assert copy.stat().st_mode & 0o777 == 0o700
    assert (copy / "secret_key").read_text() == (installation.folder / "secret_key").read_text()
    with closing(sqlite3.connect(copy / "allears.sqlite3")) as file:
        assert file.execute("SELECT email FROM core_user").fetchall() == [("ada@house.example",)]


def test_a_taken_port_is_said(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        refused = installation.run("serve")

    assert refused.returncode == 1
    assert "in use" in refused.stderr
