"""Words that differ from person to person inside a question: {name|you}, {account|your company}, {facet:Product|it},
{answer:delivery|that}. Only questions have such places; what a study says of itself reads the same to everybody. Pure.

What stands behind the bar is said where nothing is known; without a bar, nothing is. Braces that hold none of
these words stay as they were written. What is put in is never read again, so nobody's name can pull in another's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

_PIPE = re.compile(r"\{(name|account|facet:[^{}|\n]{1,80}|answer:[^{}|\n]{1,80})(?:\|([^{}\n]{0,200}))?\}")
_BRACES = re.compile(r"\{[^{}\n]{0,300}\}")
UNKNOWN = "…"  # at a place without a bar, where a text is read by many


@dataclass(frozen=True, slots=True)
class Pipe:
    """One place in a text: what is put there, and what stands there when that is not known."""

    what: str  # "name", "account", "facet" or "answer"
    of: str  # the facet's name, or a question's short name
    fallback: str


@dataclass(frozen=True, slots=True)
class Person:
    """What can be put in: answers by the questions' short names."""

    name: str = ""
    account: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


def pieces(text: str) -> Iterator[str | Pipe]:
    """Return `text` cut at its places, in order: words, place, words, place, ..., words."""
    end = 0
    for match in _PIPE.finditer(text):
        yield text[end : match.start()]
        what, _, of = match[1].partition(":")
        yield Pipe(what, of.strip(), (match[2] or "").strip())
        end = match.end()
    yield text[end:]


def pipes_in(text: str) -> list[Pipe]:
    """Return the places in `text`, in order."""
    return [piece for piece in pieces(text) if isinstance(piece, Pipe)]


def written_in(text: str) -> list[str]:
    """Return the places in `text` as they are written, with their braces, in order."""
    return [match[0] for match in _PIPE.finditer(text)]


def braces_in(text: str) -> list[str]:
    """Return all that stands in braces, with them, in order: places, and what seems to be one."""
    return _BRACES.findall(text)


def said(pipe: Pipe, person: Person) -> str:
    """Return what stands at a place for this person."""
    if pipe.what in ("name", "account"):
        found = person.name if pipe.what == "name" else person.account
    else:
        found = (person.facets if pipe.what == "facet" else person.answers).get(pipe.of, "")
    return " ".join(found.split()) or pipe.fallback


def filled(text: str, person: Person) -> str:
    """Return `text` as this person reads it."""
    return rendered(text, lambda pipe: said(pipe, person), str)


def general(text: str) -> str:
    """Return `text` for nobody in particular: at each place what stands behind its bar, or an ellipsis."""
    return rendered(text, lambda pipe: pipe.fallback or UNKNOWN, str) if "{" in text else text


def rendered(text: str, place: Callable[[Pipe], str], words: Callable[[str], str]) -> str:
    """Return `text` with each place rendered by `place` and all that stands between them by `words`."""
    return "".join(place(piece) if isinstance(piece, Pipe) else words(piece) for piece in pieces(text))
