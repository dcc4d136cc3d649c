"""Every type of question answered in a real browser: without JavaScript, and by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from allears.questionnaires.models import QuestionKind, Response
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited, question, said_to
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = {
    "What happened?": ["It came nine days late."],
    "Who called first?": ["You"],
    "How many days late?": [9.0],
    "What did you do?": ["Waited"],
    "Whom did you tell?": ["Friends"],
    "You may use my answers for research.": [1.0],
}


def test_the_questions_are_of_every_type() -> None:
    assert {kind["kind"] for kind in ALL_KINDS} == set(QuestionKind.values)


def test_without_javascript_every_type_can_be_answered(visit: Visit, tmp_path: Path) -> None:
    version = asking([{**kind, "shuffled": False} for kind in ALL_KINDS])
    note = tmp_path / "note.txt"
    note.write_text("It was wet.")
    page = visit(None, invited(cast.bob()), java_script_enabled=False, viewport={"width": 360, "height": 740})

    page.get_by_label("What happened?").fill("It came nine days late.")
    for group, step in (("Would you order again?", "7"), ("the parcel", "5"), ("the letter", "1"), ("Would you recommend us?", "10")):
        within = page.get_by_role("radiogroup", name=group)
        within.locator(f"input[value='{step}']").check()
    page.get_by_label("You", exact=True).check()
    page.get_by_label("Waited").check()
    page.get_by_label("How many days late?").fill("9")
    page.get_by_label("Answer 2 of 3").fill("slow")
    page.get_by_label("When did it come?").fill("2026-11-20")
    for item, place in (("Speed", "2"), ("Price", "3"), ("Care", "1")):
        page.get_by_label(item, exact=True).select_option(place)
    page.get_by_label("Friends").check()
    page.get_by_label("File 1").set_input_files(note)
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert {text: said_to(question(version, text)) for text in SAID} == SAID
    assert Response.objects.get().files.count() == 1
    ranked = question(version, "What matters most?").answers.order_by("number")
    assert [answer.choice.label for answer in ranked if answer.choice] == ["Care", "Speed", "Price"]


HERE = """() => {
    const at = document.activeElement;
    const kind = at.tagName === "INPUT" ? at.type : at.tagName.toLowerCase();
    return {kind, key: at.name && kind === "radio" ? at.name : at.id || at.name || at.innerText,
            alone: "alone" in at.dataset, says: at.getAttribute("aria-label") || at.innerText || ""};
}"""
TYPED = {"textarea": "It came nine days late.", "text": "slow", "number": "9", "date": "11202026"}


def test_by_keyboard_alone_every_type_can_be_answered(visit: Visit) -> None:
    version = asking([{**kind, "shuffled": False} for kind in ALL_KINDS])
    page = visit(None, invited(cast.bob()), locale="en-US")
    done: set[str] = set()

    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate(HERE)
        if at["kind"] == "button" and at["says"].startswith("Send"):
            break
        if at["key"] not in done:
            answer(page, at, done)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert {text: said_to(question(version, text)) for text in SAID if text not in MANY} == {
        text: said for text, said in SAID.items() if text not in MANY
    }
    assert said_to(question(version, "What did you do?")) == ["Waited", "Called", "Wrote"]
    assert said_to(question(version, "Whom did you tell?")) == ["Friends", "Family"]
    ranked = question(version, "What matters most?").answers.order_by("number")
    assert [answer.choice.label for answer in ranked if answer.choice] == ["Price", "Speed", "Care"]
    assert said_to(question(version, "When did it come?")) == [739940.0]


MANY = ("What did you do?", "Whom did you tell?")


def answer(page: Page, at: dict[str, Any], done: set[str]) -> None:
    """Answer where the focus is, as hands on a keyboard would."""
    done.add(at["key"])
    if at["kind"] in TYPED and "own words" not in at["says"]:
        page.keyboard.type(TYPED[at["kind"]])
    elif at["kind"] == "radio" or (at["kind"] == "checkbox" and not at["alone"]):
        page.keyboard.press("Space")
    elif at["says"] == "Move down: Speed" and "moved" not in done:
        done.add("moved")
        page.keyboard.press("Enter")


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def with_long_words(kind: dict[str, Any]) -> dict[str, Any]:
    """A question of this kind in words that are longer than a phone is wide."""
    ends = {end: LONG for end in ("low_label", "high_label") if kind.get(end)}
    listed = {name: [f"{LONG} {at}" for at, _one in enumerate(kind[name])] for name in ("choices",) if kind.get(name)}
    return {**kind, "text": f"{kind['text']} {LONG}", "help": LONG, **ends, **listed}


@pytest.mark.looks
def test_words_longer_than_a_phone_is_wide_break_for_who_answers_and_who_asks(visit: Visit) -> None:
    asking([with_long_words(kind) for kind in ALL_KINDS])
    narrow = {"viewport": {"width": 320, "height": 740}}
    for page in (visit(None, invited(cast.bob()), **narrow), visit(cast.ana(), "/questionnaires/late-orders/", **narrow)):
        assert page.evaluate("document.documentElement.scrollWidth") == 320, page.url
