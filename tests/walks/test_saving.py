"""Answers that are saved while one types, wait while there is no connection, and meet those of another device."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from allears.questionnaires.models import EarlierAnswer, Response, SentFile
from tests import cast
from tests.questionnaires import test_answering_logic as logical
from tests.questionnaires.asked import asking, invited, public, question, said_to
from tests.questionnaires.test_kinds_file import picture
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS: dict[str, Any] = {"kind": "long_text", "text": "What happened?"}
PLACE: dict[str, Any] = {"kind": "short_text", "text": "Where?"}
FAR_DOWN: dict[str, Any] = {"kind": "statement", "text": "And so on.\n" * 60}
NO_CONNECTION = "No connection. Your answers are kept on this device and sent when it is back."


def is_saved(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Saved.")
    expect(page.locator("#saving")).to_be_in_viewport()
    assert waiting(page) == 0


def nothing_waits(page: Page) -> None:
    """Wait until the browser keeps no answers; asked from outside, since the page's policy lets no words be run as script."""
    for _ in range(100):
        with suppress(Error):  # the page is being opened anew
            if waiting(page) == 0:
                return
        page.wait_for_timeout(50)
    assert waiting(page) == 0


def waiting(page: Page) -> int:
    """How many pages' answers wait in the browser."""
    found: int = page.evaluate("localStorage.length")
    return found


@pytest.mark.alike  # what is stored of it in the end is one answer, like any other
def test_without_a_connection_answers_wait_on_the_device_and_are_sent_when_it_is_back(visit: Visit) -> None:
    version = asking([WORDS, PLACE], sections=2)
    path = invited(cast.bob())
    train = visit(None, path)
    words = train.get_by_label("What happened?")
    words.fill("It came late.")
    is_saved(train)

    train.context.set_offline(True)
    words.fill("It came nine days late.")
    expect(train.get_by_text(NO_CONNECTION)).to_be_visible()
    train.get_by_role("button", name="Next").click()
    expect(train.get_by_text(NO_CONNECTION)).to_be_visible()
    expect(words).to_have_value("It came nine days late.")
    assert waiting(train) == 1

    train.context.set_offline(False)
    expect(train.get_by_text("The connection is back and your answers are saved: you can go on.")).to_be_visible()
    assert said_to(question(version, "What happened?")) == ["It came nine days late."]
    assert waiting(train) == 0
    train.get_by_role("button", name="Next").click()
    train.get_by_label("Where?").fill("At home")
    train.get_by_role("button", name="Send").click()
    expect(train.get_by_role("heading", name="Thank you")).to_be_visible()
    nothing_waits(train)


def test_a_file_that_was_chosen_is_not_said_to_be_saved_before_the_button_has_sent_it(visit: Visit, axe: Any) -> None:
    asking([WORDS, {"kind": "file", "text": "Have you a photo of it?"}, {**PLACE, "required": True}])
    page = visit(None, invited(cast.bob()))
    page.locator("input[type=file]").set_input_files({"name": "box.png", "mimeType": "image/png", "buffer": picture("PNG")})
    expect(page.locator("#saving")).to_have_text("Saved. Only your file is not saved yet: the button sends it.")
    assert SentFile.objects.count() == 0
    axe(page)

    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Everything else on this page is saved.")).to_be_visible()
    page.wait_for_load_state()  # its script is there, and hears what is typed
    assert SentFile.objects.get().name == "box.png"
    page.get_by_label("What happened?").fill("It came late.")
    is_saved(page)
    expect(page.locator("#saving")).not_to_contain_text("not saved")


def test_a_page_that_was_closed_without_a_connection_sends_its_answers_when_the_link_is_opened_again(visit: Visit) -> None:
    version = asking([WORDS, FAR_DOWN])
    path = invited(cast.bob())
    train, desk = visit(None, path), visit(None, path)
    train.context.set_offline(True)
    train.get_by_label("What happened?").fill("It came nine days late.")
    expect(train.get_by_text(NO_CONNECTION)).to_be_visible()
    train.close()

    desk.get_by_label("What happened?").fill("It came on a Sunday.")
    is_saved(desk)
    desk_says = Response.objects.get()
    train = again(train, path)

    # The desk answered later: its answer stands, and what the train said is kept as an earlier one.
    expect(train.get_by_label("What happened?")).to_have_value("It came on a Sunday.")
    nothing_waits(train)
    assert Response.objects.get().pk == desk_says.pk
    assert said_to(question(version, "What happened?")) == ["It came on a Sunday."]
    assert [one.value[0]["words"] for one in EarlierAnswer.objects.all()] == ["It came nine days late."]
    expect(train.get_by_text("Answered differently meanwhile, on another device or in another window: “What happened?”.")).to_be_visible()
    train.get_by_role("link", name="Look at both answers").click()
    expect(train.locator(".review__other")).to_contain_text("It came nine days late.")


def again(closed: Page, path: str) -> Page:
    """Open `path` in the browser in which a page was closed, with its connection back."""
    closed.context.set_offline(False)
    page = closed.context.new_page()
    page.goto(path)
    return page


