"""Every template of the house: it can be read, and holds nothing that the content policy refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

import allears

HOUSE = Path(allears.__file__).parent
TEMPLATES = sorted(HOUSE.glob("*/templates/**/*.html"))
NAMES = [str(path).split("/templates/", 1)[1] for path in TEMPLATES]
# Mail programs know no style sheet: what is mailed carries its own styles.
PAGES = [path for path in TEMPLATES if not {"mail", "mails"} & set(path.parts)]
# Participants have no session to be ridden on: their token is what lets a form in.
BY_TOKEN = {"answering", "me"}
STAFF_PAGES = [p for p in PAGES if not BY_TOKEN & set(p.parts) and "design/participant.html" not in p.read_text()]


def named(paths: list[Path]) -> list[str]:
    return [str(path).split("/templates/", 1)[1] for path in paths]


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_read(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", PAGES, ids=named(PAGES))
def test_it_holds_no_script_and_no_style_of_its_own(path: Path) -> None:
    text = path.read_text()

    scripts = re.findall(r"<script\b[^>]*>", text)
    assert [tag for tag in scripts if "src=" not in tag and 'type="application/json"' not in tag] == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"<[^>%{]*\sstyle=", text) == []
    assert re.findall(r"<[^>%{]*\son[a-z]+=", text) == []
    assert "javascript:" not in text
    assert "hx-on" not in text


@pytest.mark.parametrize("path", PAGES, ids=named(PAGES))
def test_what_sums_up_what_is_wrong_looks_like_it(path: Path) -> None:
    summaries = re.findall(r"<[^>]*\bid=\"error-summary\"[^>]*>", path.read_text())
    assert [tag for tag in summaries if 'class="summary"' not in tag] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_it_asks_nothing_of_other_hosts(path: Path) -> None:
    assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", path.read_text()) == []


@pytest.mark.parametrize("path", STAFF_PAGES, ids=named(STAFF_PAGES))
def test_every_form_that_posts_carries_its_token(path: Path) -> None:
    text = path.read_text()
    forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL)

    assert [form[:120] for form in forms if "csrf" not in form] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_what_is_marked_safe_has_a_reason(path: Path) -> None:
    """`|safe` and `autoescape off` would let a customer's words become markup."""
    text = path.read_text()

    assert "|safe" not in text
    assert "autoescape off" not in text


def test_mail_texts_can_be_read() -> None:
    for path in HOUSE.glob("*/templates/**/*.txt"):
        engines["django"].from_string(path.read_text())
