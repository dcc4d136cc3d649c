"""Choices in the order a person expects: from never to always, from few to many, "Other" last."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .heads import is_other

LADDERS: tuple[tuple[str, ...], ...] = tuple(
    tuple(ladder.split("|"))
    for ladder in (
        "never|no|rarely|seldom|occasionally|sometimes|often|frequently|usually|very often|always|yes",
        "never|rarely|yearly|annually|quarterly|occasionally|sometimes|less than once a month|"
        "less often than monthly|monthly|weekly|daily|every day|more than once a day|"
        "all the time",
        "days|weeks|months|years",
        "kbs|mbs|gbs|tbs|pbs",
        "strongly disagree|disagree|somewhat disagree|slightly disagree|"
        "neither agree nor disagree|neither agree or disagree|neutral|slightly agree|"
        "somewhat agree|agree|strongly agree",
        "very dissatisfied|dissatisfied|somewhat dissatisfied|neither satisfied nor dissatisfied|"
        "neutral|somewhat satisfied|satisfied|very satisfied|extremely satisfied",
        "horrible|terrible|very bad|very poor|bad|poor|fair|ok|okay|average|good|very good|great|excellent|outstanding",
        "not important|not at all important|slightly important|somewhat important|"
        "moderately important|important|very important|extremely important|critical|essential",
        "not relevant for me|not useful|somewhat useful|useful|very useful|critical to me",
        "very unlikely|unlikely|somewhat unlikely|neutral|somewhat likely|likely|very likely|extremely likely",
        "definitely not|no|probably not|maybe|probably|yes|yes, definitely!|definitely",
        "none|beginner|novice|intermediate|advanced|expert",
        "very difficult|difficult|neutral|easy|very easy",
        "none|under ten|tens|hundreds|thousands|tens of thousands|hundreds of thousands|"
        "hundreds of thousands or more|millions",
        "small|medium|large|very large",
        "low|medium|high|very high",
        "nunca|raramente|rara vez|de vez en cuando|a veces|generalmente|con frecuencia|a menudo|siempre",
        "días|semanas|meses|años",
        "ocasionalmente|mensual|semanal|diariamente",
        "sin experiencia|inicial|intermedio|avanzado|experto",
        "nie|selten|manchmal|oft|häufig|immer",
        "jamais|rarement|parfois|souvent|toujours",
        "yes|no",
        "sí|no",
        "ja|nein",
        "oui|non",
    )
)
ASIDE = re.compile(
    r"^(don'?t know|i don'?t know.*|not sure|unsure|prefer not.*|n/?a|not applicable|no opinion|"
    r"none of the above|"
    r"no sé.*|prefiero no.*|weiß nicht|keine angabe|ne sais pas|never used|not used)$",
    re.IGNORECASE,
)
NEVER = re.compile(r"\b(never|none|no|nunca|nie|jamais)\b", re.IGNORECASE)
FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?")
BELOW = re.compile(r"^\s*(<|less than|under|fewer than|up to|menos de|weniger als|moins de|below)", re.IGNORECASE)
ABOVE = re.compile(r"^\s*(>|more than|over|above|más de|mehr als|plus de)", re.IGNORECASE)
UNITS = (
    ("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400), ("week", 604800), ("month", 2629800),
    ("year", 31557600), ("día", 86400), ("semana", 604800), ("mes", 2629800), ("año", 31557600),
)  # fmt: skip
WORDS_FOR_FIGURES = {"one ": "1 ", "two ": "2 ", "three ": "3 ", "five ": "5 ", "six ": "6 ", "ten ": "10 "}


def in_order(labels: Iterable[str], counts: dict[str, int]) -> list[str]:
    """Labels by the ladder that knows them, else by the figures in them, else the most chosen first."""
    labels = list(labels)
    plain = [label for label in labels if not _aside(label)]
    aside = [label for label in labels if _aside(label)]
    aside.sort(key=lambda label: (is_other(label), label.casefold()))
    return [*(_by_ladder(plain) or _by_figures(plain) or _by_count(plain, counts)), *aside]


def _aside(label: str) -> bool:
    return ASIDE.match(label) is not None or is_other(label)


def _by_ladder(labels: list[str]) -> list[str] | None:
    """Labels on one ladder; of four or more one may be beside it, and comes last."""
    for ladder in LADDERS:
        rungs = {label: ladder.index(name) for label in labels for name in _names(label) if name in ladder}
        beside = [label for label in labels if label not in rungs]
        if len(set(rungs.values())) == len(rungs) and len(rungs) > 1 and len(beside) <= (len(labels) > 3):
            return [*sorted(rungs, key=lambda label: rungs[label]), *beside]
    return None


def _by_figures(labels: list[str]) -> list[str] | None:
    """Labels by the figures in them; one that has none comes first if it says no or never, else last."""
    sized = {label: size for label in labels if (size := _size(label)) is not None}
    beside = [label for label in labels if label not in sized]
    if len(sized) < 2 or len(beside) > 1:
        return None
    ordered = sorted(sized, key=lambda label: sized[label])
    return [*beside, *ordered] if beside and NEVER.search(beside[0]) else [*ordered, *beside]


def _by_count(labels: list[str], counts: dict[str, int]) -> list[str]:
    return sorted(labels, key=lambda label: (-counts.get(label, 0), label.casefold()))


def _names(label: str) -> list[str]:
    """What a label may be called on a ladder: all of it, or what stands before an explanation."""
    whole = " ".join(label.casefold().split()).rstrip(".")
    return [re.split(r"\s*(?:--|[:(–—]|\s-\s)", whole)[0], whole]


def _size(label: str) -> tuple[float, int] | None:
    """(the first figure in seconds if it has a unit of time, whether below, at or above it)."""
    text = " " + label.casefold()
    for word, figure in WORDS_FOR_FIGURES.items():
        text = text.replace(" " + word, " " + figure)
    found = FIGURES.search(text)
    if found is None:
        return None
    number = float(found.group().replace(",", ""))
    rest = text[found.end() :]
    unit = next((size for word, size in UNITS if re.match(rf"[\d\s.,–-]*\+?\s*{word}", rest)), 1)
    side = -1 if BELOW.match(text) else 1 if ABOVE.match(text) or rest.startswith("+") else 0
    side = 1 if re.match(r"\s+\w+\s+or more", rest) else side
    return number * unit, side
