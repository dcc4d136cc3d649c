"""In which language a participant reads: what the address says, else the language that their response has so far, else
their own, else what their browser asks for, else the one that the study is written in.

Only languages that the study offers count. No cookie is set: the choice stands in the address and in the forms, and is
kept with the response from the first press of a button on.
"""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest

from allears.core.languages import accepted, best, direction, name_of
from allears.questionnaires import answering_pages as pages
from allears.questionnaires.answering_asked import asking
from allears.questionnaires.answering_ways import Way

SWITCH = "in-"  # begins the value of a button that saves and goes on in another language


def settle(request: HttpRequest, way: Way) -> None:
    """Decide `way.language`, and say the study's own texts in it. Costs nothing where only one is offered."""
    if not way.languages:
        return
    offered = [way.source, *way.languages.split()]
    asked_for = request.GET.get("lang", "") if request.META.get("QUERY_STRING") else ""
    way.chosen = best([asked_for], offered) if asked_for else ""
    way.language = way.chosen or best((way.kept, way.spoken), offered) or _of_browser(request, offered) or way.source
    _tell(way)


def _of_browser(request: HttpRequest, offered: list[str]) -> str:
    return best(accepted(request.META.get("HTTP_ACCEPT_LANGUAGE", "")), offered)


def settle_as(way: Way, other: Way) -> None:
    """Give `way` the language of `other`, which was looked up a moment before."""
    way.language, way.chosen = other.language, other.chosen
    _tell(way)


def settle_to(way: Way, other: str) -> None:
    """Give `way` the language that was chosen with a button."""
    way.language = way.chosen = other
    _tell(way)


def _tell(way: Way) -> None:
    if way.language != way.source and way.asked_id is not None:
        words = asking(way.asked_id, *way.written).words
        if words:
            way.title, way.problem = words.told("study.title", way.title), words.told("study.problem", way.problem)


def switched_to(way: Way, pressed: str) -> str:
    """Return the language that the button `pressed` asks for; "" for every other button."""
    if not pressed.startswith(SWITCH) or not way.languages:
        return ""
    return best([pressed.removeprefix(SWITCH)], [way.source, *way.languages.split()])


def query(way: Way) -> str:
    """Return what an address must say so that a choice lasts while there is no response to keep it."""
    return f"?lang={way.chosen}" if way.chosen and way.response_id is None else ""


def action_query(way: Way) -> str:
    """Return what a form's address says, so that words are kept with the language they were given in."""
    return f"?lang={way.language}" if way.languages else ""


def choice(way: Way | None, *, in_form: bool = False) -> str:
    """Return the quiet row of languages; nothing where there is no choice.

    Above questions it is made of buttons that save first (`in_form`), elsewhere of links.
    """
    return _choice(way.language, way.source, way.languages, in_form=in_form) if way and way.languages else ""


@lru_cache(maxsize=128)
def _choice(language: str, source: str, languages: str, *, in_form: bool) -> str:
    offered = [source, *(code for code in languages.split() if code != source)]
    rows = [{"code": code, "name": name_of(code), "dir": direction(code), "here": code == language} for code in offered]
    return pages.part("languages", languages=rows, in_form=in_form, switch=SWITCH)
