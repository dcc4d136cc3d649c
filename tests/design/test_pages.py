"""The frames, the gallery, and what no template of this room may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from allears.design import gallery

ROOM = Path(gallery.__file__).parent
TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "mails" not in path.parts]  # a mail program reads no style sheet


def those_with(pattern: str, templates: list[Path]) -> list[str]:
    return [path.name for path in templates if re.search(pattern, path.read_text())]


def test_no_template_styles_or_scripts_inline() -> None:
    assert those_with(r"\sstyle\s*=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=|javascript:", PAGES) == []


def test_no_template_asks_another_host() -> None:
    assert those_with(r'(src|href)="(https?:)?//', TEMPLATES) == []


@pytest.mark.parametrize("name", gallery.PAGES)
def test_every_page_of_the_gallery_opens(as_ana: Client, name: str) -> None:
    answer = as_ana.get(f"/design/{name}/")
    assert answer.status_code == 200
    assert HTMLParser(answer.content.decode()).css("main h1, main .verbatim--large")


@pytest.mark.parametrize("name", gallery.SHEETS)
def test_every_whole_page_opens(as_ana: Client, name: str) -> None:
    assert as_ana.get(f"/design/sheets/{name}/").status_code == 200


@pytest.mark.parametrize("name", [name for name in gallery.PAGES if name not in {"themes", "right-to-left"}])
def test_no_id_stands_twice_on_a_page(as_ana: Client, name: str) -> None:
    nodes = HTMLParser(as_ana.get(f"/design/{name}/").content.decode()).css("[id]")
    ids = [node.attributes["id"] for node in nodes]
    assert sorted(ids) == sorted(set(ids))


def test_a_page_that_is_not_in_the_gallery_is_not_found(as_ana: Client) -> None:
    assert as_ana.get("/design/unicorns/").status_code == 404
    assert as_ana.get("/design/sheets/unicorns/").status_code == 404


def test_the_gallery_is_for_those_who_sign_in(client: Client, db: None) -> None:
    assert client.get("/design/").status_code == 302


def test_the_chosen_theme_stays_on_this_device(as_ana: Client) -> None:
    answer = as_ana.post("/design/theme/", {"theme": "dark", "next": "/design/charts/"})
    assert (answer.status_code, answer["Location"]) == (302, "/design/charts/")
    assert 'data-theme="dark"' in as_ana.get("/design/").content.decode()


def test_as_my_device_takes_the_choice_back(as_ana: Client) -> None:
    as_ana.post("/design/theme/", {"theme": "dark"})
    as_ana.post("/design/theme/", {"theme": "auto"})
    html = HTMLParser(as_ana.get("/design/").content.decode()).css_first("html")
    assert "data-theme" not in html.attributes


def test_the_way_back_never_leads_to_another_site(as_ana: Client) -> None:
    answer = as_ana.post("/design/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_a_theme_nobody_offers_changes_nothing(as_ana: Client) -> None:
    assert "theme" not in as_ana.post("/design/theme/", {"theme": "pink"}).cookies


@pytest.mark.parametrize("name", ["400", "403", "404", "500"])
def test_error_pages_say_what_to_do_next(name: str, db: None) -> None:
    page = HTMLParser(render_to_string(f"{name}.html", request=RequestFactory().get("/")))
    assert page.css_first("h1").text(strip=True)
    assert page.css_first("main a[href='/']") is not None


def test_a_refusal_gives_its_own_reason(db: None) -> None:
    assert "Only its facilitator" in render_to_string("403.html", {"exception": "Only its facilitator sees a panel."})


def test_the_participants_page_needs_no_script_no_font_and_no_rail() -> None:
    page = HTMLParser(render_to_string("design/participant.html", {"page_language": "ar", "page_rtl": True}))
    assert page.css("script, nav") == []
    assert [link.attributes["href"] for link in page.css("link[rel=stylesheet]")] == ["/static/design/participant.css"]
    html = page.css_first("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == ("ar", "rtl")
