"""Robots that answer a questionnaire as a browser without JavaScript does: open the page, post its form, follow on."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

WORDS = ["the", "order", "came", "late", "and", "nobody", "called", "me", "about", "it", "so", "I", "had", "to", "ask", "again", "every", "week", "because", "the", "box", "was", "wet", "they", "promised", "it", "would", "be", "there", "on", "monday", "but", "it", "never", "arrived"]
_FIELD = re.compile(r'<(input|textarea|button)\b([^>]*)>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_ACTION = re.compile(r'<form[^>]* action="([^"]*)"')


class Robot:
    """One respondent after the other over one connection each; reads HTML and nothing else."""

    thanks = "Thank you"
    moved = 303  # how a page that was taken in is answered
    question = re.compile(r"q(\d+)$")  # the field of a question by its id

    def __init__(self, port: int, token: str, name: str) -> None:
        self.port, self.start, self.name = port, f"/a/{token}/", name
        self.acknowledged: list[str] = []  # who was thanked
        self.kept: dict[str, list[tuple[int, str]]] = {}  # what acknowledged pages said, question by question
        self.times: list[float] = []
        self.cookies: dict[str, str] = {}

    async def run(self, until: float) -> None:
        number = 0
        while time.perf_counter() < until:
            number += 1
            await self.respond(f"{self.name}-{number}")

    async def respond(self, marker: str) -> None:
        self.cookies.clear()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        status, html, _ = await self.ask("GET", self.start)
        while "<form" in html:
            status, html, _ = await self.ask("GET", await self.send(html, marker))
        assert self.thanks in html, (status, html[:300])
        self.acknowledged.append(marker)
        self.writer.close()

    async def send(self, html: str, marker: str, go: str = "next") -> str:
        """Fill the form of a page and post it; note what it said once that is acknowledged, and return where it leads."""
        action, said = _ACTION.search(html), self.filled(html, marker)
        assert action
        status, html, where = await self.ask("POST", action[1], urlencode([*said, ("go", go)]))
        assert status == (204 if go == "save" else self.moved), (status, html[:300])
        self.kept.setdefault(marker, []).extend(self._answers(said))
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
        if self.cookies:
            head += f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}\r\n"
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            head += f"Origin: http://127.0.0.1:{self.port}\r\n"
        self.writer.write(f"{head}\r\n{body}".encode())
        status = int((await self.reader.readline()).split()[1])
        headers = {}
        while (line := (await self.reader.readline()).decode().strip()) != "":
            key, _, value = line.partition(": ")
            headers[key.lower()] = value
            if key.lower() == "set-cookie":
                self.cookies.update(cookie(value))
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

    def _answers(self, said: list[tuple[str, str]]) -> list[tuple[int, str]]:
        return [(int(field[1]), value) for name, value in said if (field := self.question.match(name))]


def cookie(header: str) -> dict[str, str]:
    """The cookie that a Set-Cookie header hands out, without how long it lasts and where it holds."""
    name, _, value = header.partition(";")[0].partition("=")
    return {name.strip(): value.strip()}


async def load(port: int, token: str, concurrency: int, seconds: float, name: str) -> tuple[list[Robot], float]:
    robots = [Robot(port, token, f"{name}{i}") for i in range(concurrency)]
    began = time.perf_counter()
    await asyncio.gather(*(robot.run(began + seconds) for robot in robots))
    return robots, time.perf_counter() - began


def figures(robots: Sequence[Robot], seconds: float, spent: float) -> dict[str, Any]:
    """What a load of `seconds` came to, for which the processors worked `spent` seconds: of the product as of a peer."""
    responses = sum(len(robot.acknowledged) for robot in robots)
    times = sorted(t for robot in robots for t in robot.times)
    return {
        "responses": responses,
        "seconds": round(seconds, 2),
        "per_second": round(responses / seconds, 1),
        "cpu_ms": round(spent * 1000 / max(1, responses), 3),
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
    }
