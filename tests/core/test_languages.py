"""Which way somebody's words run on a page."""

from __future__ import annotations

import pytest

from allears.core.languages import set_down, way_of


@pytest.mark.parametrize(
    ("words", "way", "shown"),
    [
        ("It was late.", "auto", "It was late."),
        ("تأخر الطلب", "auto", "تأخر الطلب"),
        ("9 days", "auto", "9 days"),
        ("9", "", '<bdi dir="ltr">9</bdi>'),
        ("+20 2 555 <b>", "auto", "+20 2 555 &lt;b&gt;"),
        ("+20 2 555 < 7", "", '<bdi dir="ltr">+20 2 555 &lt; 7</bdi>'),
        ("٩ – ١١", "", '<bdi dir="ltr">٩ – ١١</bdi>'),
        ("👍", "", '<bdi dir="ltr">👍</bdi>'),
        ("", "", ""),
    ],
)
def test_words_run_by_their_first_letter_and_figures_from_left_to_right(words: str, way: str, shown: str) -> None:
    assert (way_of(words), set_down(words)) == (way, shown)
