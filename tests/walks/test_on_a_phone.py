"""Staff pages on a phone: what belongs together stands together, and nothing that is read is cut."""

from __future__ import annotations

import pytest

from tests import cast
from tests.insights.stories import cited, claimed, said
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
TOPS = "nodes => [...new Set(nodes.map(node => Math.round(node.getBoundingClientRect().top)))]"
IS_CUT = "node => node.scrollWidth > node.clientWidth"


def test_what_can_be_done_on_the_list_of_people_stands_in_one_row(visit: Visit) -> None:
    cast.bob()
    page = visit(cast.ana(), "/people/", viewport={"width": 360, "height": 740})
    actions = page.locator(".page__actions .button:visible")

    assert [words.strip() for words in actions.all_inner_texts()] == ["Add a person", "Bring a file", "More"]
    assert len(actions.evaluate_all(TOPS)) == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_what_words_speak_against_is_read_as_far_as_it_is_told(visit: Visit, width: int) -> None:
    words = said("It came late, and I like to be called.", by=cast.bob())
    cited(claimed("People cannot see in which order their orders were sent."), words, side="against")
    page = visit(cast.ana(), "/insights/words/", viewport={"width": width, "height": 740})
    chip = page.locator(".meta__chips .chip--dissent a").first

    assert chip.inner_text() == "speaks against “People cannot see in…”"
    assert not chip.evaluate(IS_CUT)
