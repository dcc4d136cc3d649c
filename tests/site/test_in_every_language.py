"""Every page that a participant meets, in every language: nothing of the product's own is left in English, and it runs
as its language does. Who reads Arabic meets no Latin letters. German is written in those, too: there nothing stands as
on the English page, and no word that only English has. In English there is no Arabic but the name of the language.
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

from allears.core.languages import direction, spoken
from allears.studies import translating
from tests import cast
from tests.site import house
from tests.site.addresses import addresses
from tests.site.doors import TABLE
from tests.site.test_accessibility import is_page, path_of

pytestmark = [pytest.mark.alike, pytest.mark.django_db]

OTHERS = [code for code in spoken() if code != "en"]
LATIN = re.compile(r"(?<![\w-])[A-Za-zÀ-ž][A-Za-zÀ-ž’' -]*[A-Za-zÀ-ž](?![\w-])")
ARABIC = re.compile(r"[\u0600-\u06ff]")
ENGLISH = re.compile(
    r"\b(the|you|your|and|of|to|we|our|us|it|this|that|what|which|have|has|with|from|please|here|are|is|be|by|on|for|if|or"
    r"|at|as|when|there|they|their|can|would)\b",
    re.IGNORECASE,
)
# What is the same in every language: formats of files, standards, places of the time zone database, keys of a proof.
SAME = {"JPEG", "PNG", "WebP", "GIF", "PDF", "UTC", "RFC", "SHA", "JSON", "Python"}
ALIKE = {"de": {"April", "August", "September", "November"}}
APART = "script, style, code, pre, option, svg title"
READ = ("aria-label", "placeholder", "title", "alt")
WRITTEN = models.CharField | models.TextField | models.JSONField
OURS = {"figures"}  # of a published statement: their months are ours
STAFF_TOO = {"core:join"}  # whoever joins is staff, who read English


def furnished() -> dict[str, dict[str, Any]]:
    things = house.furnish()
    for language in OTHERS:
        translating.offer(study=cast.late_orders(), language=language, by=cast.ana())
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


def told() -> list[str]:
    """All that the house itself has written: names, questions, words."""
    said: list[str] = []
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields if isinstance(f, WRITTEN) and f.attname not in OURS]
        for row in model._default_manager.values_list(*fields) if fields else ():
            said += [str(value) for value in row if value]
    return said


def read(html: str, language: str) -> list[str]:
    """What a page says in its own language, piece by piece."""
    page = HTMLParser(html)
    for other in [*page.css(APART), *(node for node in page.css("body [lang]") if node.attributes["lang"] != language)]:
        other.decompose()
    body = page.body
    assert body
    words = [node.text(deep=False) for node in body.traverse(include_text=True) if _is_text(node)]
    words += [node.attributes.get(name) or "" for node in body.traverse() for name in READ]
    words.append(page.css_first("title").text())
    return [" ".join(said.split()) for said in words if "://" not in said and "@" not in said]


def _is_text(node: Node) -> bool:
    return node.tag == "-text"


def left_in_english(html: str, english: str, language: str, data: list[str]) -> list[str]:
    """What a reader of `language` meets in English, and nobody of the house has written."""
    words = read(html, language)
    if direction(language) == "rtl":
        found = {run.strip() for said in words for run in LATIN.findall(said)}
    else:
        same = {said for said in {*words} & {*read(english, "en")} if LATIN.search(said)}
        found = {own for said in same for own in LATIN.findall(_without(said, data))}
        found |= {run for said in words for run in LATIN.findall(said) if ENGLISH.search(run) and ENGLISH.search(_without(run, data))}
    whole = "\n".join(data)
    same_words = SAME | ALIKE.get(language, set())
    return sorted(run for run in found if run not in whole and not set(run.split()) <= same_words)


def _without(said: str, data: list[str]) -> str:
    for each in data:
        said = said.replace(each, "") if len(each) > 3 else said
    return said


def test_nothing_of_the_products_own_is_left_in_english() -> None:
    things = furnished()
    data = told()
    english = {path: html for _name, path, html in pages(things, "en")}
    left: dict[str, Any] = {}
    seen, one_way = set(), set()
    for language in OTHERS:
        for name, path, html in pages(things, language):
            seen.add(name)
            only_takes_forms = ">English<" not in html and Client().get(path).status_code == 405
            one_way |= set() if ">English<" in html or only_takes_forms else {name}
            if f'<html lang="{language}" dir="{direction(language)}"' not in html:
                left[f"{language} {name} {path}"] = re.findall("<html[^>]*>", html)
            elif found := left_in_english(html, english[path], language, data):
                left[f"{language} {name} {path}"] = found
    assert left == {}
    assert len(seen) > 20
    assert one_way == set()  # every page can be had in English, too
    assert {path: wrong for path, html in english.items() if (wrong := _arabic(html, data))} == {}


def _arabic(html: str, data: list[str]) -> list[str]:
    """What is Arabic on an English page, or that it does not say that it is English."""
    wrong = [said for said in read(html, "en") if ARABIC.search(said) and said not in data]
    return wrong if '<html lang="en" dir="ltr"' in html else ["not in English", *wrong]
