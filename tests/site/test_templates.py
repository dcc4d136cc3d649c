"""Every template of the house: it can be read, and holds nothing that the content policy refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

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
COUNTED = re.compile(r"{% blocktranslate\b[^%]*?\bcount (\w+)=([\w.|]+)[^%]*%}(.*?){% endblocktranslate %}", re.DOTALL)
# Days and seconds, and what nobody has a thousand of: these may stand without what parts the thousands.
FEW = {
    "days", "days_left", "days_over", "house.days", "reminders.further", "selection.seconds", "study.remind_after",
    "time.house.days", "took.seconds",
    "beside.more_themes", "beside.people", "closed|length", "commitment.lottery.declined|length", "count", "counts.people_for",
    "expected|length", "group.lines|length", "keys", "left", "left_out", "m.times", "map.for_nobody", "map.for_some",
    "map.questions", "meant_count", "measured.judged", "missing|length", "more_menus|length", "n", "named", "named_agreed",
    "question.places", "remark_count", "remarks.meant|length", "remarks.open|length", "response.answers|length",
    "rest|length", "revoked", "soon", "unseen|length", "unused_code_count", "unused_codes|length", "waiting_too|length",
    "working", "wrong|length",
}  # fmt: skip
STAFF_PAGES = [p for p in PAGES if not BY_TOKEN & set(p.parts) and "design/participant.html" not in p.read_text()]


def wrong(paths: Iterable[Path], found: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What a rule finds in templates, by their names: one test a rule, since there are hundreds of templates."""
    each = {str(path).split("/templates/", 1)[1]: found(path.read_text()) for path in paths}
    return {name: lines for name, lines in each.items() if lines}


def test_every_template_can_be_read() -> None:
    for name in NAMES:
        get_template(name)
    assert len(NAMES) > 300


def test_none_holds_a_script_or_a_style_of_its_own() -> None:
    def own(text: str) -> list[str]:
        scripts = re.findall(r"<script\b[^>]*>", text)
        return [
            *(tag for tag in scripts if "src=" not in tag and 'type="application/json"' not in tag),
            *re.findall(r"<style\b", text),
            *re.findall(r"<[^>%{]*\sstyle=", text),
            *re.findall(r"<[^>%{]*\son[a-z]+=", text),
            *re.findall(r"javascript:|hx-on", text),
        ]

    assert wrong(PAGES, own) == {}


def test_what_sums_up_what_is_wrong_looks_like_it() -> None:
    def unlike(text: str) -> list[str]:
        summaries = re.findall(r"<[^>]*\bid=\"error-summary\"[^>]*>", text)
        return [tag for tag in summaries if 'class="summary"' not in tag]

    assert wrong(PAGES, unlike) == {}


def test_none_asks_anything_of_other_hosts() -> None:
    def asked(text: str) -> list[str]:
        return re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", text)

    assert wrong(TEMPLATES, asked) == {}


def test_every_form_that_posts_carries_its_token() -> None:
    def without(text: str) -> list[str]:
        forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL)
        return [form[:120] for form in forms if "csrf" not in form]

    assert wrong(STAFF_PAGES, without) == {}


def test_what_is_marked_safe_has_a_reason() -> None:
    """`|safe` and `autoescape off` would let a customer's words become markup."""
    assert wrong(TEMPLATES, lambda text: re.findall(r"\|safe|autoescape off", text)) == {}


def test_a_count_that_can_reach_a_thousand_is_written_as_its_reader_writes_it() -> None:
    def naked(text: str) -> list[str]:
        return [what for name, what, words in COUNTED.findall(text) if f"{{{{ {name} }}}}" in words and what not in FEW]

    assert wrong(TEMPLATES, naked) == {}


def test_mail_texts_can_be_read() -> None:
    for path in HOUSE.glob("*/templates/**/*.txt"):
        engines["django"].from_string(path.read_text())
