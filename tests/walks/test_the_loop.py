"""The whole loop in a real browser, by the roles that do it: Ana asks, Bob answers on two devices without script,
Ana understands, Lea decides, Sam carries out, Bob hears back beside his own words and says that it helped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from allears.core.models import Message
from allears.core.worker import work_off
from allears.verbatims.actions import seal_waiting
from allears.verbatims.models import Verbatim
from allears.verbatims.verify import verify
from tests import cast
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "The March order came nine days late and nobody told us until we called. We had a crew standing there. 😀 שלום"
QUOTE = "nobody told us until we called"
ON_A_PHONE: dict[str, Any] = {"java_script_enabled": False, "viewport": {"width": 360, "height": 740}}


def path_in(text: str, start: str) -> str:
    found = re.search(rf"({start}/[^\s/]+/)", text)
    assert found, text
    return found[1]


def begin_the_study(ana: Page) -> None:
    ana.goto("/studies/new/")
    ana.get_by_label("Title").fill("Late deliveries")
    ana.get_by_label("The problem, as participants read it").fill("Your last orders came late. We want to know why.")
    ana.get_by_label("By when do they hear back?").fill("2031-03-01")
    ana.get_by_role("button", name="Begin the study").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("Late deliveries")
    ana.go_back()
    ana.get_by_role("button", name="Begin the study").click()
    expect(ana).to_have_url(re.compile("/studies/late-deliveries/$"))  # another one would be late-deliveries-2


def ask(ana: Page, kind: str, question: str) -> None:
    ana.goto(f"/questionnaires/late-deliveries/questions/new/?kind={kind}")
    ana.get_by_label("The question").fill(question)
    if kind == "scale":
        ana.get_by_label("From").fill("1")
        ana.get_by_label("To", exact=True).fill("5")
        ana.get_by_label("What the low end means").fill("very hard")
        ana.get_by_label("What the high end means").fill("very easy")
    ana.get_by_role("button", name="Add the question").click()
    expect(ana).to_have_url(re.compile("#question-"))


def write_and_publish(ana: Page) -> None:
    ask(ana, "long_text", "What happened, in your own words?")
    ask(ana, "scale", "How easy was it to reach us?")
    ana.goto("/questionnaires/late-deliveries/publishing/")
    ana.get_by_role("main").get_by_role("button", name=re.compile("ublish")).click()
    ana.goto("/studies/late-deliveries/opening/")
    ana.get_by_role("main").get_by_role("button", name=re.compile("pen")).first.click()
    expect(ana.get_by_text("Open", exact=True).first).to_be_visible()


def answer_on_two_devices(visit: Visit, link: str) -> None:
    phone = visit(None, link, **ON_A_PHONE)
    expect(phone.get_by_text("Your last orders came late.")).to_be_visible()
    phone.get_by_label("What happened, in your own words?").fill("The March order")
    phone.get_by_role("button", name="Stop for now").click()

    desk = visit(None, link, java_script_enabled=False)
    expect(desk.get_by_label("What happened, in your own words?")).to_have_value("The March order")
    desk.get_by_label("What happened, in your own words?").fill(WORDS)
    desk.locator("input[type=radio]").nth(1).check()
    desk.get_by_role("button", name="Send").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text(re.compile("hank"))
    expect(desk.locator("main form")).to_have_count(0)


def invite_bob(ana: Page) -> None:
    ana.goto("/studies/late-deliveries/people/?q=Bob")
    ana.get_by_role("link", name="Invite this 1 person").click()
    ana.get_by_role("button", name="Yes, ask them").click()
    expect(ana).to_have_url(re.compile("/settings/jobs/"))
    work_off()


def understand(ana: Page, words: Verbatim) -> None:
    ana.goto("/insights/late-deliveries/words/")
    expect(ana.get_by_text("We had a crew standing there.")).to_be_visible()
    ana.goto(f"/insights/words/{words.ref}/")
    ana.get_by_label("Or exactly these words").fill(QUOTE)
    ana.get_by_label("A new theme").fill("silence when late")
    ana.get_by_role("button", name="Give it these themes").click()
    expect(ana.get_by_text("silence when late").first).to_be_visible()


def make_the_insight(ana: Page, words: Verbatim) -> None:
    ana.goto(f"/insights/words/{words.ref}/")
    ana.get_by_label("Or exactly these words").fill(QUOTE)
    ana.get_by_label("What did you understand?").fill("It is finding out by themselves that loses customers")
    ana.get_by_role("button", name="It speaks for it").click()
    expect(ana.get_by_text("It is finding out by themselves that loses customers").first).to_be_visible()


def decide(lea: Page) -> None:
    lea.goto("/decisions/late-deliveries/new/")
    lea.get_by_label("We will").check()
    lea.get_by_label("The decision, in one sentence").fill("call before you do")
    lea.get_by_label("It is finding out by themselves that loses customers").check()
    lea.get_by_label("What speaks against it").fill("Some want no calls.")
    lea.get_by_role("button", name="Decide").click()
    expect(lea.get_by_role("heading", level=1)).to_have_text("We will: call before you do")
    lea.get_by_label("What will be done").fill("A call list each morning")
    lea.get_by_label("Who sees to it").select_option(label="Sam Ito")
    lea.get_by_role("button", name="Add the change").click()
    expect(lea.get_by_role("heading", level=1)).to_have_text("A call list each morning")


def carry_out(sam: Page) -> None:
    sam.goto("/")
    sam.get_by_role("link", name="Yours to do: A call list each morning").click()
    sam.get_by_label("Done").check()
    sam.get_by_label("What happened").fill("38 of 40 late orders were called the same day.")
    sam.get_by_role("button", name="Save how far it is").click()
    expect(sam.get_by_text("38 of 40").first).to_be_visible()


def tell(lea: Page) -> None:
    for title in ("We will: call before you do", "Done: A call list each morning"):
        lea.goto("/decisions/late-deliveries/hearing-back/")
        lea.get_by_role("link", name=title).first.click()
        expect(lea.get_by_text(QUOTE).first).to_be_visible()
        lea.get_by_role("button", name="Approve").click()
    lea.get_by_role("link", name="Look at whom it reaches, and send").click()
    expect(lea.get_by_text("1 person gets one mail")).to_be_visible()
    lea.get_by_role("button", name="Send them").click()
    expect(lea.get_by_role("heading", level=1)).to_contain_text("Telling contributors")
    work_off()


def hear_back(visit: Visit, letter: Message) -> None:
    bob = visit(None, path_in(letter.text, "/me"), **ON_A_PHONE)
    expect(bob.get_by_text("We had a crew standing there.").first).to_be_visible()
    expect(bob.get_by_text("call before you do").first).to_be_visible()
    expect(bob.get_by_text("38 of 40 late orders").first).to_be_visible()
    bob.get_by_role("button", name="Yes, it did").first.click()
    expect(bob.get_by_text("You said: yes, it helped.").first).to_be_visible()


def test_a_sentence_goes_all_the_way_and_its_speaker_hears_back(visit: Visit, axe: Any) -> None:
    cast.bob(), cast.sam()
    ana = visit(cast.ana())
    begin_the_study(ana)
    write_and_publish(ana)
    invite_bob(ana)
    answer_on_two_devices(visit, path_in(Message.objects.get(to=cast.bob().email).text, "/a"))
    words = Verbatim.objects.get()
    assert words.text == WORDS

    understand(ana, words)
    make_the_insight(ana, words)
    lea = visit(cast.lea())
    decide(lea)
    carry_out(visit(cast.sam()))
    tell(lea)
    letter = Message.objects.get(kind="update")
    assert letter.to == cast.bob().email
    assert f"“{QUOTE}”" in letter.text
    hear_back(visit, letter)

    lea.goto(f"/sight/verbatim/{words.ref}/")
    for step in ("silence when late", "It is finding out", "call before you do", "A call list", "1 person has been told"):
        expect(lea.locator(".timeline").get_by_text(step).first).to_be_visible()
    axe(lea)
    seal_waiting()
    assert verify().broken is None
