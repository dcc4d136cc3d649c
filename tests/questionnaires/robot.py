"""A robot that reads only HTML: it takes a page's first form, fills it and presses its first button, as a
plain browser would, until a page holds no form.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

Pairs = list[tuple[str, str]]
NOT_FILLED = ("submit", "button", "image", "reset", "file")


@dataclass
class Robot:
    """Its browser, what it says in text fields, and where it has been."""

    client: Client = field(default_factory=Client)
    words: str = "It came nine days late."
    answers: dict[str, str] = field(default_factory=dict)  # pattern of a control's name -> what to say there
    pages: list[str] = field(default_factory=list)
    url: str = ""
    html: str = ""
    status: int = 0

    def open(self, url: str) -> Robot:
        self._take(self.client.get(url, follow=True), url)
        return self

    def walk(self, url: str, most: int = 30) -> Robot:
        """Go from `url` to the end."""
        self.open(url)
        while self.form is not None and len(self.pages) < most:
            self.press()
        return self

    @property
    def page(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.html)

    @property
    def form(self) -> LexborNode | None:
        return self.page.css_first("form")

    @property
    def text(self) -> str:
        return " ".join(self.page.body.text(separator=" ").split()) if self.page.body else ""

    def press(self, button: str = "", extra: Pairs | None = None, **said: str | None) -> Robot:
        """Fill the first form and press its first button, or the one whose value is `button`."""
        data = self.filled(**said) + (extra or [])
        pressed = self._button(button)
        if pressed.attributes.get("name"):
            data.append((str(pressed.attributes["name"]), pressed.attributes.get("value") or ""))
        return self.post(data)

    def post(self, data: Pairs) -> Robot:
        body = urlencode(data)
        kind = "application/x-www-form-urlencoded"
        action = self.form.attributes.get("action") if self.form is not None else None
        url = urljoin(self.url, action or self.url)
        self._take(self.client.post(url, body, content_type=kind, follow=True), url)
        return self

    def _button(self, value: str) -> LexborNode:
        assert self.form is not None
        buttons = self.form.css("button, input[type=submit]")
        return next(b for b in buttons if b.attributes.get("value") == value) if value else buttons[0]

    def _take(self, response: object, url: str) -> None:
        chain = getattr(response, "redirect_chain", [])
        self.url = urljoin(url, chain[-1][0]) if chain else url
        self.status, self.html = response.status_code, response.content.decode()  # type: ignore[attr-defined]
        self.pages.append(self.url)

    def filled(self, **said: str | None) -> Pairs:
        """What a browser would send after somebody has filled the form."""
        assert self.form is not None
        data: Pairs = []
        radios: dict[str, list[LexborNode]] = {}
        for control in self.form.css("input, select, textarea"):
            name = control.attributes.get("name")
            kind = control.attributes.get("type") or "text" if control.tag == "input" else control.tag
            if not name or kind in NOT_FILLED:
                continue
            if kind == "radio":
                radios.setdefault(name, []).append(control)
            elif kind == "hidden":
                data.append((name, control.attributes.get("value") or ""))
            else:
                data += self._typed(control, str(kind), name, said)
        return data + [pair for name, group in radios.items() for pair in self._chosen(name, group, said)]

    def _typed(self, control: LexborNode, kind: str, name: str, said: dict[str, str | None]) -> Pairs:
        wanted = self._wanted(name, said)
        if kind == "checkbox":
            if wanted is None:
                return [(name, control.attributes.get("value") or "on")]
            return [(name, wanted)] if wanted == control.attributes.get("value") else []
        if wanted is not None:
            return [(name, wanted)]
        if kind == "select":
            return [(name, random.choice([v for o in control.css("option") if (v := _value_of(o))]))]
        if kind == "date":
            return [(name, control.attributes.get("max") or "2026-11-26")]
        if kind == "number":
            low = int(control.attributes.get("min") or 0)
            return [(name, str(random.randint(low, int(control.attributes.get("max") or low + 10))))]
        return [(name, self.words)]

    def _chosen(self, name: str, group: list[LexborNode], said: dict[str, str | None]) -> Pairs:
        wanted = self._wanted(name, said)
        values = [control.attributes.get("value") or "" for control in group]
        if wanted is not None:
            return [(name, wanted)] if wanted else []
        return [(name, random.choice([value for value in values if value]))]

    def _wanted(self, name: str, said: dict[str, str | None]) -> str | None:
        if name in said:
            return said[name]
        return next((v for pattern, v in self.answers.items() if re.search(pattern, name)), None)


def _value_of(option: LexborNode) -> str:
    """What a browser sends for an option: its value, or its text where it has none."""
    value = option.attributes.get("value")
    return option.text().strip() if value is None else value
