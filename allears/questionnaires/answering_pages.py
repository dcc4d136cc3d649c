"""Participant pages, compiled: the template of a page is rendered once for each version, page and language,
and kept as pieces of text with slots between them. Answering a request is joining pieces.

Slots for what differs from reader to reader (the heading, the problem, what was answered before, what is
wrong) are marks in the rendered text that no author can have written, because they hold a random word of
this process.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.core.languages import RIGHT_TO_LEFT, marked, wrapped
from allears.people.models import Purpose
from allears.questionnaires.answering_asked import Asked, Asking, Given, Page
from allears.questionnaires.answering_forms import Fields, Wrong, box_name, figure, other_name
from allears.questionnaires.answering_kinds import first_place, row_name
from allears.questionnaires.answering_order import end_mark, mark, reordered
from allears.questionnaires.answering_slots import MARK, slot
from allears.questionnaires.calendar import date_of, limits
from allears.questionnaires.models import Accepts
from allears.studies import piping
from allears.studies.asking import ONE_ROW

FOLDER = "questionnaires/answering"
MOST_KEPT = 1_000  # compiled pages

class _Slots:
    """`{{ slot.heading }}` in a template."""

    def __init__(self, before: str = "") -> None:
        self.before = before

    def __getitem__(self, name: str) -> SafeString:
        return slot(self.before + name)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A page as pieces: text, slot, text, slot, ..., text. `blank` has only the slots of the page itself."""

    pieces: tuple[str, ...]
    blank: tuple[str, ...]

    def shuffled(self, seed: str) -> Compiled:
        """Return the page with its shuffled lists in the order that `seed` gives them."""
        return self if len(self.pieces) == 1 else Compiled(reordered(self.pieces, seed), reordered(self.blank, seed))

    def filled(self, parts: Mapping[str, str], answers: Mapping[str, str] | None = None) -> str:
        """Return the page with its slots filled; a slot that is not named stays empty."""
        pieces = list(self.blank if not answers else self.pieces)
        everything = {**parts, **answers} if answers else parts
        for at in range(1, len(pieces), 2):
            pieces[at] = everything.get(pieces[at], "")
        return "".join(pieces)


# By version, page, language, state of its translations, where not everybody is asked everything the questions, and
# whether a section's text stands above them.
_kept: dict[tuple[int, int, str, int, tuple[int, ...], bool], Compiled] = {}
_lock = threading.Lock()


def compiled(asking: Asking, at: int, language: str) -> Compiled:
    """Return page `at` (from 0) of a published version."""
    on_it = tuple(q.id for q in asking.pages[at].questions) if asking.is_ruled else ()
    key = (asking.version_id, at, language, asking.wording, on_it, bool(asking.pages[at].text))
    found = _kept.get(key)
    if found is None:
        found = compile_page(asking.pages[at], at, language)
        with _lock:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = found
    return found


def forget() -> None:
    """Forget what was compiled; see `answering_asked.forget`."""
    _kept.clear()


def compile_page(page: Page, at: int, language: str) -> Compiled:
    """Render the template of a page and cut it at its slots."""
    place = _Places() if page.is_piped else marked
    with translation.override(language):
        html = render_to_string(
            f"{FOLDER}/page.html",
            {
                "slot": _Slots(),
                "text": place(page.text),
                # Later pages carry their title as the page's own heading.
                "heading": marked(page.title) if at == 0 else "",
                "questions": [_shown(question, place) for question in page.questions],
                "files": page.takes_files,
                "script": any(map(_is_scripted, page.questions)),
                "page_language": language,
                "page_rtl": language.split("-")[0] in RIGHT_TO_LEFT,
            },
        )
    pieces = MARK.split(_tight(html))
    return Compiled(tuple(pieces), tuple(_without_answers(pieces)))


class _Places:
    """Puts a slot wherever words differ from person to person, and counts them through a page."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self, text: str) -> str:
        rendered = piping.rendered(text, lambda _pipe: slot(f"pipe {next(self._count)}"), lambda words: str(escape(words)))
        return wrapped(mark_safe(rendered), text)


def compile_template(name: str, language: str, **context: Any) -> Compiled:
    """Render one of this folder's templates, whose slots are all its own, and cut it there."""
    known = {"page_language": language, "page_rtl": language.split("-")[0] in RIGHT_TO_LEFT}
    with translation.override(language):
        html = render_to_string(f"{FOLDER}/{name}.html", {"slot": _Slots(), **known, **context})
    pieces = tuple(MARK.split(_tight(html)))
    return Compiled(pieces, pieces)


def _tight(html: str) -> str:
    """The same page without lines that hold nothing. Text boxes begin with a line end that must stay."""
    return re.sub(r"\n\s*\n+", "\n", html)


def _without_answers(pieces: list[str]) -> Iterable[str]:
    """Only the page's own slots; those of answers become nothing."""
    text = pieces[0]
    for at in range(1, len(pieces), 2):
        if "/" in pieces[at]:
            text += pieces[at + 1]
        else:
            yield text
            yield pieces[at]
            text = pieces[at + 1]
    yield text


