"""The peer of bench/answers.py: django-survey-and-report 1.5, an open-source survey application for Django.

It is AGPL software and no part of this project: it is installed into an environment of its own (bench/peers.py) and
answers over HTTP as a process of its own. What is done so that it costs no more than it must:

- the same interpreter, Django and web server (granian) as the product's; two processes, two threads each;
- DEBUG off, templates cached, no middleware but what it cannot do without, nothing written to a log;
- SQLite in a file of its own, with a write-ahead log, a connection that stays, and writes that wait for one another.
  Each of them is on disk and done with by itself, as in any Django project that says nothing else: one transaction a
  request cost it the same and let it wait longer. It stays on SQLite when the product is measured on PostgreSQL;
- four robots at a time, as when our aims were set beside it: more would only wait for each other;
- the same ten questions, of the nearest kind that it has (a scale is one row of radio buttons), to people without an
  account; on one page (its "all in one page") or one a page (its "by question").

A robot keeps the cookies and posts the token that it is given, and follows on to the page that says thanks.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.answers_questions import QUESTIONS
from bench.answers_robots import Robot, figures
from bench.peers import Peer, installed, last_words
from bench.processor import cpu_seconds

PACKAGES = [
    "django-survey-and-report==1.5.0",
    "Django==5.2.19", "asgiref==3.13.0", "sqlparse==0.6.1", "pytz==2026.6", "PyYAML==6.0.4",
    "granian==2.8.7", "click==8.5.1",
]  # fmt: skip
PROOF = "import importlib.util, django, granian; assert importlib.util.find_spec('survey')"
DISPLAY = {1: 0, 10: 1}  # its ways of showing ten questions by the number of pages: all in one page, by question
RESPONSES = {1: 120, 10: 60}  # so many are measured
WARMING, CONCURRENCY = 16, 4
PATIENCE = 300.0  # seconds for all of them: a peer that hangs has failed
KINDS = {"long_text": "text", "short_text": "short-text", "scale": "radio", "single": "radio", "multiple": "select-multiple", "number": "integer"}

SETTINGS = """
from pathlib import Path

SECRET_KEY = "only for this run"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "peer_urls"
STATIC_URL = "/static/"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = [f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages")] + ["survey"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
}]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": Path(__file__).parent / "peer.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE", "timeout": 30},
}}
LOGGING = {"version": 1, "disable_existing_loggers": True}
"""
URLS = """
from django.urls import include, path

urlpatterns = [path("", include("survey.urls"))]
"""
PREPARE = """
import datetime, json, sys
import django
django.setup()
from django.core.management import call_command
from survey.models import Question, Survey
call_command("migrate", verbosity=0)
today = datetime.date.today()
survey = Survey.objects.create(
    name="Late orders", description="", is_published=True, need_logged_user=False, editable_answers=False,
    display_method=int(sys.argv[1]), publish_date=today, expire_date=today + datetime.timedelta(days=7),
)
for at, asked in enumerate(json.loads(sys.argv[2])):
    Question.objects.create(survey=survey, order=at, **asked)
