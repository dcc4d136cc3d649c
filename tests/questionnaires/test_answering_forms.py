"""Whatever is posted is read without an error, and what cannot be taken is said in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allears.questionnaires.answering_asked import Asked, Cell, Offered
from allears.questionnaires.answering_forms import Wrong, as_number, figure, missing, read

OTHER = Offered(3, "c", 2, "Other", asks_text=True)
CHOICES = (Offered(1, "a", 0, "You", False), Offered(2, "b", 1, "I", False), OTHER)


def asked(kind: str, **fields: object) -> Asked:
    base = {
        "id": 7, "key": "0" * 32, "kind": kind, "text": "?", "help": "", "required": False, "minimum": None, "maximum": None,
        "low_label": "", "high_label": "", "boxes": 1, "source_id": 1,
        "choices": CHOICES if kind in ("single", "multiple") else (),
    }  # fmt: skip
    return Asked(**{**base, **fields})  # type: ignore[arg-type]


SCALE = asked("scale", minimum=-2.0, maximum=2.0)
DAYS = asked("number", minimum=0.0, maximum=365.0)


@pytest.mark.parametrize(
    ("question", "fields", "cells"),
    [
        (asked("short_text"), {"q7": [" late "]}, (Cell(0, text=" late "),)),
        (asked("short_text"), {"q7": ["  \r\n "]}, ()),
        (asked("short_text", boxes=2), {"q7": [""], "q7.1": ["b"]}, (Cell(1, text="b"),)),
        (asked("single"), {"q7": ["2"]}, (Cell(0, choice=2),)),
        (asked("single"), {"q7": ["3"], "q7.t3": ["she"]}, (Cell(0, choice=3, text="she"),)),
        (asked("single"), {"q7.t3": ["she"]}, (Cell(0, choice=3, text="she"),)),
        (asked("single"), {"q7": ["1"], "q7.t3": ["she"]}, (Cell(0, choice=1), Cell(3, text="she"))),
        (asked("multiple"), {"q7": ["1", "2"]}, (Cell(0, choice=1), Cell(1, choice=2))),
        (asked("multiple"), {"q7": ["1"], "q7.t3": ["x"]}, (Cell(0, choice=1), Cell(2, choice=3, text="x"))),
        (SCALE, {"q7": ["-2"]}, (Cell(0, number=-2.0),)),
        (DAYS, {"q7": [" 3,5 "]}, (Cell(0, number=3.5),)),
        (DAYS, {}, ()),
    ],
)
def test_what_can_be_taken_is_taken(question: Asked, fields: dict[str, list[str]], cells: object) -> None:
    posted = read([question], fields)
    assert (posted.given, posted.wrong) == ({7: cells}, [])


@pytest.mark.parametrize(
    ("question", "typed", "words"),
    [
        (DAYS, "soon", "Enter a number in figures, like 12 or 3.5."),
        (DAYS, "366", "Enter a number from 0 to 365."),
        (DAYS, "nan", "Enter a number in figures, like 12 or 3.5."),
        (DAYS, "1_0", "Enter a number in figures, like 12 or 3.5."),
        (asked("number", minimum=1.0), "0", "Enter a number that is 1 or more."),
        (asked("number", maximum=1.5), "2", "Enter a number that is 1.5 or less."),
        (SCALE, "3", "Choose one of the steps on the page."),
        (SCALE, "１", "Choose one of the steps on the page."),
        (SCALE, "--1", "Choose one of the steps on the page."),
        (SCALE, "-", "Choose one of the steps on the page."),
        (SCALE, "9" * 5000, "Choose one of the steps on the page."),
        (asked("single"), "9", "Choose one of the answers on the page."),
        (asked("multiple"), "9", "Choose from the answers on the page."),
        (asked("long_text"), "é" * 600_000, "This is longer than we can keep. Please shorten it to about 524,000 characters."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_says_what_to_do(question: Asked, typed: str, words: str) -> None:
    posted = read([question], {"q7": [typed]})
    assert posted.given == {}
    assert [wrong.words for wrong in posted.wrong] == [words]


@given(
    kind=st.sampled_from(["short_text", "long_text", "single", "multiple", "scale", "number", "statement"]),
    values=st.lists(st.text(max_size=30), max_size=3),
    other=st.text(max_size=10),
)
def test_nothing_that_is_posted_is_an_error(kind: str, values: list[str], other: str) -> None:
    question = asked(kind, minimum=0.0, maximum=10.0)
    posted = read([question], {"q7": values, "q7.t3": [other]} if values else {})
    assert len(posted.given) + len(posted.wrong) == (0 if kind == "statement" else 1)


def test_only_what_must_be_answered_is_missing() -> None:
    needed = asked("single", required=True)
    assert missing([needed, asked("number")], {}) == [Wrong(needed, "q7-1", "Choose one.")]
    assert missing([needed], {7: (Cell(0, choice=1),)}) == []


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_as_it_was_typed(number: float) -> None:
    assert as_number(figure(number)) == number
