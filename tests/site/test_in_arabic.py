"""Every page that a participant meets, in Arabic: nothing of the product's own is left in Latin letters, and it runs from
right to left. In English there is no Arabic but the name of the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from allears.studies import translating
from tests import cast
from tests.site import house
from tests.site.addresses import addresses
from tests.site.doors import TABLE
from tests.site.test_accessibility import is_page, path_of

pytestmark = pytest.mark.django_db

LATIN = re.compile(r"(?<![\w-])[A-Za-zÀ-ž][A-Za-zÀ-ž’' -]*[A-Za-zÀ-ž](?![\w-])")
ARABIC = re.compile(r"[\u0600-\u06ff]")
# What is the same in every language: formats of files, standards, places of the time zone database, keys of a proof.
SAME = {"JPEG", "PNG", "WebP", "GIF", "PDF", "UTC", "RFC", "SHA", "JSON", "Python"}
OTHERS = "script, style, code, pre, option, [lang=en], svg title"
READ = ("aria-label", "placeholder", "title", "alt")
STAFF_TOO = {"core:join"}  # whoever joins is staff, who read English


def furnished() -> dict[str, dict[str, Any]]:
    things = house.furnish()
    translating.offer(study=cast.late_orders(), language="ar", by=cast.ana())
    return things


def pages(things: dict[str, dict[str, Any]], language: str) -> Iterator[tuple[str, str, str]]:
    """Every page that is open to all: the address's name, its path, what it says. Refusals are pages, too."""
    client = Client()
    for address in addresses():
        path = path_of(address, things)
        if path and "anonymous" in TABLE[address.name] and address.name not in STAFF_TOO and not address.of_a_library:
            answer = client.get(f"{path}?lang={language}")
            if is_page(answer) or (answer.status_code >= 400 and "text/html" in answer.get("Content-Type", "")):
                yield address.name, path, answer.content.decode()


def told() -> str:
    """All that the house itself has written: names, questions, words."""
    said: list[str] = []
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField | models.JSONField)]
        for row in model._default_manager.values_list(*fields) if fields else ():
            said += [str(value) for value in row if value]
    return "\n".join(said)


def left_in_latin(html: str, data: str) -> list[str]:
    """What a reader of Arabic meets in Latin letters and nobody of the house has written."""
    page = HTMLParser(html)
    for other in page.css(OTHERS):
        other.decompose()
    body = page.body
    assert body
    words = [node.text(deep=False) for node in body.traverse(include_text=True) if _is_text(node)]
    words += [node.attributes.get(name) or "" for node in body.traverse() for name in READ]
    words.append(page.css_first("title").text())
    found = {run.strip() for said in words if "://" not in said and "@" not in said for run in LATIN.findall(said)}
    return sorted(run for run in found if run not in data and not set(run.split()) <= SAME)


def _is_text(node: Node) -> bool:
    return node.tag == "-text"


def test_nothing_of_the_products_own_is_left_in_english() -> None:
    things = furnished()
    data = told()
    left: dict[str, Any] = {}
    seen, one_way = set(), set()
    for name, path, html in pages(things, "ar"):
        seen.add(name)
        only_takes_forms = ">English<" not in html and Client().get(path).status_code == 405
        one_way |= set() if ">English<" in html or only_takes_forms else {name}
        if '<html lang="ar" dir="rtl"' not in html:
            left[f"{name} {path}"] = re.findall("<html[^>]*>", html)
        elif found := left_in_latin(html, data):
            left[f"{name} {path}"] = found
    assert left == {}
    assert len(seen) > 20
    assert one_way == set()  # every page can be had in English, too


def test_english_pages_have_no_arabic_but_the_name_of_the_language() -> None:
    things = furnished()
    data = told()
    wrong = {}
    for name, path, html in pages(things, "en"):
        page = HTMLParser(html)
        for other in page.css("[lang=ar]"):
            other.decompose()
        found = [word for word in page.body.text().split() if ARABIC.search(word) and word not in data] if page.body else []
        if found or '<html lang="en" dir="ltr"' not in html:
            wrong[f"{name} {path}"] = found
    assert wrong == {}