_TEMPLATES = {
    "short_text": "words", "long_text": "words", "number": "number", "single": "choices",
    "multiple": "choices", "scale": "scale", "statement": "statement", "date": "date",
    "consent": "consent", "file": "file", "matrix": "matrix", "ranking": "ranking",
}  # fmt: skip


def _shown(question: Asked, place: Callable[[str], str] = str) -> dict[str, Any]:
    """What the template needs to know of a question; slots of answers are named with a slash in them."""
    name = question.name
    return {
        "template": f"{FOLDER}/q_{_TEMPLATES[question.kind]}.html",
        "slot": _Slots(f"{name}/"),
        "name": name,
        "kind": question.kind,
        "text": place(question.text),
        "help": place(question.help),
        "required": question.required,
        "low_label": _end(question, question.low_label, 0),
        "high_label": _end(question, question.high_label, -1),
        **_ends(question),
        "value": slot(f"{name}/value/{name}"),
        "agreed": slot(f"{name}/checked/1") if question.kind == "consent" else "",
        "asked_again": question.kind == "consent" and question.purpose not in ("", Purpose.STATEMENT),
        "files": [_file(question, box) for box in range(question.boxes)] if question.kind == "file" else [],
        "takes_any": question.accepts == Accepts.ANY,
        "boxes": [_box(question, box) for box in range(question.boxes)] if question.is_open else [],
        "choices": [_choice(question, choice) for choice in question.choices],
        "steps": [_step(question, step) for step in question.steps] if question.kind == "scale" else [],
        "end": end_mark(question.name) if question.shuffled else "",
        "places": len(question.places) if question.kind == "ranking" else 0,
    }


def _end(question: Asked, words: str, at: int) -> str:
    """What stands at one end of a scale. In two rows its step is not right above the words: they begin with its number."""
    told = marked(words)
    if not words or question.kind not in ("scale", "matrix") or len(question.steps) <= ONE_ROW:
        return told
    number = str(question.steps[at])
    return told if words.startswith(number) else format_html("{} · {}", number, told)


def _file(question: Asked, box: int) -> dict[str, str]:
    """The field for one file, and the slot that says what was sent there before."""
    name = question.name
    return {"name": f"{name}.f{box}", "id": f"{name}-{box}", "sent": slot(f"{name}/sent/{box}")}


def _is_scripted(question: Asked) -> bool:
    """Whether a script makes answering this one easier; without it all works, too."""
    return question.kind == "ranking" or any(choice.exclusive for choice in question.choices)




def _ends(question: Asked) -> dict[str, Any]:
    """The least and the most that may be answered, as the page's fields write them."""
    if question.kind == "date":
        return dict(zip(("minimum", "maximum"), map(str, limits(question.minimum, question.maximum)), strict=True))
    ends = {"minimum": question.minimum, "maximum": question.maximum}
    return {name: None if end is None else figure(end) for name, end in ends.items()}


def _box(question: Asked, box: int) -> dict[str, str]:
    name = box_name(question, box)
    return {"name": name, "id": name.replace(".", "-"), "value": slot(f"{question.name}/value/{name}")}


def _choice(question: Asked, choice: Any) -> dict[str, Any]:
    other = other_name(question, choice.id) if choice.asks_text else ""
    listed = _listed(question, choice.id) if question.kind in ("matrix", "ranking") else {}
    return {
        **listed,
        "mark": mark(question.name, choice.key, choice.anchored) if question.shuffled else "",
        "exclusive": choice.exclusive,
        "id": f"{question.name}-{choice.id}",
        "value": str(choice.id),
        "label": marked(choice.label),
        "plain": str(choice.label),
        "checked": slot(f"{question.name}/checked/{choice.id}"),
        "other": other,
        "words": slot(f"{question.name}/value/{other}"),
    }


def _listed(question: Asked, choice: int) -> dict[str, Any]:
    """The field of one row of a matrix, or of one item of a ranking, with what may be chosen there."""
    offered = question.steps if question.kind == "matrix" else question.places
    ends = {question.steps[0]: question.low_label, question.steps[-1]: question.high_label}
    return {
        "name": row_name(question, choice),
        "steps": [
            {
                "id": f"{question.name}-{choice}" if step == offered[0] else f"{question.name}-{choice}-{step}",
                "value": str(step),
                "label": ends.get(step, "") if question.kind == "matrix" else "",
                "checked": slot(f"{question.name}/checked/{choice}-{step}"),
            }
            for step in offered
        ],
    }


def _step(question: Asked, step: int) -> dict[str, str]:
    ends = {question.steps[0]: question.low_label, question.steps[-1]: question.high_label}
    return {
        "id": f"{question.name}-{step}",
        "value": str(step),
        "label": marked(ends.get(step, "")),
        "checked": slot(f"{question.name}/checked/{step}"),
    }


