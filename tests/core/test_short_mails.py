"""A short mail says the same in both of its parts, and only its button leads anywhere."""

from __future__ import annotations

import pytest
from django.utils import translation
from selectolax.lexbor import LexborHTMLParser

from allears.core.queries import the_organisation
from allears.core.short_mails import QUOTED, both_ways

pytestmark = pytest.mark.django_db
LINK = "http://localhost:8000/me/tok-en/?budget_minutes=5&quiet_from="


def test_both_parts_say_the_words_where_the_link_leads_and_who_writes() -> None:
    mail = both_ways("Here stands it all.\n\nIt works <once>.", link=LINK, button="Your own page")

    assert mail["text"] == f"Here stands it all.\n\nIt works <once>.\n\n{LINK}\n\n{the_organisation().name}\n"
    page = LexborHTMLParser(mail["html"])
    said = [each.text() for each in page.css("p")]
    assert said == ["Here stands it all.", "It works <once>.", "Your own page", the_organisation().name]
    assert [each.attributes["href"] for each in page.css("a")] == [LINK]


def test_without_a_link_there_is_no_button() -> None:
    mail = both_ways("Your address was changed.")

    assert mail["text"] == f"Your address was changed.\n\n{the_organisation().name}\n"
    assert not LexborHTMLParser(mail["html"]).css("a")


def test_what_is_quoted_stands_in_its_place_whatever_it_says() -> None:
    quoted = f"You may quote me. <b>{QUOTED}</b>"
    mail = both_ways(f"You agreed to this:\n\n{QUOTED}\n\nThat counts.", link=LINK, button="Say so", quoted=quoted)

    assert mail["text"].startswith(f"You agreed to this:\n\n{quoted}\n\nThat counts.\n\n")
    page = LexborHTMLParser(mail["html"])
    assert [each.text().strip() for each in page.css("blockquote")] == [quoted]
    assert [each.text() for each in page.css("p")][::2] == ["You agreed to this:", "That counts.", the_organisation().name]


@pytest.mark.parametrize(("language", "way"), [("en", "ltr"), ("ar", "rtl"), ("de", "ltr")])
def test_it_runs_as_its_language_does_and_fetches_nothing(language: str, way: str) -> None:
    with translation.override(language):
        html = both_ways("Words", link=LINK, button="There")["html"]

    page = LexborHTMLParser(html)
    assert (page.root.attributes["lang"], page.root.attributes["dir"]) == (language, way)  # type: ignore[union-attr]
    assert not page.css("img, script, link, iframe, [src], [background]")
    assert (html.count("http"), "url(" in html) == (1, False)