def test_by_a_public_link_the_first_words_are_saved_and_wait_like_all_others(visit: Visit) -> None:
    version = asking([WORDS, PLACE], sections=2)
    path = public()
    page = visit(None, path)
    page.get_by_label("What happened?").fill("It came late.")
    is_saved(page)
    own = page.url
    assert path not in own
    page.reload()
    expect(page.get_by_label("What happened?")).to_have_value("It came late.")

    other = visit(None, path)
    other.context.set_offline(True)
    other.get_by_label("What happened?").fill("It never came.")
    expect(other.get_by_text(NO_CONNECTION)).to_be_visible()
    other.close()
    other = again(other, path)
    other.get_by_role("link", name="Go on with it").click()
    expect(other.get_by_label("What happened?")).to_have_value("It never came.")
    assert sorted(said_to(question(version, "What happened?"))) == ["It came late.", "It never came."]
    assert waiting(other) == 0


def test_two_devices_meet_and_the_newer_answer_of_each_question_stands(visit: Visit) -> None:
    version = asking([WORDS, PLACE])
    path = invited(cast.bob())
    phone, desk = visit(None, path), visit(None, path)
    phone.get_by_label("What happened?").fill("It came late.")
    is_saved(phone)
    desk.get_by_label("What happened?").fill("It came nine days late.")
    desk.get_by_label("Where?").fill("At home")
    expect(desk.locator("#saving")).to_contain_text("Saved.")

    phone.get_by_label("Where?").fill("At work")
    expect(phone.get_by_text("You have also answered on another device")).to_be_visible()
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()

    assert said_to(question(version, "What happened?")) == ["It came nine days late."]
    assert said_to(question(version, "Where?")) == ["At work"]
    earlier = [part["words"] for one in EarlierAnswer.objects.order_by("id") for part in one.value]
    assert earlier == ["It came late.", "At home"]


def test_who_answers_later_from_an_older_page_is_told_beside_the_question_and_sees_both_answers(visit: Visit, axe: Any) -> None:
    version = asking([WORDS, PLACE])
    path = invited(cast.bob())
    phone, desk = visit(None, path), visit(None, path)
    desk.get_by_label("What happened?").fill("It came nine days late.")
    is_saved(desk)

    phone.get_by_label("What happened?").fill("It came late.")
    both = phone.get_by_role("link", name="Look at both answers")
    expect(both).to_have_count(1)
    expect(phone.locator("#saving")).to_contain_text("answered differently on another device")
    phone.get_by_label("What happened?").fill("It came a week late.")
    expect(phone.locator("#saving")).to_contain_text("Saved. Less")
    axe(phone)
    both.click()

    expect(phone.locator(".review__words").first).to_have_text("It came a week late.")
    expect(phone.locator(".review__other")).to_have_count(1)
    expect(phone.locator(".review__other")).to_contain_text("It came nine days late.")
    axe(phone)
    assert said_to(question(version, "What happened?")) == ["It came a week late."]


def test_what_was_saved_without_a_reply_is_not_taken_for_another_device_s(visit: Visit) -> None:
    version = asking([WORDS])
    page = visit(None, invited(cast.bob()))
    lost: list[str] = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data)
        route.fetch()
        route.abort()

    page.route("**/a/**", lose)
    page.get_by_label("What happened?").fill("It came late.")
    expect(page.get_by_text(NO_CONNECTION)).to_be_visible()
    page.get_by_label("What happened?").fill("It came nine days late.")
    is_saved(page)

    expect(page.get_by_role("link", name="Look at both answers")).to_have_count(0)
    assert said_to(question(version, "What happened?")) == ["It came nine days late."]
    assert [(one.value[0]["words"], one.unseen) for one in EarlierAnswer.objects.all()] == [("It came late.", False)]


@pytest.mark.alike  # what is stored of it in the end is one answer, like any other
def test_a_server_in_trouble_is_told_and_tried_again_and_a_button_waits_for_what_is_being_saved(visit: Visit) -> None:
    version = asking([WORDS])
    page = visit(None, invited(cast.bob()))
    answers = [500, 503]
    page.route("**/a/**", lambda route: route.fulfill(status=answers.pop()) if answers else route.continue_())

    page.get_by_label("What happened?").fill("It came late.")
    expect(page.get_by_text("It is tried again by itself.")).to_be_visible()
    is_saved(page)

    with page.expect_request(lambda request: "go=save" in (request.post_data or "")):
        page.get_by_label("What happened?").fill("It came nine days late.")
    page.get_by_label("What happened?").fill("It came late.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert said_to(question(version, "What happened?")) == ["It came late."]


def test_a_question_that_follows_from_a_saved_answer_comes_with_a_word_about_it(visit: Visit) -> None:
    version = logical.asking([logical.LATE, {**logical.WHY, "required": False}], rules={"Why so long?": logical.late})
    phone = visit(None, invited(cast.bob()))
    phone.get_by_label("Yes").check()
    is_saved(phone)

    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_label("Why so long?")).to_be_visible()
    nothing_waits(phone)
    expect(phone.get_by_text("One more thing follows from your answer")).to_be_visible()
    phone.get_by_label("Why so long?").fill("The depot was shut.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Thank you")).to_be_visible()
    assert said_to(question(version, "Why so long?")) == ["The depot was shut."]
