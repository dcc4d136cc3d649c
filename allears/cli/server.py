"""The processes behind `allears serve`: the web server, the worker, and who looks after whom."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from granian._loops import loops
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer as WebServer

from allears.cli.errors import CannotDo
from allears.cli.event_loop import GoingOnWhereCalled, ending
from allears.core.asgi import Asgi
from allears.core.bodies import taken_in
from allears.core.patience import Patience
from allears.core.places import Places, with_places
from allears.questionnaires.answering_door import QuickDoor

STOPS_WITHIN = 30  # seconds; what has not ended by then is ended
OBJECTS_BETWEEN = 10_000  # made and not freed, after which Python looks for garbage
GIVES_WAY = 0.001  # seconds that a thread may compute while others wait: who answers waits for its every step
CONNECTIONS = 2048  # of each process; most only wait for what a line brings

loops.register(Loops.asyncio)(GoingOnWhereCalled)


@dataclass
class Announcement:
    """Lines to print once pages are answered, by whichever process notices first."""

    host: str
    port: int
    lines: Sequence[str]
    first: Any = field(default_factory=multiprocessing.Lock)

    def when_ready(self) -> None:
        """Ask for /healthz until it answers, then print."""
        if not self.first.acquire(block=False):
            return
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        address = f"http://[{host}]:{self.port}/healthz" if ":" in host else f"http://{host}:{self.port}/healthz"
        while not _answers(address):
            time.sleep(0.1)
        print("\n".join(self.lines), flush=True)


def _answers(address: str) -> bool:
    try:
        # Never through a proxy: this is our own machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@dataclass
class Server:
    """The web server's processes and the worker."""

    host: str
    port: int
    processes: int
    places: int  # pages that each process makes at once
    worker: Literal["thread", "process"] | None
    announcement: Announcement

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        keeper = _Keeper() if self.worker == "process" else None
        try:
            serve(Loader(self), self.host, self.port, self.processes)
        finally:
            if keeper:
                keeper.stop()


def serve(loader: Callable[[], Asgi], host: str, port: int, processes: int) -> None:
    """Run the web server's processes until SIGTERM or SIGINT; each serves what `loader` returns in it."""
    _make_room_for_connections()
    web_server = WebServer(
        "allears.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,  # ASGI without the steps by which an application is told that it begins and ends
        loop=Loops.asyncio,
        http=HTTPModes.http1,  # whoever stands in front speaks HTTP/2 with the world; looking for it costs each request
        workers=processes,
        blocking_threads=1,  # it tells of what comes in; pages are made in threads of ours, see core.asgi
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPS_WITHIN,
    )
    web_server.serve(target_loader=loader, wrap_loader=False)


def _make_room_for_connections() -> None:
    """Many systems let a process open 1,024 files until it asks for more."""
    at_once, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if at_most == resource.RLIM_INFINITY else min(2 * CONNECTIONS, at_most)
    if at_once != resource.RLIM_INFINITY and at_once < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, at_most))


def port_must_be_free(host: str, port: int) -> None:
    """Refuse when another program listens here: two web servers could otherwise share the port unnoticed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotDo(f"cannot listen at {host}, port {port}: {error.strerror}.") from error


class Loader:
    """What each web process does first; can be sent to a process that is started anew."""

    def __init__(self, server: Server) -> None:
        self.worker_inside = server.worker == "thread"
        self.places = server.places
        self.announcement = server.announcement
        self.parent = os.getpid()

    def __call__(self) -> Asgi:
        """Return the application, with the worker running beside it where it belongs inside."""
        places, patience = Places(self.places), Patience(ending)
        application = taken_in(QuickDoor(with_places(get_wsgi_application(), places), places), patience)
        # Every room's pages are read in now, not while the first visitor waits.
        _ = get_resolver().url_patterns
        _in_background(_stop_without_parent, self.parent)
        _in_background(patience.watch)
        _in_background(self.announcement.when_ready)
        _spare_the_collector()
        sys.setswitchinterval(GIVES_WAY)
        if self.worker_inside:
            threading.Thread(target=_work, name="allears-worker").start()
        return application


def _spare_the_collector() -> None:
    """What was read in stays for as long as the process: nobody looks through it for garbage again. What pages leave
    behind is looked through every so many objects; Python's own 700 are a page or two.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, 20, 50)


def _in_background(work: Callable[..., None], *args: Any) -> None:
    threading.Thread(target=work, args=args, daemon=True).start()


def _stop_without_parent(parent: int) -> None:
    """A web process whose server was killed must not keep the port and the file."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _work() -> None:
    """Work until the process is about to end: Python waits for this thread, and this thread for the running job."""
    from allears.core import worker

    stop = threading.Event()
    _in_background(_tell_when_ending, stop)
    while not stop.is_set():
        try:
            worker.run(stop)
        except Exception as trouble:
            print(f"The worker could not start and tries again: {trouble}", file=sys.stderr)
            stop = threading.Event()
            _in_background(_tell_when_ending, stop)
            stop.wait(5)


def _tell_when_ending(stop: threading.Event) -> None:
    while threading.main_thread().is_alive():
        time.sleep(0.1)
    stop.set()


class _Keeper:
    """Keeps the worker's process running, and starts it anew when it falls."""

    def __init__(self) -> None:
        self._stopping = False
        self._process = self._start()
        _in_background(self._watch)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "allears.cli.main", "worker", "--with-parent"])

    def _watch(self) -> None:
        while True:
            self._process.wait()
            if self._stopping:
                return
            print("The worker ended unexpectedly and is started again.", file=sys.stderr)
            time.sleep(1)
            self._process = self._start()

    def stop(self) -> None:
        """Ask the worker to end, and wait for it."""
        self._stopping = True
        self._process.terminate()
        try:
            self._process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()


@contextlib.contextmanager
def one_server() -> Iterator[None]:
    """Hold the data folder for this server: a second one on the same SQLite file would write beside the first."""
    path = Path(settings.DATA_DIR) / "serving"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotDo(f"another Allears serves from {settings.DATA_DIR} already.") from None
        yield
