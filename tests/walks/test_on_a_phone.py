"""Staff pages on a phone: what belongs together stands together, and nothing that is read is cut."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from allears.core.models import Job
from allears.decisions.actions import add_change
from tests import cast
from tests.decisions.test_actions import decided
from tests.insights.stories import cited, claimed, said
from tests.questionnaires.asked import asking, invited
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
TOPS = "nodes => [...new Set(nodes.map(node => Math.round(node.getBoundingClientRect().top)))]"
TWICE_AS_LARGE = "document.documentElement.style.fontSize = '200%'"
ROWS = """(node, word) => {
    const range = document.createRange(), text = node.firstChild, at = text.data.indexOf(word);
    range.setStart(text, at);
    range.setEnd(text, at + word.length);
    return range.getClientRects().length;
}"""
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


def test_with_letters_of_twice_the_size_no_way_is_cut_and_no_title_breaks_within_a_word(visit: Visit) -> None:
    words = said("It came late, and I like to be called.", by=cast.bob())
    cited(claimed("People cannot see in which order their orders were sent."), words, side="against")
    decided(statement="call in order by themselves")
    page = visit(cast.ana(), "/insights/words/", viewport={"width": 320, "height": 740})
    page.evaluate(TWICE_AS_LARGE)
    assert not page.locator(".meta__chips .chip--dissent a").first.evaluate(IS_CUT)

    page.goto("/decisions/")
    page.evaluate(TWICE_AS_LARGE)
    assert page.locator(".decision__statement a").first.evaluate(ROWS, "themselves") == 1
    ways = page.locator(".decision a.chip__label")
    assert ways.count() == 1
    assert not ways.first.evaluate(IS_CUT)


def test_with_letters_of_twice_the_size_nothing_stands_beside_the_page(visit: Visit) -> None:
    Job.objects.create(kind="test", title="Bring responses", started_by=cast.ada(), ended_at=now(), stopped_at=now())
    page = visit(cast.ada(), "/settings/jobs/", viewport={"width": 320, "height": 740})
    for address in ("/settings/jobs/", "/design/charts/"):
        page.goto(address)
        page.evaluate(TWICE_AS_LARGE)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address


def test_a_decision_is_edited_since_a_change_is_what_is_done_about_it(visit: Visit) -> None:
    decision = decided()
    change = add_change(decision=decision, what="A call list", owner=cast.sam(), by=cast.lea())
    page = visit(cast.lea(), f"/decisions/one/{decision.ref}/")
    for address in (page.url, f"/decisions/changes/{change.ref}/"):
        page.goto(address)
        assert page.locator(".page__actions").get_by_role("link", name="Edit", exact=True).is_visible()
        assert page.get_by_role("link", name="Change", exact=True).count() == 0


@pytest.mark.parametrize("who", ["staff", "participant"])
def test_with_forced_colours_the_outline_of_a_quiet_button_does_not_touch_its_words(visit: Visit, who: str) -> None:
    asking([{"kind": "long_text", "text": "What happened?"}])
    user, path = (cast.ana(), "/studies/new/") if who == "staff" else (None, invited(cast.bob()))
    page = visit(user, path, forced_colors="active")

    touches = page.locator(".button--quiet:visible").first.evaluate(
        "node => { const look = getComputedStyle(node); return look.borderTopWidth !== '0px' && parseFloat(look.paddingInlineStart) < 8; }"
    )
    assert not touches
