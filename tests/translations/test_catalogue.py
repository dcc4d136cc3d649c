"""What participants read is there in every language that they can choose, and the catalogues follow the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Message
from django.conf import settings

from tests.translations import catalogue

ASKING = {"_", "gettext", "ngettext", "pgettext"}
PLACE = re.compile(r"%\((\w+)\)[sd]|%%|%[sd]")


def in_forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def places(text: str) -> set[str]:
    return {found[0] for found in PLACE.finditer(text)}


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue.translated(language) if message.id)


def test_every_language_offered_beside_english_has_a_catalogue() -> None:
    assert [code for code, _name in settings.LANGUAGES] == ["en", *catalogue.languages()]


@pytest.mark.parametrize("language", catalogue.languages())
def test_the_catalogue_holds_what_the_sources_say_and_nothing_else(language: str) -> None:
    held = {message.id for message in messages(language)}
    said = {message.id for message in catalogue.extracted() if message.id}

    assert said - held == set(), "run bin/translations, then translate what it names"
    assert held - said == set(), "run bin/translations, which drops these"


def test_no_words_to_translate_stand_inside_an_f_string_where_they_are_not_found() -> None:
    hidden = [
        f"{path.relative_to(catalogue.ROOT)}:{call.lineno}"
        for path in sorted((catalogue.ROOT / "allears").rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ASKING
    ]
    assert hidden == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_everything_is_translated_in_each_of_its_forms(language: str) -> None:
    forms = catalogue.translated(language).num_plurals
    missing = [
        message.id
        for message in messages(language)
        if message.fuzzy
        or not catalogue.all_of(message.string)
        or len(in_forms(message.string)) != (forms if message.pluralizable else 1)
    ]
    assert missing == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_translations_name_the_same_places_as_their_sources(language: str) -> None:
    """The forms for one and two may do without the number; the last one, for all others, may not."""
    wrong = []
    for message in messages(language):
        wanted = places(in_forms(message.id)[-1])
        given = [places(form) for form in in_forms(message.string)]
        if given[-1] != wanted or any(not form <= wanted for form in given):
            wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_what_the_product_reads_is_what_people_read(language: str) -> None:
    with catalogue.path_of(language, "mo").open("rb") as file:
        compiled = GNUTranslations(file)
    numbers = range(1_000)
    for message in messages(language):
        if message.pluralizable:
            read = {compiled.ngettext(*message.id, number) for number in numbers}
            assert read == set(message.string), "run bin/translations, which compiles it"
        else:
            assert compiled.gettext(message.id) == message.string, "run bin/translations, which compiles it"


@pytest.mark.parametrize("language", catalogue.languages())
def test_a_sentence_ends_as_its_source_does(language: str) -> None:
    """A question stays a question, and what leads on to something leads on."""
    ends = {"?": "?؟;", ":": ":：", "…": "…"}
    wrong = [
        message.id
        for message in messages(language)
        for end in [in_forms(message.id)[-1].rstrip()[-1:]]
        if end in ends and any(form.rstrip()[-1] not in ends[end] for form in in_forms(message.string))
    ]
    assert wrong == []
