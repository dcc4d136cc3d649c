"""No acknowledged answer is lost: the server is killed (-9) under load, and every page that was kept is looked for."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from allears.core.clock import today
from allears.questionnaires import authoring
from allears.studies import actions
from bench.kills import Stubborn
from tests import cast
from tests.killing import House, house
from tests.nursery import Child

Said = dict[str, list[tuple[int, str]]]  # what acknowledged pages said, by who said it: question by question
pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 2
SECONDS = 0.5  # under load before each kill, and after the last
THANKED = 10  # in this time at least


class Leaver(Stubborn):
    """A robot that goes after a page, and sends nothing: after "Next", or while the page saves what is typed."""

    def __init__(self, port: int, token: str, name: str, go: str) -> None:
        super().__init__(port, token, name)
        self.go = go

    async def respond(self, marker: str) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        _status, html, _where = await self.ask("GET", self.start)
        await self.send(html, marker, self.go)
        self.writer.close()
        await asyncio.sleep(0.1)


def an_open_study() -> str:
    """Two open questions on two pages and a choice; returns the token of its public link."""
    study = actions.create_study(
        by=cast.ana(), title="Late orders", problem="Orders come late, and nobody knows where they lose their time.",
        promise_on=today() + timedelta(days=30),
    )  # fmt: skip
    draft = authoring.draft_of(study, cast.ana())
    first, second = draft.sections.get(), authoring.add_section(version=draft)
    authoring.add_question(section=first, kind="long_text", text="What happened?", required=True)
    authoring.add_question(section=first, kind="single", text="Who called?", choices=["You", "I"], required=True)
    authoring.add_question(section=second, kind="long_text", text="What would have helped?", required=True)
    authoring.publish(version=draft, by=cast.ana())
    actions.open_study(study=study, by=cast.ana())
    return actions.make_public_link(study=study, by=cast.ana()).token


def test_what_was_acknowledged_is_kept_whole_and_once_however_often_the_server_is_killed(tmp_path: Path) -> None:
    token = an_open_study()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with house(tmp_path / "there", port) as there:
        with ThreadPoolExecutor(1) as apart:  # a browser's driver may run an event loop in this thread
            thanked, said = apart.submit(asyncio.run, _answers_under_kills(there, token, port)).result()
        sent = there.rows(
            "SELECT r.id, v.text FROM questionnaires_response r JOIN questionnaires_answer a ON a.response_id = r.id"
            " JOIN verbatims_verbatim v ON v.id = a.verbatim_id WHERE r.submitted_at IS NOT NULL"
        )
        choices = there.rows(
            "SELECT count(*) FROM questionnaires_answer a JOIN questionnaires_response r ON a.response_id = r.id"
            " WHERE r.submitted_at IS NOT NULL AND a.choice_id IS NOT NULL"
        )[0][0]
        answers = there.rows(
            "SELECT a.response_id, a.question_id, a.choice_id, COALESCE(v.text, a.text), v.id, r.submitted_at"
            " FROM questionnaires_answer a JOIN questionnaires_response r ON a.response_id = r.id"
            " LEFT JOIN verbatims_verbatim v ON v.id = a.verbatim_id"
        )
        verified = json.loads(there.run("verify", "--json"))

    assert len(thanked) > 20
    words = Counter(text.split()[0] for _response, text in sent)
    assert {marker: words[marker] for marker in thanked} == dict.fromkeys(thanked, 2)  # neither lost nor twice
    assert set(words.values()) == {2}  # who was not thanked any more is kept whole, too
    assert len({response for response, _text in sent}) == len(words) == choices
    found = _by_marker(answers)
    assert {marker: gone for marker, pages in said.items() if (gone := set(pages) - found.get(marker, set()))} == {}
    assert set(thanked) <= said.keys()
    assert {"next", "save"} <= {marker.split("-")[0] for marker in said}  # pages of responses that were never sent
    # Words are in the ledger once they are sent, and wait beside their answer until then.
    assert {(verbatim is not None, at is not None) for *_, text, verbatim, at in answers if text} == {(True, True), (False, False)}
    assert (verified["broken"], verified["checked"] >= len(sent)) == (None, True)


def _by_marker(answers: list[tuple[Any, ...]]) -> dict[str, set[tuple[int, str]]]:
    """What is stored, by the marker with which each response's words begin."""
    markers = {response: text.split()[0] for response, _question, _choice, text, *_ in answers if text}
    found: dict[str, set[tuple[int, str]]] = {}
    for response, question, choice, text, *_ in answers:
        found.setdefault(markers.get(response, ""), set()).add((question, text or str(choice)))
    return found


async def _answers_under_kills(there: House, token: str, port: int) -> tuple[list[str], Said]:
    """Let robots answer while the server is killed and started again; return the markers of those who were thanked, and
    what every acknowledged page said.
    """
    server = await asyncio.to_thread(_served, there, port)
    robots = [*(Stubborn(port, token, f"r{n}") for n in range(5)), *(Leaver(port, token, go, go) for go in ("next", "save"))]
    tasks = [asyncio.create_task(robot.run(time.perf_counter() + 600)) for robot in robots]
    for _ in range(KILLS):
        await _under_load(robots)
        await asyncio.to_thread(there.kill, server)
        server = await asyncio.to_thread(_served, there, port)
    await _under_load(robots)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.to_thread(there.kill, server)
    said = {marker: pages for robot in robots for marker, pages in robot.kept.items()}
    return [marker for robot in robots for marker in robot.acknowledged], said


async def _under_load(robots: Sequence[Stubborn]) -> None:
    """Let the robots answer for a while, on a busy machine for as long as it takes to thank some of them."""
    before, until = _thanked(robots), time.monotonic() + 60
    await asyncio.sleep(SECONDS)
    while _thanked(robots) < before + THANKED and time.monotonic() < until:
        await asyncio.sleep(0.1)


def _thanked(robots: Sequence[Stubborn]) -> int:
    return sum(len(robot.acknowledged) for robot in robots)


def _served(there: House, port: int) -> Child:
    server = there.start("serve", ALLEARS_RESPONSES_A_MINUTE="0")
    for _ in range(1800):
        assert server.poll() is None, there.said(server)
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
        except OSError:
            time.sleep(0.05)
        else:
            return server
    raise AssertionError(there.said(server))
