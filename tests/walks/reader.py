"""Somebody with a browser whose requests Django's test client answers: what a test has written need not be committed.

A small server of the reader's own passes the requests on, so that Chromium keeps style sheets and scripts as it does for
everybody. It answers in threads that use the test's own database connection: SQLite's, which may be shared.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection, connections
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.walks import browsing

KEPT = ("Cache-Control", "public, max-age=86400")


class Reader:
    """A browser and the client that answers it."""

    def __init__(self, browser: Browser, client: Client, host: str) -> None:
        self.browser, self.client, self.host = browser, client, host
        self.complaints: list[str] = []
        self.at_hand: dict[str, Any] = {}  # pages that have been asked for already
        self.one_at_a_time = threading.Lock()  # there is one connection to the database

    def page(self, **wishes: Any) -> Page:
        """A new page in a browser of its own; what its console complains of is kept."""
        page = self.browser.new_context(base_url=self.host, **wishes).new_page()
        page.set_default_navigation_timeout(60_000)
        page.set_default_timeout(browsing.PATIENCE)
        page.on("console", self._hears)
        return page

    def _hears(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def get(self, path: str) -> Any:
        """What the client finds at `path`."""
        with self.one_at_a_time:
            return self.client.get(path)

    def answers(self, asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        """A request, as servers pass it on (PEP 3333)."""
        path = asked["PATH_INFO"] + (f"?{asked['QUERY_STRING']}" if asked["QUERY_STRING"] else "")
        if path.startswith(browsing.STATIC):
            return _file(asked["PATH_INFO"], start)
        answer = self.at_hand.pop(path, None) or self.get(path)
        start(f"{answer.status_code} {answer.reason_phrase}", _with_length(answer.headers.items(), answer.content))
        return [answer.content]


class Server(ThreadedWSGIServer):
    """A server whose threads use the test's connection to the database, and leave it open."""

    def __init__(self) -> None:
        ours = {connection.alias: connections[connection.alias]}
        super().__init__(("localhost", 0), QuietWSGIRequestHandler, allow_reuse_address=False, connections_override=ours)

    def _close_connections(self) -> None:
        pass


def _file(path: str, start: Any) -> Iterable[bytes]:
    found = browsing.static_file(path.removeprefix(browsing.STATIC))
    content, kind = found or (b"", "text/plain")
    start("200 OK" if found else "404 Not Found", _with_length([("Content-Type", kind), KEPT], content))
    return [content]


def _with_length(headers: Iterable[tuple[str, str]], content: bytes) -> list[tuple[str, str]]:
    return [*(pair for pair in headers if pair[0] != "Content-Length"), ("Content-Length", str(len(content)))]


@contextmanager
def reading(browser: Browser, client: Client) -> Iterator[Reader]:
    """A reader whose requests `client` answers, until the end."""
    connection.inc_thread_sharing()
    server = Server()
    reader = Reader(browser, client, f"http://localhost:{server.server_port}")  # which a browser trusts as it trusts HTTPS
    server.set_app(reader.answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield reader
    finally:
        for context in browser.contexts:
            context.close()
        server.shutdown()
        thread.join()
        server.server_close()
        connection.dec_thread_sharing()