# --- filling ---------------------------------------------------------------------------------------------------


def answered(questions: Iterable[Asked], given: Mapping[int, Given]) -> dict[str, str]:
    """Return the slots of answers that stand."""
    slots: dict[str, str] = {}
    for question in questions:
        said = given.get(question.id, ())
        for cell in said:
            if question.kind == "file":
                slots[f"{question.name}/sent/{cell.box}"] = ""
                continue
            if cell.choice is not None and cell.number is not None:
                mark = " checked" if question.kind == "matrix" else " selected"
                place = first_place(said, cell.number) if question.kind == "ranking" else int(cell.number)
                slots[f"{question.name}/checked/{cell.choice}-{place}"] = mark
            elif cell.choice is not None:
                slots[f"{question.name}/checked/{cell.choice}"] = " checked"
            elif cell.number is not None:
                figures = _as_typed(question, cell.number)
                slots[f"{question.name}/checked/{figures}"] = " checked"
                slots[f"{question.name}/value/{question.name}"] = figures
            if cell.text:
                slots[f"{question.name}/value/{_field_of(question, cell.box, cell.choice)}"] = escape(cell.text)
    return slots


def _as_typed(question: Asked, number: float) -> str:
    return date_of(number).isoformat() if question.kind == "date" else figure(number)


def _field_of(question: Asked, box: int, choice: int | None) -> str:
    if question.is_open:
        return box_name(question, box)
    if choice is None:  # words beside a choice that was not made
        choice = next(c.id for c in question.choices if c.position + 1 == box)
    return other_name(question, choice)


def typed(questions: Iterable[Asked], fields: Fields) -> dict[str, str]:
    """Return the slots of what somebody typed that could not be taken: it stays in its field."""
    slots: dict[str, str] = {}
    for question in questions:
        names = [question.name, *(box_name(question, box) for box in range(1, question.boxes))]
        names += [other_name(question, choice.id) for choice in question.choices if choice.asks_text]
        for name in names:
            for value in fields.get(name, ()):
                slots[f"{question.name}/value/{name}"] = escape(value)
                if name == question.name:
                    slots[f"{question.name}/checked/{value}"] = " checked"
        if question.kind in ("matrix", "ranking"):
            mark = " checked" if question.kind == "matrix" else " selected"
            for choice in question.choices:
                for value in fields.get(row_name(question, choice.id), ()):
                    slots[f"{question.name}/checked/{choice.id}-{value}"] = mark
    return slots


_SETTLED = re.compile(r"q\d+\.(?:sure|tie)")


def still_settled(fields: Fields, but: Iterable[str]) -> str:
    """Return hidden fields for what somebody was asked about once and has settled: another answer that is wrong now
    must not make them settle it anew. Not those named in `but`, which the page asks about just now.
    """
    names = sorted(name for name in fields if _SETTLED.fullmatch(name) and name not in set(but))
    return "".join(f'<input type="hidden" name="{name}" value="1">' for name in names)


def troubled(wrong: Iterable[Wrong]) -> dict[str, str]:
    """Return the slots that say beside each question what is wrong with its answer."""
    slots: dict[str, str] = {}
    for one in wrong:
        name = one.question.name
        slots[f"{name}/wrong"] = " wrong"
        slots[f"{name}/invalid"] = ' aria-invalid="true"'
        again = f'<input type="hidden" name="{one.again}" value="1">' if one.again else ""
        slots[f"{name}/error"] = f'<p class="error" id="{name}-error">{escape(one.words)}</p>{again}'
        slots[f"{name}/described"] = f' aria-describedby="{name}-error"'
        slots[f"{name}/described_too"] = f" {name}-error"
    return slots


def part(name: str, **context: Any) -> str:
    """Return a piece of a page from its own small template."""
    return render_to_string(f"{FOLDER}/{name}.html", context).strip()


def compile_part(name: str, **context: Any) -> Compiled:
    """Return a piece of a page, with the slots that `context` puts into it."""
    pieces = tuple(MARK.split(part(name, **context)))
    return Compiled(pieces, pieces)


@lru_cache(maxsize=64)
def onward(
    *, language: str, first: bool, last: bool, submitted: bool, kiosk: bool = False, reviewed: bool = False,
    returns: bool = False,
) -> str:
    """Return the row of buttons. The one that goes forward comes first: Enter presses it. `reviewed`: all answers are
    looked through before sending. `returns`: to where they are looked through.
    """
    context = {"first": first, "last": last, "submitted": submitted, "kiosk": kiosk}
    return part("onward", **context, reviewed=reviewed, returns=returns)


def minutes_left(minutes: float) -> str:
    """Return the honest estimate in words."""
    if minutes < 1:
        return _("Less than a minute left")
    whole = ceil(minutes)
    return ngettext("About %(count)d minute left", "About %(count)d minutes left", whole) % {"count": whole}
