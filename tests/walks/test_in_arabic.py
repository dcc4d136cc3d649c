"""On a phone, in Arabic: the questions of every kind, the thanks and one's own page run from right to left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from allears.people import links
from allears.questionnaires.models import Response
from allears.questionnaires.translatable import texts_of
from allears.studies import translating
from allears.verbatims.models import Verbatim
from tests import cast
from tests.questionnaires.asked import ALL_KINDS, asking, invited
from tests.walks import browsing

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 780}
LEFT_OF = "([one, other]) => one.getBoundingClientRect().left < other.getBoundingClientRect().left"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**{**browsing.WISHES, "viewport": PHONE, "has_touch": True})
    yield context.new_page()
    context.close()


def in_arabic() -> None:
    """Every kind of question, offered in Arabic; each text is told in a word of its own."""
    asking(ALL_KINDS)
    study = cast.late_orders()
    texts = texts_of(study)
    said = {text.sign: f"عبارة {number}" for number, text in enumerate(texts, start=1)}
    translating.translate(study=study, language="ar", texts=texts, said=said, by=cast.ana())
    translating.offer(study=study, language="ar", by=cast.ana())


def from_right_to_left(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def answer_everything(page: Page) -> None:
    page.locator("textarea:visible").first.fill("وصل الطرد متأخرًا يومين، ولم يخبرنا أحد.")
    for box in page.locator("input.answer:not([type=file]):not([type=date]):not(.answer--beside):visible").all():
        box.fill("7")
    for group in page.locator("fieldset:has(> label input[type=radio]), fieldset:has(> .scale)").all():
        group.locator("label:has(input[type=radio]):visible").nth(1).click()
    for date in page.locator("input[type=date]:visible").all():
        date.fill("2026-11-20")
    for number, place in enumerate(page.locator("select:visible").all(), start=1):
        place.select_option(str(number))
    for box in page.locator("label:has(input[type=checkbox]):visible").all()[-1:]:
        box.click()


def test_from_the_questions_to_the_own_page_all_is_arabic_and_runs_from_right_to_left(house: str, phone: Page) -> None:
    in_arabic()
    amal = cast.person("Amal Nasser", language="ar", email="amal@customer.example")
    url = house + invited(amal)

    phone.goto(url)
    from_right_to_left(phone)
    browsing.must_be_usable(phone, ((360, "light"), (1280, "dark")))
    phone.set_viewport_size(PHONE)
    scale = phone.locator(".scale").first.locator("label")
    assert phone.evaluate(LEFT_OF, [scale.nth(1).element_handle(), scale.nth(0).element_handle()])
    send = phone.get_by_role("button", name="إرسال")
    assert phone.evaluate(LEFT_OF, [send.element_handle(), phone.get_by_role("button", name=re.compile("توقّ?ف|التوقّ?ف")).element_handle()])

    answer_everything(phone)
    send.click()
    expect(phone.locator("#answers")).to_have_count(0)
    from_right_to_left(phone)
    browsing.must_be_usable(phone, ((360, "light"), (1280, "dark")))
    phone.set_viewport_size(PHONE)
    assert Response.objects.get().submitted_at, phone.locator("main").inner_text()
    assert Verbatim.objects.filter(text__startswith="وصل الطرد").get().language == "ar"

    phone.goto(links.page_link(amal).replace("http://localhost:8000", house))
    from_right_to_left(phone)
    expect(phone.get_by_text("وصل الطرد").first).to_be_visible()
    browsing.must_be_usable(phone, ((360, "light"), (1280, "dark")))
