"""Words that differ from person to person inside a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.studies.piping import Person, filled, general, pieces, pipes_in

BOB = Person("Bob", "Hale & Sons", {"Product": "the  blue\nbox"}, {"delivery": "late"})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{name|you}, how was it?", "Bob, how was it?"),
        ("How is {account|your company}?", "How is Hale & Sons?"),
        ("What about {facet:Product|it}?", "What about the blue box?"),
        ("You said “{answer:delivery|that}”.", "You said “late”."),
        ("What about {facet:Colour|the thing}?", "What about the thing?"),
        ("Hello {facet:Colour}!", "Hello !"),
        ("{name}{name}", "BobBob"),
        ("{ name } {names} {weather|rain} {name|{x}} {}", "{ name } {names} {weather|rain} {name|{x}} {}"),
        ("{facet:|x} {answer:|y}", "{facet:|x} {answer:|y}"),
    ],
)
def test_what_is_known_is_put_in_and_else_what_stands_behind_the_bar(written: str, read: str) -> None:
    assert filled(written, BOB) == read


def test_for_nobody_in_particular_stands_what_is_behind_the_bar_or_an_ellipsis() -> None:
    assert general("Which day, {name|you}, and {facet:Colour}{weather}?") == "Which day, you, and …{weather}?"


def test_what_is_put_in_is_not_read_again() -> None:
    assert filled("{name}", Person(name="{account}", account="secret")) == "{account}"


@given(st.text())
def test_a_text_is_its_pieces(text: str) -> None:
    words = [piece for piece in pieces(text) if isinstance(piece, str)]
    assert len(words) == len(pipes_in(text)) + 1
    if not pipes_in(text):
        assert filled(text, BOB) == text


@given(st.text(alphabet="{}|name:facet", max_size=60))
def test_braces_of_all_kinds_are_read(text: str) -> None:
    filled(text, BOB)