"""


def the_peer(cache: Path) -> Peer:
    return installed(cache / "answers-peer-1.5.0", PACKAGES, proof=PROOF)


def as_the_peer_asks(question: dict[str, Any]) -> dict[str, Any]:
    """One of our questions as a row of its table of questions: numbers of a scale are choices, and commas divide them."""
    choices = question.get("choices", [])
    if question["kind"] == "scale":
        choices = range(question["minimum"], question["maximum"] + 1)
    return {
        "text": question["text"],
        "type": KINDS[question["kind"]],
        "required": question.get("required", False),
        "choices": ",".join(map(str, choices)),
    }


class PeerFailed(Exception):
    """The peer was installed and does not answer."""


FAILURES = (PeerFailed, OSError, EOFError, ValueError, IndexError, AssertionError)  # what a robot meets in its place


class PeerRobot(Robot):
    """The same robot, where the pages of the peer differ from ours."""

    thanks = "Your answers have been saved"
    moved = 302
    question = re.compile(r"question_(\d+)$")

    def __init__(self, port: int, name: str) -> None:
        super().__init__(port, "", name)
        self.start = "/1/"

    async def work(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            await self.respond(f"{self.name}-{number}")


async def load(port: int, responses: int, name: str) -> tuple[list[PeerRobot], float]:
    robots, numbers = [PeerRobot(port, f"{name}{i}") for i in range(CONCURRENCY)], iter(range(responses))
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(robot.work(numbers) for robot in robots))
    return robots, time.perf_counter() - began


class PeerServer:
    """A Django project around the peer in a folder of its own, with one survey that is open to everybody."""

    def __init__(self, python: Path, folder: Path, pages: int, port: int) -> None:
        folder.mkdir(parents=True)
        self.python, self.folder, self.port = python, folder, port
        (folder / "peer_settings.py").write_text(SETTINGS)
        (folder / "peer_urls.py").write_text(URLS)
        self.environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "peer_settings", "PYTHONPATH": str(folder)}
        asked = json.dumps([as_the_peer_asks(question) for question in QUESTIONS])
        prepare = [str(python), "-c", PREPARE, str(DISPLAY[pages]), asked]
        done = subprocess.run(prepare, env=self.environment, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerFailed(f"it could not be prepared: {last_words(done)}")
        self.start()

    def start(self) -> None:
        command = [
            str(self.python), "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "2", "--blocking-threads", "2",
            "--no-ws", "--no-log", "--host", "127.0.0.1", "--port", str(self.port), "django.core.wsgi:get_wsgi_application",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=subprocess.DEVNULL)
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/1/", timeout=5)
                return
            except OSError:
                time.sleep(0.25)
        self.stop()
        raise PeerFailed("it did not start")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(40)

    def verified(self, robots: Sequence[PeerRobot]) -> dict[str, Any]:
        """Whether its database holds every response that these robots were thanked for, answer by answer, and no other."""
        database = sqlite3.connect(self.folder / "peer.sqlite3")
        stored: dict[int, dict[int, str]] = {}
        for response, question, body in database.execute("SELECT response_id, question_id, body FROM survey_answer"):
            stored.setdefault(response, {})[question] = body
        rows = {"stored": "survey_response", "answers": "survey_answer"}
        counted = {name: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in rows.items()}
        database.close()
        sent = [as_stored(robot.kept[marker]) for robot in robots for marker in robot.acknowledged]
        lost = Counter(map(_whole, sent)) - Counter(map(_whole, stored.values()))
        right = not lost and counted == {"stored": len(sent), "answers": len(sent) * len(QUESTIONS)}
        return {"verified": right, **counted, "lost": lost.total()}


def as_stored(said: Sequence[tuple[int, str]]) -> dict[int, str]:
    """What one respondent said as the peer keeps it: each question has an answer, and several choices are a list in words."""
    values: dict[int, list[str]] = {number: [] for number in range(1, len(QUESTIONS) + 1)}
    for question, value in said:
        values[question].append(value)
    several = {number for number, question in enumerate(QUESTIONS, 1) if question["kind"] == "multiple"}
    return {number: str(each) if number in several else each[0] for number, each in values.items()}


def _whole(answers: dict[int, str]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(answers.items()))


def measure(python: Path, folder: Path, pages: int, port: int) -> dict[str, Any]:
    """What answering costs the peer, in the fields that a case of the product has."""
    server = PeerServer(python, folder, pages, port)
    try:
        warm, _ = asyncio.run(load(port, WARMING, "warm"))
        before = cpu_seconds(server.process.pid)
        robots, seconds = asyncio.run(load(port, RESPONSES[pages], "w"))
        spent = cpu_seconds(server.process.pid) - before
    finally:
        server.stop()
    return {
        "peer": PACKAGES[0],
        "database": "sqlite",
        "pages": pages,
        **figures(robots, seconds, spent),
        **server.verified([*warm, *robots]),
    }
