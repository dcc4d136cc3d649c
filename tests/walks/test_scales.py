"""A scale's steps on a phone: in one row, or in even rows, each as wide as a thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from allears.studies import translating
from tests import cast
from tests.questionnaires.asked import asking, invited
from tests.walks import browsing
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
MIRRORED = """scale => {
    const [one, next, ...rest] = [...scale.children].map(step => step.getBoundingClientRect());
    return one.left > next.left && Math.abs(one.right - rest.find(place => place.top > one.top).right) < 1;
}"""


def scale(steps: int) -> dict[str, object]:
    return {"kind": "scale", "text": f"{steps} steps", "minimum": 0, "maximum": steps - 1, "low_label": "never", "high_label": "surely",
            "required": True}  # fmt: skip


def rows(page: Page, width: int) -> list[list[int]]:
    """How many steps stand in each row of each scale in a window of this width, which does not slide sideways."""
    page.set_viewport_size({"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return [each.evaluate(browsing.ROWS) for each in page.locator(".scale").all()]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (320, [[5], [6], [4, 3], [4, 4], [5, 5], [6, 5], [6, 6]]),
        (360, [[5], [6], [7], [4, 4], [5, 5], [6, 5], [6, 6]]),
        (1280, [[5], [6], [7], [8], [10], [11], [6, 6]]),
    ],
)
def test_more_steps_than_fit_stand_in_two_even_rows(visit: Visit, width: int, expected: list[list[int]]) -> None:
    asking([scale(steps) for steps in (5, 6, 7, 8, 10, 11, 12)])
    page = visit(None, invited(cast.bob()))

    assert rows(page, width) == expected
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".wrong")).to_have_count(7)
    assert rows(page, width) == expected, "a question that is marked wrong is no narrower"


def test_the_steps_of_a_matrix_do_the_same_and_letters_of_twice_the_size_change_nothing(visit: Visit) -> None:
    asking(
        [
            scale(11),
            {**scale(11), "kind": "matrix", "text": "How good was ...", "choices": ["the parcel", "the letter"]},
        ]
    )
    page = visit(None, invited(cast.bob()))

    assert rows(page, 320) == [[6, 5]] * 3
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert rows(page, 320) == [[6, 5]] * 3


def test_in_two_rows_the_ends_are_told_with_their_numbers_and_the_first_step_stands_on_the_right_in_arabic(
    visit: Visit,
) -> None:
    asking([scale(11)])
    study = cast.late_orders()
    page = visit(None, invited(cast.bob()))
    assert page.locator(".scale__ends span").all_inner_texts() == ["0 · never", "10 · surely"]

    translating.offer(study=study, language="ar", by=cast.ana())
    page = visit(None, invited(cast.person("Amal Nasser", language="ar")))
    assert rows(page, 360) == [[6, 5]]
    assert page.locator(".scale").evaluate(MIRRORED)
